#include "stdlib/custom/declaration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/error.hpp"
#include "stdlib/custom/section.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

constexpr std::array<std::pair<std::string_view, ParameterType>, 7> kTypes{{
    {"any", ParameterType::any},
    {"string", ParameterType::text},
    {"integer", ParameterType::integer},
    {"number", ParameterType::number},
    {"boolean", ParameterType::boolean},
    {"list", ParameterType::list},
    {"map", ParameterType::map},
}};

std::string_view name_of(ParameterType type) {
  return kTypes.at(static_cast<size_t>(type)).first;
}

bool fits(const Value& value, ParameterType type) {
  switch (type) {
    case ParameterType::any:
      return true;
    case ParameterType::text:
      return value.is_string();
    case ParameterType::integer:
      return value.is_integer();
    case ParameterType::number:
      return value.is_number();
    case ParameterType::boolean:
      return value.is_boolean();
    case ParameterType::list:
      return value.is_list();
    case ParameterType::map:
      return value.is_map();
  }
  return false;
}

ParameterType type_of(Section& section) {
  const std::string name = section.text("type");
  if (name.empty()) return ParameterType::any;
  for (const auto& [known, type] : kTypes) {
    if (known == name) return type;
  }
  section.wrong(
      fmt::format("`{}` is no type; there are any, string, integer, number, boolean, list, map", name));
}

bool is_action_name(const std::string& name) {
  const bool letters = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.';
  });
  return letters && !name.empty() && name.front() != '.' && name.back() != '.';
}

Declaration read_declaration(const std::string& name, const Value& description) {
  Section section(fmt::format("action {}", name), description);
  if (!is_action_name(name)) section.wrong("a name has letters, digits, `_`, `-` and dots between them");
  Declaration declaration;
  declaration.signature.name = name;
  declaration.signature.description = section.text("description");
  declaration.idempotent = section.flag("idempotent");
  declaration.asynchronous = section.flag("asynchronous");
  declaration.credentials = section.flag("credentials");
  declaration.signature.takes_region = section.flag("region") || declaration.credentials;
  declaration.signature.accepts_any = section.flag("accepts_any");
  const Value parameters = section.take("parameters");
  section.end();
  if (!parameters.is_null() && !parameters.is_map()) section.wrong("`parameters` must be a mapping");
  if (!parameters.is_map()) return declaration;
  for (const auto& [key, value] : parameters.as_map()) {
    if (!key.is_string()) section.wrong("the name of a parameter must be text");
    const std::string& parameter_name = key.as_string();
    Section of_parameter(fmt::format("action {}, parameter {}", name, parameter_name), value);
    ir::ActionParameter parameter{parameter_name};
    parameter.description = of_parameter.text("description");
    const ParameterType type = type_of(of_parameter);
    parameter.required = !of_parameter.has("default");
    parameter.default_value = of_parameter.take("default");
    of_parameter.end();
    if (!parameter.default_value.is_null() && !fits(parameter.default_value, type)) {
      of_parameter.wrong(fmt::format("the default is no {}", name_of(type)));
    }
    declaration.signature.parameters.push_back(std::move(parameter));
    declaration.types.push_back(type);
  }
  return declaration;
}

}  // namespace

std::vector<Declaration> read_declarations(const Value& actions) {
  if (!actions.is_map()) throw Error(ErrorKind::invalid, "`actions` must be a mapping");
  std::vector<Declaration> declarations;
  for (const auto& [key, description] : actions.as_map()) {
    if (!key.is_string()) throw Error(ErrorKind::invalid, "the name of an action must be text");
    declarations.push_back(read_declaration(key.as_string(), description));
  }
  return declarations;
}

Value completed_input(const Declaration& declaration, const Value& input) {
  const auto& parameters = declaration.signature.parameters;
  Map completed;
  std::string wrong;
  for (size_t i = 0; i < parameters.size(); ++i) {
    const ir::ActionParameter& parameter = parameters[i];
    const Value* given = input.find(parameter.name);
    if (given == nullptr) {
      completed.set(parameter.name, parameter.default_value);
      continue;
    }
    const bool none = given->is_null() && !parameter.required && parameter.default_value.is_null();
    if (!none && !fits(*given, declaration.types[i])) {
      wrong += fmt::format("{}'{}' must be of type {}, not {}", wrong.empty() ? "" : ", ", parameter.name,
                           name_of(declaration.types[i]), given->kind_name());
    }
    completed.set(parameter.name, *given);
  }
  if (!wrong.empty()) {
    throw Error(ErrorKind::invalid,
                fmt::format("Invalid input [name={}, {}]", declaration.signature.name, wrong));
  }
  if (!declaration.signature.accepts_any || !input.is_map()) return Value(std::move(completed));
  for (const auto& [key, value] : input.as_map()) {
    const bool chooses_region =
        declaration.signature.takes_region && (key == Value("region") || key == Value("action_region"));
    if (!chooses_region && completed.find(key) == nullptr) completed.set(key, value);
  }
  return Value(std::move(completed));
}

}  // namespace gregale::stdlib
