// The targets of a transition (or names of `requires`) in any of the forms in which they are written.
#pragma once

#include <vector>

#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

// Whether a transition is written {publish, next} rather than as one target with its guard.
bool is_advanced_clause(const YamlNode& clause);

// The targets as the items of a list: texts, and mappings of a text to its guard.
std::vector<YamlNode> targets_of(const YamlNode& clause);

// The text of a target that [item] is, without its guard; nullptr when it is none.
const YamlNode* target_name(const YamlNode& item);

// Sets the list of targets of a clause.
void set_targets(YamlNode& clause, std::vector<YamlNode> targets);

}  // namespace gregale::compiler
