// References to a task within a flat workflow: transitions, `requires`, `task(x)` in expressions, counted
// joins. For removing a task, for sending what leads to it elsewhere, and for wrapping it.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/inheritance/flat_workflow.hpp"

namespace gregale::compiler {

// A flat workflow while it is made: tasks are shared with the parent until they are changed.
struct FlatDraft {
  FlatWorkflow& workflow;
  YamlNode& shell;                        // the workflow's own mapping
  std::deque<YamlNode::Member>& members;  // of all workflows
  std::unordered_map<const YamlNode::Member*, YamlNode::Member*> changed = {};

  // The task's mapping, for changes; from now on it is this workflow's own.
  YamlNode& change(size_t task);
};

struct TaskReference {
  core::Span place;
  std::string what;  // "the transition of `a`"
};

// What still refers to a task that is not there any more.
std::vector<TaskReference> references_to(const FlatWorkflow& workflow, const YamlNode& shell,
                                         std::string_view task);
// Counted joins that wait for more tasks than lead to them.
std::vector<TaskReference> joins_left_short(const FlatWorkflow& workflow);
// Makes every reference to [from] one to [to].
void redirect(FlatDraft& draft, std::string_view from, std::string_view to);
// Runs the tasks [before] ahead of the task, and those of [after] behind its success: together they stand
// where the task stood.
void wrap(FlatDraft& draft, const std::string& task, const std::vector<std::string>& before,
          const std::vector<std::string>& after);

}  // namespace gregale::compiler
