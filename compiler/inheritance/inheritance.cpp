#include "compiler/inheritance/inheritance.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/inheritance/merging.hpp"
#include "compiler/inheritance/parent_name.hpp"
#include "compiler/inheritance/task_inheritance.hpp"
#include "compiler/ir/serialization.hpp"
#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"
#include "core/json.hpp"

namespace gregale::compiler {

namespace {

// An item of `input` by its name.
const YamlNode* find_parameter(const YamlNode* input, std::string_view name) {
  if (input == nullptr) return nullptr;
  for (const YamlNode& item : input->items) {
    const YamlNode* own = parameter_name(item);
    if (own != nullptr && own->text == name) return &item;
  }
  return nullptr;
}

// Callers of the parent must be able to call the child.
void check_inputs(std::string_view what, const YamlNode& parent, bool parent_is_abstract,
                  const YamlNode& child, Report& report, bool& sound) {
  const YamlNode* own = value_of(child, "input");
  const YamlNode* inherited = value_of(parent, "input");
  if (own == nullptr) return;
  if (is_null(*own) && inherited != nullptr) {
    report.add("GR1011", child.find("input")->key.span, "inputs that are inherited cannot be taken away");
    sound = false;
    return;
  }
  for (const YamlNode& item : own->items) {
    const YamlNode* name = parameter_name(item);
    if (name == nullptr || !is_text(item) || parent_is_abstract) continue;
    const YamlNode* before = find_parameter(inherited, name->text);
    if (before == nullptr) {
      report
          .add("GR1011", name->span,
               fmt::format(
                   "the new input `{}` needs a default: {} has no such input, and what calls that must "
                   "be able to call this",
                   name->text, what))
          .note = fmt::format("write `- {}: VALUE`", name->text);
      sound = false;
    } else if (before->kind == YamlNode::Kind::mapping) {
      core::Diagnostic& finding = report.add(
          "GR1011", name->span,
          fmt::format("the inherited input `{}` has a default, which cannot be taken away", name->text));
      finding.related.push_back({parameter_name(*before)->span, "its default"});
      sound = false;
    }
  }
}

// Keys of the child's workflow that an ancestor made final; those of its task-defaults as well.
void check_final_keys(const YamlNode& child, const FlatWorkflow& parent, Report& report, bool& sound) {
  for (const YamlNode::Member& member : child.members) {
    if (member.key.text == "tasks" || is_inheritance_key(Place::workflow, member.key.text)) continue;
    const YamlNode* final = parent.final.forbids(member.key.text);
    if (final == nullptr) continue;
    const YamlNode* before = value_of(*parent.node, member.key.text);
    if (before != nullptr && same_meaning(*before, member.value)) continue;
    report_final(member.key.span, fmt::format("`{}` of the workflow", member.key.text), *final, report);
    sound = false;
  }
  const YamlNode* defaults = value_of(child, "task-defaults");
  if (defaults == nullptr) return;
  for (const YamlNode::Member& member : defaults->members) {
    const YamlNode* final = parent.final.forbids(member.key.text);
    std::string what = fmt::format("`{}` of inherited tasks", member.key.text);
    for (const FlatTask& task : parent.tasks) {
      if (final != nullptr) break;
      if (task.member->value.find(member.key.text) != nullptr) continue;  // the default does not reach it
      final = task.final.forbids(member.key.text);
      what = fmt::format("`{}` of the task `{}`", member.key.text, task.member->key.text);
    }
    if (final == nullptr) continue;
    report_final(member.key.span, what, *final, report);
    sound = false;
  }
}

bool is_reverse(const YamlNode& workflow) {
  const YamlNode* type = value_of(workflow, "type");
  return type != nullptr && type->text == "reverse";
}

}  // namespace

Inheritance::Link Inheritance::link_of(const Declaration& declaration) {
  Link link{&declaration};
  if (declaration.inherited != nullptr) {
    link.name = declaration.extends;
    link.parent = declaration.inherited;
    return link;
  }
  const YamlNode* extends = value_of(*declaration.node, "extends");
  if (extends == nullptr) return link;
  const bool action = declaration.kind == Declaration::Kind::action;
  const std::optional<ParentName> parent =
      read_parent_name(*extends, action ? "action" : "workflow",
                       action ? ParentName::Pin::none : ParentName::Pin::digest, report_);
  link.name = extends;
  if (!parent) return link;
  link.name = parent->name;
  link.digest = parent->digest;
  bool readable = true;
  link.parent = parent->file == nullptr
                    ? documents_.find(declaration.kind, declaration, parent->name->text)
                    : documents_.find_in_file(declaration, parent->name->text, *parent->file, readable);
  if (link.parent == nullptr && readable) {
    report_unknown_parent(*parent, action ? "ad-hoc action" : "workflow", documents_.names(declaration),
                          report_);
  }
  return link;
}

void Inheritance::report_cycle(const std::vector<Link>& chain, const Declaration& first) {
  const auto begin =
      std::find_if(chain.begin(), chain.end(), [&](const Link& one) { return one.declaration == &first; });
  std::string names;
  for (auto one = begin; one != chain.end(); ++one) names += one->declaration->full_name + " -> ";
  core::Diagnostic& finding =
      report_.add("GR1002", begin->name->span,
                  fmt::format("`{}` extends itself: {}{}", first.full_name, names, first.full_name));
  for (auto one = begin + 1; one != chain.end(); ++one) {
    finding.related.push_back({one->name->span, fmt::format("`{}` extends", one->declaration->full_name)});
  }
}

template <typename Flat>
std::vector<Inheritance::Link> Inheritance::chain_of(
    const Declaration& declaration, std::unordered_map<const Declaration*, std::unique_ptr<Flat>>& made) {
  std::vector<Link> chain;
  for (const Declaration* next = &declaration; next != nullptr;) {
    const auto [known, is_new] = made.try_emplace(next);
    if (!is_new) {
      if (known->second != nullptr) break;
      report_cycle(chain, *next);
      chain.back().parent = nullptr;
      break;
    }
    chain.push_back(link_of(*next));
    next = chain.back().parent;
  }
  return chain;
}

template <typename Flat>
Flat& Inheritance::make(const Declaration& declaration,
                        std::unordered_map<const Declaration*, std::unique_ptr<Flat>>& made) {
  const std::vector<Link> chain = chain_of(declaration, made);
  for (auto link = chain.rbegin(); link != chain.rend(); ++link) {
    auto flat = std::make_unique<Flat>();
    Flat* parent = link->parent == nullptr ? nullptr : made.at(link->parent).get();
    flat->declaration = link->declaration;
    flat->parent = parent;
    flat->extends = link->name;
    flat->sound = link->declaration->sound && (link->name == nullptr || (parent != nullptr && parent->sound));
    flat->depth = parent == nullptr ? 0 : parent->depth + 1;
    // A workbook's chain has been looked at as a whole.
    if (link->declaration->inherited == nullptr && flat->depth > 0 && flat->sound) {
      flat->sound = check_depth(link->declaration->full_name, *link->name, flat->depth, report_);
    }
    fill(*flat, *link, parent);
    made.at(link->declaration) = std::move(flat);
  }
  return *made.at(&declaration);
}

void Inheritance::check_digest(const YamlNode* digest, FlatWorkflow& parent) {
  if (parent.digest.empty()) parent.digest = digest_of(parent);
  if (digest == nullptr) return;
  const std::string actual = "sha256:" + parent.digest;
  if (is_text(*digest) && digest->text == actual) return;
  core::Diagnostic& finding =
      report_.add("GR1014", place_of(*digest),
                  fmt::format("`{}` is not what this was written for: its digest is {}",
                              parent.declaration->full_name, actual));
  finding.related.push_back({parent.declaration->name->span, "the parent"});
  finding.suggestion = core::Suggestion{actual, digest->span};
}

void Inheritance::fill(FlatWorkflow& flat, const Link& link, FlatWorkflow* parent) {
  const YamlNode& own = *link.declaration->node;
  const bool unchanged = link.declaration->unchanged;
  flat.abstract = unchanged && parent != nullptr ? parent->abstract : read_abstract(own, report_);
  nodes_.push_back(YamlNode());
  YamlNode& shell = nodes_.back();
  flat.node = &shell;
  FlatDraft draft{flat, shell, members_};
  if (link.name == nullptr) {
    shell = without_inheritance_keys(Place::workflow, own);
    const YamlNode* defaults = value_of(own, "task-defaults");
    if (defaults != nullptr && report_inherits_nothing(*defaults, report_)) flat.sound = false;
    take_tasks(draft, report_);
  } else if (flat.sound) {
    check_digest(link.digest, *parent);
    if (parent->final.all != nullptr && !unchanged) {
      report_final(link.name->span, fmt::format("the workflow `{}`", parent->declaration->full_name),
                   *parent->final.all, report_);
      flat.sound = false;
      return;
    }
    const YamlNode* type = value_of(own, "type");
    if (type != nullptr && is_reverse(own) != is_reverse(*parent->node)) {
      core::Diagnostic& finding = report_.add(
          "GR1012", type->span,
          fmt::format("`{}` is a {} workflow, and so must this be", parent->declaration->full_name,
                      is_reverse(*parent->node) ? "reverse" : "direct"));
      finding.related.push_back({parent->declaration->name->span, "the parent"});
      flat.sound = false;
    }
    check_inputs(fmt::format("`{}`", parent->declaration->full_name), *parent->node,
                 parent->abstract != nullptr, own, report_, flat.sound);
    check_final_keys(own, *parent, report_, flat.sound);
    flat.final = parent->final;
    shell = merge_workflow(*parent->node, own, report_);
    inherit_tasks(draft, *parent, report_);
  }
  flat.defaults = value_of(shell, "task-defaults");
  if (parent != nullptr && parent->defaults != nullptr && flat.defaults != nullptr &&
      same_meaning(*parent->defaults, *flat.defaults)) {
    flat.defaults = parent->defaults;
  }
  read_final(own, flat.final, report_);
  if (flat.sound) check_promises(flat, report_);
}

void Inheritance::fill(FlatAction& flat, const Link& link, const FlatAction* parent) {
  if (!flat.sound) return;
  if (link.name == nullptr) {
    flat.node = &nodes_.emplace_back(without_inheritance_keys(Place::action, *link.declaration->node));
    return;
  }
  check_inputs(fmt::format("`{}`", parent->declaration->full_name), *parent->node, false,
               *link.declaration->node, report_, flat.sound);
  flat.node = &nodes_.emplace_back(merge_action(*parent->node, *link.declaration->node));
}

const FlatWorkflow& Inheritance::workflow(const Declaration& declaration) {
  return make(declaration, workflows_);
}

const FlatAction& Inheritance::action(const Declaration& declaration) {
  return make(declaration, actions_);
}

std::string digest_of(const FlatWorkflow& workflow) {
  core::Map tasks;
  const auto final_of = [](const Final& final) {
    core::List keys;
    for (const auto& [key, place] : final.keys) keys.push_back(core::Value(key));
    return final.all != nullptr ? core::Value(true) : core::Value(std::move(keys));
  };
  const auto names_of = [](const std::vector<const YamlNode*>& nodes) {
    core::List names;
    for (const YamlNode* node : nodes) names.push_back(core::Value(node->text));
    return core::Value(std::move(names));
  };
  for (const FlatTask& task : workflow.tasks) {
    core::Map one;
    one.set(core::Value("task"), task.member->value.to_value());
    one.set(core::Value("abstract"), core::Value(task.abstract != nullptr));
    one.set(core::Value("final"), final_of(task.final));
    one.set(core::Value("input"), names_of(task.contract.input));
    one.set(core::Value("publish"), names_of(task.contract.publish));
    tasks.set(core::Value(task.member->key.text), core::Value(std::move(one)));
  }
  core::Map map;
  for (const YamlNode::Member& member : workflow.node->members) {
    if (member.key.text != "tasks") map.set(core::Value(member.key.text), member.value.to_value());
  }
  map.set(core::Value("tasks"), core::Value(std::move(tasks)));
  map.set(core::Value("abstract"), core::Value(workflow.abstract != nullptr));
  map.set(core::Value("final"), final_of(workflow.final));
  return ir::sha256_hex(core::to_json(core::Value(std::move(map))));
}

}  // namespace gregale::compiler
