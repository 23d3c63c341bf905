// Tasks and task-defaults: transitions, calls, with-items, retry.
#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "compiler/definition_reader.hpp"
#include "compiler/first_seen.hpp"
#include "compiler/inheritance/transitions.hpp"
#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"
#include "core/code_points.hpp"

namespace gregale::compiler {

namespace {

constexpr size_t kLongestTaskName = 255;      // characters
constexpr size_t kLongestJoinTaskName = 208;  // Mistral's names of locks hold it and 47 characters more

constexpr std::array<std::string_view, ir::kClauseCount> kClauseKeys = {"on-success", "on-error",
                                                                        "on-complete", "on-skip"};

class TaskReader {
 public:
  TaskReader(WorkflowDefinition& workflow, Report& report) : workflow_(workflow), report_(report) {}

  void read_defaults(const YamlNode& node) {
    if (node.kind != YamlNode::Kind::mapping) return;  // reported with the workflow's keys
    check_keys(Place::task_defaults, node, report_);
    for (const YamlNode::Member& member : node.members) {
      const Key* key = find_key(Place::task_defaults, member.key.text);
      const bool reverse = workflow_.type == ir::Workflow::Type::reverse;
      if (key == nullptr || key->type == For::both || (key->type == For::reverse) == reverse) continue;
      report_.add(
          "GR0705", member.key.span,
          fmt::format("`{}` has no effect in a {} workflow", key->name, reverse ? "reverse" : "direct"));
    }
    TaskPart part;
    part.node = &node;
    read_part(part);
    workflow_.defaults = std::move(part);
  }

  TaskDefinition read_task(const FlatTask& flat) {
    const YamlNode::Member& member = *flat.member;
    const YamlNode& node = member.value;
    const bool promise = flat.abstract != nullptr && node.kind == YamlNode::Kind::mapping;
    if (!promise && (node.kind != YamlNode::Kind::mapping || node.members.empty())) {
      core::Diagnostic& finding = report_.add(
          "GR0203", node.span.begin == node.span.end ? member.key.span : node.span,
          fmt::format("the task `{}` must be a mapping that is not empty, but this is {}", member.key.text,
                      node.kind == YamlNode::Kind::mapping ? "empty" : describe(node)));
      if (is_text(node)) finding.note = "write `action: ...` below the task's name";
      if (is_text(node) && node.text.find("action:") == 0) {
        finding.note = "a blank is missing after the colon of `action:`";
      }
      // The name is there all the same: what leads to it is no further mistake.
    }
    TaskDefinition task;
    task.name = &member.key;
    task.node = &node;
    check_name(task);
    if (node.kind == YamlNode::Kind::mapping) {
      check_keys(Place::task, node, report_);
      check_type_keys(Place::task, node);
      read_part(task);
      read_what(task);
      read_with_items(task);
    }
    return task;
  }

 private:
  void check_name(const TaskDefinition& task) {
    const size_t length = core::code_points(task.name->text);
    const bool join = task.value("join") != nullptr;
    if (length > kLongestTaskName || (join && length > kLongestJoinTaskName)) {
      report_.add("GR0215", task.name->span,
                  fmt::format("the name of a {} has at most {} characters, this one has {}",
                              join ? "task with `join`" : "task",
                              join ? kLongestJoinTaskName : kLongestTaskName, length));
    }
  }

  // Keys that belong to the other type of workflow.
  void check_type_keys(Place place, const YamlNode& node) {
    const bool reverse = workflow_.type == ir::Workflow::Type::reverse;
    for (const YamlNode::Member& member : node.members) {
      const Key* key = find_key(place, member.key.text);
      if (key == nullptr || key->type == For::both) continue;
      if ((key->type == For::reverse) == reverse) continue;
      report_.add("GR0217", member.key.span,
                  fmt::format("`{}` belongs to a {} workflow, and this one is {}", key->name,
                              reverse ? "direct" : "reverse", reverse ? "reverse" : "direct"));
    }
  }

  void read_part(TaskPart& part) {
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      const YamlNode::Member* member = part.node->find(kClauseKeys[kind]);
      if (member == nullptr) continue;
      part.clauses[kind].key = &member->key;
      read_clause(kClauseKeys[kind], member->value, part.clauses[kind]);
    }
    if (const YamlNode* retry = part.value("retry")) read_retry(*retry, part.retry);
    if (const YamlNode* names = part.value("requires")) {
      if (is_text(*names) && !names->text.empty()) part.requires_tasks.push_back(names);
      for (const YamlNode& item : names->items) {
        if (is_text(item) && !item.text.empty()) part.requires_tasks.push_back(&item);
      }
    }
  }

  void read_what(TaskDefinition& task) {
    const YamlNode::Member* action = task.node->find("action");
    const YamlNode::Member* workflow = task.node->find("workflow");
    if (action != nullptr && workflow != nullptr) {
      core::Diagnostic& finding =
          report_.add("GR0209", workflow->key.span,
                      fmt::format("the task `{}` has both `action` and `workflow`; it can call only one",
                                  task.name->text));
      finding.related.push_back({action->key.span, "the other is here"});
      return;
    }
    const YamlNode* input = task.value("input");
    const YamlNode::Member* what = action != nullptr ? action : workflow;
    if (what != nullptr && is_text(what->value) && !what->value.text.empty()) {
      task.call = read_call(action != nullptr ? ir::CallKind::action : ir::CallKind::workflow, what->value,
                            input, report_);
    } else {
      task.call.kind = ir::CallKind::action;
      task.call.input = input;
    }
  }

  void read_with_items(TaskDefinition& task) {
    const YamlNode* node = task.value("with-items");
    if (node == nullptr) return;
    if (is_text(*node)) read_one_with_items(*node, task);
    for (const YamlNode& item : node->items) {
      if (is_text(item)) read_one_with_items(item, task);
    }
  }

  void read_one_with_items(const YamlNode& node, TaskDefinition& task) {
    if (node.text.empty()) return;
    grammar::ParsedWithItems parsed = grammar::parse_with_items(node.text);
    if (!parsed.items) {
      const bool list = parsed.problem.kind == grammar::WithItemsProblem::Kind::list;
      report_.add("GR0213", node.span_of(parsed.problem.begin, parsed.problem.end),
                  list ? "the list of `with-items` is not JSON; texts in it need double quotes"
                       : "`with-items` must be `name in <% expression %>` or `name in [JSON list]`");
      return;
    }
    if (parsed.items->trailing_text) {
      report_.add("GR0212", node.span_of(parsed.items->end, node.text.size()),
                  "what follows the items in `with-items` has no effect");
    }
    for (const WithItemsDefinition& other : task.with_items) {
      if (other.items.variable == parsed.items->variable) {
        report_.add("GR0206", node.span_of(parsed.items->variable_begin, parsed.items->variable_end),
                    fmt::format("the variable `{}` stands twice in `with-items`", other.items.variable));
      }
    }
    task.with_items.push_back({&node, std::move(*parsed.items)});
  }

  void read_retry(const YamlNode& node, RetryDefinition& retry) {
    if (node.kind == YamlNode::Kind::mapping) {
      check_keys(Place::retry, node, report_);
      for (std::string_view key : {"count", "delay"}) {
        const bool misspelt = std::any_of(node.members.begin(), node.members.end(), [&](const auto& member) {
          return find_key(Place::retry, member.key.text) == nullptr;
        });
        if (node.find(key) == nullptr && !misspelt) {
          report_.add("GR0204", node.span, fmt::format("`retry` has no `{}`", key));
        }
      }
      retry.node = &node;
      return;
    }
    if (!is_text(node) || node.text.empty()) return;
    grammar::InlineCall line = grammar::parse_inline_arguments(node.text);
    report_inline_problems(node, line, report_);
    for (const grammar::InlineArgument& argument : line.arguments) check_retry_argument(node, argument);
    const bool misspelt = std::any_of(line.arguments.begin(), line.arguments.end(), [](const auto& argument) {
      return find_key(Place::retry, argument.name) == nullptr;
    });
    for (std::string_view key : {"count", "delay"}) {
      if (line.find(key) == nullptr && !misspelt) {
        report_.add("GR0204", node.span, fmt::format("`retry` has no `{}`", key)).note =
            "for example `retry: count=3 delay=1`";
      }
    }
    retry.node = &node;
    retry.line = std::move(line);
  }

  void check_retry_argument(const YamlNode& node, const grammar::InlineArgument& argument) {
    const Key* key = find_key(Place::retry, argument.name);
    const core::Span name = node.span_of(argument.name_begin, argument.name_end);
    if (key == nullptr) {
      report_.add_misspelt("GR0201", name, fmt::format("unknown key `{}` in a retry", argument.name),
                           argument.name, key_names(Place::retry));
      return;
    }
    const bool expression = argument.value.is_string() && looks_like_expression(argument.value.as_string());
    const bool number = argument.value.is_small_integer() && argument.value.as_integer() >= 0;
    if (!expression && !(number && key->shape == Shape::whole_number)) {
      report_.add("GR0203", node.span_of(argument.begin, argument.end),
                  key->shape == Shape::whole_number
                      ? fmt::format("`{}` must be a whole number or an expression", argument.name)
                      : fmt::format("`{}` must be an expression", argument.name));
    }
  }

  // A target, a list of targets, or {publish, next}.
  void read_clause(std::string_view name, const YamlNode& node, ClauseDefinition& clause) {
    if (is_advanced_clause(node)) {
      check_keys(Place::clause, node, report_);
      if (const YamlNode::Member* publish = node.find("publish")) {
        read_scopes(publish->value, clause);
      }
      if (const YamlNode::Member* next = node.find("next")) {
        read_targets("next", next->value, clause);
        check_in_list(next->value, clause);
      }
      return;
    }
    read_targets(name, node, clause);
    check_in_list(node, clause);
  }

  void check_in_list(const YamlNode& node, const ClauseDefinition& clause) {
    if (node.kind != YamlNode::Kind::mapping || clause.targets.empty()) return;
    const std::string& target = clause.targets.front().text->text;
    report_.add("GR0704", clause.targets.front().text->span,
                fmt::format("stock Mistral passes over a guarded target that is not in a list: `{}` would "
                            "start by itself; write `- {}: ...`",
                            target, target));
  }

  void read_scopes(const YamlNode& publish, ClauseDefinition& clause) {
    if (!check_shape("publish", Shape::mapping, publish, report_)) return;
    const bool scoped = std::any_of(publish.members.begin(), publish.members.end(), [](const auto& member) {
      return find_key(Place::publish, member.key.text) != nullptr;
    });
    const bool near = std::any_of(publish.members.begin(), publish.members.end(), [](const auto& member) {
      return member.value.kind == YamlNode::Kind::mapping;
    });
    if (!scoped && !near) {
      report_
          .add("GR0203", publish.span, "`publish` of a transition must name `branch`, `global` or `atomic`")
          .note = "write `publish: {branch: {...}}`";
      return;
    }
    check_keys(Place::publish, publish, report_);
    clause.publish = &publish;
  }

  void read_targets(std::string_view name, const YamlNode& node, ClauseDefinition& clause) {
    if (node.kind != YamlNode::Kind::sequence) {
      read_target(name, node, clause);
      return;
    }
    if (node.items.empty()) {
      report_.add("GR0205", node.span, fmt::format("the list `{}` must not be empty", name));
      return;
    }
    std::deque<std::string> whole;  // each target with its guard
    FirstSeen<const YamlNode*> seen;
    for (const YamlNode& item : node.items) {
      const size_t count = clause.targets.size();
      read_target(name, item, clause);
      if (clause.targets.size() == count) continue;
      const TargetDefinition& target = clause.targets.back();
      whole.push_back(target.text->text + '\n' +
                      (target.guard == nullptr ? std::string() : target.guard->text));
      const auto [first, is_new] = seen.insert(whole.back(), target.text);
      if (!is_new) {
        core::Diagnostic& finding = report_.add(
            "GR0206", target.text->span, fmt::format("`{}` stands twice in `{}`", target.text->text, name));
        finding.related.push_back({first->span, "first here"});
      }
    }
  }

  void read_target(std::string_view name, const YamlNode& node, ClauseDefinition& clause) {
    TargetDefinition target;
    target.text = &node;
    if (node.kind == YamlNode::Kind::mapping) {
      if (node.members.size() != 1) {
        std::string targets;
        for (const YamlNode::Member& member : node.members) {
          targets += (targets.empty() ? "`" : ", `") + member.key.text + "`";
        }
        report_.add("GR0218", node.span,
                    fmt::format("an item of `{}` has one target, this one has {}; write `- name: <% guard "
                                "%>` for each",
                                name, targets.empty() ? "none" : targets));
        return;
      }
      target.text = &node.members.front().key;
      target.guard = &node.members.front().value;
      check_guard(*target.guard);
    }
    if (!is_text(*target.text) || target.text->text.empty()) {
      report_.add("GR0218", target.text->span,
                  fmt::format("a target of `{}` must be the name of a task, but this is {}", name,
                              is_text(*target.text) ? "empty" : describe(*target.text)));
      return;
    }
    target.command = grammar::parse_command(target.text->text);
    clause.targets.push_back(std::move(target));
  }

  void check_guard(const YamlNode& guard) {
    if (is_text(guard) && looks_like_expression(guard.text)) return;
    report_.add("GR0503",
                guard.span.begin == guard.span.end
                    ? core::Span{guard.span.source, guard.span.begin, guard.span.begin}
                    : guard.span,
                "a guard must be one expression, such as `<% $.count > 0 %>`, and nothing else");
  }

  WorkflowDefinition& workflow_;
  Report& report_;
};

}  // namespace

namespace {

// Whether Mistral's patterns for one-line values take all of it.
bool stock_understands(const grammar::InlineArgument& argument, std::string_view written) {
  using Form = grammar::InlineArgument::Form;
  if (argument.form == Form::data) {
    const core::Value& value = argument.value;
    if (value.is_map() || value.is_float()) return false;
    return !(value.is_integer() && written.find_first_of("+-") != std::string_view::npos);
  }
  if (argument.form != Form::run || written.front() == '[') return true;
  const std::string_view open = written.substr(0, 2);
  const std::string_view close = open == "<%" ? "%>" : open == "{{" ? "}}" : std::string_view();
  return !close.empty() && written.find(close) == written.size() - 2;
}

// Stray words with only blanks between them are one mistake (`output = hello`).
std::vector<grammar::InlineProblem> joined(const std::vector<grammar::InlineProblem>& problems,
                                           std::string_view text) {
  std::vector<grammar::InlineProblem> result;
  for (const grammar::InlineProblem& problem : problems) {
    const bool stray = problem.kind == grammar::InlineProblem::Kind::stray;
    if (stray && !result.empty() && result.back().kind == problem.kind &&
        result.back().end <= problem.begin &&
        text.substr(result.back().end, problem.begin - result.back().end).find_first_not_of(" \t\n") ==
            std::string_view::npos) {
      result.back().end = problem.end;
    } else {
      result.push_back(problem);
    }
  }
  return result;
}

}  // namespace

void report_inline_problems(const YamlNode& text, const grammar::InlineCall& call, Report& report) {
  for (const grammar::InlineProblem& problem : joined(call.problems, text.text)) {
    const std::string part = text.text.substr(problem.begin, problem.end - problem.begin);
    std::string message;
    using Kind = grammar::InlineProblem::Kind;
    switch (problem.kind) {
      case Kind::stray:
        message = fmt::format("`{}` is not an argument (`name=value`), so it has no effect", part);
        break;
      case Kind::unclosed_quote:
        message = "the quote of this value is not closed, so the argument has no effect";
        break;
      case Kind::no_value:
        message = fmt::format("`{}` has no value", part);
        break;
      case Kind::no_name:
        message = "the name of what is called is missing";
        break;
      case Kind::repeated:
        message = fmt::format("the argument is given twice: `{}`", part);
        break;
    }
    report.add("GR0212", text.span_of(problem.begin, problem.end), std::move(message));
  }
  for (const grammar::InlineArgument& argument : call.arguments) {
    const core::Span place = text.span_of(argument.begin, argument.end);
    const std::string written = text.text.substr(argument.begin, argument.end - argument.begin);
    if (argument.form == grammar::InlineArgument::Form::word) {
      report.add("GR0212", place,
                 fmt::format("the text `{}` of `{}` needs quotes; without them Mistral drops it", written,
                             argument.name));
    } else if (!stock_understands(argument, written)) {
      report.add("GR0704", place,
                 fmt::format("stock Mistral does not understand `{}` here and drops all or part of it; write "
                             "`{}` under `input`",
                             written, argument.name));
    }
  }
}

CallDefinition read_call(ir::CallKind kind, const YamlNode& text, const YamlNode* input, Report& report) {
  CallDefinition result;
  result.kind = kind;
  result.text = &text;
  result.input = input;
  result.call = grammar::parse_inline_call(text.text);
  report_inline_problems(text, result.call, report);
  if (!result.call.arguments.empty() && result.call.name.find(' ') != std::string::npos) {
    report.add("GR0704", text.span_of(result.call.name_begin, result.call.name_end),
               "stock Mistral cuts a name with an expression at the first blank in it; write the expression "
               "without blanks, or the arguments under `input`");
  }
  return result;
}

void read_tasks(const FlatWorkflow& flat, WorkflowDefinition& workflow, TaskDefinitions& tasks,
                Report& report) {
  TaskReader reader(workflow, report);
  if (flat.defaults != nullptr) reader.read_defaults(*flat.defaults);
  if (const YamlNode* own = workflow.value("tasks")) check_names("task", *own, report);
  workflow.tasks.reserve(flat.tasks.size());
  for (const FlatTask& task : flat.tasks) {
    std::unique_ptr<const TaskDefinition>& definition = tasks[task.member];
    if (definition == nullptr) definition = std::make_unique<TaskDefinition>(reader.read_task(task));
    workflow.task_index.emplace(definition->name->text, workflow.tasks.size());
    workflow.tasks.push_back(definition.get());
  }
}

}  // namespace gregale::compiler
