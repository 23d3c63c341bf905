#include "compiler/definition_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"
#include "core/similar.hpp"
#include "core/uuid.hpp"

namespace gregale::compiler {

namespace {

constexpr std::string_view kDialect = "gregale/1";
constexpr int kMostAncestors =
    20;  // that are asked whether a definition is a workflow; more are refused later

// The version that a member states; missing or strange ones are reported.
void check_version(const YamlNode& document, bool workbook, Report& report) {
  const YamlNode::Member* member = document.find("version");
  if (member == nullptr) {
    std::vector<std::string> keys;
    for (const YamlNode::Member& one : document.members) {
      if (one.key.scalar.is_string() && one.value.kind == YamlNode::Kind::scalar &&
          core::nearest_name(one.key.text, {"version"}) == "version") {
        core::Diagnostic& finding =
            report.add("GR0207", one.key.span,
                       fmt::format("the key `version` is missing; `{}` is not known here", one.key.text));
        finding.suggestion = core::Suggestion{"version", one.key.span};
        return;
      }
    }
    const core::Span start{document.span.source, document.span.begin, document.span.begin};
    report.add("GR0207", start, "the key `version` is missing").note =
        "a definition begins with `version: '2.0'`";
    return;
  }
  const YamlNode& value = member->value;
  const bool number = value.kind == YamlNode::Kind::scalar && value.scalar.is_number();
  if (!number && !(is_text(value) && !value.text.empty())) {
    report.add("GR0203", value.span, fmt::format("`version` must be '2.0', but this is {}", describe(value)));
    return;
  }
  if (value.text != "2.0" && value.text != "2") {
    if (workbook) {
      report.add("GR0203", value.span,
                 fmt::format("`version` of a workbook must be '2.0', not {}", value.text));
    } else {
      report.add("GR0208", value.span,
                 fmt::format("version {} of the language is not known; it is read as 2.0", value.text));
    }
  }
}

std::vector<ParameterDefinition> read_parameters(const YamlNode* input, Report& report) {
  std::vector<ParameterDefinition> result;
  if (input == nullptr) return result;
  std::unordered_map<std::string_view, const YamlNode*> seen;
  for (const YamlNode& item : input->items) {
    ParameterDefinition parameter;
    parameter.name = parameter_name(item);
    if (parameter.name == nullptr) continue;
    if (is_mapping(item)) {
      check_names("input", item, report);
      parameter.default_value = &item.members.front().value;
    }
    if (!is_text(*parameter.name) || parameter.name->text.empty()) continue;
    if (parameter.name->text.find('=') != std::string::npos) {
      report.add(
          "GR0212", parameter.name->span,
          fmt::format("`{}` as a whole is the name of this input; a default is written `- name: value`",
                      parameter.name->text));
    }
    const auto [first, is_new] = seen.emplace(parameter.name->text, parameter.name);
    if (!is_new) {
      // Plain repetition is reported with the list's shape.
      if (parameter.default_value != nullptr || !is_text(item)) {
        core::Diagnostic& finding =
            report.add("GR0206", parameter.name->span,
                       fmt::format("the input `{}` is declared twice", parameter.name->text));
        finding.related.push_back({first->second->span, "first here"});
      }
      continue;
    }
    result.push_back(parameter);
  }
  return result;
}

std::vector<ContextKeyDefinition> read_context_keys(const YamlNode* context, Report& report) {
  std::vector<ContextKeyDefinition> result;
  if (context == nullptr || context->kind != YamlNode::Kind::mapping) return result;
  check_names("key of the custom context", *context, report);
  for (const YamlNode::Member& member : context->members) {
    if (!is_text(member.key) || member.key.text.empty()) continue;
    const YamlNode& value = member.value;
    const bool nothing = is_null(value);
    if (!nothing && !is_mapping(value)) {
      report.add("GR0203", value.span,
                 fmt::format("what `custom_context` says of `{}` must be a mapping (type, required, "
                             "default, secret) or nothing, but this is {}",
                             member.key.text, describe(value)));
      continue;
    }
    if (!nothing) check_keys(Place::context_key, value, report);
    result.push_back({&member.key, nothing ? nullptr : &value});
  }
  return result;
}

void check_own_name(const YamlNode& name, const YamlNode& node, Report& report) {
  const YamlNode* own = value_of(node, "name");
  if (own != nullptr && is_text(*own) && own->text != name.text) {
    report.add(
        "GR0216", own->span,
        fmt::format("`name` says `{}`, but the name that counts is the key, `{}`", own->text, name.text));
  }
}

// Finds the definitions of one document.
class DocumentReader {
 public:
  DocumentReader(std::deque<Declaration>& declarations, Report& report)
      : declarations_(declarations), report_(report) {}

  Workbook read(const YamlNode& document) {
    Workbook workbook;
    if (document.kind != YamlNode::Kind::mapping || document.members.empty()) {
      report_.add("GR0210", document.span,
                  fmt::format("a definition is a mapping with `version` and workflows by name, but this "
                              "is {}",
                              document.kind == YamlNode::Kind::mapping ? "empty" : describe(document)));
      return workbook;
    }
    if (is_workbook(document)) {
      workbook = read_workbook(document);
    } else {
      read_list(document);
    }
    check_dialect(document);
    return workbook;
  }

 private:
  static bool holds_definitions(const YamlNode* node, std::string_view key) {
    return node != nullptr && node->kind == YamlNode::Kind::mapping && node->find("tasks") == nullptr &&
           node->find("base") == nullptr &&
           std::any_of(node->members.begin(), node->members.end(),
                       [&](const YamlNode::Member& member) { return member.value.find(key) != nullptr; });
  }

  static bool is_workbook(const YamlNode& document) {
    const YamlNode* name = value_of(document, "name");
    if (name != nullptr && name->kind == YamlNode::Kind::scalar) return true;
    return holds_definitions(value_of(document, "workflows"), "tasks") ||
           holds_definitions(value_of(document, "actions"), "base");
  }

  static bool has_unknown_key(const YamlNode& document) {
    return std::any_of(document.members.begin(), document.members.end(), [](const YamlNode::Member& member) {
      return find_key(Place::workbook, member.key.text) == nullptr;
    });
  }

  Workbook read_workbook(const YamlNode& document) {
    check_keys(Place::workbook, document, report_);
    check_version(document, true, report_);
    const YamlNode* name = value_of(document, "name");
    if (name == nullptr) {
      report_.add("GR0204", core::Span{document.span.source, document.span.begin, document.span.begin},
                  "the workbook has no `name`");
    }
    const std::string workbook = name != nullptr && is_text(*name) ? name->text : std::string();
    const YamlNode* extends = value_of(document, "extends");
    if (name != nullptr && extends == nullptr && value_of(document, "actions") == nullptr &&
        value_of(document, "workflows") == nullptr && !has_unknown_key(document)) {
      report_.add(
          "GR0221", name->span,
          fmt::format("the workbook `{}` is empty: it has neither `workflows` nor `actions`", name->text));
    }
    if (const YamlNode* actions = value_of(document, "actions")) {
      check_names("ad-hoc action", *actions, report_);
      for (const YamlNode::Member& member : actions->members) {
        declare(Declaration::Kind::action, member, workbook);
      }
    }
    if (const YamlNode* workflows = value_of(document, "workflows")) {
      check_names("workflow", *workflows, report_);
      for (const YamlNode::Member& member : workflows->members) {
        declare(Declaration::Kind::workflow, member, workbook);
      }
    }
    // Without a name it can be no link of a chain; that has been reported.
    return workbook.empty() ? Workbook() : Workbook{name, extends};
  }

  void read_list(const YamlNode& document) {
    check_names("workflow", document, report_);
    check_version(document, false, report_);
    size_t count = 0;
    std::unordered_map<std::string_view, const YamlNode*> by_name;
    for (const YamlNode::Member& member : document.members) by_name.emplace(member.key.text, &member.value);
    for (const YamlNode::Member& member : document.members) {
      if (!member.key.scalar.is_string() || member.key.text == "version") continue;
      if (member.value.kind != YamlNode::Kind::mapping) {
        read_stray_key(document, member);
        continue;
      }
      ++count;
      declare(is_action(by_name, member.value) ? Declaration::Kind::action : Declaration::Kind::workflow,
              member, {});
    }
    if (count == 0) {
      report_.add("GR0210", document.span, "there is no workflow and no ad-hoc action in this file");
    }
  }

  // A top-level member that is no mapping, so neither a workflow nor an action.
  void read_stray_key(const YamlNode& document, const YamlNode::Member& member) {
    if (member.key.text == "dialect") return;
    if (document.find("version") == nullptr &&
        core::nearest_name(member.key.text, {"version"}) == "version") {
      return;  // reported as the missing version
    }
    core::Diagnostic& finding = report_.add(
        "GR0203", member.key.span,
        fmt::format("`{}` must be a workflow or an ad-hoc action, that is a mapping, but it is {}",
                    member.key.text, describe(member.value)));
    if (member.key.text == "tasks" || member.key.text == "input") {
      finding.note = "a workflow's keys stand under its name";
    }
  }

  // Told from the keys; where both `tasks` and `base` are missing from what looks like them, and then from
  // what it extends.
  static bool is_action(const std::unordered_map<std::string_view, const YamlNode*>& by_name,
                        const YamlNode& node, int depth = 0) {
    if (node.find("tasks") != nullptr) return false;
    if (node.find("base") != nullptr || node.find("base-input") != nullptr) return true;
    const YamlNode* extends = value_of(node, "extends");
    if (extends != nullptr && extends->kind == YamlNode::Kind::mapping)
      return extends->find("action") != nullptr;
    if (extends != nullptr && depth < kMostAncestors) {
      const auto parent = by_name.find(extends->text);
      if (parent != by_name.end()) return is_action(by_name, *parent->second, depth + 1);
    }
    int score = 0;
    for (const YamlNode::Member& member : node.members) {
      const bool action = find_key(Place::action, member.key.text) != nullptr;
      const bool workflow = find_key(Place::workflow, member.key.text) != nullptr;
      score += (action && !workflow ? 2 : 0) - (workflow && !action ? 2 : 0);
      if (action || workflow) continue;
      score += core::nearest_name(member.key.text, {"base", "base-input"}).empty() ? 0 : 1;
      score -= core::nearest_name(member.key.text, {"tasks"}).empty() ? 0 : 1;
    }
    return score > 0;
  }

  // Stock Mistral passes over keys of a workflow that it does not know, so a file with ours must say so by a
  // line that Mistral refuses.
  void check_dialect(const YamlNode& document) {
    if (const YamlNode* dialect = value_of(document, "dialect")) {
      if (!check_shape("dialect", Shape::text, *dialect, report_) || dialect->text == kDialect) return;
      report_.add("GR0904", dialect->span, fmt::format("the dialect `{}` is not known here", dialect->text))
          .suggestion = core::Suggestion{std::string(kDialect), dialect->span};
      return;
    }
    for (const Declaration& declaration : declarations_) {
      for (const YamlNode::Member& member : declaration.node->members) {
        const Key* key = find_key(Place::workflow, member.key.text);
        if (key == nullptr || !key->own || declaration.kind != Declaration::Kind::workflow) continue;
        core::Diagnostic& finding = report_.add(
            "GR0903", member.key.span,
            fmt::format("stock Mistral would pass over `{}` and run the rest; say `dialect: {}` so that it "
                        "refuses the file",
                        key->name, kDialect));
        const YamlNode::Member& first = document.members.front();
        finding.suggestion =
            core::Suggestion{fmt::format("dialect: {}\n", kDialect),
                             {first.key.span.source, first.key.span.begin, first.key.span.begin}};
        return;
      }
    }
  }

  void declare(Declaration::Kind kind, const YamlNode::Member& member, const std::string& workbook) {
    if (!is_text(member.key) || member.key.text == "version") return;
    if (member.value.kind != YamlNode::Kind::mapping) {
      check_shape(member.key.text, Shape::mapping, member.value, report_);
      return;
    }
    declarations_.push_back({kind, &member.key, &member.value, workbook,
                             workbook.empty() ? member.key.text : workbook + "." + member.key.text,
                             member.key.span.source.get()});
  }

  std::deque<Declaration>& declarations_;
  Report& report_;
};

// Reports a missing key unless a misspelt one stands for it.
void require(const YamlNode& name, const YamlNode& node, std::string_view key, std::string_view what,
             Place place, Report& report) {
  if (node.find(key) != nullptr) return;
  for (const YamlNode::Member& member : node.members) {
    if (find_key(place, member.key.text) == nullptr &&
        core::nearest_name(member.key.text, {std::string(key)}) == key) {
      if (place == Place::action) return;  // reported as an unknown key
      core::Diagnostic& finding = report.add(
          "GR0204", member.key.span,
          fmt::format("the {} `{}` has no `{}`, only `{}`", what, name.text, key, member.key.text));
      finding.suggestion = core::Suggestion{std::string(key), member.key.span};
      return;
    }
  }
  report.add("GR0204", name.span, fmt::format("the {} `{}` has no `{}`", what, name.text, key));
}

}  // namespace

std::vector<std::string> WorkflowDefinition::task_names() const {
  std::vector<std::string> names;
  names.reserve(tasks.size());
  for (const TaskDefinition* task : tasks) names.push_back(task->name->text);
  return names;
}

Workbook list_declarations(const YamlNode& document, std::deque<Declaration>& declarations, Report& report) {
  return DocumentReader(declarations, report).read(document);
}

ActionDefinition read_action(const FlatAction& flat, Report& report) {
  const Declaration& declaration = *flat.declaration;
  ActionDefinition action;
  action.declaration = &declaration;
  action.name = declaration.name;
  action.node = flat.node;
  action.workbook = declaration.workbook;
  action.name_space = declaration.name_space;
  action.full_name = declaration.full_name;
  require(*action.name, *action.node, "base", "ad-hoc action", Place::action, report);
  check_keys(Place::action, *action.node, report);
  check_own_name(*action.name, *action.node, report);
  action.input = read_parameters(value_of(*action.node, "input"), report);
  if (const YamlNode* base = value_of(*action.node, "base"); base != nullptr && is_text(*base)) {
    action.base = read_call(ir::CallKind::action, *base, value_of(*action.node, "base-input"), report);
  }
  return action;
}

WorkflowDefinition read_workflow(const FlatWorkflow& flat, TaskDefinitions& tasks, Report& report) {
  const Report::About about(report, &flat);
  const Declaration& declaration = *flat.declaration;
  WorkflowDefinition workflow;
  workflow.name = declaration.name;
  workflow.node = flat.node;
  workflow.workbook = declaration.workbook;
  workflow.name_space = declaration.name_space;
  workflow.full_name = declaration.full_name;
  workflow.flat = &flat;
  if (core::Uuid::looks_like(workflow.name->text)) {
    report.add("GR0215", workflow.name->span, "the name of a workflow must not look like a UUID");
  }
  if (flat.parent == nullptr) {
    require(*workflow.name, *workflow.node, "tasks", "workflow", Place::workflow, report);
  }
  check_keys(Place::workflow, *workflow.node, report);
  check_own_name(*workflow.name, *workflow.node, report);
  if (const YamlNode* type = workflow.value("type"); type != nullptr && type->text == "reverse") {
    workflow.type = ir::Workflow::Type::reverse;
  }
  workflow.input = read_parameters(workflow.value("input"), report);
  workflow.custom_context = read_context_keys(workflow.value("custom_context"), report);
  read_tasks(flat, workflow, tasks, report);
  return workflow;
}

}  // namespace gregale::compiler
