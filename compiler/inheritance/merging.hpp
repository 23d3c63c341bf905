// Merging of YAML nodes by the rules of inheritance. What is made here takes its place from the child.
#pragma once

#include <string_view>

#include "compiler/keys.hpp"
#include "compiler/report.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

// Where [node] stands; for one that takes no room its first byte.
core::Span place_of(const YamlNode& node);
// A text that nobody wrote, told at [place].
YamlNode text_node(std::string_view text, const core::Span& place);

// The last member of that name, or nullptr.
YamlNode::Member* find_member(YamlNode& mapping, std::string_view key);
void remove_member(YamlNode& mapping, std::string_view key);
// Replaces the member of the same name, or appends.
void set_member(YamlNode& mapping, const YamlNode::Member& member);

// The parent's members with the child's over them; `null` removes one. A side that is no mapping: the child.
YamlNode merge_by_key(const YamlNode& parent, const YamlNode& child);
// The items of both lists, each text once.
YamlNode unite(const YamlNode& parent, const YamlNode& child);
// Items of the child's list replace those of the same name in place; new ones follow.
YamlNode merge_parameters(const YamlNode& parent, const YamlNode& child);
// A transition or `requires`: the child's, unless it says {inherit: append|prepend, next: [...]}.
// [parent] may be nullptr.
YamlNode merge_clause(std::string_view key, const YamlNode* parent, const YamlNode& child, Report& report);

// Task over task for `override: merge`; the child's keys of inheritance are left out.
YamlNode merge_task(const YamlNode& parent, const YamlNode& child, Report& report);
// Workflow over workflow, all keys but `tasks`, which stays as the child has it.
YamlNode merge_workflow(const YamlNode& parent, const YamlNode& child, Report& report);
// Ad-hoc action over ad-hoc action.
YamlNode merge_action(const YamlNode& parent, const YamlNode& child);

// Keys that are for inheritance alone and do not appear in flat definitions.
bool is_inheritance_key(Place place, std::string_view key);
// A workflow, task or ad-hoc action without them.
YamlNode without_inheritance_keys(Place place, const YamlNode& definition);
// Whether the two nodes say the same, wherever they stand.
bool same_meaning(const YamlNode& a, const YamlNode& b);

}  // namespace gregale::compiler
