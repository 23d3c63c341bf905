// Reads definitions, with all checks of their structure: keys, shapes, names.
#pragma once

#include <deque>

#include "compiler/definition.hpp"
#include "compiler/inheritance/flat_workflow.hpp"
#include "compiler/report.hpp"

namespace gregale::compiler {

// What a document declares. What kind of file it is is told from its content: a workbook has a `name` or
// `workflows`, otherwise each member is a workflow (it has `tasks`, or extends one) or an ad-hoc action (it
// has `base`). [document] must outlive the declarations.
void list_declarations(const YamlNode& document, std::deque<Declaration>& declarations, Report& report);

// The flat forms must outlive the definitions.
WorkflowDefinition read_workflow(const FlatWorkflow& workflow, Report& report);
ActionDefinition read_action(const FlatAction& action, Report& report);

// The tasks of a workflow whose other parts are read; also its task-defaults.
void read_tasks(const FlatWorkflow& flat, WorkflowDefinition& workflow, Report& report);

// A one-line call, with findings about what Mistral would drop from it.
CallDefinition read_call(ir::CallKind kind, const YamlNode& text, const YamlNode* input, Report& report);

// Findings for parts of a one-line text that are no arguments. [text] is the node that it came
// from.
void report_inline_problems(const YamlNode& text, const grammar::InlineCall& call, Report& report);

}  // namespace gregale::compiler
