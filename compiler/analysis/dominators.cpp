// The algorithm of Lengauer and Tarjan, "A Fast Algorithm for Finding Dominators in a Flowgraph" (1979), in
// its simple form; the names are theirs. Nodes are counted in the order of a depth-first walk, from the 0
// that stands before all start tasks.
#include "compiler/analysis/dominators.hpp"

#include <algorithm>

namespace gregale::compiler {

using ir::Index;

namespace {

using Node = uint32_t;

class DominatorTree {
 public:
  explicit DominatorTree(const FlowGraph& graph) : graph_(graph), node_of_(graph.size()) {}

  // The immediate dominator of each node. That of the first is itself.
  std::vector<Node> run() {
    walk();
    const size_t count = parent_.size();
    semi_.resize(count);
    for (Node node = 0; node < count; ++node) semi_[node] = node;
    label_ = semi_;
    ancestor_.assign(count, kNoNode);
    idom_.assign(count, 0);
    std::vector<std::vector<Node>> bucket(count);
    for (Node node = static_cast<Node>(count) - 1; node > 0; --node) {
      const Index task = task_of_[node];
      if (graph_.in(task).empty()) semi_[node] = 0;  // a start task
      for (const FlowEdge& edge : graph_.in(task)) {
        if (node_of_[edge.from] != 0) semi_[node] = std::min(semi_[node], semi_[eval(node_of_[edge.from])]);
      }
      bucket[semi_[node]].push_back(node);
      const Node parent = parent_[node];
      ancestor_[node] = parent;
      for (const Node one : bucket[parent]) {
        const Node least = eval(one);
        idom_[one] = semi_[least] < semi_[one] ? least : parent;
      }
      bucket[parent].clear();
    }
    for (Node node = 1; node < count; ++node) {
      if (idom_[node] != semi_[node]) idom_[node] = idom_[idom_[node]];
    }
    return std::move(idom_);
  }

  // 0: no way leads to the task.
  Node node_of(Index task) const { return node_of_[task]; }

 private:
  static constexpr Node kNoNode = ~Node{0};

  void walk() {
    struct Frame {
      Node node;
      size_t next;
    };
    const auto enter = [&](Index task, Node parent) {
      node_of_[task] = static_cast<Node>(parent_.size());
      task_of_.push_back(task);
      parent_.push_back(parent);
      return Frame{node_of_[task], 0};
    };
    parent_.push_back(0);
    task_of_.push_back(ir::kNone);
    for (Index start : graph_.starts()) {
      if (node_of_[start] != 0) continue;
      std::vector<Frame> stack{enter(start, 0)};
      while (!stack.empty()) {
        Frame& frame = stack.back();
        const auto edges = graph_.out(task_of_[frame.node]);
        if (frame.next == edges.size()) {
          stack.pop_back();
          continue;
        }
        const Index to = edges[frame.next++].to;
        if (node_of_[to] == 0) stack.push_back(enter(to, frame.node));
      }
    }
  }

  // Of the linked ancestors of the node, and itself, one with the least semidominator.
  Node eval(Node node) {
    if (ancestor_[node] == kNoNode) return label_[node];
    std::vector<Node>& path = path_;
    path.clear();
    for (Node at = node; ancestor_[ancestor_[at]] != kNoNode; at = ancestor_[at]) path.push_back(at);
    for (size_t i = path.size(); i-- > 0;) {
      const Node at = path[i];
      const Node above = ancestor_[at];
      if (semi_[label_[above]] < semi_[label_[at]]) label_[at] = label_[above];
      ancestor_[at] = ancestor_[above];
    }
    return label_[node];
  }

  const FlowGraph& graph_;
  std::vector<Node> node_of_;   // of each task
  std::vector<Index> task_of_;  // of each node
  std::vector<Node> parent_;    // in the tree of the walk
  std::vector<Node> semi_;
  std::vector<Node> label_;
  std::vector<Node> ancestor_;
  std::vector<Node> idom_;
  std::vector<Node> path_;
};

}  // namespace

Dominators::Dominators(const FlowGraph& graph) : position_(graph.size()), size_(graph.size()) {
  DominatorTree tree(graph);
  const std::vector<Node> above = tree.run();
  std::vector<size_t> below(above.size(), 1);
  for (size_t node = above.size(); node-- > 1;) below[above[node]] += below[node];
  // What hangs from a node stands behind it, one subtree after the other.
  std::vector<size_t> position(above.size());
  std::vector<size_t> free(above.size());
  free[0] = 1;
  for (size_t node = 1; node < above.size(); ++node) {
    position[node] = free[above[node]];
    free[above[node]] += below[node];
    free[node] = position[node] + 1;
  }
  for (Index task = 0; task < graph.size(); ++task) {
    if (const Node node = tree.node_of(task); node != 0) {
      position_[task] = position[node];
      size_[task] = below[node];
    }
  }
}

}  // namespace gregale::compiler
