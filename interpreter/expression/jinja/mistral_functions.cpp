// The functions that Mistral adds, and Gregale's own. Each takes the data context as its first argument: as
// global functions they get it by themselves, as filters it is the operand.
#include "core/uuid.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/data_formats.hpp"

namespace gregale::expression::jinja {

namespace {

// A member that the context must have.
Value context_member(Runtime& runtime, const Value& context, std::string_view name) {
  const Value& now = runtime.current(context);
  require_defined(now);
  const Value* found = now.is_map() ? now.as_map().find(name) : nullptr;
  if (found == nullptr && !now.is_map()) throw TypeError("the context must be a mapping");
  if (found == nullptr) throw KeyError("there is no key " + shown(name));
  return *found;
}

const ExecutionQueries* queries(Runtime& runtime) {
  return runtime.scope.executions;
}

std::optional<std::string> optional_text(Runtime& runtime, const Value* value) {
  if (value == nullptr || value->is_null()) return std::nullopt;
  require_defined(*value);
  return runtime.text(*value);
}

// As optional_text, but everything false counts as not given.
std::optional<std::string> text_if_true(Runtime& runtime, const Value* value) {
  if (value == nullptr || !truth(runtime, *value)) return std::nullopt;
  return runtime.text(*value);
}

Value env(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("env", arguments, {"context"}, 1);
  return context_member(runtime, bound.at(0), "__env");
}

Value execution(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("execution", arguments, {"context"}, 1);
  context_member(runtime, bound.at(0), "__execution");
  return queries(runtime) == nullptr ? Value() : queries(runtime)->execution();
}

Value executions(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("executions", arguments,
                    {"context", "id", "root_execution_id", "state", "from_time", "to_time"}, 1);
  if (queries(runtime) == nullptr) return Value();
  const auto text = [&](size_t position) { return optional_text(runtime, bound[position]); };
  return queries(runtime)->executions({text(1), text(2), text(3), text(4), text(5)});
}

Value global(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("global", arguments, {"context", "var_name"}, 2);
  context_member(runtime, bound.at(0), "__execution");
  require_defined(bound.at(1));
  return queries(runtime) == nullptr ? Value() : queries(runtime)->global(runtime.text(bound.at(1)));
}

Value custom_context(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("custom_context", arguments, {"context", "key"}, 2);
  require_defined(bound.at(1));
  if (queries(runtime) == nullptr) return Value();
  auto found = queries(runtime)->custom_context(runtime.text(bound.at(1)));
  if (found.secret && runtime.scope.secret_read != nullptr) *runtime.scope.secret_read = true;
  return std::move(found.value);
}

Value region(Runtime& runtime, const Arguments& arguments) {
  Bound("region", arguments, {"context"}, 0);
  return queries(runtime) == nullptr ? Value() : queries(runtime)->region();
}

Value task(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("task", arguments, {"context", "task_name"}, 1);
  context_member(runtime, bound.at(0), "__task_execution");
  return queries(runtime) == nullptr ? Value() : queries(runtime)->task(text_if_true(runtime, bound[1]));
}

Value tasks(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("tasks", arguments, {"context", "workflow_execution_id", "recursive", "state", "flat"},
                    1);
  if (queries(runtime) == nullptr) return Value();
  const auto flag = [&](size_t position) {
    return bound[position] != nullptr && truth(runtime, *bound[position]);
  };
  return queries(runtime)->tasks(
      {text_if_true(runtime, bound[1]), flag(2), text_if_true(runtime, bound[3]), flag(4)});
}

// ---- data formats

// Lazy sequences, views and ranges as lists, for JSON.
Value plain(Runtime& runtime, const Value& value, size_t depth = 0) {
  if (depth > python::kNestingLimit) {
    throw core::Error(core::ErrorKind::limit, "the value is nested too deep");
  }
  const Value& now = runtime.current(value);
  require_defined(now);
  if (now.is_object()) {
    if (!is_iterable(now)) return now;
    return plain(runtime, Value(to_list(runtime, now)), depth + 1);
  }
  if (now.is_list()) {
    List items;
    for (const Value& item : now.as_list()) items.push_back(plain(runtime, item, depth + 1));
    return Value(std::move(items));
  }
  if (now.is_map()) {
    Map map;
    for (const Map::Entry& entry : now.as_map()) {
      map.set(entry.key, plain(runtime, entry.value, depth + 1));
    }
    return Value(std::move(map));
  }
  return now;
}

Value made(Runtime& runtime, std::string text) {
  runtime.use_memory(text.size());
  return Value(std::move(text));
}

Value json_dump(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("json_dump", arguments, {"context", "data"}, 2);
  return made(runtime, python::dump_json(plain(runtime, bound.at(1)), "    "));
}

std::string replace_all(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  size_t begin = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, begin)) {
    out += text.substr(begin, at - begin);
    out += with;
    begin = at + what.size();
  }
  out += text.substr(begin);
  return out;
}

Value json_pretty(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("json_pp", arguments, {"context", "data"}, 1);
  const bool given = bound[1] != nullptr && truth(runtime, *bound[1]);
  const std::string text = python::dump_json(plain(runtime, given ? bound.at(1) : bound.at(0)), "    ");
  return made(runtime, replace_all(replace_all(text, "\\n", "\n"), " \n", "\n"));
}

const std::string& text_argument(const Value& value) {
  require_defined(value);
  if (!value.is_string()) {
    throw TypeError("the data must be a string, not " + std::string(python::type_name(value)));
  }
  return value.as_string();
}

Value json_parse(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("json_parse", arguments, {"context", "data"}, 2);
  runtime.use_memory(bound.at(1).size() * 4);
  return python::parse_json(text_argument(bound.at(1)));
}

Value yaml_parse(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("yaml_parse", arguments, {"context", "data"}, 2);
  runtime.use_memory(bound.at(1).size() * 4);
  return python::parse_yaml(text_argument(bound.at(1)));
}

Value yaml_dump(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("yaml_dump", arguments, {"context", "data"}, 2);
  require_defined(bound.at(1));
  return made(runtime, python::dump_yaml(runtime.settled(bound.at(1))));
}

Value uuid(Runtime&, const Arguments& arguments) {
  Bound("uuid", arguments, {"context"}, 0);
  return Value(core::Uuid::random().text());
}

constexpr NamedFilter kFunctions[] = {
    {"custom_context", custom_context},
    {"env", env},
    {"execution", execution},
    {"executions", executions},
    {"global", global},
    {"json_dump", json_dump},
    {"json_parse", json_parse},
    {"json_pp", json_pretty},
    {"region", region},
    {"task", task},
    {"tasks", tasks},
    {"uuid", uuid},
    {"yaml_dump", yaml_dump},
    {"yaml_parse", yaml_parse},
};

}  // namespace

std::span<const NamedFilter> mistral_functions() {
  return kFunctions;
}

}  // namespace gregale::expression::jinja
