// Which tasks every way to a task leads through.
#pragma once

#include <vector>

#include "compiler/analysis/flow_graph.hpp"

namespace gregale::compiler {

class Dominators {
 public:
  // Takes time in the number of edges times the logarithm of that of tasks.
  explicit Dominators(const FlowGraph& graph);

  // Whether some way from the start leads to the task.
  bool reached(ir::Index task) const { return size_[task] != 0; }
  // Whether each way from the start to [task] leads through [through]. True for a task and itself; false for
  // tasks that no way leads to.
  bool on_every_way(ir::Index through, ir::Index task) const {
    return reached(through) && reached(task) && position_[through] <= position_[task] &&
           position_[task] < position_[through] + size_[through];
  }

 private:
  // Of the tree in which each task hangs from the nearest one that every way to it leads through: the place
  // of the task when the tree is written down, each one before those below it, and how many are below,
  // itself among them. 0: no way leads to it.
  std::vector<size_t> position_;
  std::vector<size_t> size_;
};

}  // namespace gregale::compiler
