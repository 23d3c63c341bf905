#include "interpreter/expression/recorded_executions.hpp"

#include <fmt/format.h>

namespace gregale::expression {

namespace {

using core::List;
using core::Map;

constexpr const char* kDefaultTime = "2024-01-01 00:00:00";
constexpr size_t kNestingLimit = 100;

// The row's member, or what a row has that leaves it out.
Value member(const Value& row, std::string_view name) {
  if (const Value* value = row.find(name)) return *value;
  for (const std::string_view map : {"spec", "input", "params", "context", "published"}) {
    if (name == map) return Value(Map());
  }
  if (name == "type") return Value("ACTION");
  if (name == "created_at" || name == "updated_at") return Value(kDefaultTime);
  return Value();
}

// "2024-01-01T00:00:00" and "2024-01-01 00:00:00" are the same moment.
std::string moment(const Value& value) {
  std::string text = value.is_string() ? value.as_string() : std::string();
  if (text.size() > 10 && text[10] == 'T') text[10] = ' ';
  return text;
}

Value members(const Value& row, std::initializer_list<const char*> names) {
  Map result;
  for (const char* name : names) {
    const std::string_view view(name);
    const bool time = view == "created_at" || view == "updated_at";
    const Value value = member(row, name);
    result.set(name, time && !value.is_null() ? Value(moment(value)) : value);
  }
  return Value(std::move(result));
}

Value describe_task(const Value& row) {
  return members(row, {"id", "name", "spec", "state", "state_info", "result", "published", "type",
                       "workflow_execution_id", "created_at", "updated_at"});
}

bool same_text(const Value& value, const std::string& text) {
  return value.is_string() && value.as_string() == text;
}

}  // namespace

RecordedExecutions::RecordedExecutions(Value record, Value data)
    : record_(std::move(record)), data_(std::move(data)) {}

const List& RecordedExecutions::rows(std::string_view table) const {
  static const List kNone;
  const Value* found = record_.find(table);
  return found != nullptr && found->is_list() ? found->as_list() : kNone;
}

const Value& RecordedExecutions::row(std::string_view table, const Value& id) const {
  for (const Value& row : rows(table)) {
    if (member(row, "id") == id) return row;
  }
  throw core::Error(core::ErrorKind::not_found, fmt::format("there is no such row in {}", table));
}

Value RecordedExecutions::task(const std::optional<std::string>& name) const {
  const Value current = data_.get("__task_execution");
  if (current.truthy() && (!name || same_text(current.get("name"), *name))) {
    return describe_task(row("task_executions", current.get("id")));
  }
  const Value execution = data_.get("__execution");
  if (!execution.is_map()) throw core::Error(core::ErrorKind::not_found, "there is no current execution");
  Value found;
  for (const Value& task : rows("task_executions")) {
    const bool named = name ? same_text(member(task, "name"), *name) : member(task, "name").is_null();
    if (named && member(task, "workflow_execution_id") == execution.get("id")) found = describe_task(task);
  }
  return found;
}

List RecordedExecutions::nested_executions(const Value& task) const {
  List found;
  for (const Value& execution : rows("workflow_executions")) {
    const Value parent = member(execution, "task_execution_id");
    if (!parent.is_null() && parent == member(task, "id")) found.push_back(execution);
  }
  return found;
}

void RecordedExecutions::collect_tasks(const TaskFilter& filter, const std::optional<std::string>& execution,
                                       List& found, size_t depth) const {
  if (depth > kNestingLimit) throw core::Error(core::ErrorKind::limit, "executions nest without end");
  List nested;
  for (const Value& task : rows("task_executions")) {
    if (execution && !same_text(member(task, "workflow_execution_id"), *execution)) continue;
    const List inner = nested_executions(task);
    if (filter.recursive && execution && same_text(member(task, "type"), "WORKFLOW")) {
      for (const Value& child : inner) {
        const Value id = member(child, "id");
        if (id.is_string()) collect_tasks(filter, id.as_string(), nested, depth + 1);
      }
    }
    if (filter.state && !same_text(member(task, "state"), *filter.state)) continue;
    bool wanted = true;
    if (filter.flat && !same_text(member(task, "type"), "ACTION")) {
      // A task whose sub-workflow ended as it did says nothing new.
      for (const Value& child : inner) wanted = wanted && member(child, "state") != member(task, "state");
    }
    if (wanted) found.push_back(describe_task(task));
  }
  found.insert(found.end(), nested.begin(), nested.end());
}

Value RecordedExecutions::tasks(const TaskFilter& filter) const {
  List found;
  collect_tasks(filter, filter.workflow_execution_id, found, 0);
  return Value(std::move(found));
}

Value RecordedExecutions::execution() const {
  const Value& current = row("workflow_executions", data_.get("__execution").get("id"));
  return members(current,
                 {"id", "name", "spec", "input", "params", "created_at", "updated_at", "root_execution_id"});
}

Value RecordedExecutions::executions(const ExecutionFilter& filter) const {
  List found;
  for (const Value& row : rows("workflow_executions")) {
    const std::string created = moment(member(row, "created_at"));
    if (filter.id && !same_text(member(row, "id"), *filter.id)) continue;
    if (filter.root_execution_id && !same_text(member(row, "root_execution_id"), *filter.root_execution_id)) {
      continue;
    }
    if (filter.state && !same_text(member(row, "state"), *filter.state)) continue;
    if (filter.from_time && created < moment(Value(*filter.from_time))) continue;
    if (filter.to_time && created >= moment(Value(*filter.to_time))) continue;
    found.push_back(members(row, {"id", "name", "spec", "input", "params", "context", "state", "state_info",
                                  "created_at", "updated_at", "root_execution_id", "task_execution_id"}));
  }
  return Value(std::move(found));
}

Value RecordedExecutions::global(std::string_view variable) const {
  return member(row("workflow_executions", data_.get("__execution").get("id")), "context").get(variable);
}

Value RecordedExecutions::env() const {
  return data_.get("__env");
}

}  // namespace gregale::expression
