#include "interpreter/action.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/similar.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

namespace {

// "['a', 'b' (did you mean 'c'?)]"
std::string name_list(const std::vector<std::string>& names) {
  return fmt::format("[{}]", fmt::join(names, ", "));
}

std::string with_hint(const std::string& name, const std::vector<std::string>& candidates) {
  const std::string nearest = core::nearest_name(name, candidates);
  if (nearest.empty()) return fmt::format("'{}'", name);
  return fmt::format("'{}' (did you mean '{}'?)", name, nearest);
}

}  // namespace

ActionResult Action::evaluate(const Value& input) const {
  (void)input;
  throw Error(ErrorKind::unimplemented,
              fmt::format("Action {} cannot be evaluated in place.", signature().name));
}

void Action::start(ActionCall call, ActionCompletion completion) const {
  (void)completion;
  throw Error(ErrorKind::unimplemented, fmt::format("Action {} cannot be started.", call.name));
}

void Action::test(ActionCall call, ActionCompletion completion) const {
  (void)call;
  completion(ActionResult::success({}));
}

void ActionRegistry::add(std::unique_ptr<Action> action) {
  const std::string name(action->name());
  const auto [position, inserted] = actions_.try_emplace(name, std::move(action));
  (void)position;
  if (!inserted) {
    throw Error(ErrorKind::conflict, fmt::format("There is already an action named {}.", name));
  }
}

const Action* ActionRegistry::find(std::string_view name) const {
  const auto found = actions_.find(name);
  return found == actions_.end() ? nullptr : found->second.get();
}

const ir::ActionSignature* ActionRegistry::find_signature(std::string_view name) const {
  const Action* action = find(name);
  return action == nullptr ? nullptr : &action->signature();
}

std::vector<std::string> ActionRegistry::action_names() const {
  std::vector<std::string> names;
  names.reserve(actions_.size());
  for (const auto& [name, action] : actions_) names.push_back(name);
  return names;
}

std::string check_input(const ir::ActionSignature& signature, const Value& input) {
  if (!input.is_map() && !input.is_null()) {
    return fmt::format("Invalid input [name={}]: a map of parameters is needed, not a {}", signature.name,
                       input.kind_name());
  }
  std::vector<std::string> known;
  std::vector<std::string> missing;
  std::vector<std::string> not_given;
  for (const ir::ActionParameter& parameter : signature.parameters) {
    known.push_back(parameter.name);
    if (input.find(parameter.name) != nullptr) continue;
    not_given.push_back(parameter.name);
    if (parameter.required) missing.push_back(fmt::format("'{}'", parameter.name));
  }
  if (signature.takes_region) {
    known.insert(known.end(), {"region", "action_region"});
    not_given.insert(not_given.end(), {"region", "action_region"});
  }
  std::vector<std::string> unexpected;
  if (!signature.accepts_any && input.is_map()) {
    for (const auto& [key, value] : input.as_map()) {
      if (!key.is_string()) {
        unexpected.push_back(fmt::format("a {} as name", key.kind_name()));
      } else if (std::find(known.begin(), known.end(), key.as_string()) == known.end()) {
        unexpected.push_back(with_hint(key.as_string(), not_given));
      }
    }
  }
  if (missing.empty() && unexpected.empty()) return {};
  std::string message = fmt::format("Invalid input [name={}", signature.name);
  if (!missing.empty()) message += fmt::format(", missing={}", name_list(missing));
  if (!unexpected.empty()) message += fmt::format(", unexpected={}", name_list(unexpected));
  return message + "]";
}

Value region_input(const ir::ActionSignature& signature, const Value& input) {
  const Value given = input.get("action_region");
  if (!given.is_null() && given != Value("")) return given;
  const bool own =
      std::any_of(signature.parameters.begin(), signature.parameters.end(),
                  [](const ir::ActionParameter& parameter) { return parameter.name == "region"; });
  return own ? Value() : input.get("region");
}

}  // namespace gregale::interpreter
