// Passwords and keys that are written into a definition, or published where everyone who may see an execution
// sees them, and connections that anyone can read. The findings name the key, never the value.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/checks.hpp"
#include "core/secret_names.hpp"

namespace gregale::compiler {

using core::names_a_secret;

namespace {

bool is_literal(std::string_view text) {
  return !text.empty() && text.find("<%") == std::string_view::npos &&
         text.find("{{") == std::string_view::npos;
}

// Whether a text is a secret whatever its name is: a private key, or an address with a password in it.
bool holds_secret(std::string_view text) {
  if (text.find("-----BEGIN ") != std::string_view::npos &&
      text.find("PRIVATE KEY-----") != std::string_view::npos)
    return true;
  const size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority =
      text.substr(scheme + 3, text.find_first_of("/?# \n", scheme + 3) - scheme - 3);
  const size_t at = authority.rfind('@');
  const size_t colon = authority.find(':');
  return at != std::string_view::npos && colon < at &&
         is_literal(authority.substr(colon + 1, at - colon - 1));
}

class SecretFinder {
 public:
  explicit SecretFinder(Report& report) : report_(report) {}

  void node(const YamlNode* where) {
    if (where == nullptr) return;
    if (where->kind == YamlNode::Kind::scalar && where->scalar.is_string() && holds_secret(where->text)) {
      found_within(where->span);
    }
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
      } else if (argument.value.is_string() && holds_secret(argument.value.as_string())) {
        found_within(call.text->span_of(argument.name_begin, argument.name_end));
      }
    }
  }

  void parameters(const std::vector<ParameterDefinition>& input) {
    for (const ParameterDefinition& parameter : input) {
      const YamlNode* value = parameter.default_value;
      if (value != nullptr && value->kind == YamlNode::Kind::scalar && value->scalar.is_string() &&
          names_a_secret(parameter.name->text) && is_literal(value->text)) {
        found(parameter.name->text, parameter.name->span);
      } else {
        node(value);
      }
    }
  }

  // Variables and outputs that are named like secrets and get a value at run time.
  void published(const YamlNode* where) {
    if (where == nullptr) return;
    for (const YamlNode::Member& member : where->members) {
      const bool text = member.value.kind == YamlNode::Kind::scalar && member.value.scalar.is_string();
      if (!text || is_literal(member.value.text) || !names_a_secret(member.key.text)) continue;
      report_.add("GR0810", member.key.span,
                  fmt::format("`{}` looks like a secret; everyone who may see the execution will see it",
                              member.key.text));
    }
  }

  // `verify: false` of an action.
  void verification(const CallDefinition& call) {
    constexpr std::string_view kKeys[] = {"verify", "verify_ssl"};
    for (std::string_view key : kKeys) {
      const YamlNode::Member* member = call.input == nullptr ? nullptr : call.input->find(key);
      if (member != nullptr && member->value.scalar == core::Value(false)) unverified(key, member->key.span);
      const grammar::InlineArgument* argument = call.text == nullptr ? nullptr : call.call.find(key);
      if (argument != nullptr && argument->value == core::Value(false)) {
        unverified(key, call.text->span_of(argument->name_begin, argument->name_end));
      }
    }
  }

  void found(std::string_view key, const core::Span& place) {
    report_.add("GR0801", place, fmt::format("the secret `{}` is written into the definition", key)).note =
        "take it from an input, the environment or the custom context";
  }

  // The whole of what a task publishes.
  void publishing(const TaskDefinition& task) {
    for (std::string_view key : {"publish", "publish-on-error", "publish-on-skip"}) {
      node(task.value(key));
      published(task.value(key));
    }
    for (const ClauseDefinition& clause : task.clauses) {
      if (clause.publish == nullptr) continue;
      node(clause.publish);
      for (const YamlNode::Member& scope : clause.publish->members) published(&scope.value);
    }
  }

 private:
  void found_within(const core::Span& place) {
    report_.add("GR0801", place, "a secret is written into the definition").note =
        "take it from an input, the environment or the custom context";
  }

  void unverified(std::string_view key, const core::Span& place) {
    report_.add("GR0811", place, fmt::format("`{}: false` takes any certificate, also an attacker's", key))
        .note = "give the path of a file with the authorities instead";
  }

  Report& report_;
};

}  // namespace

void check_secrets(const Definitions& definitions, Report& report) {
  SecretFinder finder(report);
  for (const ActionDefinition& action : definitions.actions) {
    finder.parameters(action.input);
    finder.call(action.base);
    finder.verification(action.base);
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
    for (std::string_view key : {"output", "output-on-error"}) {
      finder.node(workflow.value(key));
      finder.published(workflow.value(key));
    }
    for (const TaskDefinition* one : workflow.tasks) {
      const TaskDefinition& task = *one;
      finder.call(task.call);
      finder.verification(task.call);
      finder.publishing(task);
    }
  }
}

}  // namespace gregale::compiler
