// The graph of a direct workflow: its transitions as edges, with what makes them fire.
#pragma once

#include <span>
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
  // The workflow must outlive the graph.
  explicit FlowGraph(const ir::Workflow& workflow);

  // In the order of writing, clause by clause.
  std::span<const FlowEdge> out(ir::Index task) const { return edges_of(out_, out_begin_, task); }
  // In the order of the tasks that they leave.
  std::span<const FlowEdge> in(ir::Index task) const { return edges_of(in_, in_begin_, task); }
  size_t size() const { return out_begin_.size() - 1; }
  size_t edges() const { return out_.size(); }
  const std::vector<ir::Index>& starts() const { return workflow_.start_tasks; }

  // Whether the task is a join of all branches.
  bool waits_for_all(ir::Index task) const { return workflow_.tasks[task].join.kind == ir::Join::Kind::all; }

  // Which tasks some way from the start tasks leads to.
  std::vector<bool> reached() const;

 private:
  static std::span<const FlowEdge> edges_of(const std::vector<FlowEdge>& edges,
                                            const std::vector<size_t>& begin, ir::Index task) {
    return std::span(edges).subspan(begin[task], begin[task + 1] - begin[task]);
  }

  const ir::Workflow& workflow_;
  std::vector<FlowEdge> out_;  // by the task that they leave
  std::vector<FlowEdge> in_;   // by the task that they lead to
  std::vector<size_t> out_begin_;
  std::vector<size_t> in_begin_;
};

// Of each of Program::workflows; reverse ones have no edges. The program must outlive them.
using FlowGraphs = std::vector<FlowGraph>;
FlowGraphs flow_graphs(const ir::Program& program);

// The strongly connected components of a graph: whatever leads to each other stands together. Each with its
// nodes ascending; one that leads to another stands before it. [successors] of each node, by index.
std::vector<std::vector<ir::Index>> find_components(const std::vector<std::vector<ir::Index>>& successors);
std::vector<std::vector<ir::Index>> find_components(const FlowGraph& graph);

// The tangles of cycles (components that hold a cycle), in the order of their first nodes.
std::vector<std::vector<ir::Index>> find_cycles(const std::vector<std::vector<ir::Index>>& successors);

}  // namespace gregale::compiler
