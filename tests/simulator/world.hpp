// SimulatedWorld: what actions meet - slow, failing, duplicate and lost replies - under a virtual clock.
//
// What an action answers follows from what it is (its input, item and attempt), never from when it is asked,
// so that two runs of one program can be compared.
#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "interpreter/action.hpp"
#include "tests/simulator/random.hpp"

namespace gregale::simulator {

struct WorldFaults {
  uint32_t lost_replies = 0;       // percent
  uint32_t duplicate_replies = 0;  // percent
  core::Microseconds slowest = 8 * core::kSecond;
};

class SimulatedWorld {
 public:
  SimulatedWorld(Random random, WorldFaults faults);

  const interpreter::ActionRegistry& actions() const noexcept { return actions_; }
  core::VirtualClock& clock() noexcept { return clock_; }
  void set_faults(const WorldFaults& faults) noexcept { faults_ = faults; }

  // Moves the clock to the next reply or to [until], whichever is the earlier. False when there is neither.
  bool wait(std::optional<core::Microseconds> until);
  // The process has ended: nobody hears the replies that are under way.
  void forget_replies() { replies_.clear(); }
  uint64_t replies() const noexcept { return delivered_; }

  struct Request {
    uint32_t times = 0;
    bool repeatable = false;    // its task allows that it is sent again
    bool from_outside = false;  // its result comes from outside
  };
  // What was asked of the world, by action execution.
  const std::unordered_map<core::Uuid, Request>& requests() const noexcept { return requests_; }

 private:
  class SimulatedAction;
  struct Reply {
    interpreter::ActionCompletion completion;
    interpreter::ActionResult result;
  };
  void receive(const interpreter::ActionCall& call, interpreter::ActionCompletion completion, bool outside);

  Random random_;
  WorldFaults faults_;
  core::VirtualClock clock_{1'000'000 * core::kSecond};
  interpreter::ActionRegistry actions_;
  std::multimap<core::Microseconds, Reply> replies_;
  std::unordered_map<core::Uuid, Request> requests_;
  uint64_t delivered_ = 0;
};

}  // namespace gregale::simulator
