// How executions are written to the store: one JSON object a record, members with their default left out.
// docs/store.md lists them. What refers down the tree (an execution's tasks, a task's actions and
// sub-executions) is not written but found again by link(): a parent's record does not grow with what it
// has started.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "interpreter/large_values.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/state.hpp"
#include "interpreter/vault.hpp"

namespace gregale::interpreter {

// What records are written and read with.
struct RecordKit {
  // Custom contexts and secret inputs are sealed by it. Null, for reading: what is sealed is left out, which
  // is enough to show an execution, not to carry it on.
  Vault* vault = nullptr;
  // Keeps large values; null: they are part of the record.
  LargeValues* large_values = nullptr;
};

std::string to_record(const WorkflowExecution& execution, const RecordKit& kit);
std::string to_record(const TaskExecution& task, const RecordKit& kit);
std::string to_record(const ActionExecution& action, const RecordKit& kit);
// All events of one step in one record.
std::string to_record(const std::vector<HistoryRecord>& events, const RecordKit& kit);

// Throws core::Error(unusable) for a record that is not whole, or that the vault does not open.
void from_record(std::string_view record, WorkflowExecution& execution, const RecordKit& kit);
void from_record(std::string_view record, TaskExecution& task, const RecordKit& kit);
void from_record(std::string_view record, ActionExecution& action, const RecordKit& kit);
// Appends to [events].
void from_record(std::string_view record, std::vector<HistoryRecord>& events, const RecordKit& kit);

// Fills in the lists of children of a tree whose records were all read. Throws core::Error(unusable) where a
// record refers to one that is not there.
void link(ExecutionTree& tree);

}  // namespace gregale::interpreter
