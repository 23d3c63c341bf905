#include "interpreter/action_caller.hpp"

#include <fmt/format.h>

#include "core/similar.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

const Action& ActionCaller::prepare(ActionCall& call) const {
  if (call.context.depth > kCallDepthLimit) {
    throw Error(ErrorKind::limit,
                fmt::format("'{}': actions call each other more than {} deep", call.name, kCallDepthLimit));
  }
  const Action* action = registry_.find(call.name);
  if (action == nullptr) {
    const std::string nearest = core::nearest_name(call.name, registry_.action_names());
    throw Error(ErrorKind::not_found,
                fmt::format("no action '{}'{}", call.name,
                            nearest.empty() ? "" : fmt::format(", did you mean '{}'?", nearest)));
  }
  const std::string problem = check_input(action->signature(), call.input);
  if (!problem.empty()) throw Error(ErrorKind::invalid, problem);
  if (action->mode() == ActionMode::outside && call.context.depth > 0) {
    throw Error(ErrorKind::invalid, fmt::format("the result of '{}' comes from outside; only a workflow can "
                                                "wait for it",
                                                call.name));
  }
  if (action->signature().takes_region) {
    const Value region = region_input(action->signature(), call.input);
    if (region.is_string() && !region.as_string().empty()) call.context.region = region.as_string();
  }
  return *action;
}

void ActionCaller::carry_out(const Action& action, ActionCall call,
                             const ActionCompletion& completion) const {
  try {
    if (action.mode() != ActionMode::in_place) return action.start(std::move(call), completion);
    const double delay = action.delay_seconds(call.input);
    if (delay <= 0) return completion(action.evaluate(call.input));
    timer_(delay, [&action, input = std::move(call.input), completion](bool elapsed) {
      completion(elapsed ? action.evaluate(input) : ActionResult::failure("it was stopped"));
    });
  } catch (const Error& error) {
    completion(ActionResult::failure(error.what()));
  }
}

void ActionCaller::call(ActionCall call, const ActionCompletion& completion) const {
  const Action* action = nullptr;
  try {
    action = &prepare(call);
  } catch (const Error& error) {
    return completion(ActionResult::failure(error.what()));
  }
  carry_out(*action, std::move(call), completion);
}

}  // namespace gregale::interpreter
