#include "compiler/analysis/flow_graph.hpp"

#include <algorithm>

namespace gregale::compiler {

using ir::Index;

namespace {

// Sorts edges by a task of theirs, each task's in their order; where each task's begin, and the end.
std::vector<size_t> sort_by(std::vector<FlowEdge>& edges, Index FlowEdge::*task, size_t tasks) {
  std::vector<size_t> begin(tasks + 1);
  for (const FlowEdge& edge : edges) ++begin[edge.*task + 1];
  for (size_t i = 0; i < tasks; ++i) begin[i + 1] += begin[i];
  std::vector<FlowEdge> sorted(edges.size());
  std::vector<size_t> next = begin;
  for (const FlowEdge& edge : edges) sorted[next[edge.*task]++] = edge;
  edges = std::move(sorted);
  return begin;
}

}  // namespace

FlowGraph::FlowGraph(const ir::Workflow& workflow) : workflow_(workflow) {
  for (Index from = 0; from < workflow.tasks.size(); ++from) {
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      for (const ir::Target& target : workflow.tasks[from].clauses[kind].targets) {
        if (target.kind != ir::TargetKind::task) continue;
        out_.push_back({from, target.task, static_cast<ir::ClauseKind>(kind), target.guard != ir::kNone});
      }
    }
  }
  in_ = out_;
  out_begin_ = sort_by(out_, &FlowEdge::from, workflow.tasks.size());
  in_begin_ = sort_by(in_, &FlowEdge::to, workflow.tasks.size());
}

std::vector<bool> FlowGraph::reached() const {
  std::vector<bool> reached(size());
  std::vector<Index> open = starts();
  for (Index start : open) reached[start] = true;
  while (!open.empty()) {
    const Index from = open.back();
    open.pop_back();
    for (const FlowEdge& edge : out(from)) {
      if (reached[edge.to]) continue;
      reached[edge.to] = true;
      open.push_back(edge.to);
    }
  }
  return reached;
}

FlowGraphs flow_graphs(const ir::Program& program) {
  FlowGraphs result;
  result.reserve(program.workflows.size());
  for (const ir::Workflow& workflow : program.workflows) result.emplace_back(workflow);
  return result;
}

namespace {

// Tarjan's algorithm with a stack of its own instead of recursion.
class ComponentFinder {
 public:
  explicit ComponentFinder(const std::vector<std::vector<Index>>& successors)
      : successors_(successors),
        order_(successors.size()),
        low_(successors.size()),
        open_(successors.size()) {}

  std::vector<std::vector<Index>> run() {
    for (Index root = 0; root < successors_.size(); ++root) {
      if (order_[root] == 0) visit(root);
    }
    // A component is closed after all that it leads to.
    std::reverse(components_.begin(), components_.end());
    return std::move(components_);
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
    std::sort(nodes.begin(), nodes.end());
    components_.push_back(std::move(nodes));
  }

  const std::vector<std::vector<Index>>& successors_;
  std::vector<size_t> order_;  // 0: not seen
  std::vector<size_t> low_;
  std::vector<bool> open_;
  std::vector<Index> component_;  // the nodes of those that are not closed yet
  std::vector<Frame> frames_;
  std::vector<std::vector<Index>> components_;
  size_t count_ = 0;
};

}  // namespace

std::vector<std::vector<Index>> find_components(const std::vector<std::vector<Index>>& successors) {
  return ComponentFinder(successors).run();
}

std::vector<std::vector<Index>> find_components(const FlowGraph& graph) {
  std::vector<std::vector<Index>> successors(graph.size());
  for (Index from = 0; from < graph.size(); ++from) {
    for (const FlowEdge& edge : graph.out(from)) successors[from].push_back(edge.to);
  }
  return find_components(successors);
}

std::vector<std::vector<Index>> find_cycles(const std::vector<std::vector<Index>>& successors) {
  std::vector<std::vector<Index>> cycles = find_components(successors);
  std::erase_if(cycles, [&](const std::vector<Index>& nodes) {
    const std::vector<Index>& next = successors[nodes.front()];
    return nodes.size() == 1 && std::find(next.begin(), next.end(), nodes.front()) == next.end();
  });
  std::sort(cycles.begin(), cycles.end());
  return cycles;
}

}  // namespace gregale::compiler
