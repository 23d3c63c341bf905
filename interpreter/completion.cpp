// How an execution ends: whether it is complete, in which state, with which output.
#include <fmt/format.h>

#include <algorithm>

#include "core/code_points.hpp"
#include "core/json.hpp"
#include "interpreter/machine.hpp"

namespace gregale::interpreter {

using core::Error;
using core::Map;

void Machine::set_execution_state(Index index, State state, std::optional<std::string> info) {
  WorkflowExecution& execution = tree_.executions[index];
  if (execution.state != state) note(HistoryRecord::Subject::execution, index, state);
  execution.state = state;
  execution.state_info = std::move(info);
  execution.accepted = is_completed(state);
  execution_changed(index);
}

// Complete when no task is incomplete: CANCELLED if one is, SUCCESS if every error was handled, else ERROR.
void Machine::check(Index execution) {
  const WorkflowExecution& owner = tree_.executions[execution];
  if (owner.state == State::paused || is_completed(owner.state)) return;
  const Progress& counts = progress(execution);
  if (counts.incomplete > 0) return;
  if (counts.cancelled > 0) {
    std::vector<std::string> names;
    for (const Index task : owner.tasks) {
      if (tree_.tasks[task].state == State::cancelled) names.push_back(tree_.tasks[task].name);
    }
    std::sort(names.begin(), names.end());
    cancel(execution, fmt::format("Cancelled tasks: {}", fmt::join(names, ", ")));
    return;
  }
  const bool failed = std::any_of(owner.tasks.begin(), owner.tasks.end(), [&](Index task) {
    return tree_.tasks[task].state == State::error && !tree_.tasks[task].error_handled;
  });
  if (failed) {
    fail(execution, failure_message(execution), kNone);
  } else {
    succeed(execution, std::nullopt, kNone);
  }
}

// The merged contexts of the tasks at which branches ended. A task whose command ends the execution is
// one of them, whatever was started beside the command.
Context Machine::final_context(Index execution, Index commanding_task) {
  const ir::Workflow& workflow = workflow_of(execution);
  const WorkflowExecution& owner = tree_.executions[execution];
  std::vector<Index> ends;
  for (const Index index : owner.tasks) {
    const TaskExecution& task = tree_.tasks[index];
    if (!is_completed(task.state)) continue;
    if (workflow.type == ir::Workflow::Type::reverse) {
      if (task.name == owner.params.get("task_name").as_string()) ends.push_back(index);
    } else if (task.next_tasks.empty() || index == commanding_task) {
      ends.push_back(index);
    }
  }
  return contexts_.merge_outbound(std::move(ends));
}

Value Machine::evaluate_output(Index execution, Index output, const Context& final) {
  if (output != kNone) {
    Value value = evaluate(output, execution, kNone, final);
    if (value.truthy()) return value;
  }
  return Value(final.flatten());
}

void Machine::succeed(Index execution, const std::optional<std::string>& message, Index commanding_task) {
  if (is_completed(tree_.executions[execution].state)) return;
  Value output;
  try {
    output =
        evaluate_output(execution, workflow_of(execution).output, final_context(execution, commanding_task));
  } catch (const Error& error) {
    fail(execution, fmt::format("Failed to evaluate the output: {}", error.what()), commanding_task);
    return;
  }
  set_execution_state(execution, State::success, message);
  tree_.executions[execution].output = std::move(output);
  finish(execution);
}

void Machine::fail(Index execution, std::optional<std::string> message, Index commanding_task) {
  if (is_completed(tree_.executions[execution].state)) return;
  Map output;
  try {
    const Value own = evaluate_output(execution, workflow_of(execution).output_on_error,
                                      final_context(execution, commanding_task));
    if (own.is_map()) output = own.as_map();
  } catch (const Error& error) {
    message = fmt::format("Failed to evaluate output-on-error: {} (the failure itself: {})", error.what(),
                          message.value_or("no message"));
  }
  set_execution_state(execution, State::error, message);
  Map result{{"result", message ? Value(*message) : Value()}};
  result.update(output);
  tree_.executions[execution].output = Value(std::move(result));
  finish(execution);
}

void Machine::cancel(Index execution, const std::optional<std::string>& message) {
  if (is_completed(tree_.executions[execution].state)) return;
  set_execution_state(execution, State::cancelled, message);
  tree_.executions[execution].output = Map{{"result", message ? Value(*message) : Value()}};
  finish(execution);
}

void Machine::finish(Index execution) {
  tree_.executions[execution].backlog.clear();
  if (tree_.executions[execution].parent_task != kNone) enqueue(Operation::Kind::sub_done, execution);
}

namespace {

// Messages hold those of sub-workflows, which hold those below: without a bound they would double at
// every level.
constexpr size_t kLongestTaskMessage = 4000;
constexpr size_t kLongestDetail = 1000;

}  // namespace

std::string Machine::failure_message(Index execution) {
  std::vector<Index> failed;
  for (const Index task : tree_.executions[execution].tasks) {
    if (tree_.tasks[task].state == State::error && !tree_.tasks[task].error_handled) {
      failed.push_back(task);
    }
  }
  std::stable_sort(failed.begin(), failed.end(),
                   [&](Index a, Index b) { return tree_.tasks[a].name < tree_.tasks[b].name; });
  std::vector<std::string> names;
  for (const Index task : failed) names.push_back(tree_.tasks[task].name);
  std::string text = fmt::format("Failure caused by error in tasks: {}\n", fmt::join(names, ", "));
  for (const Index index : failed) {
    const TaskExecution& task = tree_.tasks[index];
    text += fmt::format("\n  {} [task_ex_id={}] -> {}\n", task.name, task.id.text(),
                        core::shortened(task.state_info.value_or("no message"), kLongestTaskMessage));
    const auto detail = [&](std::string_view kind, const Uuid& id, uint32_t item, const Value& output) {
      text += fmt::format(
          "    [{}={}, idx={}]: {}\n", kind, id.text(), item,
          core::shortened(output.is_string() ? output.as_string() : core::to_json(output), kLongestDetail));
    };
    for (const Index action : task.actions) {
      const ActionExecution& a = tree_.actions[action];
      if (a.state == State::error) detail("action_ex_id", a.id, a.item, a.output);
    }
    for (const Index sub : task.sub_executions) {
      const WorkflowExecution& e = tree_.executions[sub];
      if (e.state == State::error) detail("wf_ex_id", e.id, e.item, e.output.get("result"));
    }
  }
  return text;
}

}  // namespace gregale::interpreter
