// The execution document: how an execution is shown to programs (see docs/cli.md for its members).
#pragma once

#include "interpreter/program.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

// The workflow execution of that number with its tasks, their actions and sub-workflow executions.
Value execution_document(const LoadedProgram& program, const ExecutionTree& tree, Index execution);

}  // namespace gregale::interpreter
