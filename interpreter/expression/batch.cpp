#include "interpreter/expression/batch.hpp"

#include <cmath>
#include <optional>

#include "core/json.hpp"
#include "interpreter/expression/evaluator.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/python/date_time.hpp"
#include "interpreter/expression/python/unicode.hpp"
#include "interpreter/expression/recorded_executions.hpp"
#include "interpreter/expression/yaql/regex_object.hpp"

namespace gregale::expression {

namespace {

using core::List;
using core::Map;

// ---- the answer

Value typed(const char* type, std::initializer_list<std::pair<const char*, Value>> members) {
  Map map{{"__type__", Value(type)}};
  for (const auto& [name, value] : members) map.set(name, value);
  return Value(std::move(map));
}

Value encode(const Value& value);

List encode_items(const List& items) {
  List encoded;
  encoded.reserve(items.size());
  for (const Value& item : items) encoded.push_back(encode(item));
  return encoded;
}

Value encode_float(double number) {
  if (std::isfinite(number)) return number;
  return typed("float", {{"value", std::isnan(number) ? "nan" : number > 0 ? "inf" : "-inf"}});
}

// Text with lone surrogates is not UTF-8.
Value encode_text(const Value& text) {
  if (text.is_ascii()) return text;
  const std::u32string points = python::to_code_points(text.as_string());
  bool surrogates = false;
  List numbers;
  for (const char32_t c : points) {
    surrogates = surrogates || (c >= 0xD800 && c <= 0xDFFF);
    numbers.emplace_back(static_cast<int64_t>(c));
  }
  return surrogates ? typed("str", {{"code_points", Value(std::move(numbers))}}) : text;
}

Value encode_map(const Map& map) {
  bool plain = !map.contains("__type__");
  for (const Map::Entry& entry : map) plain = plain && entry.key.is_string();
  if (plain) {
    Map encoded;
    for (const Map::Entry& entry : map) encoded.set(entry.key, encode(entry.value));
    return Value(std::move(encoded));
  }
  List items;
  for (const Map::Entry& entry : map) items.push_back(Value(List{encode(entry.key), encode(entry.value)}));
  return typed("dict", {{"items", Value(std::move(items))}});
}

Value encode_object(const Value& value) {
  if (const auto* regex = value.object_as<yaql::RegexObject>()) {
    return typed("regex", {{"pattern", Value(regex->regex().pattern())},
                           {"flags", Value(static_cast<int64_t>(regex->regex().flags()))}});
  }
  if (const auto* failed = value.object_as<jinja::FailedSequence>()) {
    return typed("generator",
                 {{"items", Value(encode_items(failed->items))}, {"error", failed->error_class}});
  }
  if (const auto* bytes = value.object_as<jinja::Bytes>()) {
    std::string text;  // each byte as the character of that number
    for (const char byte : bytes->content) {
      python::append(text, static_cast<unsigned char>(byte));
    }
    return typed("bytes", {{"value", Value(std::move(text))}});
  }
  return typed(std::string(value.as_object().type_name()).c_str(), {});
}

Value encode(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::floating:
      return encode_float(value.as_float());
    case Value::Kind::string:
      return encode_text(value);
    case Value::Kind::list: {
      Value items(encode_items(value.as_list()));
      return value.is_tuple() ? typed("tuple", {{"items", std::move(items)}}) : items;
    }
    case Value::Kind::map:
      return encode_map(value.as_map());
    case Value::Kind::set: {
      List members;
      for (const Map::Entry& entry : value.as_set()) members.push_back(encode(entry.key));
      return typed("set", {{"items", Value(std::move(members))}});
    }
    case Value::Kind::date_time:
      return typed("datetime", {{"value", Value(python::iso_format(value))}});
    case Value::Kind::time_span:
      return typed("timespan", {{"microseconds", Value(value.as_time_span())}});
    case Value::Kind::object:
      return encode_object(value);
    default:
      return value;
  }
}

std::string failure(const Value& id, const char* error_class, const std::string& message) {
  return core::to_json(Value(Map{
      {"id", id}, {"ok", Value(false)}, {"error_class", Value(error_class)}, {"message", Value(message)}}));
}

// ---- the question

struct Configuration {
  grammar::YaqlSyntax syntax;
  YaqlOptions options;
};

Configuration configuration_of(const Value& config) {
  Configuration result;
  const auto read = [&](const char* name, auto& option) {
    const Value* value = config.find(name);
    if (value == nullptr) return;
    if constexpr (std::is_same_v<std::decay_t<decltype(option)>, bool>) {
      option = value->truthy();
    } else if constexpr (std::is_same_v<std::decay_t<decltype(option)>, int64_t>) {
      if (value->is_small_integer()) option = value->as_integer();
    } else {
      option = value->is_string() ? value->as_string() : std::string();
    }
  };
  read("keyword_operator", result.syntax.keyword_operator);
  read("allow_delegates", result.syntax.allow_delegates);
  read("limit_iterators", result.options.limit_iterators);
  read("memory_quota", result.options.memory_quota);
  read("convert_input_data", result.options.convert_input_data);
  read("convert_output_data", result.options.convert_output_data);
  read("convert_tuples_to_lists", result.options.convert_tuples_to_lists);
  read("convert_sets_to_lists", result.options.convert_sets_to_lists);
  read("iterable_dicts", result.options.iterable_dicts);
  return result;
}

// The first syntax error of the texts in [expression], at any depth.
std::optional<std::string> syntax_error(const Value& expression, const grammar::YaqlSyntax& syntax) {
  if (expression.is_string()) {
    const grammar::ParsedText parsed = grammar::parse_text(expression.as_string(), syntax);
    if (!parsed.errors.empty()) return parsed.errors.front().message;
  } else if (expression.is_list()) {
    for (const Value& item : expression.as_list()) {
      if (auto error = syntax_error(item, syntax)) return error;
    }
  } else if (expression.is_map()) {
    for (const Map::Entry& entry : expression.as_map()) {
      if (auto error = syntax_error(entry.value, syntax)) return error;
    }
  }
  return std::nullopt;
}

Value evaluate_recursively(const Value& expression, const grammar::YaqlSyntax& syntax, const Scope& scope) {
  if (expression.is_string()) {
    const grammar::ParsedText parsed = grammar::parse_text(expression.as_string(), syntax);
    if (!parsed.expression) return expression;
    return BoundExpression(*parsed.expression).evaluate(scope);
  }
  if (expression.is_list()) {
    List items;
    for (const Value& item : expression.as_list()) items.push_back(evaluate_recursively(item, syntax, scope));
    return Value(std::move(items));
  }
  if (expression.is_map()) {
    Map map;
    for (const Map::Entry& entry : expression.as_map()) {
      map.set(entry.key, evaluate_recursively(entry.value, syntax, scope));
    }
    return Value(std::move(map));
  }
  return expression;
}

std::string answer(const Value& question, const Budget& budget) {
  const Value id = question.get("id");
  const Value expression = question.get("expr");
  const Value data = question.get("data");
  const Configuration configuration = configuration_of(question.get("config"));
  if (const auto error = syntax_error(expression, configuration.syntax)) return failure(id, "syntax", *error);
  const ValueContext context(data);
  const RecordedExecutions executions(question.get("db"), data);
  Scope scope{context};
  scope.executions = &executions;
  scope.budget = budget;
  scope.yaql = configuration.options;
  try {
    Value value = data.truthy() ? evaluate_recursively(expression, configuration.syntax, scope) : expression;
    return core::to_json(Value(Map{{"id", id}, {"ok", Value(true)}, {"value", encode(value)}}));
  } catch (const core::Error& error) {
    return failure(id, "evaluation", error.what());
  }
}

}  // namespace

std::string evaluate_batch_line(std::string_view json_line, const Budget& budget) {
  try {
    return answer(core::parse_json(json_line), budget);
  } catch (const std::exception& error) {
    return failure(Value(), "evaluation", error.what());
  }
}

}  // namespace gregale::expression
