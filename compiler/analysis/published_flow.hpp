// Which variables have been published when a task starts: on some way to it, and on every way.
//
// Variables are numbered by the caller and are looked at 64 at a time, when one of them is first asked for:
// one pass over the graph each. So the time is linear in the graph for each 64 variables that are read at
// all.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
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

  // What comes to a task by its edges.
  struct Arriving {
    Bits some = 0;
    Bits every = 0;
    bool again = false;  // the task leads to itself
  };

  const Block* block(size_t number);
  // The order of tasks, made when it is first needed.
  void find_order();
  // Fills `ends_` and `ends_of_`.
  void gather(size_t number);
  void fill(Block& block, ir::Index task) const;
  void fill_tangle(Block& block, std::span<const ir::Index> tasks);
  Arriving arriving(const Block& block, ir::Index task) const;
  std::span<const ir::Index> component(size_t number) const {
    return std::span(order_).subspan(component_begin_[number],
                                     component_begin_[number + 1] - component_begin_[number]);
  }
  const Ends& ends_of(ir::Index task) const { return ends_[ends_of_[task]]; }

  const FlowGraph& graph_;
  std::vector<std::vector<Publication>> publications_;  // of each task, by variable, each once
  std::vector<std::vector<ir::Index>> publishers_;      // of each block, ascending
  std::vector<ir::Index> order_;                        // all tasks, component by component
  std::vector<size_t> component_begin_;                 // in `order_`, and its end
  std::vector<ir::Index> component_of_;                 // each task
  std::vector<Ends> ends_;         // of the block that is made; the first publishes nothing
  std::vector<uint32_t> ends_of_;  // each task
  std::vector<bool> waiting_;      // tasks that fill_tangle() has to look at again
  std::unordered_map<size_t, Block> blocks_;
  size_t walked_ = 0;
};

}  // namespace gregale::compiler
