// Requests from outside: pause, resume, stop, rerun, skip. Each goes down to sub-workflows and up to the
// parent as far as Mistral's does.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/machine.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::Map;

void Machine::pause(Index execution, const std::optional<std::string>& message, Microseconds now) {
  now_ = now;
  const State state = tree_.executions[execution].state;
  if (is_completed(state)) {
    throw Error(ErrorKind::conflict,
                fmt::format("The execution is {} and cannot be paused", to_string(state)));
  }
  pause_tree(execution, message);
}

// Sub-workflows first, then the execution, then the task that it runs for, and that task's execution.
void Machine::pause_tree(Index execution, const std::optional<std::string>& message) {
  if (tree_.executions[execution].state != State::running) return;
  for (const Index task : tree_.executions[execution].tasks) {
    for (const Index sub : tree_.tasks[task].sub_executions) pause_tree(sub, message);
  }
  if (tree_.executions[execution].state != State::running) return;  // a sub-workflow has paused it
  set_execution_state(execution, State::paused, message);
  const Index parent = tree_.executions[execution].parent_task;
  if (parent == kNone) return;
  if (tree_.tasks[parent].state == State::running) set_task_state(parent, State::paused, std::nullopt);
  pause_tree(execution_of(parent), std::nullopt);
}

void Machine::merge_environment(const Value& env) {
  if (!env.is_map() || env.as_map().empty()) return;
  WorkflowExecution& root = tree_.executions.front();
  Map params = root.params.as_map();
  const Value* old = params.find("env");
  params.set(Value("env"), old == nullptr ? env : core::merge_maps(*old, env));
  root.params = Value(std::move(params));
  execution_changed(0);
}

void Machine::resume(Index execution, const Value& env, Microseconds now) {
  now_ = now;
  const State state = tree_.executions[execution].state;
  if (state != State::paused && state != State::idle) {
    throw Error(ErrorKind::conflict,
                fmt::format("The execution is {} and cannot be resumed", to_string(state)));
  }
  merge_environment(env);
  resume_tree(execution);
  resume_parent(execution);
}

void Machine::resume_tree(Index execution) {
  if (tree_.executions[execution].state != State::paused) return;
  const std::vector<Index> tasks = tree_.executions[execution].tasks;
  for (const Index task : tasks) {
    for (const Index sub : tree_.tasks[task].sub_executions) {
      resume_tree(sub);
    }
    if (tree_.tasks[task].state == State::paused) set_task_state(task, State::running, std::nullopt);
  }
  go_on(execution);
}

// A sub-workflow that goes on lets its parent go on, too, unless another one of the parent's is paused.
void Machine::resume_parent(Index execution) {
  const Index task = tree_.executions[execution].parent_task;
  if (task == kNone) return;
  const Index parent = execution_of(task);
  const auto paused = [&](Index sub) { return tree_.executions[sub].state == State::paused; };
  const auto& subs = tree_.tasks[task].sub_executions;
  if (std::any_of(subs.begin(), subs.end(), paused)) return;
  if (tree_.tasks[task].state == State::paused) set_task_state(task, State::running, std::nullopt);
  const auto& siblings = tree_.executions[parent].tasks;
  const bool other = std::any_of(siblings.begin(), siblings.end(),
                                 [&](Index sibling) { return tree_.tasks[sibling].state == State::paused; });
  if (other || tree_.executions[parent].state != State::paused) return;
  go_on(parent);
  resume_parent(parent);
}

// What a paused execution does next: tasks that were paused before their start, what follows tasks that
// completed meanwhile, and the commands behind `pause`, these first.
void Machine::go_on(Index execution) {
  progress(execution);  // counted while what follows the completed tasks still counts as theirs
  set_execution_state(execution, State::running, std::nullopt);
  std::vector<Command> commands;
  std::vector<Index> completed;
  for (const Index task : tree_.executions[execution].tasks) {
    if (tree_.tasks[task].state == State::idle) {
      commands.push_back({ir::TargetKind::task, tree_.tasks[task].task, task, std::nullopt, std::nullopt});
    } else if (is_completed(tree_.tasks[task].state) && !tree_.tasks[task].processed) {
      completed.push_back(task);
    }
  }
  for (const Index task : completed) {
    try {
      for (Command& command : next_commands(task)) {
        if (command.kind != ir::TargetKind::pause) commands.push_back(std::move(command));
      }
    } catch (const Error& error) {
      force_fail(task,
                 fmt::format("Failed to continue after task '{}': {}", tree_.tasks[task].name, error.what()));
      return;
    }
    tree_.tasks[task].processed = true;
    task_changed(task);
  }
  dispatch(execution, std::move(commands));
  for (const Index task : completed) end_activity(execution, tree_.tasks[task].task);
  enqueue(Operation::Kind::check, execution);
}

void Machine::stop(Index execution, State state, const std::optional<std::string>& message,
                   Microseconds now) {
  now_ = now;
  const State current = tree_.executions[execution].state;
  if (is_completed(current)) {
    throw Error(ErrorKind::conflict, fmt::format("The execution is {} already", to_string(current)));
  }
  switch (state) {
    case State::success:
      succeed(execution, message, kNone);
      return;
    case State::error:
      fail(execution, message, kNone);
      return;
    case State::cancelled:
      break;
    default:
      throw Error(ErrorKind::invalid, "An execution is stopped with SUCCESS, ERROR or CANCELLED");
  }
  // Cancelling goes down, first the execution itself.
  std::vector<Index> open{execution};
  while (!open.empty()) {
    const Index next = open.back();
    open.pop_back();
    cancel(next, message);
    for (const Index task : tree_.executions[next].tasks) {
      const auto& subs = tree_.tasks[task].sub_executions;
      open.insert(open.end(), subs.begin(), subs.end());
    }
  }
}

// An execution that has ended runs again, and so do the task that it runs for and what that belongs to. That
// task will publish anew, and decide anew what follows. Tasks that were held before their start when the
// execution ended are not held any longer.
void Machine::reopen(Index execution) {
  set_execution_state(execution, State::running, std::nullopt);
  recount(execution);
  for (const Index index : tree_.executions[execution].tasks) {
    TaskExecution& task = tree_.tasks[index];
    if (is_completed(task.state) && !task.processed) {  // its error ended the execution: nothing follows it
      task.processed = true;
      task_changed(index);
    }
    if (task.state != State::idle) continue;
    task.wake = Wake::start;
    task.wake_at = now_;
    task_changed(index);
    enqueue(Operation::Kind::wake, index);
  }
  const Index parent = tree_.executions[execution].parent_task;
  if (parent == kNone) return;
  set_task_state(parent, State::running, std::nullopt);
  TaskExecution& task = tree_.tasks[parent];
  task.processed = false;
  task.error_handled = false;
  task.next_tasks.clear();
  task.published_attempt = 0;
  task.waited_after = false;
  contexts_.forget(parent);
  overtake(parent);
  items_.erase(parent);
  reopen(execution_of(parent));
}

// What the task has set going counts no longer as come from it: it may lead there once more.
void Machine::overtake(Index task) {
  for (const Index other : tree_.executions[execution_of(task)].tasks) {
    for (Trigger& trigger : tree_.tasks[other].triggered_by) {
      if (trigger.task != task || trigger.overtaken) continue;
      trigger.overtaken = true;
      task_changed(other);
    }
  }
}

// The last execution of the failed task of that name, its workflow execution and all above running again.
Index Machine::reopen_failed_task(Index execution, std::string_view name, const Value& env) {
  const std::vector<Index>& tasks = tree_.executions[execution].tasks;
  const auto last =
      std::find_if(tasks.rbegin(), tasks.rend(), [&](Index task) { return tree_.tasks[task].name == name; });
  if (last == tasks.rend()) {
    throw Error(ErrorKind::not_found, fmt::format("The execution has no task '{}'", name));
  }
  const Index index = *last;
  if (tree_.tasks[index].state != State::error) {
    throw Error(ErrorKind::conflict,
                fmt::format("Only a task in state ERROR can be run again or skipped; '{}' is {}", name,
                            to_string(tree_.tasks[index].state)));
  }
  if (tree_.executions[execution].state == State::paused) {
    throw Error(ErrorKind::conflict, "The execution is PAUSED; resume it first");
  }
  for (Index up = execution; tree_.executions[up].parent_task != kNone;) {
    const TaskExecution& parent = tree_.tasks[tree_.executions[up].parent_task];
    if (tree_.executions[up].attempt != parent.attempt) {
      throw Error(ErrorKind::conflict,
                  fmt::format("The task '{}' has started this workflow anew since; run a task of that "
                              "execution again, or '{}' itself",
                              parent.name, parent.name));
    }
    up = parent.execution;
  }
  merge_environment(env);
  has_reruns_ = true;
  reopen(execution);
  TaskExecution& task = tree_.tasks[index];
  overtake(index);
  task.processed = false;
  task.error_handled = false;
  task.next_tasks.clear();
  task.published_attempt = 0;
  contexts_.forget(index);
  return index;
}

void Machine::rerun(Index execution, std::string_view name, bool reset, const Value& env, Microseconds now) {
  now_ = now;
  const Index index = reopen_failed_task(execution, name, env);
  TaskExecution& task = tree_.tasks[index];
  // Results of earlier attempts that are still under way no longer count.
  task.earlier_attempts = task.attempt++;
  task.waited_before = false;
  task.waited_after = false;
  // The regions stay as they were chosen, since those that have succeeded are kept.
  if (reset || !definition_of(index).with_regions.present()) {
    task.items = Value();
    task.item_count = 0;
  }
  items_.erase(index);
  // With reset everything is done again; otherwise, with items, only those that failed.
  const bool with_items = !definition_of(index).with_items.empty();
  const auto keep = [&](State state) { return with_items && !reset && state == State::success; };
  for (const Index action : task.actions) {
    ActionExecution& a = tree_.actions[action];
    if (a.accepted && !keep(a.state)) {
      a.accepted = false;
      action_changed(action);
    }
  }
  for (const Index sub : task.sub_executions) {
    WorkflowExecution& e = tree_.executions[sub];
    if (e.accepted && !keep(e.state)) {
      e.accepted = false;
      execution_changed(sub);
    }
  }
  set_task_state(index, State::running, std::nullopt);
  recount(execution);
  start_task(index);
}

// The failed task counts as done without its result; what follows it by on-skip, or else by on-success, runs.
void Machine::skip(Index execution, std::string_view name, const Value& env, Microseconds now) {
  now_ = now;
  const Index index = reopen_failed_task(execution, name, env);
  recount(execution);
  set_task_state(index, State::skipped, "Task was skipped.");
  try {
    publish(index);
    decide_next(index);
  } catch (const Error& error) {
    force_fail(index, fmt::format("Failed to skip task '{}': {}", name, error.what()));
  }
}

}  // namespace gregale::interpreter
