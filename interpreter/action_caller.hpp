// ActionCaller: carries out one action by itself, as a task would have it carried out: the input is checked
// and the region chosen. `gregale action run` and actions that call others go through it.
#pragma once

#include <functional>

#include "interpreter/action.hpp"

namespace gregale::interpreter {

// Actions that call actions that call actions, ...
inline constexpr uint32_t kCallDepthLimit = 16;

class ActionCaller {
 public:
  // Calls [action] after [seconds], with false when it never will be time.
  using Timer = std::function<void(double seconds, std::function<void(bool elapsed)> action)>;

  // [registry] must outlive what is carried out.
  ActionCaller(const ActionRegistry& registry, Timer timer) : registry_(registry), timer_(std::move(timer)) {}

  // Finds the action, checks the input, and chooses the region: that of the input, else the context's. Throws
  // Error (not_found, invalid, limit).
  const Action& prepare(ActionCall& call) const;
  // Carries out what prepare() has prepared. [completion] is called once, from any thread; errors go there,
  // too.
  void carry_out(const Action& action, ActionCall call, const ActionCompletion& completion) const;
  // Both; what prepare() throws becomes a failure.
  void call(ActionCall call, const ActionCompletion& completion) const;

 private:
  const ActionRegistry& registry_;
  Timer timer_;
};

}  // namespace gregale::interpreter
