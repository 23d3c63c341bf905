// How executions are written to the store: one JSON object a record, members with their default left out.
// docs/store.md lists them. What refers down the tree (an execution's tasks, a task's actions and
// sub-executions) is not written but found again by link(): a parent's record does not grow with what it
// has started.
#pragma once

#include <string>
#include <string_view>

#include "interpreter/state.hpp"

namespace gregale::interpreter {

std::string to_record(const WorkflowExecution& execution);
std::string to_record(const TaskExecution& task);
std::string to_record(const ActionExecution& action);

// Throws core::Error(unusable) for a record that is not whole.
void from_record(std::string_view record, WorkflowExecution& execution);
void from_record(std::string_view record, TaskExecution& task);
void from_record(std::string_view record, ActionExecution& action);

// Fills in the lists of children of a tree whose records were all read. Throws core::Error(unusable) where a
// record refers to one that is not there.
void link(ExecutionTree& tree);

}  // namespace gregale::interpreter
