#include "interpreter/records.hpp"

#include <fmt/format.h>

#include <iterator>
#include <type_traits>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::interpreter {

namespace {

using core::List;
using core::Map;

[[noreturn]] void broken(std::string_view what) {
  throw core::Error(core::ErrorKind::unusable, fmt::format("broken record: {}", what));
}

int64_t integer_of(const Value& value) {
  if (!value.is_small_integer()) broken("an integer is expected");
  return value.as_integer();
}

// Each member of a record is named once, in fields(); Writer and Reader give it its two directions.
template <typename Archive, typename T>
void fields(Archive& archive, T& record);

void append(std::string& out, const Value& value, const RecordKit& kit) {
  if (kit.large_values != nullptr) {
    kit.large_values->append(out, value);
  } else {
    core::append_json(out, value);
  }
}

// Writes a record's members as JSON, one after another, straight into the text.
class Writer {
 public:
  static constexpr bool kReads = false;
  Writer(std::string& out, const RecordKit& kit) : out_(out), kit_(kit) { out_ += '{'; }

  // A value that must not be seen in the store.
  void sealed(const char* name, const Value& value) {
    if (value.is_null()) return;
    begin(name);
    out_ += core::quote_json(kit_.vault->seal(core::to_json(value)));
  }
  template <typename T>
  void operator()(const char* name, const T& member) {
    if (is_default(member)) return;
    begin(name);
    encode(member);
  }
  void end() { out_ += '}'; }

  // A member that may be anything is wrapped, so that its false, 0 or "" is not taken for a default.
  void encode(const Value& value) {
    out_ += '[';
    append(out_, value, kit_);
    out_ += ']';
  }

 private:
  static bool is_default(const Value& value) { return value.is_null(); }
  static bool is_default(const Uuid& id) { return id.is_nil(); }
  static bool is_default(const std::string& text) { return text.empty(); }
  static bool is_default(bool flag) { return !flag; }
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) static bool is_default(T number) {
    return number == T{};
  }
  static bool is_default(const std::optional<std::string>& text) { return !text; }
  template <typename T>
  static bool is_default(const std::vector<T>& items) {
    return items.empty();
  }
  template <typename T>
  requires std::is_class_v<T>
  static bool is_default(const T&) { return false; }

  void begin(const char* name) {
    if (out_.back() != '{') out_ += ',';
    out_ += '"';
    out_ += name;
    out_ += "\":";
  }

  void encode(const Uuid& id) {
    out_ += '"';
    out_ += id.text();
    out_ += '"';
  }
  void encode(const std::string& text) { out_ += core::quote_json(text); }
  void encode(bool flag) { out_ += flag ? "true" : "false"; }
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) void encode(T number) {
    out_ += fmt::format_int(static_cast<int64_t>(number)).c_str();
  }
  void encode(const std::optional<std::string>& text) {
    out_ += '[';
    encode(*text);
    out_ += ']';
  }
  template <typename T>
  void encode(const std::vector<T>& items) {
    out_ += '[';
    for (const T& item : items) {
      if (out_.back() != '[') out_ += ',';
      encode(item);
    }
    out_ += ']';
  }
  template <typename T>
  requires std::is_class_v<T>
  void encode(const T& part) {
    Writer writer(out_, kit_);
    fields(writer, const_cast<T&>(part));
    writer.end();
  }

  std::string& out_;
  const RecordKit& kit_;
};

class Reader {
 public:
  static constexpr bool kReads = true;
  // [has_large]: the record's text has references to large values, or may have.
  Reader(const Value& record, const RecordKit& kit, bool has_large)
      : record_(record), kit_(kit), has_large_(has_large && kit.large_values != nullptr) {
    if (!record.is_map()) broken("an object is expected");
  }
  void sealed(const char* name, Value& member) {
    const Value value = record_.get(name);
    member = Value();
    if (value.is_null() || kit_.vault == nullptr) return;
    if (!value.is_string()) broken("a sealed text is expected");
    member = core::parse_json(kit_.vault->open(value.as_string()));
  }
  template <typename T>
  void operator()(const char* name, T& member) {
    if (const Value* value = record_.find(name)) {
      decode(*value, member);
    } else {
      member = T{};  // what the writer left out
    }
  }

 private:
  void decode(const Value& value, Value& member) {
    if (!value.is_list() || value.size() != 1) broken("a wrapped value is expected");
    member = value.as_list().front();
    if (has_large_) member = kit_.large_values->restored(std::move(member));
  }
  static void decode(const Value& value, Uuid& id) {
    if (!value.is_string() || !Uuid::looks_like(value.as_string())) broken("a UUID is expected");
    id = Uuid::parse(value.as_string());
  }
  static void decode(const Value& value, std::string& text) {
    if (!value.is_string()) broken("text is expected");
    text = value.as_string();
  }
  static void decode(const Value& value, bool& flag) { flag = value.truthy(); }
  template <typename T>
  requires(std::is_integral_v<T> || std::is_enum_v<T>) static void decode(const Value& value, T& number) {
    number = static_cast<T>(integer_of(value));
  }
  static void decode(const Value& value, std::optional<std::string>& text) {
    if (!value.is_list() || value.size() != 1 || !value.as_list().front().is_string()) {
      broken("a wrapped text is expected");
    }
    text = value.as_list().front().as_string();
  }
  template <typename T>
  void decode(const Value& value, std::vector<T>& items) {
    if (!value.is_list()) broken("a list is expected");
    for (const Value& item : value.as_list()) decode(item, items.emplace_back());
  }
  template <typename T>
  requires std::is_class_v<T>
  void decode(const Value& value, T& part) {
    Reader reader(value, kit_, has_large_);
    fields(reader, part);
  }

  const Value& record_;
  const RecordKit& kit_;
  bool has_large_;
};

template <typename Archive>
void sealed_context(Archive& archive, std::optional<CustomContext>& context) {
  Value form;
  if constexpr (!Archive::kReads) {
    if (context) {
      List secrets(context->secrets.begin(), context->secrets.end());
      form = Map{{"values", context->values},
                 {"security", context->security},
                 {"secrets", Value(std::move(secrets))}};
    }
  }
  archive.sealed("custom_context", form);
  if constexpr (Archive::kReads) {
    context.reset();
    if (!form.is_map()) return;
    context.emplace();
    if (form.get("values").is_map()) context->values = form.get("values");
    context->security = form.get("security");
    const Value secrets = form.get("secrets");
    if (!secrets.is_list()) broken("a list of secrets is expected");
    for (const Value& key : secrets.as_list()) {
      if (!key.is_string()) broken("the name of a secret is expected");
      context->secrets.push_back(key.as_string());
    }
  }
}

// kNone is written as 0, an index as index + 1, so that the usual "none" costs nothing.
template <typename Archive>
void optional_index(Archive& archive, const char* name, Index& index) {
  Index shifted = index + 1;  // kNone wraps to 0
  archive(name, shifted);
  index = shifted - 1;
}

template <typename Archive>
void fields(Archive& archive, NextTask& next) {
  archive("task", next.task);
  archive("clause", next.clause);
}

template <typename Archive>
void fields(Archive& archive, Trigger& trigger) {
  optional_index(archive, "task", trigger.task);
  archive("clause", trigger.clause);
  archive("overtaken", trigger.overtaken);
}

template <typename Archive>
void fields(Archive& archive, BacklogCommand& command) {
  archive("kind", command.kind);
  optional_index(archive, "task", command.task);
  archive("trigger", command.trigger);
  archive("message", command.message);
}

template <typename Archive>
void fields(Archive& archive, WorkflowExecution& e) {
  archive("id", e.id);
  archive("workflow_name", e.workflow_name);
  archive("workflow_namespace", e.workflow_namespace);
  archive("description", e.description);
  optional_index(archive, "parent_task", e.parent_task);
  archive("item", e.item);
  archive("region", e.region);
  sealed_context(archive, e.custom_context);
  archive("attempt", e.attempt);
  archive("state", e.state);
  archive("state_info", e.state_info);
  archive("accepted", e.accepted);
  archive("input", e.input);
  archive("params", e.params);
  archive("marks_creations", e.marks_creations);
  archive("context", e.context);
  archive("output", e.output);
  archive("backlog", e.backlog);
  archive("created_at", e.created_at);
  archive("updated_at", e.updated_at);
}

template <typename Archive>
void fields(Archive& archive, TaskExecution& t) {
  archive("id", t.id);
  archive("execution", t.execution);
  archive("task", t.task);
  archive("name", t.name);
  archive("state", t.state);
  archive("state_info", t.state_info);
  archive("published", t.published);
  archive("processed", t.processed);
  archive("error_handled", t.error_handled);
  archive("result_dropped", t.result_dropped);
  archive("next_tasks", t.next_tasks);
  archive("triggered_by", t.triggered_by);
  archive("context_sources", t.context_sources);
  archive("attempt", t.attempt);
  archive("earlier_attempts", t.earlier_attempts);
  archive("published_attempt", t.published_attempt);
  archive("waited_before", t.waited_before);
  archive("waited_after", t.waited_after);
  archive("items", t.items);
  archive("item_count", t.item_count);
  archive("concurrency", t.concurrency);
  archive("wake", t.wake);
  archive("wake_at", t.wake_at);
  archive("timeout_at", t.timeout_at);
  archive("timeout_seconds", t.timeout_seconds);
  archive("end_state", t.end_state);
  archive("end_info", t.end_info);
  archive("created_at", t.created_at);
  archive("updated_at", t.updated_at);
}

template <typename Archive>
void fields(Archive& archive, ActionExecution& a) {
  archive("id", a.id);
  archive("task", a.task);
  archive("name", a.name);
  archive("input", a.input);
  archive("state", a.state);
  archive("output", a.output);
  archive("message", a.message);
  archive("accepted", a.accepted);
  archive("item", a.item);
  archive("attempt", a.attempt);
  archive("safe_rerun", a.safe_rerun);
  archive("region", a.region);
  archive("lists_regions", a.lists_regions);
  archive.sealed("sent_input", a.sent_input);
  sealed_context(archive, a.custom_context);
  archive("request_ids", a.request_ids);
  archive("calls", a.calls);
  archive("base_name", a.base_name);
  archive("base_input", a.base_input);
  archive("adhoc", a.adhoc);
  archive("due_at", a.due_at);
  archive("created_at", a.created_at);
  archive("updated_at", a.updated_at);
}

template <typename T>
std::string write(const T& record, const RecordKit& kit) {
  std::string out;
  Writer writer(out, kit);
  fields(writer, const_cast<T&>(record));
  writer.end();
  return out;
}

bool may_have_large(std::string_view text) {
  return text.find("\"$large\"") != std::string_view::npos;
}

template <typename T>
void read(std::string_view text, T& record, const RecordKit& kit) {
  const Value value = core::parse_json(text);
  Reader reader(value, kit, may_have_large(text));
  fields(reader, record);
}

}  // namespace

std::string to_record(const WorkflowExecution& execution, const RecordKit& kit) {
  return write(execution, kit);
}
std::string to_record(const TaskExecution& task, const RecordKit& kit) {
  return write(task, kit);
}
std::string to_record(const ActionExecution& action, const RecordKit& kit) {
  return write(action, kit);
}

void from_record(std::string_view record, WorkflowExecution& execution, const RecordKit& kit) {
  read(record, execution, kit);
}
void from_record(std::string_view record, TaskExecution& task, const RecordKit& kit) {
  read(record, task, kit);
}
void from_record(std::string_view record, ActionExecution& action, const RecordKit& kit) {
  read(record, action, kit);
}

// A list of events: [time, subject, index, state] or [time, subject, index, state, published].
std::string to_record(const std::vector<HistoryRecord>& events, const RecordKit& kit) {
  std::string out = "[";
  for (const HistoryRecord& event : events) {
    if (out.size() > 1) out += ',';
    fmt::format_to(std::back_inserter(out), "[{},{},{},{}", event.time, static_cast<int>(event.subject),
                   event.index, static_cast<int>(event.state));
    if (!event.published.is_null()) {
      out += ',';
      append(out, event.published, kit);
    }
    out += ']';
  }
  return out + "]";
}

void from_record(std::string_view record, std::vector<HistoryRecord>& events, const RecordKit& kit) {
  const Value read = core::parse_json(record);
  if (!read.is_list()) broken("a list of events is expected");
  const bool has_large = kit.large_values != nullptr && may_have_large(record);
  for (const Value& event : read.as_list()) {
    if (!event.is_list() || event.size() < 4 || event.size() > 5) broken("an event is expected");
    const List& parts = event.as_list();
    HistoryRecord& made = events.emplace_back();
    made.time = integer_of(parts[0]);
    made.subject = static_cast<HistoryRecord::Subject>(integer_of(parts[1]));
    made.index = static_cast<Index>(integer_of(parts[2]));
    made.state = static_cast<State>(integer_of(parts[3]));
    if (parts.size() == 5) made.published = has_large ? kit.large_values->restored(parts[4]) : parts[4];
  }
}

void link(ExecutionTree& tree) {
  const auto check = [](Index index, size_t size) {
    if (index >= size) broken(fmt::format("it refers to number {} of {}", index, size));
  };
  for (Index i = 0; i < tree.tasks.size(); ++i) {
    check(tree.tasks[i].execution, tree.executions.size());
    tree.executions[tree.tasks[i].execution].tasks.push_back(i);
    for (const Index source : tree.tasks[i].context_sources) check(source, tree.tasks.size());
    for (const Trigger& trigger : tree.tasks[i].triggered_by) check(trigger.task, tree.tasks.size());
  }
  for (Index i = 0; i < tree.actions.size(); ++i) {
    check(tree.actions[i].task, tree.tasks.size());
    tree.tasks[tree.actions[i].task].actions.push_back(i);
  }
  for (Index i = 0; i < tree.executions.size(); ++i) {
    const Index parent = tree.executions[i].parent_task;
    if (parent == kNone) continue;
    check(parent, tree.tasks.size());
    tree.tasks[parent].sub_executions.push_back(i);
  }
}

}  // namespace gregale::interpreter
