#include "cli/execution_story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/stored_execution.hpp"
#include "core/json.hpp"
#include "interpreter/document.hpp"
#include "interpreter/explanation.hpp"
#include "interpreter/past.hpp"

namespace gregale::cli {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;
using core::Value;
using interpreter::ExecutionTree;
using interpreter::HistoryRecord;
using interpreter::Index;
using interpreter::kNone;

namespace {

Value reason_document(const ExecutionTree& tree, const interpreter::Reason& reason) {
  Map members{{"kind", Value(to_string(reason.kind))},
              {"execution_id", tree.executions[reason.execution].id.text()}};
  if (reason.task != kNone) members.set(Value("task"), Value(tree.tasks[reason.task].name));
  if (reason.action != kNone) members.set(Value("action_id"), Value(tree.actions[reason.action].id.text()));
  members.set(Value("text"), Value(reason.text));
  return Value(std::move(members));
}

Index last_task(const ExecutionTree& tree, Index execution, const std::string& name) {
  const auto& tasks = tree.executions[execution].tasks;
  const auto found =
      std::find_if(tasks.rbegin(), tasks.rend(), [&](Index index) { return tree.tasks[index].name == name; });
  if (found != tasks.rend()) return *found;
  throw Error(ErrorKind::not_found, fmt::format("no task '{}' has been started in this execution", name));
}

}  // namespace

Value why_document(interpreter::Store& store, const interpreter::ActionRegistry& actions,
                   const std::string& id, const std::string& task, core::Microseconds now) {
  const interpreter::ExecutionAddress address = find_execution(store, id);
  const ExecutionTree tree = store.load(address.root);
  const interpreter::LoadedProgram program = load_program(store, tree.program_digest);
  const auto reasons =
      task.empty() ? explain(program, actions, tree, address.execution, now)
                   : explain_task(program, actions, tree, last_task(tree, address.execution, task), now);
  List items;
  for (const interpreter::Reason& reason : reasons) items.push_back(reason_document(tree, reason));
  return Map{{"id", id},
             {"state", Value(to_string(tree.executions[address.execution].state))},
             {"reasons", Value(std::move(items))}};
}

namespace {

// "service compute in region RegionTwo" and what holds its requests up.
std::string service_text(const std::string& service, const Value& status) {
  const double seconds = std::ceil(status.get("seconds_to_next").as_float());
  const int64_t waiting = status.get("waiting").as_integer();
  std::string text;
  if (status.get("circuit") != Value("closed")) {
    text = fmt::format("The {} was not reached {} times in a row, so calls to it fail at once; {}", service,
                       status.get("failures").as_integer(),
                       seconds > 0 ? fmt::format("the next one is tried in {} s.", seconds)
                                   : std::string("the next one is tried."));
  }
  if (waiting > 0) {
    text += fmt::format(
        "{}{} {} for the {}, by the cloud's rate_limit or concurrency, or since it asked for a pause.",
        text.empty() ? "" : " ", waiting, waiting == 1 ? "request waits" : "requests wait", service);
  }
  return text;
}

}  // namespace

Value with_services(const Value& why, const Value& services) {
  List reasons = why.get("reasons").as_list();
  for (const auto& [service, status] : services.as_map()) {
    reasons.push_back(Map{{"kind", "service"},
                          {"execution_id", why.get("id")},
                          {"text", Value(service_text(service.as_string(), status))}});
  }
  Map members = why.as_map();
  members.set(Value("reasons"), Value(std::move(reasons)));
  return Value(std::move(members));
}

std::string why_text(const Value& document) {
  std::string out;
  for (const Value& reason : document.get("reasons").as_list()) {
    out += reason.get("text").as_string() + "\n";
  }
  return out;
}

Value history_document(interpreter::Store& store, const std::string& id) {
  const interpreter::ExecutionAddress address = find_execution(store, id);
  const ExecutionTree tree = store.load(address.root);
  List events;
  for (const HistoryRecord& record : store.history(address.root)) {
    Map members{{"event", static_cast<int64_t>(events.size() + 1)},
                {"time", core::iso_local_text(record.time, true) + "Z"}};
    const auto describe = [&](const char* subject, const auto& list, auto name) {
      if (record.index >= list.size()) {
        throw Error(ErrorKind::unusable, "the history tells of something that the store does not have");
      }
      members.set(Value("subject"), Value(subject));
      members.set(Value("id"), Value(list[record.index].id.text()));
      members.set(Value("name"), Value(name(list[record.index])));
    };
    switch (record.subject) {
      case HistoryRecord::Subject::execution:
        describe("execution", tree.executions, [](const auto& e) { return e.workflow_name; });
        break;
      case HistoryRecord::Subject::task:
        describe("task", tree.tasks, [](const auto& t) { return t.name; });
        break;
      case HistoryRecord::Subject::action:
        describe("action", tree.actions, [](const auto& a) { return a.name; });
        break;
    }
    members.set(Value("state"), Value(to_string(record.state)));
    if (!record.published.is_null()) members.set(Value("published"), record.published);
    events.emplace_back(std::move(members));
  }
  return Value(std::move(events));
}

std::string history_text(const Value& document) {
  std::string out;
  for (const Value& event : document.as_list()) {
    out += fmt::format("{:>6}  {}  {:<9}  {:<9}  {}", event.get("event").as_integer(),
                       event.get("time").as_string(), event.get("subject").as_string(),
                       event.get("state").as_string(), event.get("name").as_string());
    const Value published = event.get("published");
    if (!published.is_null()) out += fmt::format("  published {}", core::to_json(published));
    out += "\n";
  }
  return out;
}

Value past_document(interpreter::Store& store, const std::string& id, size_t events) {
  const interpreter::ExecutionAddress address = find_execution(store, id);
  const ExecutionTree tree = store.load(address.root);
  const auto history = store.history(address.root);
  if (events == 0 || events > history.size()) {
    throw Error(ErrorKind::not_found, fmt::format("the execution has the events 1 to {}", history.size()));
  }
  const ExecutionTree past = as_of(tree, history, events);
  if (address.execution >= past.executions.size()) {
    throw Error(ErrorKind::not_found, fmt::format("execution {} did not exist yet at event {}", id, events));
  }
  const interpreter::LoadedProgram program = load_program(store, tree.program_digest);
  Map document = interpreter::execution_document(program, past, address.execution).as_map();
  document.set(Value("context"), interpreter::published_context(past, address.execution));
  return Value(std::move(document));
}

}  // namespace gregale::cli
