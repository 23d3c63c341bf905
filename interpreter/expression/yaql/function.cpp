#include "interpreter/expression/yaql/function.hpp"

#include <algorithm>
#include <cstdlib>
#include <stdexcept>

#include "core/big_integer.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/ordering.hpp"
#include "interpreter/expression/yaql/regex_object.hpp"

namespace gregale::expression::yaql {

namespace {

struct TypeName {
  std::string_view name;
  Type type;
};
constexpr TypeName kTypes[] = {
    {"any", Type::any},
    {"number", Type::number},
    {"int", Type::integer},
    {"int|bool", Type::int_or_bool},
    {"bool", Type::boolean},
    {"string", Type::string},
    {"iterable", Type::iterable},
    {"iterable (not set)", Type::iterable_not_set},
    {"iterator", Type::iterator},
    {"sequence", Type::sequence},
    {"dict", Type::dict},
    {"set", Type::set},
    {"datetime", Type::date_time},
    {"timespan", Type::time_span},
    {"regex", Type::regex},
    {"ordering", Type::ordering},
    {"mapping-rule", Type::mapping_rule},
    {"lambda", Type::lambda},
    {"lambda(context)", Type::lambda_with_context},
    {"lazy mapping-rule", Type::lazy_mapping_rule},
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Value default_of(std::string_view text) {
  if (text == "none" || text == "null") return Value();
  if (text == "true" || text == "false") return Value(text == "true");
  if (text == "timespan(0)") return Value::time_span(0);
  if (text.front() == '"') return Value(text.substr(1, text.size() - 2));
  return core::parse_integer(text);
}

Parameter parse_parameter(std::string_view text) {
  Parameter parameter;
  const size_t colon = text.find(':');
  parameter.name = trimmed(text.substr(0, colon));
  std::string_view type = text.substr(colon + 1);
  if (const size_t equals = type.find(" = "); equals != std::string_view::npos) {
    parameter.optional = true;
    parameter.default_value = default_of(trimmed(type.substr(equals + 3)));
    type = type.substr(0, equals);
  }
  type = trimmed(type);
  if (type.ends_with('?')) {
    parameter.nullable = true;
    type.remove_suffix(1);
  }
  for (const TypeName& known : kTypes) {
    if (known.name != type) continue;
    parameter.type = known.type;
    parameter.nullable = parameter.nullable || known.type == Type::any || parameter.lazy();
    return parameter;
  }
  throw std::logic_error("no such type in a declaration: " + std::string(type));
}

}  // namespace

Function declare(const Declaration& declaration) {
  Function function;
  function.name = declaration.name;
  function.is_function = declaration.use != Declaration::Use::method;
  function.is_method = declaration.use != Declaration::Use::function;
  function.no_keywords = declaration.no_keywords;
  function.payload = declaration.payload;
  std::string_view rest = declaration.parameters;
  while (!rest.empty()) {
    const size_t comma = rest.find(',');
    const std::string_view one = trimmed(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    if (one.starts_with("**")) {
      function.has_keywords = true;
    } else if (one.starts_with('*')) {
      function.has_rest = true;
      function.rest = parse_parameter(one.substr(1));
    } else {
      function.parameters.push_back(parse_parameter(one));
    }
  }
  if (function.parameters.size() > Call::kMostParameters) {
    throw std::logic_error("too many parameters: " + function.name);
  }
  return function;
}

bool accepts(const Parameter& parameter, const Value& value, const YaqlOptions& options) {
  if (value.is_null()) return parameter.nullable;
  switch (parameter.type) {
    case Type::any:
    case Type::lambda:
    case Type::lambda_with_context:
      return true;
    case Type::number:
      return value.is_number();
    case Type::integer:
      return value.is_integer();
    case Type::int_or_bool:
      return value.is_integer() || value.is_boolean();
    case Type::boolean:
      return value.is_boolean();
    case Type::string:
      return value.is_string();
    case Type::iterable:
      return is_iterable(value) || (options.iterable_dicts && value.is_map());
    case Type::iterable_not_set:
      return (is_iterable(value) && !is_set_like(value)) || (options.iterable_dicts && value.is_map());
    case Type::iterator:
      return is_iterator(value);
    case Type::sequence:
      return value.is_list();
    case Type::dict:
      return value.is_map();
    case Type::set:
      return is_set_like(value);
    case Type::date_time:
      return value.is_date_time();
    case Type::time_span:
      return value.is_time_span();
    case Type::regex:
      return value.object_as<RegexObject>() != nullptr;
    case Type::ordering:
      return value.object_as<Ordering>() != nullptr;
    case Type::mapping_rule:
      return value.object_as<MappingRule>() != nullptr;
    case Type::lazy_mapping_rule:
      return false;
  }
  return false;
}

bool is_specialization(Type narrow, Type wide) noexcept {
  if (narrow == wide) return false;
  if (wide == Type::any) return narrow < Type::lambda;
  return (wide == Type::iterable || wide == Type::iterable_not_set) &&
         (narrow == Type::sequence || narrow == Type::set || narrow == Type::iterator ||
          narrow == Type::ordering);
}

FramePtr Lambda::fresh_frame() {
  if (spare_ && !spare_->shared()) return std::exchange(spare_, FramePtr());
  return FramePtr(new Frame(frame_));
}

Value Lambda::operator()(Value first) {
  FramePtr frame = fresh_frame();
  frame->set_first(std::move(first));
  Value result = body_->evaluate(*evaluation_, frame);
  if (!frame->shared()) {
    frame->clear();
    spare_ = std::move(frame);
  }
  return result;
}

Value Lambda::operator()(Value first, Value second) {
  FramePtr frame = fresh_frame();
  frame->set_first(std::move(first));
  frame->add(2, std::move(second));
  Value result = body_->evaluate(*evaluation_, frame);
  if (!frame->shared()) {
    frame->clear();
    spare_ = std::move(frame);
  }
  return result;
}

int64_t Call::integer(size_t parameter) const {
  return python::to_int64(arguments[parameter].value);
}

int64_t Call::position(size_t parameter) const {
  constexpr int64_t kFar = int64_t{1} << 60;
  const Value& value = arguments[parameter].value;
  if (value.kind() == Value::Kind::big_integer) {
    return python::compare(value, Value(0)) > 0 ? kFar : -kFar;
  }
  return std::clamp(value.as_integer(), -kFar, kFar);
}

}  // namespace gregale::expression::yaql
