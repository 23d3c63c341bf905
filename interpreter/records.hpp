// How executions are written to the store: one JSON object a record, members with their default left out.
// docs/store.md lists them. What refers down the tree (an execution's tasks, a task's actions and
// sub-executions) is not written but found again by link(): a parent's record does not grow with what it
// has started.
#pragma once

#include <string>
#include <string_view>

#include "interpreter/state.hpp"
#include "interpreter/vault.hpp"

namespace gregale::interpreter {

// Custom contexts and secret inputs are sealed by [vault].
std::string to_record(const WorkflowExecution& execution, Vault& vault);
std::string to_record(const TaskExecution& task, Vault& vault);
std::string to_record(const ActionExecution& action, Vault& vault);

// Throws core::Error(unusable) for a record that is not whole, or that [vault] does not open. Without one,
// what is sealed is left out: enough to show an execution, not to carry it on.
void from_record(std::string_view record, WorkflowExecution& execution, Vault* vault);
void from_record(std::string_view record, TaskExecution& task, Vault* vault);
void from_record(std::string_view record, ActionExecution& action, Vault* vault);

// Fills in the lists of children of a tree whose records were all read. Throws core::Error(unusable) where a
// record refers to one that is not there.
void link(ExecutionTree& tree);

}  // namespace gregale::interpreter
