#include "interpreter/state.hpp"

#include <algorithm>
#include <array>

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

Value task_result(const ExecutionTree& tree, const TaskExecution& task, bool with_items) {
  struct Item {
    uint32_t index;
    const Value* output;
  };
  static const Value null;
  std::vector<Item> items;
  for (const Index index : task.actions) {
    const ActionExecution& action = tree.actions[index];
    if (action.accepted) items.push_back({action.item, task.result_dropped ? &null : &action.output});
  }
  for (const Index index : task.sub_executions) {
    const WorkflowExecution& sub = tree.executions[index];
    if (sub.accepted) items.push_back({sub.item, task.result_dropped ? &null : &sub.output});
  }
  std::stable_sort(items.begin(), items.end(),
                   [](const Item& a, const Item& b) { return a.index < b.index; });
  if (!with_items && items.size() == 1) return *items.front().output;
  core::List list;
  list.reserve(items.size());
  for (const Item& item : items) list.push_back(*item.output);
  return Value(std::move(list));
}

const Value& environment(const ExecutionTree& tree) {
  static const Value empty = Value::map({});
  const Value* env = tree.root().params.find("env");
  return env != nullptr && env->is_map() ? *env : empty;
}

}  // namespace gregale::interpreter
