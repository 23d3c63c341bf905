// Reads definitions from a document, with all checks of its structure: keys, shapes, names. What
// kind of file it is is told from its content: a workbook has a `name` or `workflows`, otherwise
// each member is a workflow (it has `tasks`) or an ad-hoc action (it has `base`).
#pragma once

#include "compiler/definition.hpp"
#include "compiler/report.hpp"

namespace gregale::compiler {

// [document] must outlive [definitions].
void read_document(const YamlNode& document, Definitions& definitions, Report& report);

// The tasks of a workflow whose other parts are read; also its task-defaults.
void read_tasks(WorkflowDefinition& workflow, Report& report);

// A one-line call, with findings about what Mistral would drop from it.
CallDefinition read_call(ir::CallKind kind, const YamlNode& text, const YamlNode* input, Report& report);

// Findings for parts of a one-line text that are no arguments. [text] is the node that it came
// from.
void report_inline_problems(const YamlNode& text, const grammar::InlineCall& call, Report& report);

}  // namespace gregale::compiler
