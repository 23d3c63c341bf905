// What a caller must know of an action: its name and parameters. The compiler checks calls against it;
// the standard library provides it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::ir {

struct ActionParameter {
  std::string name;
  bool required = false;
  core::Value default_value = {};  // shown to people; the action itself applies it
  std::string description = {};
};

struct ActionSignature {
  std::string name;
  std::string description;
  std::vector<ActionParameter> parameters;
  bool accepts_any = false;   // further parameters are passed on
  std::string service = {};   // OpenStack service type; empty: not an OpenStack action
  bool takes_region = false;  // `region` and `action_region` are parameters
  // What a success gives, for checks of what is read of it.
  enum class Result : uint8_t { unknown, nothing, mapping };
  Result result = Result::unknown;
  std::vector<std::string> result_members = {};  // of a mapping: all that it can have
};

class ActionCatalogue {
 public:
  virtual ~ActionCatalogue() = default;
  // nullptr when there is no such action. The pointer lives as long as the catalogue.
  virtual const ActionSignature* find_signature(std::string_view name) const = 0;
  virtual std::vector<std::string> action_names() const = 0;
};

}  // namespace gregale::ir
