// What tasks and ad-hoc actions call: whether it exists, whether its parameters fit.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_set>

#include "compiler/checks.hpp"
#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"

namespace gregale::compiler {

namespace {

// Inputs of a sub-workflow that are parameters of the execution instead.
const std::vector<std::string> kExecutionParameters = {
    "task_name", "env", "evaluate_env", "namespace", "notify", "description", "read_only", "index"};

// One argument of a call and where its name stands.
struct Argument {
  std::string name;
  core::Span place;
};

// What is called takes these.
struct Parameters {
  std::vector<std::string> names;
  std::vector<std::string> required;
  bool any = false;  // takes further ones
};

class CallChecker {
 public:
  CallChecker(const Definitions& definitions, const Directory& directory,
              const ir::ActionCatalogue* catalogue, Report& report)
      : definitions_(definitions), directory_(directory), catalogue_(catalogue), report_(report) {
    if (catalogue != nullptr) action_names_ = catalogue->action_names();
  }

  void check() {
    for (const ActionDefinition& action : definitions_.actions) {
      check_action_call(action.base, *action.declaration, action.node);
      check_base_cycle(action);
    }
    for (const WorkflowDefinition& workflow : definitions_.workflows) {
      const Report::About about(report_, workflow.flat);
      const Declaration& from = *workflow.flat->declaration;
      // A task that is inherited as it is calls the same as in the workflow before, in the same workbook.
      std::unordered_set<const TaskDefinition*>& checked = checked_[Scope(from.workbook, from.name_space)];
      for (const TaskDefinition* task : workflow.tasks) {
        if (checked.insert(task).second) check_task(from, *task);
      }
    }
  }

 private:
  void check_task(const Declaration& from, const TaskDefinition& task) {
    if (task.node->kind != YamlNode::Kind::mapping) return;
    if (task.call.kind == ir::CallKind::workflow) {
      check_workflow_call(task.call, from);
    } else {
      check_action_call(task.call, from, task.node);
    }
    check_given_twice(task.call);
    check_timeout(task);
    if (task.value("concurrency") != nullptr && task.with_items.empty() &&
        task.value("with-items") == nullptr && task.value("with-regions") == nullptr) {
      report_.add("GR0703", task.node->find("concurrency")->key.span,
                  "`concurrency` has no effect without `with-items` or `with-regions`");
    }
  }

  // Where a parameter stands in the line and under `input`, the line wins.
  void check_given_twice(const CallDefinition& call) {
    if (call.text == nullptr || call.input == nullptr) return;
    for (const YamlNode::Member& member : call.input->members) {
      const grammar::InlineArgument* argument = call.call.find(member.key.text);
      if (argument == nullptr) continue;
      core::Diagnostic& finding = report_.add(
          "GR0708", member.key.span,
          fmt::format("`{}` is given twice; the value in the line of the call counts", member.key.text));
      finding.related.push_back({call.text->span_of(argument->begin, argument->end), "the one that counts"});
    }
  }

  void check_timeout(const TaskDefinition& task) {
    const YamlNode::Member* timeout = task.node->find("timeout");
    const YamlNode::Member* retry = task.node->find("retry");
    if (timeout == nullptr || retry == nullptr) return;
    core::Diagnostic& finding = report_.add("GR0704", retry->key.span,
                                            "`timeout` with `retry`: stock Mistral times the first attempt "
                                            "only, so that a later one can hang for ever");
    finding.related.push_back({timeout->key.span, "each attempt is timed here"});
  }

  static core::Span name_place(const CallDefinition& call) {
    return call.text->span_of(call.call.name_begin, call.call.name_end);
  }

  // Arguments in line and in `input`; [complete] is false where an expression may give more.
  static std::vector<Argument> arguments(const CallDefinition& call, bool& complete) {
    std::vector<Argument> result;
    if (call.text != nullptr) {
      for (const grammar::InlineArgument& argument : call.call.arguments) {
        result.push_back({argument.name, call.text->span_of(argument.name_begin, argument.name_end)});
      }
    }
    complete = call.input == nullptr || call.input->kind == YamlNode::Kind::mapping;
    if (call.input != nullptr) {
      for (const YamlNode::Member& member : call.input->members) {
        if (has_expression(member.key.text)) complete = false;
        result.push_back({member.key.text, member.key.span});
      }
    }
    return result;
  }

  void check_arguments(const CallDefinition& call, std::string_view what, const Parameters& parameters,
                       const core::Span& place) {
    bool complete = true;
    const std::vector<Argument> given = arguments(call, complete);
    const auto is_given = [&](const std::string& name) {
      return std::any_of(given.begin(), given.end(), [&](const Argument& a) { return a.name == name; });
    };
    bool unexpected = false;
    for (const Argument& argument : given) {
      const auto& names = parameters.names;
      if (parameters.any || std::find(names.begin(), names.end(), argument.name) != names.end()) continue;
      if (has_expression(argument.name)) continue;
      std::vector<std::string> open;
      for (const std::string& name : names) {
        if (!is_given(name)) open.push_back(name);
      }
      unexpected = true;
      core::Diagnostic& finding = report_.add_misspelt(
          "GR0303", argument.place, fmt::format("{} has no parameter `{}`", what, argument.name),
          argument.name, open);
      if (!names.empty() && !finding.suggestion) finding.note = "it takes: " + list(names);
    }
    // With a wrong name there, the right one is missing for that reason.
    if (!complete || unexpected || !call.call.problems.empty()) return;
    std::vector<std::string> missing;
    for (const std::string& name : parameters.required) {
      if (!is_given(name)) missing.push_back(name);
    }
    if (!missing.empty()) {
      report_.add("GR0304", place,
                  fmt::format("{} needs {} {}", what,
                              missing.size() == 1 ? "the parameter" : "the parameters", list(missing)));
    }
  }

  static std::string list(const std::vector<std::string>& names) {
    std::string result;
    for (size_t i = 0; i < names.size() && i < 12; ++i)
      result += fmt::format("{}`{}`", i == 0 ? "" : ", ", names[i]);
    return names.size() > 12 ? result + ", ..." : result;
  }

  static Parameters of_inputs(const std::vector<ParameterDefinition>& input) {
    Parameters result;
    for (const ParameterDefinition& parameter : input) {
      result.names.push_back(parameter.name->text);
      if (parameter.default_value == nullptr) result.required.push_back(parameter.name->text);
    }
    return result;
  }

  static Parameters of_signature(const ir::ActionSignature& signature) {
    Parameters result;
    result.any = signature.accepts_any;
    for (const ir::ActionParameter& parameter : signature.parameters) {
      result.names.push_back(parameter.name);
      if (parameter.required) result.required.push_back(parameter.name);
    }
    if (signature.takes_region) result.names.insert(result.names.end(), {"region", "action_region"});
    return result;
  }

  void check_action_call(const CallDefinition& call, const Declaration& from, const YamlNode* node) {
    if (call.kind != ir::CallKind::action) return;
    const std::string name = call.text == nullptr ? "std.noop" : call.call.name;
    if (name.empty() || has_expression(name)) return;
    const core::Span place = call.text == nullptr ? node->span : name_place(call);
    const Directory::Meaning adhoc = directory_.action(from, name);
    if (adhoc.callable != nullptr) {
      if (adhoc.certain() == nullptr || !adhoc.certain()->sound()) return;
      check_arguments(call, fmt::format("the action `{}`", name), of_inputs(adhoc.callable->action->input),
                      place);
      return;
    }
    if (catalogue_ == nullptr) return;
    if (const ir::ActionSignature* signature = catalogue_->find_signature(name)) {
      check_arguments(call, fmt::format("the action `{}`", name), of_signature(*signature), place);
      return;
    }
    if (directory_.workflow(from, name).callable != nullptr) {
      report_.add("GR0302", place, fmt::format("`{}` is a workflow, not an action", name)).note =
          fmt::format("write `workflow: {}`", name);
      return;
    }
    std::vector<std::string> candidates = action_names_;
    for (std::string& own : directory_.names(Declaration::Kind::action, from))
      candidates.push_back(std::move(own));
    report_.add_misspelt("GR0302", place, fmt::format("there is no action `{}`", name), name, candidates);
  }

  void check_workflow_call(const CallDefinition& call, const Declaration& from) {
    const std::string& name = call.call.name;
    if (call.text == nullptr || name.empty() || has_expression(name)) return;
    const core::Span place = name_place(call);
    const Directory::Meaning called = directory_.workflow(from, name);
    if (called.callable != nullptr) {
      if (called.certain() != nullptr) check_known_workflow(call, *called.certain());
      return;
    }
    const bool action = directory_.action(from, name).callable != nullptr ||
                        (catalogue_ != nullptr && catalogue_->find_signature(name) != nullptr);
    if (action) {
      report_.add("GR0305", place, fmt::format("`{}` is an action, not a workflow", name)).note =
          fmt::format("write `action: {}`", name);
      return;
    }
    report_.add_misspelt("GR0305", place,
                         fmt::format("there is no workflow `{}` in the files that were given", name), name,
                         directory_.names(Declaration::Kind::workflow, from));
  }

  void check_known_workflow(const CallDefinition& call, const Callable& called) {
    const std::string& name = call.call.name;
    if (called.abstract != nullptr) {
      core::Diagnostic& finding =
          report_.add("GR1013", name_place(call),
                      fmt::format("the workflow `{}` is abstract; it is only there to be extended", name));
      finding.related.push_back({called.abstract->flat->abstract->span, "abstract"});
      return;
    }
    if (!called.sound()) return;
    const WorkflowDefinition& workflow = definitions_.workflows[called.workflow];
    Parameters parameters = of_inputs(workflow.input);
    parameters.names.insert(parameters.names.end(), kExecutionParameters.begin(), kExecutionParameters.end());
    if (workflow.node->find("input") == nullptr && has_unknown_keys(workflow)) return;
    check_arguments(call, fmt::format("the workflow `{}`", name), parameters, name_place(call));
  }

  static bool has_unknown_keys(const WorkflowDefinition& workflow) {
    return std::any_of(workflow.node->members.begin(), workflow.node->members.end(), [](const auto& member) {
      return find_key(Place::workflow, member.key.text) == nullptr;
    });
  }

  // Follows `base` from ad-hoc action to ad-hoc action. Each cycle is reported once, at its first member.
  void check_base_cycle(const ActionDefinition& first) {
    std::unordered_set<const ActionDefinition*> seen;
    const ActionDefinition* action = &first;
    while (action != nullptr && action->base.text != nullptr && seen.insert(action).second) {
      const Callable* base = directory_.action(*action->declaration, action->base.call.name).certain();
      action = base == nullptr ? nullptr : base->action;
    }
    if (action != &first || seen.empty() || first.base.text == nullptr) return;
    const bool reported = std::any_of(seen.begin(), seen.end(),
                                      [&](const ActionDefinition* one) { return cyclic_.count(one) != 0; });
    cyclic_.insert(seen.begin(), seen.end());
    if (reported) return;
    report_.add("GR0312", name_place(first.base),
                fmt::format("the action `{}` is based on itself{}", first.full_name,
                            seen.size() == 1 ? "" : " by way of `" + first.base.call.name + "`"));
  }

  const Definitions& definitions_;
  const Directory& directory_;
  const ir::ActionCatalogue* catalogue_;
  Report& report_;
  using Scope = std::pair<std::string_view, std::string_view>;  // workbook, namespace
  std::map<Scope, std::unordered_set<const TaskDefinition*>> checked_;
  std::vector<std::string> action_names_;
  std::unordered_set<const ActionDefinition*> cyclic_;
};

}  // namespace

void check_calls(const Definitions& definitions, const Directory& directory,
                 const ir::ActionCatalogue* catalogue, Report& report) {
  CallChecker(definitions, directory, catalogue, report).check();
}

}  // namespace gregale::compiler
