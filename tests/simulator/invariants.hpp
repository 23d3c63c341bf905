// Invariants: what must hold of every execution, whatever happens around it. They are judged from the
// definition and the stored state alone, by rules of their own, not by asking the machine.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "interpreter/machine.hpp"
#include "interpreter/store.hpp"
#include "tests/simulator/world.hpp"

namespace gregale::simulator {

class Invariants {
 public:
  explicit Invariants(const interpreter::LoadedProgram& program) : program_(program) {}

  // After every commit.
  void observe(const interpreter::ExecutionTree& tree, const interpreter::StepOutput& output);
  // A rerun takes tasks back that had ended.
  void allow_reruns(const core::Uuid& root) { states_[root].reruns = true; }
  // Nothing moves by itself any more: what is not complete must have a reason that can be named.
  void at_rest(const interpreter::ActionRegistry& actions, const interpreter::ExecutionTree& tree,
               interpreter::Microseconds now);
  // What the store gives back is what was in memory, and the history ends where the records are.
  void stored(const interpreter::ExecutionTree& memory, interpreter::Store& store);
  // Requests that may not be repeated were not.
  void requests(const SimulatedWorld& world);

  // The first thing that was broken; empty: nothing.
  const std::string& violation() const noexcept { return violation_; }
  void report(std::string text) {
    if (violation_.empty()) violation_ = std::move(text);
  }

 private:
  struct Seen {
    bool reruns = false;
    std::vector<bool> started_tasks;
    std::vector<bool> actions;
    std::unordered_map<interpreter::Index, interpreter::State> ended;  // tasks that are done for good
  };

  void check_preconditions(const interpreter::ExecutionTree& tree, interpreter::Index task);
  void check_visible(const interpreter::ExecutionTree& tree, interpreter::Index action);
  const ir::Workflow& workflow_of(const interpreter::ExecutionTree& tree, interpreter::Index execution) const;

  const interpreter::LoadedProgram& program_;
  std::unordered_map<core::Uuid, Seen> states_;
  std::string violation_;
};

}  // namespace gregale::simulator
