#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/checks.hpp"

namespace gregale::compiler {

namespace {

const std::vector<std::string> kCommands = {"fail", "succeed", "pause", "noop"};

bool is_command(std::string_view name) {
  return std::find(kCommands.begin(), kCommands.end(), name) != kCommands.end();
}

class NameChecker {
 public:
  NameChecker(const WorkflowDefinition& workflow, Report& report)
      : workflow_(workflow), report_(report), task_names_(workflow.task_names()) {
    candidates_ = task_names_;
    candidates_.insert(candidates_.end(), kCommands.begin(), kCommands.end());
  }

  void check() {
    if (workflow_.defaults) check_part(*workflow_.defaults);
    for (const TaskDefinition* one : workflow_.tasks) {
      const TaskDefinition& task = *one;
      check_part(task);
      if (is_command(task.name->text)) {
        report_.add("GR0309", task.name->span,
                    fmt::format("a task named `{}` cannot be reached: in a transition that is the command of "
                                "the engine",
                                task.name->text));
      }
    }
  }

 private:
  void check_part(const TaskPart& part) {
    for (const ClauseDefinition& clause : part.clauses) {
      for (const TargetDefinition& target : clause.targets) check_target(target);
    }
    if (workflow_.type != ir::Workflow::Type::reverse) return;
    for (const YamlNode* name : part.requires_tasks) {
      if (workflow_.task_index.count(name->text) != 0) continue;
      report_.add_misspelt("GR0301", name->span, fmt::format("there is no task `{}`", name->text), name->text,
                           task_names_);
    }
  }

  void check_target(const TargetDefinition& target) {
    const std::string& text = target.text->text;
    if (workflow_.task_index.count(text) != 0 && !is_command(text)) return;
    if (is_command(target.command.name)) {
      check_command(target);
      return;
    }
    if (text.find("<%") == 0 || text.find("{{") == 0) {
      report_.add("GR0218", target.text->span,
                  "a transition needs the name of a task; it cannot be given by an expression");
      return;
    }
    const core::Span place = target.text->span_of(target.command.name_begin, target.command.name_end);
    report_.add_misspelt(
        "GR0301", target.command.arguments.empty() ? target.text->span : place,
        fmt::format("there is no task `{}`", target.command.arguments.empty() ? text : target.command.name),
        target.command.name, candidates_);
  }

  void check_command(const TargetDefinition& target) {
    for (const grammar::InlineArgument& argument : target.command.arguments) {
      const core::Span place = target.text->span_of(argument.name_begin, argument.name_end);
      if (target.command.name == "noop") {
        report_.add("GR0310", place, "`noop` takes no arguments");
      } else if (argument.name != "msg") {
        report_
            .add("GR0310", place,
                 fmt::format("`{}` knows only the argument `msg`; `{}` has no effect", target.command.name,
                             argument.name))
            .suggestion = core::Suggestion{"msg", place};
      }
    }
    for (const grammar::InlineProblem& problem : target.command.problems) {
      report_.add("GR0212", target.text->span_of(problem.begin, problem.end),
                  fmt::format("`{}` is not an argument (`msg=\"...\"`), so it has no effect",
                              target.text->text.substr(problem.begin, problem.end - problem.begin)));
    }
  }

  const WorkflowDefinition& workflow_;
  Report& report_;
  std::vector<std::string> task_names_;
  std::vector<std::string> candidates_;
};

}  // namespace

namespace {

// The same full name in two files of a namespace. Twice in one file is the same key twice, which has been
// reported.
template <typename Items>
void check_unique(std::string_view what, const Items& items, Report& report) {
  using Name = std::pair<std::string_view, std::string_view>;  // views into the definitions
  std::map<Name, const YamlNode*> seen;
  for (const auto& item : items) {
    const auto [first, is_new] = seen.emplace(Name(item.name_space, item.full_name), item.name);
    if (is_new || first->second->span.source == item.name->span.source) continue;
    core::Diagnostic& finding = report.add("GR0308", item.name->span,
                                           fmt::format("the {} `{}` is defined twice", what, item.full_name));
    finding.related.push_back({first->second->span, "first here"});
  }
}

}  // namespace

void check_task_names(const Definitions& definitions, Report& report) {
  check_unique("workflow", definitions.workflows, report);
  check_unique("ad-hoc action", definitions.actions, report);
  for (const WorkflowDefinition& workflow : definitions.workflows) {
    const Report::About about(report, workflow.flat);
    NameChecker(workflow, report).check();
  }
}

}  // namespace gregale::compiler
