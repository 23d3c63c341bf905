// An execution as it was at an earlier moment, told from its history.
#pragma once

#include <vector>

#include "interpreter/machine.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

// [tree] after the first [events] records of its [history]. States, what was published and what existed are
// as they were; results and messages of what was not complete then are left out. Vars and globals are the
// present ones: their changes are not recorded.
ExecutionTree as_of(const ExecutionTree& tree, const std::vector<HistoryRecord>& history, size_t events);

// What the workflow execution had published at its ends: its branches merged.
Value published_context(const ExecutionTree& tree, Index execution);

}  // namespace gregale::interpreter
