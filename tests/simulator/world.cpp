#include "tests/simulator/world.hpp"

#include <algorithm>

#include "stdlib/standard/simple_actions.hpp"

namespace gregale::simulator {

using core::Microseconds;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionMode;
using interpreter::ActionResult;

class SimulatedWorld::SimulatedAction : public interpreter::Action {
 public:
  SimulatedAction(SimulatedWorld& world, const char* name, ActionMode mode) : world_(world), mode_(mode) {
    signature_.name = name;
    signature_.accepts_any = true;
  }
  const ir::ActionSignature& signature() const override { return signature_; }
  ActionMode mode() const override { return mode_; }
  void start(ActionCall call, ActionCompletion completion) const override {
    world_.receive(call, std::move(completion), mode_ == ActionMode::outside);
  }

 private:
  SimulatedWorld& world_;
  ActionMode mode_;
  ir::ActionSignature signature_;
};

SimulatedWorld::SimulatedWorld(Random random, WorldFaults faults) : random_(random), faults_(faults) {
  stdlib::add_simple_actions(actions_);
  actions_.add(std::make_unique<SimulatedAction>(*this, "sim.work", ActionMode::started));
  actions_.add(std::make_unique<SimulatedAction>(*this, "sim.outside", ActionMode::outside));
}

void SimulatedWorld::receive(const ActionCall& call, ActionCompletion completion, bool outside) {
  Request& request = requests_[call.context.action_execution_id];
  ++request.times;
  request.repeatable = call.context.safe_rerun;
  request.from_outside = outside;
  if (outside) return completion(ActionResult::success({}));
  if (random_.chance(faults_.lost_replies)) return;
  const Value key = call.input.get("key");
  const int64_t attempt = call.context.attempt;
  const bool fails = attempt <= call.input.get("failures").as_integer() && call.context.item_index % 2 == 0;
  ActionResult result = fails ? ActionResult::error(core::Map{{"key", key}, {"failed", attempt}})
                              : ActionResult::success(core::Map{{"key", key}, {"attempt", attempt}});
  const auto after = [&] {
    return clock_.now() + static_cast<Microseconds>(random_.next() % static_cast<uint64_t>(faults_.slowest));
  };
  if (random_.chance(10)) {  // at once, within the call
    completion(result);
  } else {
    replies_.emplace(after(), Reply{completion, result});
  }
  if (random_.chance(faults_.duplicate_replies)) replies_.emplace(after(), Reply{completion, result});
}

bool SimulatedWorld::wait(std::optional<Microseconds> until) {
  if (replies_.empty() && !until) return false;
  const bool reply = !replies_.empty() && (!until || replies_.begin()->first <= *until);
  clock_.advance_to(std::max(clock_.now(), reply ? replies_.begin()->first : *until));
  while (!replies_.empty() && replies_.begin()->first <= clock_.now()) {
    const Reply arrived = std::move(replies_.begin()->second);
    replies_.erase(replies_.begin());
    ++delivered_;
    arrived.completion(arrived.result);
    if (random_.chance(50)) break;  // not always several in one round
  }
  return true;
}

}  // namespace gregale::simulator
