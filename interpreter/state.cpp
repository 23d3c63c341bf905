#include "interpreter/state.hpp"

#include <algorithm>
#include <array>

#include "interpreter/expression/python/text.hpp"

namespace gregale::interpreter {

namespace {

constexpr std::array<std::string_view, 9> kStateNames = {
    "IDLE", "WAITING", "RUNNING", "DELAYED", "PAUSED", "SUCCESS", "ERROR", "CANCELLED", "SKIPPED"};

}  // namespace

std::string_view to_string(State state) noexcept {
  return kStateNames[static_cast<size_t>(state)];
}

std::optional<State> parse_state(std::string_view text) noexcept {
  const auto found = std::find(kStateNames.begin(), kStateNames.end(), text);
  if (found == kStateNames.end()) return std::nullopt;
  return static_cast<State>(found - kStateNames.begin());
}

namespace {

struct Call {
  uint32_t item;
  State state;
  const Value* output;
};

// The calls that count, in the order of the items.
std::vector<Call> accepted_calls(const ExecutionTree& tree, const TaskExecution& task) {
  std::vector<Call> calls;
  for (const Index index : task.actions) {
    const ActionExecution& action = tree.actions[index];
    if (action.accepted) calls.push_back({action.item, action.state, &action.output});
  }
  for (const Index index : task.sub_executions) {
    const WorkflowExecution& sub = tree.executions[index];
    if (sub.accepted) calls.push_back({sub.item, sub.state, &sub.output});
  }
  std::stable_sort(calls.begin(), calls.end(), [](const Call& a, const Call& b) { return a.item < b.item; });
  return calls;
}

// The outputs of the calls that have ended so or otherwise, by region.
Value by_region(const ExecutionTree& tree, const TaskExecution& task, bool success) {
  core::Map regions;
  for (const Call& call : accepted_calls(tree, task)) {
    if ((call.state == State::success) != success || !task.items.is_list()) continue;
    const bool dropped = success && task.result_dropped;
    regions.set(task.items.as_list()[call.item], dropped ? Value() : *call.output);
  }
  return Value(std::move(regions));
}

}  // namespace

Value task_result(const ExecutionTree& tree, const TaskExecution& task, const ir::Task& definition) {
  if (definition.with_regions.present()) return by_region(tree, task, true);
  const std::vector<Call> calls = accepted_calls(tree, task);
  const auto output = [&](const Call& call) { return task.result_dropped ? Value() : *call.output; };
  if (definition.with_items.empty() && calls.size() == 1) return output(calls.front());
  core::List list;
  list.reserve(calls.size());
  for (const Call& call : calls) list.push_back(output(call));
  return Value(std::move(list));
}

Value region_errors(const ExecutionTree& tree, const TaskExecution& task) {
  return by_region(tree, task, false);
}

std::string common_region(const ExecutionTree& tree, const TaskExecution& task) {
  std::string common;
  const auto shares = [&](const std::string& region) {
    if (region.empty() || (!common.empty() && common != region)) return false;
    common = region;
    return true;
  };
  for (const Index action : task.actions) {
    if (!tree.actions[action].lists_regions && !shares(tree.actions[action].region)) return {};
  }
  for (const Index sub : task.sub_executions) {
    if (!shares(tree.executions[sub].region)) return {};
  }
  return common;
}

std::optional<std::string> error_info(const Value& result) {
  if (!result.truthy()) return std::nullopt;
  return expression::python::str(result);
}

const Value& environment(const ExecutionTree& tree) {
  static const Value empty = Value::map({});
  const Value* env = tree.root().params.find("env");
  return env != nullptr && env->is_map() ? *env : empty;
}

}  // namespace gregale::interpreter
