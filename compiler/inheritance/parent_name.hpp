// What stands behind `extends`: the name of a parent, or {workflow: NAME, file: PATH, digest: ...}.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/report.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

struct ParentName {
  enum class Pin : uint8_t { none, digest };  // whether the parent can be pinned
  const YamlNode* name = nullptr;
  const YamlNode* file = nullptr;    // none: it is looked for by its name
  const YamlNode* digest = nullptr;  // none: it is not pinned
};

// [what]: the key of the name in the long form. Nothing, with a finding, when it is written in no such way.
std::optional<ParentName> read_parent_name(const YamlNode& extends, std::string_view what,
                                           ParentName::Pin pin, Report& report);

// A finding for a parent that is not there. [what] names it in words, [names] are those that are known.
void report_unknown_parent(const ParentName& parent, std::string_view what,
                           const std::vector<std::string>& names, Report& report);

// Findings for a chain of that many ancestors; false when it is too long. [name]: of what has them.
bool check_depth(std::string_view name, const YamlNode& extends, size_t ancestors, Report& report);

}  // namespace gregale::compiler
