// Reads definitions, with all checks of their structure: keys, shapes, names.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>

#include "compiler/definition.hpp"
#include "compiler/inheritance/flat_workflow.hpp"
#include "compiler/report.hpp"

namespace gregale::compiler {

// What a document declares. What kind of file it is is told from its content: a workbook has a `name` or
// `workflows`, otherwise each member is a workflow (it has `tasks`, or extends one) or an ad-hoc action (it
// has `base`). [document] must outlive the declarations. Gives what it says of its workbook.
Workbook list_declarations(const YamlNode& document, std::deque<Declaration>& declarations, Report& report);

// Task definitions by what they were read from: a task that several workflows inherit as it is, is read once.
using TaskDefinitions = std::unordered_map<const YamlNode::Member*, std::unique_ptr<const TaskDefinition>>;

// The flat forms and the tasks must outlive the definitions.
WorkflowDefinition read_workflow(const FlatWorkflow& workflow, TaskDefinitions& tasks, Report& report);
ActionDefinition read_action(const FlatAction& action, Report& report);

// The tasks of a workflow whose other parts are read; also its task-defaults.
void read_tasks(const FlatWorkflow& flat, WorkflowDefinition& workflow, TaskDefinitions& tasks,
                Report& report);

// A one-line call, with findings about what Mistral would drop from it.
CallDefinition read_call(ir::CallKind kind, const YamlNode& text, const YamlNode* input, Report& report);

// Findings for parts of a one-line text that are no arguments. [text] is the node that it came
// from.
void report_inline_problems(const YamlNode& text, const grammar::InlineCall& call, Report& report);

}  // namespace gregale::compiler
