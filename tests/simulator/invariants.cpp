#include "tests/simulator/invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "interpreter/explanation.hpp"
#include "interpreter/records.hpp"

namespace gregale::simulator {

using core::Value;
using interpreter::ExecutionTree;
using interpreter::HistoryRecord;
using interpreter::Index;
using interpreter::kNone;
using interpreter::State;
using interpreter::TaskExecution;

namespace {

bool take(std::vector<bool>& seen, Index index) {
  if (seen.size() <= index) seen.resize(index + 1, false);
  if (seen[index]) return false;
  return seen[index] = true;
}

bool leads_to(const TaskExecution& from, Index task) {
  return std::any_of(from.next_tasks.begin(), from.next_tasks.end(),
                     [&](const interpreter::NextTask& next) { return next.task == task; });
}

// Whether what set the task going has run again since.
bool is_overtaken(const TaskExecution& task) {
  return std::any_of(task.triggered_by.begin(), task.triggered_by.end(),
                     [](const interpreter::Trigger& trigger) { return trigger.overtaken; });
}

// Names of branch variables, as plans give them.
bool is_branch_variable(const Value& name) {
  return name.is_string() && name.as_string().starts_with("b_");
}

}  // namespace

const ir::Workflow& Invariants::workflow_of(const ExecutionTree& tree, Index execution) const {
  return *program_.find_workflow(tree.executions[execution].workflow_namespace,
                                 tree.executions[execution].workflow_name);
}

void Invariants::observe(const ExecutionTree& tree, const interpreter::StepOutput& output) {
  Seen& seen = states_[tree.root().id];
  for (const Index task : output.tasks) {
    const TaskExecution& t = tree.tasks[task];
    const bool runs = !t.actions.empty() || !t.sub_executions.empty();
    if (runs && take(seen.started_tasks, task)) check_preconditions(tree, task);
    const auto before = seen.ended.find(task);
    if (before != seen.ended.end() && before->second != t.state && !seen.reruns) {
      report(fmt::format("task {} '{}' was {} and done, and became {}", task, t.name,
                         to_string(before->second), to_string(t.state)));
    }
    if (is_completed(t.state) && t.processed) seen.ended[task] = t.state;
  }
  for (const Index action : output.actions) {
    if (take(seen.actions, action)) check_visible(tree, action);
  }
}

void Invariants::check_preconditions(const ExecutionTree& tree, Index index) {
  const TaskExecution& task = tree.tasks[index];
  const ir::Workflow& workflow = workflow_of(tree, task.execution);
  const ir::Task& definition = workflow.tasks[task.task];
  const std::string which = fmt::format("task {} '{}'", index, task.name);
  if (workflow.type == ir::Workflow::Type::reverse) {
    for (const Index required : definition.requires_tasks) {
      const auto& tasks = tree.executions[task.execution].tasks;
      const bool met = std::any_of(tasks.begin(), tasks.end(), [&](Index other) {
        return tree.tasks[other].task == required &&
               interpreter::fulfils_requirement(tree.tasks[other].state);
      });
      if (!met) report(which + " runs before what it requires");
    }
    return;
  }
  std::set<Index> sources;
  for (const interpreter::Trigger& trigger : task.triggered_by) {
    const TaskExecution& from = tree.tasks[trigger.task];
    if (from.execution != task.execution) report(which + " was triggered from another execution");
    if (!states_[tree.root().id].reruns && (!is_completed(from.state) || !leads_to(from, task.task))) {
      report(fmt::format("{} runs, but '{}' is {} and does not lead to it", which, from.name,
                         to_string(from.state)));
    }
    sources.insert(from.task);
  }
  if (definition.inbound.empty() != sources.empty()) report(which + " has not come by an edge");
  if (definition.join.kind == ir::Join::Kind::none) {
    if (task.triggered_by.size() > 1) report(which + " has several triggers, but is no join");
    return;
  }
  const auto& graph = program_.graph(workflow);
  if (graph.cyclic[graph.component[task.task]]) return;  // rounds of loops are counted otherwise
  const size_t needed =
      definition.join.kind == ir::Join::Kind::all ? definition.inbound.size() : definition.join.count;
  // Who runs a join again that has failed for want of branches wants it to run without them.
  if (sources.size() < needed && !states_[tree.root().id].reruns) {
    report(fmt::format("{} joins {} branches, but only {} came", which, needed, sources.size()));
  }
}

// Of branch variables an action sees exactly those that the tasks before it on its branches published. What
// it saw when it began cannot be told any more once one of those has run again.
void Invariants::check_visible(const ExecutionTree& tree, Index index) {
  const interpreter::ActionExecution& action = tree.actions[index];
  Value seen = action.input.get("seen");
  if (action.name == "std.echo") seen = action.input.get("output");
  if (!seen.is_list()) return;
  std::set<std::string> expected;
  std::set<Index> visited;
  if (is_overtaken(tree.tasks[action.task])) return;
  std::vector<Index> open = tree.tasks[action.task].context_sources;
  while (!open.empty()) {
    const Index task = open.back();
    open.pop_back();
    if (!visited.insert(task).second) continue;
    const TaskExecution& t = tree.tasks[task];
    if (is_overtaken(t)) return;
    if (t.execution != tree.tasks[action.task].execution) {
      report(fmt::format("task '{}' inherits from another execution", t.name));
    }
    if (t.published.is_map()) {
      for (const core::Map::Entry& entry : t.published.as_map()) {
        if (is_branch_variable(entry.key)) expected.insert(entry.key.as_string());
      }
    }
    open.insert(open.end(), t.context_sources.begin(), t.context_sources.end());
  }
  std::set<std::string> got;
  for (const Value& name : seen.as_list()) {
    if (is_branch_variable(name)) got.insert(name.as_string());
  }
  if (got == expected) return;
  report(fmt::format("action {} of task '{}' sees [{}], its branches have published [{}]", index,
                     tree.tasks[action.task].name, fmt::join(got, ", "), fmt::join(expected, ", ")));
}

void Invariants::at_rest(const interpreter::ActionRegistry& actions, const ExecutionTree& tree,
                         interpreter::Microseconds now) {
  for (Index index = 0; index < tree.executions.size(); ++index) {
    const interpreter::WorkflowExecution& execution = tree.executions[index];
    for (const interpreter::Reason& reason : explain(program_, actions, tree, index, now)) {
      if (reason.text.empty()) report("a reason without words");
      // An execution whose root was stopped is not carried on; its tasks stay as they were.
      if (reason.kind != interpreter::Reason::Kind::queued || is_completed(execution.state)) continue;
      if (is_completed(tree.root().state) || execution.state == State::paused) continue;
      report(fmt::format("nothing moves, but there is no cause: {}", reason.text));
    }
  }
}

void Invariants::stored(const ExecutionTree& memory, interpreter::Store& store) {
  const ExecutionTree loaded = store.load(memory.root().id);
  interpreter::Vault vault("");
  const interpreter::RecordKit kit{&vault, nullptr};  // nothing here is secret or large
  const auto compare = [&](const auto& in_memory, const auto& in_store, const char* what) {
    if (in_memory.size() != in_store.size()) {
      report(fmt::format("the store has {} {} instead of {}", in_store.size(), what, in_memory.size()));
      return;
    }
    for (size_t i = 0; i < in_memory.size(); ++i) {
      auto expected = in_memory[i];
      auto got = in_store[i];
      if constexpr (requires { expected.triggered_by; }) {
        // What has arrived at a waiting join follows from the tasks before it and is not stored.
        if (expected.state == State::waiting) expected.triggered_by.clear(), got.triggered_by.clear();
      }
      if (to_record(expected, kit) == to_record(got, kit)) continue;
      report(fmt::format("{} {} in memory is {}, in the store {}", what, i, to_record(expected, kit),
                         to_record(got, kit)));
    }
  };
  compare(memory.executions, loaded.executions, "executions");
  compare(memory.tasks, loaded.tasks, "tasks");
  compare(memory.actions, loaded.actions, "actions");

  std::map<std::pair<HistoryRecord::Subject, Index>, State> last;
  for (const HistoryRecord& record : store.history(memory.root().id)) {
    last[{record.subject, record.index}] = record.state;
  }
  const auto ends_so = [&](HistoryRecord::Subject subject, const auto& list, const char* what) {
    for (Index i = 0; i < list.size(); ++i) {
      const auto found = last.find({subject, i});
      const State state = found == last.end() ? State::idle : found->second;
      if (state == list[i].state) continue;
      report(fmt::format("the history of {} {} ends in {}, it is {}", what, i, to_string(state),
                         to_string(list[i].state)));
    }
  };
  ends_so(HistoryRecord::Subject::execution, memory.executions, "execution");
  ends_so(HistoryRecord::Subject::task, memory.tasks, "task");
  ends_so(HistoryRecord::Subject::action, memory.actions, "action");
}

void Invariants::requests(const SimulatedWorld& world) {
  for (const auto& [id, request] : world.requests()) {
    if (request.times > 1 && !request.repeatable) {
      report(fmt::format("action {} was carried out {} times", id.text(), request.times));
    }
  }
}

}  // namespace gregale::simulator
