#include "stdlib/openstack/catalogue_file.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/error.hpp"
#include "stdlib/openstack/action_description.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

using Actions = std::map<std::string, Value>;  // by name, without the prefix

[[noreturn]] void wrong(const std::string& action, const std::string& message) {
  throw Error(ErrorKind::invalid, fmt::format("{}: {}", action, message));
}

// The names of the parameters that must be given.
std::vector<std::string> required_parameters(const Value& description) {
  std::vector<std::string> names;
  const Value parameters = description.get("parameters");
  if (!parameters.is_map()) return names;
  for (const auto& [key, parameter] : parameters.as_map()) {
    if (!key.is_string()) continue;
    const std::string& name = key.as_string();
    if (name.ends_with('!')) names.push_back(name.substr(0, name.size() - 1));
  }
  return names;
}

// `creates: KIND` and `deletes: KIND` are short for mappings with `kind`.
Map effect_of(const std::string& action, const Value& effect) {
  if (effect.is_string()) return Map{{"kind", effect}};
  if (!effect.is_map()) wrong(action, "an effect is a kind or a mapping");
  if (!effect.get("kind").is_string()) wrong(action, "an effect needs its `kind`, a text");
  return effect.as_map();
}

// The id of what is deleted is the only parameter that must be given, if nothing else is said.
void complete_deletes(Actions& actions, const std::string& prefix) {
  for (auto& [name, description] : actions) {
    const Value* deletes = description.find("deletes");
    if (deletes == nullptr) continue;
    Map effect = effect_of(name, *deletes);
    if (!effect.contains("id")) {
      const auto required = required_parameters(description);
      if (required.size() != 1) wrong(name, "`deletes` needs `id`: not one parameter alone is required");
      effect.set("id", "{input." + required[0] + "}");
    }
    if (!effect.contains("service")) effect.set("service", prefix);
    Map completed = description.as_map();
    completed.set("deletes", effect);
    description = completed;
  }
}

// What an action creates is deleted by the only action that deletes the kind, if nothing else is said.
void complete_creates(Actions& actions, const std::string& prefix) {
  for (auto& [name, description] : actions) {
    const Value* creates = description.find("creates");
    if (creates == nullptr) continue;
    Map effect = effect_of(name, *creates);
    if (!effect.contains("id")) effect.set("id", "{made.id}");
    if (!effect.contains("name")) effect.set("name", "{made.name|or:input.name}");
    const Value id = *effect.find(Value("id"));
    const bool of_result = !id.is_string() || id.as_string().starts_with("{made.");
    if (!effect.contains("in") && of_result) effect.set("in", "{result}");
    effect.set("service", prefix);
    std::vector<std::string> deleting;
    for (const auto& [other, candidate] : actions) {
      if (candidate.get("deletes").get("kind") == *effect.find(Value("kind"))) deleting.push_back(other);
    }
    if (!effect.contains("delete")) {
      if (deleting.size() != 1) {
        wrong(name, fmt::format("`creates` needs `delete`: {} actions delete a {}", deleting.size(),
                                effect.find(Value("kind"))->as_string()));
      }
      effect.set("delete", deleting[0]);
    }
    const Value by = *effect.find(Value("delete"));
    const bool own = by.is_string() && actions.contains(by.as_string());
    if (by.is_string() && !own && by.as_string().find('.') != std::string::npos) {
      // Of another service, which then also knows the thing.
      if (!effect.contains("with")) wrong(name, "`creates` needs `with`, the input of " + by.as_string());
      effect.set("service", by.as_string().substr(0, by.as_string().find('.')));
    } else if (by.is_string()) {
      const auto deleter = actions.find(by.as_string());
      if (deleter == actions.end()) wrong(name, "there is no action " + by.as_string());
      if (!effect.contains("with")) {
        const auto required = required_parameters(deleter->second);
        if (required.size() != 1) wrong(name, "`creates` needs `with`, the input of " + by.as_string());
        Map with;
        with.set(required[0], "{id}");
        effect.set("with", with);
      }
      effect.set("delete", prefix + "." + by.as_string());
    } else {
      effect.erase(Value("delete"));  // nothing deletes it
    }
    Map completed = description.as_map();
    completed.set("creates", effect);
    description = completed;
  }
}

}  // namespace

CatalogueFile read_catalogue_file(const Value& document) {
  if (!document.is_map() || !document.get("actions").is_map()) {
    throw Error(ErrorKind::invalid, "a service has a mapping `actions`");
  }
  Map head = document.as_map();
  head.erase("actions");
  CatalogueFile file;
  file.service = Value(std::move(head));
  const auto service = ServiceDescription::parse(file.service);
  file.prefix = service.prefix;
  for (const auto& [key, description] : document.get("actions").as_map()) {
    if (!key.is_string()) throw Error(ErrorKind::invalid, "an action's name is text");
    file.actions[key.as_string()] = description;
  }
  complete_deletes(file.actions, service.prefix);
  complete_creates(file.actions, service.prefix);
  for (const auto& [key, description] : file.actions) {
    ActionDescription::parse(file.prefix + "." + key, service, description);
  }
  return file;
}

}  // namespace gregale::stdlib
