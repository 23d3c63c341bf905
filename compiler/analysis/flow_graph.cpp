#include "compiler/analysis/flow_graph.hpp"

#include <algorithm>

namespace gregale::compiler {

using ir::Index;

FlowGraph::FlowGraph(const ir::Workflow& workflow)
    : workflow_(workflow), out_(workflow.tasks.size()), in_(workflow.tasks.size()) {
  for (Index from = 0; from < workflow.tasks.size(); ++from) {
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      for (const ir::Target& target : workflow.tasks[from].clauses[kind].targets) {
        if (target.kind != ir::TargetKind::task) continue;
        const FlowEdge edge{from, target.task, static_cast<ir::ClauseKind>(kind), target.guard != ir::kNone};
        out_[from].push_back(edge);
        in_[target.task].push_back(edge);
      }
    }
  }
}

std::vector<bool> FlowGraph::reached_without(Index without) const {
  std::vector<bool> reached(size());
  std::vector<Index> open;
  for (Index start : workflow_.start_tasks) {
    if (start != without) open.push_back(start);
  }
  for (Index start : open) reached[start] = true;
  while (!open.empty()) {
    const Index from = open.back();
    open.pop_back();
    for (const FlowEdge& edge : out_[from]) {
      if (edge.to == without || reached[edge.to]) continue;
      reached[edge.to] = true;
      open.push_back(edge.to);
    }
  }
  return reached;
}

namespace {

// Tarjan's algorithm with a stack of its own instead of recursion.
class CycleFinder {
 public:
  explicit CycleFinder(const std::vector<std::vector<Index>>& successors)
      : successors_(successors),
        order_(successors.size()),
        low_(successors.size()),
        open_(successors.size()) {}

  std::vector<std::vector<Index>> run() {
    for (Index root = 0; root < successors_.size(); ++root) {
      if (order_[root] == 0) visit(root);
    }
    std::sort(cycles_.begin(), cycles_.end());
    return std::move(cycles_);
  }

 private:
  struct Frame {
    Index node;
    size_t next;
  };

  void enter(Index node) {
    order_[node] = low_[node] = ++count_;
    open_[node] = true;
    component_.push_back(node);
    frames_.push_back({node, 0});
  }

  void visit(Index root) {
    enter(root);
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      const Index node = frame.node;
      if (frame.next == successors_[node].size()) {
        frames_.pop_back();
        if (!frames_.empty()) low_[frames_.back().node] = std::min(low_[frames_.back().node], low_[node]);
        if (low_[node] == order_[node]) close(node);
        continue;
      }
      const Index next = successors_[node][frame.next++];
      if (order_[next] == 0) {
        enter(next);
      } else if (open_[next]) {
        low_[node] = std::min(low_[node], order_[next]);
      }
    }
  }

  void close(Index root) {
    std::vector<Index> nodes;
    Index node = ir::kNone;
    while (node != root) {
      node = component_.back();
      component_.pop_back();
      open_[node] = false;
      nodes.push_back(node);
    }
    const std::vector<Index>& next = successors_[root];
    if (nodes.size() == 1 && std::find(next.begin(), next.end(), root) == next.end()) return;
    std::sort(nodes.begin(), nodes.end());
    cycles_.push_back(std::move(nodes));
  }

  const std::vector<std::vector<Index>>& successors_;
  std::vector<size_t> order_;  // 0: not seen
  std::vector<size_t> low_;
  std::vector<bool> open_;
  std::vector<Index> component_;
  std::vector<Frame> frames_;
  std::vector<std::vector<Index>> cycles_;
  size_t count_ = 0;
};

}  // namespace

std::vector<std::vector<Index>> find_cycles(const std::vector<std::vector<Index>>& successors) {
  return CycleFinder(successors).run();
}

}  // namespace gregale::compiler
