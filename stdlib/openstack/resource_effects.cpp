#include "stdlib/openstack/resource_effects.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace gregale::stdlib {

using core::List;
using core::Map;
using core::Value;
using interpreter::ResourceChange;
using interpreter::ResourceChanges;

namespace {

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

bool carries(const Value& value, std::string_view mark) {
  if (value.is_string()) return value.as_string().find(mark) != std::string::npos;
  if (value.is_list()) {
    const List& items = value.as_list();
    return std::any_of(items.begin(), items.end(), [&](const Value& item) { return carries(item, mark); });
  }
  if (!value.is_map()) return false;
  const Map& members = value.as_map();
  return std::any_of(members.begin(), members.end(),
                     [&](const Map::Entry& member) { return carries(member.value, mark); });
}

}  // namespace

Map complete_input(const ActionDescription& action, const Value& input) {
  Map out;
  for (const ir::ActionParameter& parameter : action.signature.parameters) {
    out.set(parameter.name, parameter.default_value);
  }
  if (input.is_map()) out.update(input.as_map());
  return out;
}

ResourceChanges created_resources(const ActionDescription& action, Scope scope) {
  ResourceChanges out;
  if (!action.creates || !action.creates->when.hold(scope)) return out;
  const CreatesDescription& creates = *action.creates;
  const Value made = evaluated(creates.in, scope);
  for (const Value& one : made.is_list() ? made.as_list() : List{made}) {
    scope.set("made", one);
    const Value id = evaluated(creates.id, scope);
    if (!is_id(id)) continue;
    scope.set("id", id);
    ResourceChange change;
    change.resource.service = creates.service;
    change.resource.kind = creates.kind;
    change.resource.id = python_text(id);
    const Value name = evaluated(creates.name, scope);
    if (is_id(name)) change.name = python_text(name);
    change.deleted_by = creates.deleted_by;
    if (!change.deleted_by.empty()) change.deleted_with = evaluated(creates.deleted_with, scope);
    out.push_back(std::move(change));
  }
  return out;
}

std::optional<ResourceChange> deleted_resource(const ActionDescription& action, const Value& input,
                                               const Value& result) {
  if (!action.deletes) return std::nullopt;
  const Value id = evaluated(action.deletes->id, Scope{{"input", input}, {"result", result}});
  if (!is_id(id)) return std::nullopt;
  ResourceChange change;
  change.kind = ResourceChange::Kind::deleted;
  change.resource.service = action.deletes->service;
  change.resource.kind = action.deletes->kind;
  change.resource.id = python_text(id);
  return change;
}

bool is_findable(const ActionDescription& action, const Value& input) {
  return action.creates && action.creates->find &&
         action.creates->find->when.hold(complete_input(action, input));
}

List carrying(const Value& items, std::string_view mark) {
  List out;
  if (!items.is_list()) return out;
  for (const Value& item : items.as_list()) {
    if (carries(item, mark)) out.push_back(item);
  }
  return out;
}

}  // namespace gregale::stdlib
