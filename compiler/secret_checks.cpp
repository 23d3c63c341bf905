// Passwords and keys that are written into a definition, where everyone who may read it sees them. The
// findings name the key, never the value.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checks.hpp"

namespace gregale::compiler {

namespace {

constexpr std::string_view kSecretEndings[] = {"password",   "passwd",       "admin_pass",  "adminpass",
                                               "secret",     "token",        "private_key", "api_key",
                                               "passphrase", "authorization"};

bool names_a_secret(std::string_view key) {
  std::string folded(key);
  std::transform(folded.begin(), folded.end(), folded.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return std::any_of(std::begin(kSecretEndings), std::end(kSecretEndings), [&](std::string_view ending) {
    return folded.size() >= ending.size() &&
           folded.compare(folded.size() - ending.size(), ending.size(), ending) == 0;
  });
}

bool is_literal(std::string_view text) {
  return !text.empty() && text.find("<%") == std::string_view::npos &&
         text.find("{{") == std::string_view::npos;
}

class SecretFinder {
 public:
  explicit SecretFinder(Report& report) : report_(report) {}

  void node(const YamlNode* where) {
    if (where == nullptr) return;
    for (const YamlNode& item : where->items) node(&item);
    for (const YamlNode::Member& member : where->members) {
      const bool text = member.value.kind == YamlNode::Kind::scalar && member.value.scalar.is_string();
      if (text && names_a_secret(member.key.text) && is_literal(member.value.text)) {
        found(member.key.text, member.key.span);
      } else {
        node(&member.value);
      }
    }
  }

  void call(const CallDefinition& call) {
    node(call.input);
    for (const grammar::InlineArgument& argument : call.call.arguments) {
      if (argument.value.is_string() && names_a_secret(argument.name) &&
          is_literal(argument.value.as_string())) {
        found(argument.name, call.text->span_of(argument.name_begin, argument.name_end));
      }
    }
  }

  void parameters(const std::vector<ParameterDefinition>& input) {
    for (const ParameterDefinition& parameter : input) {
      const YamlNode* value = parameter.default_value;
      if (value != nullptr && value->kind == YamlNode::Kind::scalar && value->scalar.is_string() &&
          names_a_secret(parameter.name->text) && is_literal(value->text)) {
        found(parameter.name->text, parameter.name->span);
      }
    }
  }

  void found(std::string_view key, const core::Span& place) {
    report_.add("GR0801", place, fmt::format("the secret `{}` is written into the definition", key)).note =
        "take it from an input, the environment or the custom context";
  }

 private:
  Report& report_;
};

}  // namespace

void check_secrets(const Definitions& definitions, Report& report) {
  SecretFinder finder(report);
  for (const ActionDefinition& action : definitions.actions) {
    finder.parameters(action.input);
    finder.call(action.base);
  }
  for (const WorkflowDefinition& workflow : definitions.workflows) {
    const Report::About about(report, workflow.flat);
    finder.parameters(workflow.input);
    for (const ContextKeyDefinition& key : workflow.custom_context) {
      const YamlNode* value = key.value("default");
      if (value != nullptr && key.flag("secret") && !value->scalar.is_null())
        finder.found(key.name->text, value->span);
    }
    finder.node(workflow.value("vars"));
    for (const TaskDefinition& task : workflow.tasks) {
      finder.call(task.call);
      finder.node(task.value("publish"));
    }
  }
}

}  // namespace gregale::compiler
