// What somebody who writes an action says of it: in a manifest, in a program's answer to `describe`, or as a
// plug-in. One form for all, described in docs/custom-actions.md.
#pragma once

#include <string>
#include <vector>

#include "compiler/ir/action_signature.hpp"
#include "core/value.hpp"

namespace gregale::stdlib {

enum class ParameterType : uint8_t { any, text, integer, number, boolean, list, map };

struct Declaration {
  ir::ActionSignature signature;
  std::vector<ParameterType> types;  // one a parameter
  bool idempotent = false;
  bool asynchronous = false;  // the result is delivered from outside
  bool credentials = false;   // it is told the security context; then it takes a region, too
};

// [actions] is a mapping of names to what is said of each. Throws core::Error(invalid) that names the action
// and the mistake.
std::vector<Declaration> read_declarations(const core::Value& actions);

// [input], which fits the signature, with defaults filled in and without what only chose the region. Throws
// core::Error(invalid) that names parameters of the wrong type, never their values.
core::Value completed_input(const Declaration& declaration, const core::Value& input);

}  // namespace gregale::stdlib
