// The policies of a task, in Mistral's order: pause-before, wait-before, wait-after, fail-on, retry,
// timeout, concurrency. Numbers are whole seconds or counts, and may come from expressions.
#include <fmt/format.h>

#include <cmath>

#include "interpreter/policies.hpp"

#include "interpreter/expression/unknown.hpp"
#include "interpreter/machine.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::kSecond;

namespace {

// Longer waits than this are refused: they cannot be meant, and their end could not be represented.
constexpr int64_t kLongestWait = int64_t{1000} * 366 * 86400;

}  // namespace

int64_t whole_number(std::string_view policy, const Value& value) {
  if (expression::unknown_text(value) != nullptr) return 0;
  if (value.is_small_integer() && value.as_integer() >= 0 && value.as_integer() <= kLongestWait) {
    return value.as_integer();
  }
  if (value.is_float() && value.as_float() >= 0 && value.as_float() <= kLongestWait &&
      std::trunc(value.as_float()) == value.as_float()) {
    return static_cast<int64_t>(value.as_float());
  }
  throw Error(ErrorKind::invalid,
              fmt::format("Invalid data type in policy `{}`: a whole number that is not negative is "
                          "expected, not a {}",
                          policy, value.is_number() ? "different number" : value.kind_name()));
}

std::string region_name(const Value& region) {
  if (region.is_string()) return region.as_string();
  if (region.is_null()) return {};
  if (const std::string* text = expression::unknown_text(region)) return *text;
  throw Error(ErrorKind::invalid, fmt::format("A region must be text, not a {}", region.kind_name()));
}

// Wrong types are an error at the start of the task, also in policies that apply later.
void Machine::validate_policies(Index task) {
  const ir::Policies& policies = definition_of(task).policies;
  const auto check = [&](std::string_view name, Index source) {
    if (source != kNone) whole_number(name, evaluate(source, task));
  };
  check("wait-before", policies.wait_before);
  check("wait-after", policies.wait_after);
  check("retry.count", policies.retry.count);
  check("retry.delay", policies.retry.delay);
  check("timeout", policies.timeout);
  check("concurrency", policies.concurrency);
}

void Machine::before_start(Index index) {
  const ir::Policies& policies = definition_of(index).policies;
  validate_policies(index);
  if (policies.pause_before != kNone) {
    const Value pause = evaluate(policies.pause_before, index);
    const bool known = expression::unknown_text(pause) == nullptr;
    if (known && !pause.is_boolean()) {
      throw Error(ErrorKind::invalid, fmt::format("Invalid data type in policy `pause-before`: a boolean "
                                                  "is expected, not a {}",
                                                  pause.kind_name()));
    }
    if (known && pause.as_boolean()) {
      set_task_state(index, State::idle, "Set by 'pause-before' policy");
      pause_tree(execution_of(index), std::nullopt);
    }
  }
  TaskExecution& task = tree_.tasks[index];
  if (policies.wait_before != kNone && task.state != State::idle && !task.waited_before) {
    const int64_t delay = whole_number("wait-before", evaluate(policies.wait_before, index));
    if (delay > 0) {
      task.waited_before = true;
      set_task_state(index, State::delayed, fmt::format("Delayed by 'wait-before' policy [delay={}]", delay));
      task.wake = Wake::start;
      task.wake_at = now_ + delay * kSecond;
      set_timer(task.wake_at, TimerKind::wake, index);
    }
  }
  // A task that is paused before its start is timed from when it goes on.
  if (task.state != State::idle) arm_timeout(index);
  if (policies.concurrency != kNone) {
    task.concurrency =
        static_cast<uint32_t>(whole_number("concurrency", evaluate(policies.concurrency, index)));
  }
}

void Machine::arm_timeout(Index index) {
  const Index source = definition_of(index).policies.timeout;
  if (source == kNone) return;
  const int64_t seconds = whole_number("timeout", evaluate(source, index));
  if (seconds == 0) return;
  TaskExecution& task = tree_.tasks[index];
  task.timeout_at = now_ + seconds * kSecond;
  task.timeout_seconds = Value(seconds);
  set_timer(task.timeout_at, TimerKind::timeout, index);
  task_changed(index);
}

bool Machine::after_complete(Index index) {
  const ir::Policies& policies = definition_of(index).policies;
  TaskExecution& task = tree_.tasks[index];
  if (policies.wait_after != kNone && !task.waited_after && task.state != State::cancelled) {
    const int64_t delay = whole_number("wait-after", evaluate(policies.wait_after, index));
    if (delay > 0) {
      task.waited_after = true;
      task.end_state = task.state;
      task.end_info = task.state_info;
      set_task_state(index, State::delayed, fmt::format("Delayed by 'wait-after' policy [delay={}]", delay));
      task.wake = Wake::finish;
      task.wake_at = now_ + delay * kSecond;
      set_timer(task.wake_at, TimerKind::wake, index);
      return true;
    }
  }
  if (policies.fail_on != kNone && task.state == State::success &&
      evaluate(policies.fail_on, index).truthy()) {
    set_task_state(index, State::error, "Failed by 'fail-on' policy");
  }
  return policies.retry.present() && wants_retry(index);
}

bool Machine::wants_retry(Index index) {
  const ir::RetryPolicy& retry = definition_of(index).policies.retry;
  TaskExecution& task = tree_.tasks[index];
  // A join that failed for want of branches has nothing to try again: they will not come.
  if (task.state == State::error && task.actions.empty() && task.sub_executions.empty() &&
      task.items.is_null()) {
    return false;
  }
  const int64_t count = whole_number("retry.count", evaluate(retry.count, index));
  if (count == 0) return false;
  const auto holds = [&](Index condition) {
    return evaluate(condition, task.execution, index, contexts_.outbound(index)).truthy();
  };
  // Both are evaluated after every attempt, so that an error in one shows at once.
  const bool goes_on = retry.continue_on != kNone && holds(retry.continue_on);
  const bool breaks = retry.break_on != kNone && holds(retry.break_on);
  if (task.state == State::cancelled) return false;
  const bool attempts_left = task.attempt - task.earlier_attempts <= count;
  const bool stops = retry.continue_on != kNone ? !goes_on : task.state == State::success;
  if (!attempts_left || stops || (task.state == State::error && breaks)) return false;

  // A region where it has succeeded is not asked again because another one has failed.
  const bool regions = definition_of(index).with_regions.present() && task.state == State::error;
  const auto keep = [&](State state) { return regions && state == State::success; };
  for (const Index action : task.actions) {
    ActionExecution& a = tree_.actions[action];
    if (keep(a.state) || !std::exchange(a.accepted, false)) continue;
    action_changed(action);
  }
  for (const Index sub : task.sub_executions) {
    WorkflowExecution& e = tree_.executions[sub];
    if (keep(e.state) || !std::exchange(e.accepted, false)) continue;
    execution_changed(sub);
  }
  items_.erase(index);
  ++task.attempt;
  const int64_t delay = retry.delay == kNone ? 0 : whole_number("retry.delay", evaluate(retry.delay, index));
  set_task_state(index, State::delayed, fmt::format("Delayed by 'retry' policy [delay={}]", delay));
  task.wake = Wake::retry;
  task.wake_at = now_ + delay * kSecond;
  if (delay == 0) {
    enqueue(Operation::Kind::wake, index);
  } else {
    set_timer(task.wake_at, TimerKind::wake, index);
  }
  return true;
}

}  // namespace gregale::interpreter
