#include "interpreter/machine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gregale::interpreter {

Machine::Machine(const LoadedProgram& program, const ActionRegistry& registry, ExecutionTree& tree,
                 const Limits& limits, ExecutionDirectory* others)
    : program_(program),
      registry_(registry),
      tree_(tree),
      contexts_(tree),
      limits_(limits),
      others_(others) {}

const ir::Workflow& Machine::workflow_of(Index execution) const {
  const WorkflowExecution& owner = tree_.executions[execution];
  const ir::Workflow* found = program_.find_workflow(owner.workflow_namespace, owner.workflow_name);
  if (found == nullptr) {
    throw core::Error(core::ErrorKind::internal,
                      fmt::format("the program has no workflow '{}'", owner.workflow_name));
  }
  return *found;
}

const ir::Task& Machine::definition_of(Index task) const {
  return workflow_of(execution_of(task)).tasks[tree_.tasks[task].task];
}

namespace {

void mark(std::vector<bool>& dirty, std::vector<Index>& list, Index index) {
  if (dirty.size() <= index) dirty.resize(index + 64, false);
  if (dirty[index]) return;
  dirty[index] = true;
  list.push_back(index);
}

void unmark(std::vector<bool>& dirty, std::vector<Index>& list) {
  for (const Index index : list) dirty[index] = false;
  std::sort(list.begin(), list.end());
}

}  // namespace

void Machine::task_changed(Index task) {
  tree_.tasks[task].updated_at = now_;
  mark(dirty_tasks_, output_.tasks, task);
}

void Machine::action_changed(Index action) {
  tree_.actions[action].updated_at = now_;
  mark(dirty_actions_, output_.actions, action);
}

void Machine::execution_changed(Index execution) {
  tree_.executions[execution].updated_at = now_;
  mark(dirty_executions_, output_.executions, execution);
}

void Machine::note(HistoryRecord::Subject subject, Index index, State state, Value published) {
  output_.history.push_back({now_, subject, index, state, std::move(published)});
}

StepOutput Machine::take_output() {
  unmark(dirty_executions_, output_.executions);
  unmark(dirty_tasks_, output_.tasks);
  unmark(dirty_actions_, output_.actions);
  return std::exchange(output_, {});
}

bool Machine::work(Microseconds now, size_t limit) {
  now_ = now;
  for (size_t done = 0; done < limit && !queue_.empty(); ++done) {
    Operation operation = std::move(queue_.front());
    queue_.pop_front();
    run(operation);
  }
  return !queue_.empty();
}

void Machine::run(Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::launch:
      launch(operation.index);
      break;
    case Operation::Kind::evaluate:
      evaluate_action(operation.index);
      break;
    case Operation::Kind::action_done:
      finish_action(operation.index, std::move(operation.result));
      break;
    case Operation::Kind::sub_done:
      finish_sub_workflow(operation.index);
      break;
    case Operation::Kind::check:
      check(operation.index);
      break;
    case Operation::Kind::refresh_join:
      refresh_join(operation.index);
      break;
    case Operation::Kind::wake:
      wake(operation.index);
      break;
  }
}

// ---- timers

void Machine::set_timer(Microseconds when, TimerKind kind, Index index) {
  timers_.emplace(when, Timer{kind, index});
}

std::optional<Microseconds> Machine::next_timer() {
  // Timers that were overtaken are dropped when they come to the front.
  while (!timers_.empty()) {
    const auto& [when, timer] = *timers_.begin();
    bool valid = false;
    switch (timer.kind) {
      case TimerKind::wake:
        valid = tree_.tasks[timer.index].wake != Wake::none && tree_.tasks[timer.index].wake_at == when;
        break;
      case TimerKind::timeout:
        valid = tree_.tasks[timer.index].timeout_at == when && !is_completed(tree_.tasks[timer.index].state);
        break;
      case TimerKind::action:
        valid =
            tree_.actions[timer.index].due_at == when && tree_.actions[timer.index].state == State::running;
        break;
    }
    if (valid) return when;
    timers_.erase(timers_.begin());
  }
  return std::nullopt;
}

void Machine::fire_timers(Microseconds now) {
  now_ = now;
  for (auto due = next_timer(); due && *due <= now; due = next_timer()) {
    const Timer timer = timers_.begin()->second;
    timers_.erase(timers_.begin());
    switch (timer.kind) {
      case TimerKind::wake:
        wake(timer.index);
        break;
      case TimerKind::timeout: {
        const Value seconds = tree_.tasks[timer.index].timeout_seconds;
        tree_.tasks[timer.index].timeout_at = 0;
        for (const Index action : tree_.tasks[timer.index].actions) abandon_delayed(action);
        complete_task(timer.index, State::error,
                      fmt::format("Task timed out [timeout(s)={}].", seconds.as_integer()));
        break;
      }
      case TimerKind::action:
        tree_.actions[timer.index].due_at = 0;
        evaluate_action(timer.index);
        break;
    }
  }
}

// A delayed action whose task has timed out will not be waited for.
void Machine::abandon_delayed(Index index) {
  ActionExecution& action = tree_.actions[index];
  if (is_completed(action.state) || action.due_at == 0) return;
  action.due_at = 0;
  action.state = State::cancelled;
  action.message = "the task timed out";
  action_changed(index);
  note(HistoryRecord::Subject::action, index, action.state);
}

// ---- expressions

Value Machine::evaluate(Index template_index, Index execution, Index task, const Context& branch,
                        const Item* item, bool* holds_secret) {
  const ir::Template& form = program_.program().templates[template_index];
  if (form.kind == ir::Template::Kind::constant) return form.constant;
  const WorkflowExecution& owner = tree_.executions[execution];
  const core::Map* variables = item == nullptr ? nullptr : item->variables;
  const TaskData data({variables, &branch, &owner.context.as_map(), &owner.input.as_map()},
                      environment(tree_), &owner, task == kNone ? nullptr : &tree_.tasks[task]);
  const TreeQueries queries(program_, tree_, execution, task, others_,
                            item == nullptr ? std::string() : item->region);
  const core::VirtualClock clock(now_);
  expression::Scope scope{data, &queries, &clock, limits_.evaluation, {}};
  return program_.evaluate(template_index, scope, holds_secret);
}

Value Machine::evaluate(Index template_index, Index task, const Item* item, bool* holds_secret) {
  const ir::Template& form = program_.program().templates[template_index];
  if (form.kind == ir::Template::Kind::constant) return form.constant;
  return evaluate(template_index, execution_of(task), task, contexts_.inbound(task), item, holds_secret);
}

// ---- after loading

void Machine::recover(Microseconds now) {
  now_ = now;
  for (Index i = 0; i < tree_.actions.size(); ++i) {
    const ActionExecution& action = tree_.actions[i];
    if (action.state != State::running) continue;
    if (action.due_at != 0) {
      set_timer(action.due_at, TimerKind::action, i);
      continue;
    }
    const Action* kind = registry_.find(action.called_name());
    if (kind == nullptr) {
      queue_.push_back({Operation::Kind::action_done, i,
                        ActionResult::failure(fmt::format("the action '{}' no longer exists", action.name))});
    } else if (kind->mode() == ActionMode::in_place) {
      enqueue(Operation::Kind::evaluate, i);
    }
  }
  for (Index i = 0; i < tree_.tasks.size(); ++i) {
    const TaskExecution& task = tree_.tasks[i];
    has_reruns_ = has_reruns_ || task.earlier_attempts > 0 || task.state == State::skipped;
    if (task.wake != Wake::none) set_timer(task.wake_at, TimerKind::wake, i);
    if (task.timeout_at != 0 && !is_completed(task.state)) {
      set_timer(task.timeout_at, TimerKind::timeout, i);
    }
    if (task.state == State::waiting) enqueue(Operation::Kind::refresh_join, i);
  }
  for (Index i = 0; i < tree_.executions.size(); ++i) {
    const WorkflowExecution& execution = tree_.executions[i];
    if (execution.state == State::idle) {
      enqueue(Operation::Kind::launch, i);
    } else if (execution.parent_task != kNone && is_completed(execution.state) &&
               !is_completed(tree_.tasks[execution.parent_task].state)) {
      enqueue(Operation::Kind::sub_done, i);
    } else if (!is_completed(execution.state)) {
      enqueue(Operation::Kind::check, i);
    }
  }
}

std::vector<Index> Machine::interrupted_actions() const {
  std::vector<Index> found;
  for (Index i = 0; i < tree_.actions.size(); ++i) {
    const ActionExecution& action = tree_.actions[i];
    if (action.state != State::running || action.due_at != 0) continue;
    const Action* kind = registry_.find(action.called_name());
    if (kind != nullptr && kind->mode() == ActionMode::started) found.push_back(i);
  }
  return found;
}

void Machine::restart_action(Index action) {
  output_.actions_to_start.push_back(action);
}

}  // namespace gregale::interpreter
