// The custom context of executions: what it becomes on its way down, and how its secrets stay unseen.
//
// A value that an expression makes of a secret is wrapped as a Secret: it goes into the input of an action
// and nowhere else. What is shown and stored of such an input has a mask in its place; what comes back from
// the action has the mask wherever the secret stands in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "interpreter/state.hpp"

namespace gregale::interpreter {

inline constexpr std::string_view kMask = "***";
// With the mask wherever [secret] stands in the text.
std::string with_mask(std::string text, std::string_view secret);

// With the mask in place of texts and numbers whose names tell that they are secret (core/secret_names.hpp).
Value without_named_secrets(const Value& value);

// That of the execution, which is its caller's unless it has one of its own.
const CustomContext& custom_context_of(const ExecutionTree& tree, Index execution);

// [base] with [additions] over it, key by key; they may hold Secrets. `os.auth` sets who the OpenStack
// actions are carried out for, and leaves the values. Throws core::Error(invalid).
CustomContext extended(const CustomContext& base, const core::Map& additions);

// What the workflow says of its keys: defaults filled in, secrets noted. Throws core::Error(invalid) that
// names the keys that are missing or of the wrong type, never their values.
void apply_declarations(const ir::Program& program, const ir::Workflow& workflow, CustomContext& context);

// A value that must never be seen.
Value secret(Value plain);
bool holds_secret(const Value& value);
// With every Secret in it replaced by what it is, or by the mask.
Value revealed(const Value& value);
Value masked(const Value& value);

// Texts and numbers that must not be seen in what an action gives back.
class SecretList {
 public:
  // Passwords and tokens of the security context, and secret values.
  void add(const CustomContext& context);
  // What [real] has where [shown] has the mask.
  void add_masked(const Value& shown, const Value& real);
  bool empty() const noexcept { return texts_.empty(); }

  std::string concealed(std::string text) const;
  Value concealed(const Value& value) const;

 private:
  void add_leaves(const Value& value);
  std::vector<std::string> texts_;
};

// Those of the custom context that it has, and of its own input.
SecretList secrets_known_to(const ExecutionTree& tree, const ActionExecution& action);

}  // namespace gregale::interpreter
