// What a file defines, read from its YAML and not yet translated: workflows, tasks, transitions,
// calls. Every part keeps the node that it was read from, so that findings have their place. The
// nodes belong to the compiler's documents and outlive the definitions.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/inheritance/flat_workflow.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/nodes.hpp"
#include "grammar/inline_call.hpp"
#include "grammar/with_items.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

struct ParameterDefinition {
  const YamlNode* name = nullptr;
  const YamlNode* default_value = nullptr;  // none: the parameter is needed
};

struct CallDefinition {
  ir::CallKind kind = ir::CallKind::none;
  const YamlNode* text = nullptr;   // the one-line call; none: std.noop
  grammar::InlineCall call;         // of `text`
  const YamlNode* input = nullptr;  // `input`, `base-input`
};

struct WithItemsDefinition {
  const YamlNode* text = nullptr;
  grammar::WithItemsText items;
};

struct TargetDefinition {
  const YamlNode* text = nullptr;
  grammar::InlineCall command;      // of `text`; its name is the target's
  const YamlNode* guard = nullptr;  // none: always
};

struct ClauseDefinition {
  const YamlNode* key = nullptr;      // none: there is no such clause
  const YamlNode* publish = nullptr;  // mapping of scopes
  std::vector<TargetDefinition> targets;
};

struct RetryDefinition {
  const YamlNode* node = nullptr;
  std::optional<grammar::InlineCall> line;  // where it is written on one line
};

// What tasks and task-defaults have in common.
struct TaskPart {
  const YamlNode* node = nullptr;  // the mapping
  RetryDefinition retry;
  std::array<ClauseDefinition, ir::kClauseCount> clauses;
  std::vector<const YamlNode*> requires_tasks;

  // The value of a key, or nullptr.
  const YamlNode* value(std::string_view key) const noexcept {
    return node == nullptr ? nullptr : value_of(*node, key);
  }
};

struct TaskDefinition : TaskPart {
  const YamlNode* name = nullptr;
  CallDefinition call;
  std::vector<WithItemsDefinition> with_items;
};

// A key of a workflow's `custom_context`.
struct ContextKeyDefinition {
  const YamlNode* name = nullptr;
  const YamlNode* node = nullptr;  // a mapping; none: any value, not required

  const YamlNode* value(std::string_view key) const noexcept {
    const YamlNode::Member* member = node == nullptr ? nullptr : node->find(key);
    return member == nullptr ? nullptr : &member->value;
  }
  bool flag(std::string_view key) const noexcept {
    const YamlNode* found = value(key);
    return found != nullptr && found->scalar.is_boolean() && found->scalar.as_boolean();
  }
};

struct WorkflowDefinition {
  const YamlNode* name = nullptr;
  const YamlNode* node = nullptr;  // the mapping
  std::string full_name;
  std::string workbook;    // empty outside of workbooks
  std::string name_space;  // empty: the default one
  const FlatWorkflow* flat = nullptr;
  ir::Workflow::Type type = ir::Workflow::Type::direct;
  std::vector<ParameterDefinition> input;
  std::vector<ContextKeyDefinition> custom_context;
  std::optional<TaskPart> defaults;
  std::vector<const TaskDefinition*> tasks;  // belong to the reader
  std::unordered_map<std::string_view, size_t> task_index;

  const YamlNode* value(std::string_view key) const noexcept { return value_of(*node, key); }
  std::vector<std::string> task_names() const;
};

struct ActionDefinition {
  const Declaration* declaration = nullptr;
  const YamlNode* name = nullptr;
  const YamlNode* node = nullptr;
  std::string full_name;
  std::string workbook;
  std::string name_space;
  std::vector<ParameterDefinition> input;
  CallDefinition base;
};

struct Definitions {
  std::vector<WorkflowDefinition> workflows;
  std::vector<ActionDefinition> actions;
  // Workflows that only others extend; they are not part of the program.
  std::vector<WorkflowDefinition> abstract_workflows;
  // Those whose inheritance does not hold; findings about them have been made.
  std::vector<const Declaration*> broken;
  // Names of workflows that come with the program, where a call means none of the above.
  std::vector<std::string> shipped;
};

}  // namespace gregale::compiler
