// The life of a task: created, started, completed, published, and what follows decided.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/machine.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::Map;

Index Machine::create_task(Index execution, Index definition, State state) {
  if (tree_.tasks.size() >= limits_.tasks) {
    throw Error(ErrorKind::limit, fmt::format("More than {} tasks in one execution", limits_.tasks));
  }
  TaskExecution task;
  const Index index = static_cast<Index>(tree_.tasks.size());
  task.id = Uuid::derived(tree_.root().id, 3 * uint64_t{index} + 1);
  task.execution = execution;
  task.task = definition;
  task.name = program_.name(workflow_of(execution).tasks[definition].name);
  task.state = state;
  task.created_at = now_;
  Progress& counts = progress(execution);
  tree_.tasks.push_back(std::move(task));
  tree_.executions[execution].tasks.push_back(index);
  ++counts.incomplete;
  task_changed(index);
  note(HistoryRecord::Subject::task, index, state);
  return index;
}

void Machine::set_task_state(Index index, State state, std::optional<std::string> info) {
  TaskExecution& task = tree_.tasks[index];
  Progress& counts = progress(task.execution);
  if (task.state != state) {
    if (is_completed(task.state) && !is_completed(state)) ++counts.incomplete;
    if (!is_completed(task.state) && is_completed(state)) --counts.incomplete;
    if (state == State::cancelled) ++counts.cancelled;
    if (task.state == State::cancelled) --counts.cancelled;
    note(HistoryRecord::Subject::task, index, state);
  }
  task.state = state;
  task.state_info = std::move(info);
  if (is_completed(state)) {
    task.wake = Wake::none;
    task.timeout_at = 0;
  }
  task_changed(index);
}

void Machine::run_task(Index execution, const Command& command) {
  if (command.existing != kNone) {
    continue_task(command.existing, true);
    return;
  }
  const ir::Task& definition = workflow_of(execution).tasks[command.task];
  if (definition.join.kind != ir::Join::Kind::none && command.trigger) {
    arrive(execution, command.task, *command.trigger);
    return;
  }
  if (Progress& counts = progress(execution); !counts.open_requirements.empty()) {
    if (counts.open_requirements[command.task] == kNone) return;  // two requirements met at once
    counts.open_requirements[command.task] = kNone;
  }
  const Index task = create_task(execution, command.task, State::idle);
  TaskExecution& created = tree_.tasks[task];
  if (command.trigger) created.triggered_by.push_back(*command.trigger);
  if (!definition.requires_tasks.empty()) {
    for (const Index other : tree_.executions[execution].tasks) {
      const TaskExecution& required = tree_.tasks[other];
      const auto& wanted = definition.requires_tasks;
      if (fulfils_requirement(required.state) &&
          std::find(wanted.begin(), wanted.end(), required.task) != wanted.end()) {
        created.context_sources.push_back(other);
      }
    }
    // In order of definition, as where branches meet: it must not matter which was done first.
    std::stable_sort(created.context_sources.begin(), created.context_sources.end(),
                     [&](Index a, Index b) { return tree_.tasks[a].task < tree_.tasks[b].task; });
  } else if (command.trigger) {
    created.context_sources.push_back(command.trigger->task);
  }
  begin_activity(execution, command.task);
  start_task(task);
}

// A task whose preconditions are met: policies first, then its calls.
void Machine::start_task(Index task) {
  try {
    set_task_state(task, State::running, std::nullopt);
    before_start(task);
    if (tree_.tasks[task].state == State::running) schedule_actions(task);
  } catch (const Error& error) {
    force_fail(task, fmt::format("Failed to run task '{}': {}", tree_.tasks[task].name, error.what()));
  }
}

// A task that goes on after a delay, a pause or a failed attempt; [timed]: its timeout begins now.
void Machine::continue_task(Index task, bool timed) {
  try {
    set_task_state(task, State::running, std::nullopt);
    if (timed) arm_timeout(task);
    schedule_actions(task);
  } catch (const Error& error) {
    force_fail(task, fmt::format("Failed to run task '{}': {}", tree_.tasks[task].name, error.what()));
  }
}

void Machine::wake(Index index) {
  TaskExecution& task = tree_.tasks[index];
  const Wake reason = std::exchange(task.wake, Wake::none);
  task_changed(index);
  switch (reason) {
    case Wake::none:
      break;
    case Wake::start:
      // Timed already from before its wait-before, unless it was held.
      continue_task(index, task.timeout_at == 0);
      break;
    case Wake::finish:
      complete_task(index, task.end_state, task.end_info);
      break;
    case Wake::retry:
      continue_task(index, true);
      break;
  }
}

void Machine::complete_task(Index index, State state, std::optional<std::string> info) {
  if (is_completed(tree_.tasks[index].state)) return;
  set_task_state(index, state, std::move(info));
  try {
    publish(index);
    if (after_complete(index)) return;
    const ir::Task& definition = definition_of(index);
    if (definition.keep_result != kNone && !evaluate(definition.keep_result, index).truthy()) {
      tree_.tasks[index].result_dropped = true;
    }
    decide_next(index);
  } catch (const Error& error) {
    force_fail(index, fmt::format("Failed to complete task '{}': {}", tree_.tasks[index].name, error.what()));
  }
}

namespace {

// Adds the entries of one scope of a publish; later calls win, key by key.
class PublishedTemplates {
 public:
  explicit PublishedTemplates(const ir::Program& program) : program_(program) {}

  void add(Index scope) {
    if (scope == kNone) return;
    const ir::Template& form = program_.templates[scope];
    if (form.kind != ir::Template::Kind::map) {
      parts_.push_back({Value(), scope});
      return;
    }
    const core::List& keys = form.constant.as_list();
    for (size_t i = 0; i < keys.size(); ++i) {
      std::erase_if(parts_, [&](const Part& part) { return part.key == keys[i]; });
      parts_.push_back({keys[i], form.children[i]});
    }
  }

  template <typename Evaluate>
  Map evaluate(Evaluate evaluate_template) const {
    Map result;
    for (const Part& part : parts_) {
      const Value value = evaluate_template(part.source);
      if (!part.key.is_null()) {
        result.set(part.key, value);
      } else if (value.is_map()) {
        result.update(value.as_map());
      } else {
        throw Error(ErrorKind::invalid,
                    fmt::format("`publish` must give a mapping, not a {}", value.kind_name()));
      }
    }
    return result;
  }

  bool empty() const { return parts_.empty(); }

 private:
  struct Part {
    Value key;  // null: the source gives a whole mapping
    Index source;
  };
  const ir::Program& program_;
  std::vector<Part> parts_;
};

}  // namespace

// What the clauses say wins in this order: on-complete's, the simple publish, on-success's, on-error's or
// on-skip's.
void Machine::publish(Index index) {
  TaskExecution& task = tree_.tasks[index];
  if (task.published_attempt == task.attempt) return;
  const ir::Task& definition = definition_of(index);
  ir::ClauseKind clause = ir::on_success;
  const ir::Publish* simple = &definition.publish;
  switch (task.state) {
    case State::success:
      break;
    case State::error:
      clause = ir::on_error;
      simple = &definition.publish_on_error;
      break;
    case State::skipped:
      clause = ir::on_skip;
      simple = &definition.publish_on_skip;
      break;
    default:
      return;
  }
  task.published_attempt = task.attempt;
  const ir::Publish* sources[] = {&definition.clauses[clause].publish, simple,
                                  &definition.clauses[ir::on_complete].publish};
  PublishedTemplates branch(program_.program());
  PublishedTemplates global(program_.program());
  for (const ir::Publish* source : sources) {
    branch.add(source->branch);
    global.add(source->global);
    global.add(source->atomic);
  }
  if (branch.empty() && global.empty()) return;
  const auto evaluate_template = [&](Index source) { return evaluate(source, index); };
  Value variables(branch.evaluate(evaluate_template));
  Value globals(global.evaluate(evaluate_template));
  for (const Value* published : {&variables, &globals}) {
    if (!is_larger(*published, limits_.published_bytes)) continue;
    throw Error(ErrorKind::limit,
                fmt::format("What it publishes is larger than {} bytes", limits_.published_bytes));
  }
  task.published = std::move(variables);
  if (has_reruns_) {
    contexts_.forget_all();
  } else {
    contexts_.forget_outbound(index);
  }
  if (globals.truthy()) {
    WorkflowExecution& execution = tree_.executions[task.execution];
    execution.context = core::merge_maps(execution.context, globals);
    execution_changed(task.execution);
  }
  task_changed(index);
  note(HistoryRecord::Subject::task, index, task.state, task.published);
}

void Machine::decide_next(Index index) {
  const Index execution = execution_of(index);
  if (fulfils_requirement(tree_.tasks[index].state)) satisfy_requirements(index);
  std::vector<Command> commands = next_commands(index);
  TaskExecution& task = tree_.tasks[index];
  task.next_tasks.clear();
  for (const Command& command : commands) {
    if (command.kind == ir::TargetKind::task) {
      task.next_tasks.push_back({command.task, command.trigger->clause});
    }
  }
  task_changed(index);
  if (tree_.executions[execution].state == State::paused) return;
  task.processed = true;
  dispatch(execution, std::move(commands));
  end_activity(execution, tree_.tasks[index].task);
  if (progress(execution).incomplete == 0) enqueue(Operation::Kind::check, execution);
}

// Reverse workflows: the task is done, which its dependents have waited for.
void Machine::satisfy_requirements(Index task) {
  const Index execution = execution_of(task);
  Progress& counts = progress(execution);
  if (counts.open_requirements.empty()) return;
  const auto& dependents = program_.graph(workflow_of(execution)).dependents[tree_.tasks[task].task];
  for (const Index dependent : dependents) {
    uint32_t& open = counts.open_requirements[dependent];
    if (open != kNone && open > 0) --open;
  }
}

// An error in the workflow itself (an expression, an input, an unknown action) is not given to on-error:
// task and execution fail at once.
void Machine::force_fail(Index index, const std::string& message) {
  set_task_state(index, State::error, message);
  tree_.tasks[index].error_handled = false;
  fail(execution_of(index), message, kNone);
}

}  // namespace gregale::interpreter
