#include "interpreter/past.hpp"

#include <algorithm>
#include <map>

#include "interpreter/task_contexts.hpp"

namespace gregale::interpreter {

namespace {

using Subject = HistoryRecord::Subject;

// What the records so far say of things of one kind.
struct Known {
  std::map<Index, State> states;
  std::map<Index, Value> published;
  // Things are recorded in the order in which they were made.
  size_t count() const { return states.empty() ? 0 : size_t{states.rbegin()->first} + 1; }
  State state(Index index) const {
    const auto found = states.find(index);
    return found == states.end() ? State::idle : found->second;
  }
};

template <typename List>
void keep_first(List& list, size_t count) {
  if (list.size() > count) list.resize(count);
}

void drop_from(std::vector<Index>& indices, size_t count) {
  std::erase_if(indices, [&](Index index) { return index >= count; });
}

}  // namespace

ExecutionTree as_of(const ExecutionTree& tree, const std::vector<HistoryRecord>& history, size_t events) {
  std::map<Subject, Known> known;
  for (size_t i = 0; i < std::min(events, history.size()); ++i) {
    const HistoryRecord& record = history[i];
    Known& kind = known[record.subject];
    kind.states[record.index] = record.state;
    if (!record.published.is_null()) kind.published[record.index] = record.published;
  }
  const Known& executions = known[Subject::execution];
  const Known& tasks = known[Subject::task];
  const Known& actions = known[Subject::action];
  ExecutionTree past = tree;
  keep_first(past.executions, std::max<size_t>(1, executions.count()));
  keep_first(past.tasks, tasks.count());
  keep_first(past.actions, actions.count());
  for (Index i = 0; i < past.executions.size(); ++i) {
    WorkflowExecution& execution = past.executions[i];
    execution.state = executions.state(i);
    drop_from(execution.tasks, past.tasks.size());
    if (is_completed(execution.state)) continue;
    execution.state_info.reset();
    execution.output = Value();
  }
  for (Index i = 0; i < past.tasks.size(); ++i) {
    TaskExecution& task = past.tasks[i];
    task.state = tasks.state(i);
    const auto published = tasks.published.find(i);
    task.published = published == tasks.published.end() ? Value() : published->second;
    drop_from(task.actions, past.actions.size());
    drop_from(task.sub_executions, past.executions.size());
    std::erase_if(task.context_sources, [&](Index source) { return source >= past.tasks.size(); });
    std::erase_if(task.triggered_by, [&](const Trigger& t) { return t.task >= past.tasks.size(); });
    if (is_completed(task.state)) continue;
    task.state_info.reset();
    task.processed = false;
    task.next_tasks.clear();
  }
  for (Index i = 0; i < past.actions.size(); ++i) {
    ActionExecution& action = past.actions[i];
    action.state = actions.state(i);
    if (is_completed(action.state)) continue;
    action.output = Value();
    action.message.clear();
    action.accepted = false;
  }
  return past;
}

Value published_context(const ExecutionTree& tree, Index execution) {
  std::vector<bool> inherited(tree.tasks.size(), false);
  for (const Index task : tree.executions[execution].tasks) {
    for (const Index source : tree.tasks[task].context_sources) inherited[source] = true;
  }
  std::vector<Index> ends;
  for (const Index task : tree.executions[execution].tasks) {
    if (!inherited[task]) ends.push_back(task);
  }
  TaskContexts contexts(tree);
  return Value(contexts.merge_outbound(std::move(ends)).flatten());
}

}  // namespace gregale::interpreter
