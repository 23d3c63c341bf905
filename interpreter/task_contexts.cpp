#include "interpreter/task_contexts.hpp"

#include <algorithm>

namespace gregale::interpreter {

// Walks up the sources without recursion: a chain may be very long.
Context TaskContexts::inbound(Index wanted) {
  if (inbound_.size() < tree_.tasks.size()) inbound_.resize(tree_.tasks.size());
  if (outbound_.size() < tree_.tasks.size()) outbound_.resize(tree_.tasks.size());
  std::vector<Index> open{wanted};
  while (!open.empty()) {
    const Index task = open.back();
    if (inbound_[task]) {
      open.pop_back();
      continue;
    }
    const std::vector<Index>& sources = tree_.tasks[task].context_sources;
    bool ready = true;
    for (const Index source : sources) {
      if (!inbound_[source] && source != task) {
        open.push_back(source);
        ready = false;
      }
    }
    if (!ready) continue;
    std::vector<Context> branches;
    for (const Index source : sources) {
      const Value& published = tree_.tasks[source].published;
      if (!outbound_[source]) {
        outbound_[source] =
            published.is_map() ? inbound_[source]->with(published.as_map()) : *inbound_[source];
      }
      branches.push_back(*outbound_[source]);
    }
    inbound_[task] = Context::merge(branches);
    open.pop_back();
  }
  return *inbound_[wanted];
}

Context TaskContexts::outbound(Index task) {
  const Context in = inbound(task);
  if (!outbound_[task]) {
    const Value& published = tree_.tasks[task].published;
    outbound_[task] = published.is_map() ? in.with(published.as_map()) : in;
  }
  return *outbound_[task];
}

Context TaskContexts::merge_outbound(std::vector<Index> tasks) {
  std::stable_sort(tasks.begin(), tasks.end(), [&](Index a, Index b) {
    const TaskExecution& left = tree_.tasks[a];
    const TaskExecution& right = tree_.tasks[b];
    return left.task != right.task ? left.task < right.task : a < b;
  });
  std::vector<Context> branches;
  branches.reserve(tasks.size());
  for (const Index task : tasks) branches.push_back(outbound(task));
  return Context::merge(branches);
}

void TaskContexts::forget_outbound(Index task) {
  if (task < outbound_.size()) outbound_[task].reset();
}

void TaskContexts::forget_all() {
  inbound_.clear();
  outbound_.clear();
}

void TaskContexts::forget(Index task) {
  if (task < inbound_.size()) inbound_[task].reset();
  forget_outbound(task);
}

}  // namespace gregale::interpreter
