// What follows a task: which edges fire, and in which order their targets are started.
//
// The order is Mistral's: one dispatch starts its tasks in reversed order, joins last, by name. A command
// that ends the execution ends the list, too; what stands behind `pause` is kept and runs after a resume.
#include <algorithm>

#include "core/json.hpp"
#include "interpreter/expression/unknown.hpp"
#include "interpreter/machine.hpp"

namespace gregale::interpreter {

namespace {

std::string message_text(const Value& message) {
  return message.is_string() ? message.as_string() : core::to_json(message);
}

bool ends_execution(ir::TargetKind kind) {
  return kind == ir::TargetKind::fail || kind == ir::TargetKind::succeed;
}

}  // namespace

std::vector<Machine::Command> Machine::next_commands(Index task) {
  if (is_completed(tree_.executions[execution_of(task)].state)) return {};
  if (workflow_of(execution_of(task)).type == ir::Workflow::Type::reverse) {
    return next_of_requirements(task);
  }
  return next_of_clauses(task);
}

// Whether the guard of a transition holds. One that only a run can know counts as true where it leads on, to
// a task that has not been started yet; it neither ends the execution nor goes around a loop.
bool Machine::is_open(Index index, const ir::Target& target, const Context& context) {
  if (target.guard == kNone) return true;
  const Index execution = execution_of(index);
  const Value guard = evaluate(target.guard, execution, index, context);
  const std::string* text = expression::unknown_text(guard);
  if (text == nullptr) return guard.truthy();
  const auto started = [&](Index other) {
    const TaskExecution& task = tree_.tasks[other];
    return task.task == target.task && task.state != State::waiting;
  };
  const std::vector<Index>& tasks = tree_.executions[execution].tasks;
  if (target.kind != ir::TargetKind::task || std::any_of(tasks.begin(), tasks.end(), started)) return false;
  output_.assumptions.push_back({index, target.task, *text});
  return true;
}

// Evaluates the guards of the clauses that the task's state calls for, and records which edges fired.
std::vector<Machine::Command> Machine::next_of_clauses(Index task) {
  TaskExecution& execution = tree_.tasks[task];
  const ir::Task& definition = definition_of(task);
  std::vector<ir::ClauseKind> clauses;
  if (execution.state == State::error) clauses.push_back(ir::on_error);
  if (execution.state == State::success) clauses.push_back(ir::on_success);
  if (execution.state == State::error || execution.state == State::success) {
    clauses.push_back(ir::on_complete);
  }
  if (execution.state == State::skipped) clauses = {ir::on_skip, ir::on_success};
  std::vector<Command> commands;
  const Context context = contexts_.outbound(task);
  execution.error_handled = false;
  for (const ir::ClauseKind clause : clauses) {
    // A skipped task goes on as after a success where on-skip does not lead anywhere.
    if (execution.state == State::skipped && clause == ir::on_success && !commands.empty()) break;
    for (const ir::Target& target : definition.clauses[clause].targets) {
      if (!is_open(task, target, context)) continue;
      Command command{target.kind, target.task, kNone, Trigger{task, clause}, std::nullopt};
      if (target.message != kNone) {
        const Value message = evaluate(target.message, execution.execution, task, context);
        if (!message.is_null()) command.message = message_text(message);
      }
      if (clause == ir::on_error) execution.error_handled = true;
      commands.push_back(std::move(command));
    }
  }
  return commands;
}

// Reverse workflows: the tasks for which this was the last open requirement (counted in decide_next).
std::vector<Machine::Command> Machine::next_of_requirements(Index task) {
  const TaskExecution& execution = tree_.tasks[task];
  std::vector<Command> commands;
  if (!fulfils_requirement(execution.state)) return commands;
  const Progress& counts = progress(execution.execution);
  for (const Index dependent : program_.graph(workflow_of(execution.execution)).dependents[execution.task]) {
    if (counts.open_requirements[dependent] != 0) continue;
    commands.push_back({ir::TargetKind::task, dependent, kNone, Trigger{task, ir::on_success}, std::nullopt});
  }
  return commands;
}

void Machine::dispatch(Index execution, std::vector<Command> commands) {
  std::vector<BacklogCommand>& backlog = tree_.executions[execution].backlog;
  if (!backlog.empty()) {
    const std::vector<BacklogCommand> kept = std::exchange(backlog, {});
    execution_changed(execution);
    std::vector<Command> restored;
    for (const BacklogCommand& command : kept) {
      // Start tasks have no trigger.
      const auto trigger = command.trigger.task == kNone ? std::nullopt : std::optional(command.trigger);
      restored.push_back({command.kind, command.task, kNone, trigger, command.message});
    }
    process(execution, std::move(restored));
    for (const BacklogCommand& command : kept) {
      if (command.kind == ir::TargetKind::task) end_activity(execution, command.task);
    }
  }
  process(execution, std::move(commands));
}

void Machine::process(Index execution, std::vector<Command> commands) {
  std::erase_if(commands, [](const Command& c) { return c.kind == ir::TargetKind::noop; });
  const auto state_command = std::find_if(commands.begin(), commands.end(),
                                          [](const Command& c) { return c.kind != ir::TargetKind::task; });
  const ir::Workflow& workflow = workflow_of(execution);
  const auto waits = [&](const Command& c) {
    return c.existing == kNone && workflow.tasks[c.task].join.kind != ir::Join::Kind::none;
  };
  const auto joins =
      std::stable_partition(commands.begin(), state_command, [&](const Command& c) { return !waits(c); });
  std::reverse(commands.begin(), joins);
  std::stable_sort(joins, state_command, [&](const Command& a, const Command& b) {
    return program_.name(workflow.tasks[a.task].name) < program_.name(workflow.tasks[b.task].name);
  });
  if (state_command != commands.end() && ends_execution(state_command->kind)) {
    commands.erase(state_command + 1, commands.end());
  }
  for (const Command& command : commands) {
    WorkflowExecution& owner = tree_.executions[execution];
    if (is_completed(owner.state)) break;
    if (owner.state == State::paused) {
      if (command.existing != kNone) continue;  // it stays IDLE and is found again by the resume
      owner.backlog.push_back(
          {command.kind, command.task, command.trigger.value_or(Trigger{}), command.message});
      if (command.kind == ir::TargetKind::task) begin_activity(execution, command.task);
      execution_changed(execution);
      continue;
    }
    const Index commanding = command.trigger ? command.trigger->task : kNone;
    switch (command.kind) {
      case ir::TargetKind::task:
        try {
          run_task(execution, command);
        } catch (const core::Error& error) {  // a limit: the task could not even be made
          fail(execution, error.what(), kNone);
        }
        break;
      case ir::TargetKind::fail:
        fail(execution, command.message, commanding);
        break;
      case ir::TargetKind::succeed:
        succeed(execution, command.message, commanding);
        break;
      case ir::TargetKind::pause:
        pause_tree(execution, command.message);
        break;
      case ir::TargetKind::noop:
        break;
    }
  }
}

}  // namespace gregale::interpreter
