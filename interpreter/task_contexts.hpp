// TaskContexts: what each task of a tree sees, and what it leaves to those after it.
//
// Contexts are not stored: they follow from what tasks published and from which tasks each one inherits.
// They are made when asked for and kept until what they stand on changes.
#pragma once

#include <optional>
#include <vector>

#include "interpreter/context.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

class TaskContexts {
 public:
  // [tree] must outlive this.
  explicit TaskContexts(const ExecutionTree& tree) : tree_(tree) {}

  Context inbound(Index task);
  // With what the task itself has published.
  Context outbound(Index task);
  // Where branches meet. In order of definition, so that the result does not depend on which branch was the
  // quicker one.
  Context merge_outbound(std::vector<Index> tasks);

  // The task has published.
  void forget_outbound(Index task);
  // So has a task that others have inherited from already.
  void forget_all();
  // The task will inherit from others.
  void forget(Index task);

 private:
  const ExecutionTree& tree_;
  std::vector<std::optional<Context>> inbound_;  // of tasks, as far as known
  std::vector<std::optional<Context>> outbound_;
};

}  // namespace gregale::interpreter
