// The graph of a direct workflow: its transitions as edges, with what makes them fire.
#pragma once

#include <vector>

#include "compiler/ir/ir.hpp"

namespace gregale::compiler {

struct FlowEdge {
  ir::Index from = ir::kNone;
  ir::Index to = ir::kNone;
  ir::ClauseKind kind = ir::on_success;
  bool guarded = false;
};

class FlowGraph {
 public:
  explicit FlowGraph(const ir::Workflow& workflow);

  const std::vector<FlowEdge>& out(ir::Index task) const { return out_[task]; }
  const std::vector<FlowEdge>& in(ir::Index task) const { return in_[task]; }
  size_t size() const { return out_.size(); }

  // Which tasks can run when [without] does not: reached from the start tasks by ways around it.
  std::vector<bool> reached_without(ir::Index without) const;

 private:
  const ir::Workflow& workflow_;
  std::vector<std::vector<FlowEdge>> out_;
  std::vector<std::vector<FlowEdge>> in_;
};

// The tangles of cycles (strongly connected components that hold a cycle) of a graph, each with its nodes
// ascending, in the order of their first nodes. [successors] of each node, by index.
std::vector<std::vector<ir::Index>> find_cycles(const std::vector<std::vector<ir::Index>>& successors);

}  // namespace gregale::compiler
