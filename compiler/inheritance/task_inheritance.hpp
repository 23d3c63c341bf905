// The tasks of a workflow that extends another: overrides, promises of abstract tasks, what is final.
#pragma once

#include "compiler/inheritance/references.hpp"

namespace gregale::compiler {

// The tasks of a workflow without parent, from its `tasks`.
void take_tasks(FlatDraft& draft, Report& report);

// The parent's tasks with those of the child's `tasks` put in.
void inherit_tasks(FlatDraft& draft, const FlatWorkflow& parent, Report& report);

// After the tasks are there: every abstract one is overridden unless the workflow is abstract, and
// promises are kept.
void check_promises(FlatWorkflow& workflow, Report& report);

// What `final` says on a workflow or a task, added to what is final already. Findings for what takes
// something back.
void read_final(const YamlNode& definition, Final& final, Report& report);

// The node that says `abstract: true`, or nullptr.
const YamlNode* read_abstract(const YamlNode& definition, Report& report);

// A finding for a change of [key] that an ancestor made final; whether there is one.
bool report_final(const core::Span& place, std::string_view what, const YamlNode& final, Report& report);

// Findings for `inherit` in the transitions and `requires` of a task, or of task-defaults, that inherits
// none; whether there are any.
bool report_inherits_nothing(const YamlNode& part, Report& report);

}  // namespace gregale::compiler
