// The key `override`: what becomes of an inherited definition or task of the same name.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/report.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

enum class Override : uint8_t { none, merge, replace, remove };

// What the definition under [name] says about the inherited one, whose name stands at [inherited]; `none`
// with a finding when it does not say it. [what]: "task", "workflow".
Override read_override(const YamlNode& name, const YamlNode& definition, std::string_view what,
                       const YamlNode& inherited, Report& report);

// A finding for a definition that says `override` though nothing of its name is inherited; whether it says
// so. [names]: what is inherited, for suggestions.
bool report_overrides_nothing(const YamlNode& name, const YamlNode& definition, std::string_view what,
                              const std::vector<std::string>& names, Report& report);

}  // namespace gregale::compiler
