// Joins are counted, not searched.
//
// For every join the machine keeps how many of its sources have arrived and how many can no longer come.
// Whether a source can come is a question about components of the task graph (tasks that can reach each
// other; without loops each task is one). A component is alive while one of its tasks is under way or an
// edge leads into it from a component that is alive; its count of such reasons is its activity. When the
// count falls to zero the component is dead, its edges no longer count for others, and joins beyond it
// learn that these sources will not come. Every edge is crossed at most once, so all joins of a workflow
// together cost time linear in its edges.
//
// A join in a loop fires again for each round. Its back edges (sources that only the join itself leads to)
// are not waited for in a round that the other sources begin; one of them alone begins a new round.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/machine.hpp"

namespace gregale::interpreter {

namespace {

uint64_t edge_key(Index join, Index source) {
  return uint64_t{join} << 32 | source;
}

bool is_join(const ir::Workflow& workflow, Index task) {
  return workflow.tasks[task].join.kind != ir::Join::Kind::none;
}

// Whether the join ended because branches could not come, so that its action never ran; with enough of them
// it has failed by an error of its own.
bool failed_by_branches(const TaskExecution& join, uint32_t needed) {
  return join.state == State::error && join.actions.empty() && join.sub_executions.empty() &&
         join.context_sources.size() < needed;
}

bool is_looped(const WorkflowGraph& graph, Index join) {
  return graph.cyclic[graph.component[join]];
}

bool is_back_source(const WorkflowGraph& graph, Index join, Index source) {
  const auto& back = graph.back_sources[join];
  return std::find(back.begin(), back.end(), source) != back.end();
}

}  // namespace

Machine::Progress& Machine::progress(Index execution) {
  const auto found = progress_.find(execution);
  if (found != progress_.end()) return found->second;
  Progress& made = progress_[execution];
  build_progress(execution, made);
  return made;
}

// Counts everything anew from the tasks: for a new execution, after loading, and after a rerun.
void Machine::build_progress(Index execution, Progress& counts) {
  const ir::Workflow& workflow = workflow_of(execution);
  const WorkflowGraph& graph = program_.graph(workflow);
  const WorkflowExecution& owner = tree_.executions[execution];
  const size_t size = workflow.tasks.size();
  for (const Index index : owner.tasks) {
    const TaskExecution& task = tree_.tasks[index];
    counts.incomplete += !is_completed(task.state);
    counts.cancelled += task.state == State::cancelled;
  }
  if (workflow.type == ir::Workflow::Type::reverse) {
    counts.open_requirements.assign(size, kNone);
    const auto target = graph.task_by_name.find(owner.params.get("task_name").as_string());
    std::vector<Index> open{target->second};
    while (!open.empty()) {
      const Index task = open.back();
      open.pop_back();
      if (counts.open_requirements[task] != kNone) continue;
      const auto& required = workflow.tasks[task].requires_tasks;
      counts.open_requirements[task] = static_cast<uint32_t>(required.size());
      open.insert(open.end(), required.begin(), required.end());
    }
    for (const Index index : owner.tasks) {
      const TaskExecution& task = tree_.tasks[index];
      counts.open_requirements[task.task] = kNone;
      if (!fulfils_requirement(task.state)) continue;
      for (const Index dependent : graph.dependents[task.task]) {
        uint32_t& left = counts.open_requirements[dependent];
        if (left != kNone && left > 0) --left;
      }
    }
    return;
  }
  if (!graph.has_joins) return;
  counts.counts_joins = true;
  counts.activity = graph.inbound_edges;
  counts.dead.assign(graph.members.size(), false);
  counts.arrivals.assign(size, 0);
  counts.dead_sources.assign(size, 0);
  counts.rounds.assign(size, 0);
  counts.waiting.assign(size, kNone);
  counts.failed.assign(size, kNone);
  for (const Index index : owner.tasks) {
    const TaskExecution& task = tree_.tasks[index];
    if (task.state == State::waiting) {
      counts.waiting[task.task] = index;
    } else {
      if (is_join(workflow, task.task)) {
        ++counts.rounds[task.task];
        counts.failed[task.task] =
            failed_by_branches(task, arrivals_needed(workflow, task.task)) ? index : kNone;
      }
      if (!task.processed) ++counts.activity[graph.component[task.task]];
    }
  }
  for (const BacklogCommand& command : owner.backlog) {
    if (command.kind == ir::TargetKind::task) ++counts.activity[graph.component[command.task]];
  }
  // Arrivals at joins that still wait are not stored with them: they are the edges into the join that
  // fired, without those that earlier rounds have used up.
  for (const Index index : owner.tasks) {
    TaskExecution& task = tree_.tasks[index];
    if (!is_join(workflow, task.task)) continue;
    if (task.state == State::waiting) task.triggered_by.clear();
    if (is_looped(graph, task.task)) use_up(counts, task);
  }
  for (const Index index : owner.tasks) {
    const TaskExecution& task = tree_.tasks[index];
    if (!task.processed) continue;
    for (const NextTask& next : task.next_tasks) {
      const Index waiting = is_join(workflow, next.task) ? counts.waiting[next.task] : kNone;
      if (waiting == kNone || counts.used_up.contains(edge_key(next.task, index))) continue;
      tree_.tasks[waiting].triggered_by.push_back({index, next.clause});
      if (counts.arrived.emplace(edge_key(next.task, task.task), index).second) {
        ++counts.arrivals[next.task];
      }
    }
  }
  // Before its first task an execution has nothing under way yet, but everything may still come.
  if (owner.tasks.empty() && owner.backlog.empty()) return;
  settle_inactive(execution, counts);
}

// The task executions that have led to this round of a join do not lead to another one. (Two edges of one
// task count once, also where the first of them was enough for the round to begin.)
void Machine::use_up(Progress& counts, const TaskExecution& join) {
  for (const Trigger& trigger : join.triggered_by) {
    if (!trigger.overtaken) counts.used_up.insert(edge_key(join.task, trigger.task));
  }
}

// Components that nothing leads into are dead from the beginning (tasks of a loop that has no entrance).
void Machine::settle_inactive(Index execution, Progress& counts) {
  for (Index component = 0; component < counts.activity.size(); ++component) {
    if (counts.activity[component] == 0) settle_component(execution, counts, component);
  }
}

uint32_t Machine::arrivals_needed(const ir::Workflow& workflow, Index join) const {
  const ir::Task& task = workflow.tasks[join];
  const size_t back = program_.graph(workflow).back_sources[join].size();
  const uint32_t forward = static_cast<uint32_t>(task.inbound.size() - back);
  return task.join.kind == ir::Join::Kind::all ? forward : task.join.count;
}

// A branch has reached the join. The join's task execution is made when the first one comes.
void Machine::arrive(Index execution, Index join, const Trigger& trigger) {
  Progress& counts = progress(execution);
  const ir::Workflow& workflow = workflow_of(execution);
  const WorkflowGraph& graph = program_.graph(workflow);
  const bool looped = is_looped(graph, join);
  if (looped && counts.used_up.contains(edge_key(join, trigger.task))) return;
  // Without a rerun it is merely a branch that comes after others have made the join impossible.
  if (has_reruns_ && counts.failed[join] != kNone && !looped) wait_again(execution, join);
  if (counts.rounds[join] > 0 && counts.waiting[join] == kNone && !looped) return;  // it has run

  if (counts.waiting[join] == kNone) {
    const Index created = create_task(execution, join, State::waiting);
    tree_.tasks[created].state_info = "Task is waiting.";
    counts.waiting[join] = created;
    counts.arrivals[join] = 0;
    for (const Index source : workflow.tasks[join].inbound) counts.arrived.erase(edge_key(join, source));
  }
  const Index task = counts.waiting[join];
  const Index source = tree_.tasks[trigger.task].task;
  tree_.tasks[task].triggered_by.push_back(trigger);
  const auto [position, fresh] = counts.arrived.emplace(edge_key(join, source), trigger.task);
  if (!fresh) {
    position->second = trigger.task;
  } else {
    ++counts.arrivals[join];
  }
  const bool new_round = counts.rounds[join] > 0 && is_back_source(graph, join, source);
  if (new_round || counts.arrivals[join] >= arrivals_needed(workflow, join)) {
    fire_join(task, counts);
  } else {
    enqueue(Operation::Kind::refresh_join, task);
  }
}

// A join that had failed because a branch could not come gets that branch after all: its task was run again
// or skipped. The join waits once more, with the branches that it had.
void Machine::wait_again(Index execution, Index join) {
  Progress& counts = progress(execution);
  const Index index = std::exchange(counts.failed[join], kNone);
  TaskExecution& task = tree_.tasks[index];
  --counts.rounds[join];
  counts.waiting[join] = index;
  for (const Index source : workflow_of(execution).tasks[join].inbound) {
    counts.arrived.erase(edge_key(join, source));
  }
  counts.arrivals[join] = 0;
  std::erase_if(task.triggered_by, [](const Trigger& trigger) { return trigger.overtaken; });
  for (const Trigger& trigger : task.triggered_by) {
    const uint64_t key = edge_key(join, tree_.tasks[trigger.task].task);
    if (counts.arrived.insert_or_assign(key, trigger.task).second) ++counts.arrivals[join];
  }
  task.context_sources.clear();
  task.next_tasks.clear();
  task.processed = false;
  task.error_handled = false;
  task.published_attempt = 0;
  contexts_.forget_all();  // tasks behind it may be under way
  overtake(index);
  set_task_state(index, State::waiting, "Task is waiting.");
}

void Machine::fire_join(Index task, Progress& counts) {
  TaskExecution& execution = tree_.tasks[task];
  const Index join = execution.task;
  counts.waiting[join] = kNone;
  ++counts.rounds[join];
  const ir::Workflow& workflow = workflow_of(execution.execution);
  if (is_looped(program_.graph(workflow), join)) use_up(counts, execution);
  for (const Index source : workflow.tasks[join].inbound) {
    const auto arrived = counts.arrived.find(edge_key(join, source));
    if (arrived == counts.arrived.end()) continue;
    execution.context_sources.push_back(arrived->second);
    counts.arrived.erase(arrived);
  }
  if (has_reruns_) contexts_.forget_all();  // of tasks behind it that began before it waited once more
  begin_activity(execution.execution, join);
  start_task(task);
}

// Enough branches can no longer come: the join is ERROR without an action, its on-error runs.
void Machine::fail_join(Index task, Progress& counts) {
  TaskExecution& execution = tree_.tasks[task];
  const Index join = execution.task;
  const ir::Workflow& workflow = workflow_of(execution.execution);
  // Named are those that cannot come; in a loop, where nothing moves any more, all that have not.
  const WorkflowGraph& graph = program_.graph(workflow);
  const bool stuck = counts.activity[graph.component[join]] == 0;
  std::string names;
  for (const Index source : workflow.tasks[join].inbound) {
    const auto arrived = counts.arrived.find(edge_key(join, source));
    if (arrived != counts.arrived.end()) {
      execution.context_sources.push_back(arrived->second);
    } else if (stuck || counts.dead[graph.component[source]]) {
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", program_.name(workflow.tasks[source].name));
    }
  }
  if (has_reruns_) contexts_.forget_all();  // as where a join fires
  if (is_looped(graph, join)) use_up(counts, execution);
  counts.waiting[join] = kNone;
  counts.failed[join] = task;
  ++counts.rounds[join];
  begin_activity(execution.execution, join);
  complete_task(task, State::error, fmt::format("Failed by tasks: [{}]", names));
}

// Fails the join if the sources that can still come are too few. One that has enough has fired already.
void Machine::refresh_join(Index task) {
  const TaskExecution& execution = tree_.tasks[task];
  if (execution.state != State::waiting || is_completed(tree_.executions[execution.execution].state)) {
    return;
  }
  Progress& counts = progress(execution.execution);
  const ir::Workflow& workflow = workflow_of(execution.execution);
  const WorkflowGraph& graph = program_.graph(workflow);
  const Index join = execution.task;
  const uint32_t needed = arrivals_needed(workflow, join);
  const size_t forward = workflow.tasks[join].inbound.size() - graph.back_sources[join].size();
  // Within a loop nothing moves any more when only waiting joins are left in it.
  const bool stuck = counts.activity[graph.component[join]] == 0;
  if (stuck || forward - std::min<size_t>(forward, counts.dead_sources[join]) < needed) {
    fail_join(task, counts);
  }
}

void Machine::begin_activity(Index execution, Index task) {
  Progress& counts = progress(execution);
  if (!counts.counts_joins) return;
  ++counts.activity[program_.graph(workflow_of(execution)).component[task]];
}

void Machine::end_activity(Index execution, Index task) {
  Progress& counts = progress(execution);
  if (!counts.counts_joins) return;
  const Index component = program_.graph(workflow_of(execution)).component[task];
  if (counts.activity[component] > 0 && --counts.activity[component] == 0) {
    settle_component(execution, counts, component);
  }
}

// Nothing is under way in the component and nothing leads into it any more. Joins that wait in it are
// told; when there are none, it is dead, and so may be those that it led to.
void Machine::settle_component(Index execution, Progress& counts, Index first) {
  const ir::Workflow& workflow = workflow_of(execution);
  const WorkflowGraph& graph = program_.graph(workflow);
  std::vector<Index> open{first};
  while (!open.empty()) {
    const Index component = open.back();
    open.pop_back();
    if (counts.dead[component] || counts.activity[component] != 0) continue;
    bool waits = false;
    for (const Index task : graph.members[component]) {
      if (counts.waiting[task] == kNone) continue;
      enqueue(Operation::Kind::refresh_join, counts.waiting[task]);
      waits = true;
    }
    if (waits) continue;
    counts.dead[component] = true;
    for (const Index task : graph.members[component]) {
      for (const Index target : graph.outbound[task]) {
        const Index other = graph.component[target];
        if (other == component) continue;
        if (is_join(workflow, target) && !counts.arrived.contains(edge_key(target, task))) {
          ++counts.dead_sources[target];
          if (counts.waiting[target] != kNone) {
            enqueue(Operation::Kind::refresh_join, counts.waiting[target]);
          }
        }
        if (counts.activity[other] > 0 && --counts.activity[other] == 0) open.push_back(other);
      }
    }
  }
}

}  // namespace gregale::interpreter
