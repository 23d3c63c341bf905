// Which variables have been published when a task starts: on some way to it, and on every way.
//
// Variables are numbered by the caller and are looked at 64 at a time, when one of them is first asked for:
// one pass over the graph each. So the time is linear in the graph for each 64 variables that are read at
// all.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "compiler/analysis/flow_graph.hpp"

namespace gregale::compiler {

// A variable that a task publishes into its branch, and at which of its ends: bits of ir::ClauseKind,
// on_complete for success and error both.
struct Publication {
  size_t variable = 0;
  uint8_t ends = 0;
};

class PublishedFlow {
 public:
  // [publications] of each task. The graph must outlive this.
  PublishedFlow(const FlowGraph& graph, std::vector<std::vector<Publication>> publications);

  // Whether the task itself publishes the variable, at any end.
  bool publishes(ir::Index task, size_t variable) const;

  struct Ways {
    bool some = false;
    bool every = false;  // a join that waits for all has what any of its branches brings
  };
  // Nothing where so much has been asked of a large graph that the answer would cost too much.
  std::optional<Ways> before(ir::Index task, size_t variable);

 private:
  static constexpr size_t kBlock = 64;  // variables that are looked at together
  using Bits = uint64_t;
  struct Block {
    std::vector<Bits> some;  // of each task
    std::vector<Bits> every;
  };
  // What a task publishes of a block, by the clause that is taken.
  struct Ends {
    std::array<Bits, ir::kClauseCount> some{};
    std::array<Bits, ir::kClauseCount> every{};
  };

  const Block* block(size_t number);
  // The order of tasks, made when it is first needed.
  void find_order();
  // Fills `ends_` and `ends_of_`.
  void gather(size_t number);
  void spread(Block& block, const std::vector<ir::Index>& component) const;
  void narrow(Block& block, const std::vector<ir::Index>& component);
  Bits on_every_way(const Block& block, ir::Index task) const;
  const Ends& ends_of(ir::Index task) const { return ends_[ends_of_[task]]; }

  const FlowGraph& graph_;
  std::vector<std::vector<Publication>> publications_;  // of each task, by variable, each once
  std::vector<std::vector<ir::Index>> publishers_;      // of each block, ascending
  std::vector<std::vector<ir::Index>> components_;
  std::vector<size_t> component_of_;  // each task
  std::vector<Ends> ends_;            // of the block that is made; the first publishes nothing
  std::vector<size_t> ends_of_;       // each task
  std::vector<bool> waiting_;         // tasks that narrow() has to look at again
  std::unordered_map<size_t, Block> blocks_;
  size_t walked_ = 0;
};

}  // namespace gregale::compiler
