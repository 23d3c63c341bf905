#include "stdlib/openstack/resource_effects.hpp"

#include "core/error.hpp"

namespace gregale::stdlib {

using core::Map;
using core::Value;
using interpreter::CreatedResource;
using interpreter::DeletedResource;

namespace {

// The parameters of a call with their defaults.
Value complete_input(const ActionDescription& action, const Value& input) {
  Map out;
  for (const ir::ActionParameter& parameter : action.signature.parameters) {
    out.set(parameter.name, parameter.default_value);
  }
  if (input.is_map()) out.update(input.as_map());
  return out;
}

// Null for what cannot be worked out: a result may be anything.
Value evaluated(const Template& form, const Scope& scope) {
  try {
    return form.evaluate(scope).value_or(Value());
  } catch (const core::Error&) {
    return {};
  }
}

bool is_id(const Value& value) {
  return (value.is_string() && !value.as_string().empty()) || value.is_small_integer();
}

}  // namespace

std::optional<CreatedResource> created_resource(const ActionDescription& action, const Value& input,
                                                const Value& result) {
  if (!action.creates) return std::nullopt;
  Scope scope{{"input", complete_input(action, input)}, {"result", result}};
  CreatedResource out;
  out.kind = action.creates->kind;
  out.id = evaluated(action.creates->id, scope);
  if (!is_id(out.id)) return std::nullopt;
  scope.set("id", out.id);
  out.action = action.creates->deleted_by;
  if (!out.action.empty()) out.input = evaluated(action.creates->deleted_with, scope);
  return out;
}

std::optional<DeletedResource> deleted_resource(const ActionDescription& action, const Value& input) {
  if (!action.deletes) return std::nullopt;
  DeletedResource out{action.deletes->kind,
                      evaluated(action.deletes->id, Scope{{"input", complete_input(action, input)}})};
  if (!is_id(out.id)) return std::nullopt;
  return out;
}

}  // namespace gregale::stdlib
