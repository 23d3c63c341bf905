// ExecutionDirectory: the other executions of the store, for the functions of expressions that look at them
// (`executions()`, `tasks()`).
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "interpreter/program.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

// Every method throws core::Error when the store fails.
class ExecutionDirectory {
 public:
  struct Tree {
    std::shared_ptr<const ExecutionTree> tree;
    std::shared_ptr<const LoadedProgram> program;
  };

  virtual ~ExecutionDirectory() = default;
  // Of all trees, in order of creation.
  virtual std::vector<Uuid> roots() = 0;
  // Of the tree that the workflow execution belongs to; none: there is no such execution.
  virtual std::optional<Uuid> root_of(const Uuid& execution) = 0;
  // As it is now; it is looked at before anything else changes it.
  virtual Tree open(const Uuid& root) = 0;
};

}  // namespace gregale::interpreter
