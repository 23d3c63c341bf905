#include "interpreter/custom_context.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/leaves.hpp"
#include "core/secret_names.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;

namespace {

// A shorter secret is only hidden where it is a whole value: within texts it would be found everywhere.
constexpr size_t kShortestWithinText = 4;

class Secret : public core::Object {
 public:
  explicit Secret(Value plain) : plain_(std::move(plain)) {}
  std::string_view type_name() const noexcept override { return "secret"; }
  const Value& plain() const noexcept { return plain_; }

 private:
  Value plain_;
};

// [value] with [change] made to every Secret in it.
template <typename Change>
Value with_secrets(const Value& value, const Change& change) {
  return core::with_leaves(value, [&](const Value& leaf) {
    const auto* found = leaf.object_as<Secret>();
    return found == nullptr ? leaf : change(found->plain());
  });
}

void add_name(std::vector<std::string>& names, const std::string& name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

}  // namespace

const CustomContext& custom_context_of(const ExecutionTree& tree, Index execution) {
  static const CustomContext none;
  while (true) {
    const WorkflowExecution& here = tree.executions[execution];
    if (here.custom_context) return *here.custom_context;
    if (here.parent_task == kNone) return none;
    execution = tree.tasks[here.parent_task].execution;
  }
}

CustomContext extended(const CustomContext& base, const Map& additions) {
  CustomContext result = base;
  Map values = base.values.as_map();
  for (const auto& [key, value] : additions) {
    const std::string& name = key.as_string();
    const bool hidden = holds_secret(value);
    const Value plain = hidden ? revealed(value) : value;
    if (name == "os" && plain.find("auth") != nullptr) {
      if (!plain.get("auth").is_map()) {
        throw Error(ErrorKind::invalid, "Custom context: `os.auth` must be a mapping");
      }
      result.security = plain;
      continue;
    }
    values.set(key, plain);
    if (hidden) add_name(result.secrets, name);
  }
  result.values = Value(std::move(values));
  return result;
}

void apply_declarations(const ir::Program& program, const ir::Workflow& workflow, CustomContext& context) {
  Map values = context.values.as_map();
  std::string problems;
  const auto report = [&](const std::string& problem) {
    problems += (problems.empty() ? "" : "; ") + problem;
  };
  for (const ir::ContextKey& key : workflow.custom_context) {
    const std::string& name = program.name(key.name);
    if (key.secret) add_name(context.secrets, name);
    if (name == "os" && !context.security.is_null()) continue;
    const Value* given = values.find(name);
    if (given == nullptr) {
      if (key.has_default) {
        values.set(Value(name), key.default_value);
      } else if (key.required) {
        report(fmt::format("`{}` is missing", name));
      }
    } else if (!ir::fits(key.type, *given)) {
      report(fmt::format("`{}` must be of the type {}, not {}", name,
                         ir::kContextTypes[static_cast<size_t>(key.type)], given->kind_name()));
    }
  }
  if (!problems.empty()) {
    throw Error(ErrorKind::invalid, fmt::format("Invalid custom context [workflow='{}']: {}",
                                                program.name(workflow.name), problems));
  }
  context.values = Value(std::move(values));
}

std::string with_mask(std::string text, std::string_view secret) {
  if (secret.empty()) return text;
  for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + kMask.size())) {
    text.replace(at, secret.size(), kMask);
  }
  return text;
}

Value without_named_secrets(const Value& value) {
  if (value.is_list()) {
    List items;
    for (const Value& item : value.as_list()) items.push_back(without_named_secrets(item));
    return Value(std::move(items));
  }
  if (!value.is_map()) return value;
  Map members;
  for (const auto& [key, member] : value.as_map()) {
    const bool hidden = key.is_string() && core::names_a_secret(key.as_string()) &&
                        (member.is_string() || member.is_number());
    members.set(key, hidden ? Value(kMask) : without_named_secrets(member));
  }
  return Value(std::move(members));
}

Value secret(Value plain) {
  return Value::object(std::make_shared<Secret>(std::move(plain)));
}

bool holds_secret(const Value& value) {
  if (value.object_as<Secret>() != nullptr) return true;
  if (value.is_list()) return std::any_of(value.as_list().begin(), value.as_list().end(), holds_secret);
  if (!value.is_map()) return false;
  return std::any_of(value.as_map().begin(), value.as_map().end(),
                     [](const Map::Entry& entry) { return holds_secret(entry.value); });
}

Value revealed(const Value& value) {
  return with_secrets(value, [](const Value& plain) { return plain; });
}

Value masked(const Value& value) {
  return with_secrets(value, [](const Value&) { return Value(kMask); });
}

// ---- SecretList

void SecretList::add_leaves(const Value& value) {
  if (value.is_list()) {
    for (const Value& item : value.as_list()) add_leaves(item);
  } else if (value.is_map()) {
    for (const Map::Entry& entry : value.as_map()) add_leaves(entry.value);
  } else if (value.is_string() || value.is_number()) {
    std::string text = value.is_string() ? value.as_string() : core::to_json(value);
    if (!text.empty()) texts_.push_back(std::move(text));
  }
}

void SecretList::add(const CustomContext& context) {
  for (const std::string& key : context.secrets) add_leaves(context.values.get(key));
  const Value auth = context.security.get("auth");
  if (!auth.is_map()) return;
  for (const auto& [key, value] : auth.as_map()) {
    if (key.is_string() && core::names_a_secret(key.as_string())) add_leaves(value);
  }
}

void SecretList::add_masked(const Value& shown, const Value& real) {
  if (shown == Value(kMask)) {
    add_leaves(real);
  } else if (shown.is_list() && real.is_list()) {
    for (size_t i = 0; i < std::min(shown.size(), real.size()); ++i) {
      add_masked(shown.as_list()[i], real.as_list()[i]);
    }
  } else if (shown.is_map() && real.is_map()) {
    for (const auto& [key, value] : shown.as_map()) {
      if (const Value* other = real.as_map().find(key)) add_masked(value, *other);
    }
  }
}

SecretList secrets_known_to(const ExecutionTree& tree, const ActionExecution& action) {
  SecretList secrets;
  secrets.add(action.custom_context ? *action.custom_context
                                    : custom_context_of(tree, tree.tasks[action.task].execution));
  if (!action.sent_input.is_null()) {
    secrets.add_masked(action.base_name.empty() ? action.input : action.base_input, action.sent_input);
  }
  return secrets;
}

std::string SecretList::concealed(std::string text) const {
  for (const std::string& hidden : texts_) {
    if (text == hidden) return std::string(kMask);
    if (hidden.size() >= kShortestWithinText) text = with_mask(std::move(text), hidden);
  }
  return text;
}

Value SecretList::concealed(const Value& value) const {
  const auto hide = [this](const Value& leaf) {
    if (leaf.is_string()) return Value(concealed(leaf.as_string()));
    if (!leaf.is_number()) return leaf;
    const std::string text = core::to_json(leaf);
    const bool hidden =
        text.size() >= kShortestWithinText && std::find(texts_.begin(), texts_.end(), text) != texts_.end();
    return hidden ? Value(kMask) : leaf;
  };
  return core::with_leaves(value, hide, [this](const Value& key) { return concealed(key); });
}

}  // namespace gregale::interpreter
