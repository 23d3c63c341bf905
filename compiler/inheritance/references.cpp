#include "compiler/inheritance/references.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>

#include "compiler/inheritance/merging.hpp"
#include "compiler/inheritance/transitions.hpp"
#include "compiler/nodes.hpp"
#include "grammar/expression.hpp"
#include "grammar/inline_call.hpp"

namespace gregale::compiler {

namespace {

constexpr std::array<std::string_view, 4> kClauses = {"on-success", "on-error", "on-complete", "on-skip"};

// The stretches of [text] that hold the name in task(name), with their quotes.
struct Stretch {
  size_t begin = 0;
  size_t end = 0;
};

std::vector<Stretch> task_arguments(std::string_view text, std::string_view task) {
  std::vector<Stretch> result;
  if (text.find("task") == std::string_view::npos || text.find(task) == std::string_view::npos) return result;
  const grammar::ParsedText parsed = grammar::parse_text(text);
  if (!parsed.expression) return result;
  using grammar::NodeKind;
  for (const grammar::Expression::Piece& piece : parsed.expression->pieces) {
    const auto& nodes = piece.tree.nodes;
    for (const grammar::Node& node : nodes) {
      if (node.kind != NodeKind::call || node.children.empty()) continue;
      size_t argument = 0;
      if (parsed.expression->language == grammar::Language::yaql) {
        if (!node.value.is_string() || node.value.as_string() != "task") continue;
      } else {
        const grammar::Node& callee = nodes[node.children[0]];
        if (callee.kind != NodeKind::jinja_name || callee.value.as_string() != "task") continue;
        if (node.children.size() < 2) continue;
        argument = 1;
      }
      const grammar::Node& name = nodes[node.children[argument]];
      const bool word = name.kind == NodeKind::yaql_keyword;
      if (!word && !(name.kind == NodeKind::constant && name.value.is_string())) continue;
      if (name.value.as_string() != task) continue;
      result.push_back({piece.inner + name.begin, piece.inner + name.end});
    }
  }
  std::sort(result.begin(), result.end(),
            [](const Stretch& a, const Stretch& b) { return a.begin < b.begin; });
  return result;
}

void each_text(const YamlNode& node, const std::function<void(const YamlNode&)>& visit) {
  if (is_text(node)) visit(node);
  for (const YamlNode& item : node.items) each_text(item, visit);
  for (const YamlNode::Member& member : node.members) {
    each_text(member.key, visit);  // targets with guards are keys
    each_text(member.value, visit);
  }
}

// Replaces the name in every task(name); whether anything changed.
bool rename_in_texts(YamlNode& node, std::string_view from, std::string_view to) {
  bool changed = false;
  if (is_text(node)) {
    const std::vector<Stretch> found = task_arguments(node.text, from);
    for (auto stretch = found.rbegin(); stretch != found.rend(); ++stretch) {
      node.text.replace(stretch->begin, stretch->end - stretch->begin, fmt::format("'{}'", to));
    }
    if (!found.empty()) {
      node.scalar = core::Value(node.text);
      node.from_alias = true;  // its text does not stand at its place any more
    }
    return !found.empty();
  }
  for (YamlNode& item : node.items) changed = rename_in_texts(item, from, to) || changed;
  for (YamlNode::Member& member : node.members) changed = rename_in_texts(member.value, from, to) || changed;
  return changed;
}

std::string command_name(const YamlNode& text) {
  return grammar::parse_command(text.text).name;
}

bool leads_to(const YamlNode& clause, std::string_view task) {
  const std::vector<YamlNode> targets = targets_of(clause);
  return std::any_of(targets.begin(), targets.end(), [&](const YamlNode& item) {
    const YamlNode* name = target_name(item);
    return name != nullptr && name->text == task;
  });
}

// The targets with [from] replaced by [to], each once.
std::vector<YamlNode> redirected(std::vector<YamlNode> targets, std::string_view from, std::string_view to) {
  std::vector<YamlNode> result;
  for (YamlNode& item : targets) {
    const YamlNode* name = target_name(item);
    if (name != nullptr && name->text == from) {
      YamlNode renamed = text_node(to, name->span);
      if (item.kind == YamlNode::Kind::mapping) {
        item.members.front().key = std::move(renamed);
      } else {
        item = std::move(renamed);
      }
    }
    const bool there = std::any_of(result.begin(), result.end(),
                                   [&](const YamlNode& one) { return same_meaning(one, item); });
    if (!there) result.push_back(std::move(item));
  }
  return result;
}

// Applies to `requires` and the transitions of a task or of task-defaults.
void redirect_part(const YamlNode& part, const std::function<YamlNode&()>& change, std::string_view from,
                   std::string_view to) {
  const auto one = [&](std::string_view key) {
    const YamlNode::Member* clause = part.find(key);
    if (clause == nullptr || !leads_to(clause->value, from)) return;
    YamlNode& value = find_member(change(), key)->value;
    set_targets(value, redirected(targets_of(value), from, to));
  };
  for (std::string_view key : kClauses) one(key);
  one("requires");
}

void add_targets(YamlNode& task, std::string_view key, const std::vector<YamlNode>& targets,
                 const core::Span& place) {
  YamlNode::Member* clause = find_member(task, key);
  std::vector<YamlNode> all = clause == nullptr ? std::vector<YamlNode>() : targets_of(clause->value);
  for (const YamlNode& target : targets) {
    const bool there =
        std::any_of(all.begin(), all.end(), [&](const YamlNode& one) { return same_meaning(one, target); });
    if (!there) all.push_back(target);
  }
  if (all.empty()) return;
  if (clause == nullptr) {
    YamlNode list;
    list.kind = YamlNode::Kind::sequence;
    list.span = place;
    list.items = std::move(all);
    task.members.push_back({text_node(key, place), std::move(list)});
  } else {
    set_targets(clause->value, std::move(all));
  }
}

std::vector<YamlNode> clause_targets(const YamlNode& task, std::string_view key) {
  const YamlNode::Member* clause = task.find(key);
  return clause == nullptr ? std::vector<YamlNode>() : targets_of(clause->value);
}

}  // namespace

YamlNode& FlatDraft::change(size_t task) {
  const YamlNode::Member*& member = workflow.tasks[task].member;
  YamlNode::Member*& own = changed[member];
  if (own == nullptr) {
    members.push_back(*member);
    own = &members.back();
    changed[own] = own;
    member = own;
  }
  return own->value;
}

std::vector<TaskReference> references_to(const FlatWorkflow& workflow, const YamlNode& shell,
                                         std::string_view task) {
  std::vector<TaskReference> result;
  const auto in_part = [&](const YamlNode& part, const std::string& owner) {
    const auto in_clause = [&](std::string_view key) {
      const YamlNode::Member* clause = part.find(key);
      if (clause == nullptr) return;
      for (const YamlNode& item : targets_of(clause->value)) {
        const YamlNode* name = target_name(item);
        if (name == nullptr || name->text != task) continue;
        result.push_back({name->span, fmt::format("`{}` of {}", key, owner)});
      }
    };
    for (std::string_view key : kClauses) in_clause(key);
    in_clause("requires");
  };
  const auto in_texts = [&](const YamlNode& node, const std::string& owner) {
    each_text(node, [&](const YamlNode& text) {
      for (const Stretch& stretch : task_arguments(text.text, task)) {
        result.push_back(
            {text.span_of(stretch.begin, stretch.end), fmt::format("`task({})` in {}", task, owner)});
      }
    });
  };
  for (const FlatTask& one : workflow.tasks) {
    const std::string owner = fmt::format("the task `{}`", one.member->key.text);
    in_part(one.member->value, owner);
    in_texts(one.member->value, owner);
  }
  if (const YamlNode::Member* defaults = shell.find("task-defaults"))
    in_part(defaults->value, "`task-defaults`");
  for (const YamlNode::Member& member : shell.members) {
    if (member.key.text != "tasks") in_texts(member.value, fmt::format("`{}`", member.key.text));
  }
  return result;
}

std::vector<TaskReference> joins_left_short(const FlatWorkflow& workflow) {
  std::unordered_map<std::string, std::set<std::string_view>> inbound;
  for (const FlatTask& task : workflow.tasks) {
    for (std::string_view key : kClauses) {
      for (const YamlNode& item : clause_targets(task.member->value, key)) {
        const YamlNode* name = target_name(item);
        if (name != nullptr) inbound[command_name(*name)].insert(task.member->key.text);
      }
    }
  }
  std::vector<TaskReference> result;
  for (const FlatTask& task : workflow.tasks) {
    const YamlNode::Member* join = task.member->value.find("join");
    if (join == nullptr || !join->value.scalar.is_small_integer()) continue;
    const size_t there = inbound[task.member->key.text].size();
    if (join->value.scalar.as_integer() <= static_cast<int64_t>(there)) continue;
    result.push_back(
        {join->value.span, fmt::format("`join` of the task `{}`, to which {} {} now", task.member->key.text,
                                       there, there == 1 ? "leads" : "lead")});
  }
  return result;
}

void redirect(FlatDraft& draft, std::string_view from, std::string_view to) {
  for (size_t i = 0; i < draft.workflow.tasks.size(); ++i) {
    const YamlNode& task = draft.workflow.tasks[i].member->value;
    redirect_part(
        task, [&]() -> YamlNode& { return draft.change(i); }, from, to);
    bool named = false;
    each_text(draft.workflow.tasks[i].member->value,
              [&](const YamlNode& text) { named = named || !task_arguments(text.text, from).empty(); });
    if (named) rename_in_texts(draft.change(i), from, to);
  }
  if (YamlNode::Member* defaults = find_member(draft.shell, "task-defaults")) {
    redirect_part(
        defaults->value, [&]() -> YamlNode& { return defaults->value; }, from, to);
  }
  for (YamlNode::Member& member : draft.shell.members) {
    if (member.key.text != "tasks") rename_in_texts(member.value, from, to);
  }
}

namespace {

// Wrapping in a direct workflow: the chain takes over the transitions that lead to the task, and those
// that leave it after success or in any case; an error of any of them is an error of all.
void wrap_direct(FlatDraft& draft, const std::string& task, const std::vector<std::string>& before,
                 const std::vector<std::string>& after) {
  const auto node = [&](const std::string& name) -> YamlNode& {
    return draft.change(draft.workflow.index.at(name));
  };
  const core::Span place = node(task).span;
  const auto target = [&](const std::string& name) { return std::vector<YamlNode>{text_node(name, place)}; };
  if (!before.empty()) {
    const auto inside = [&](std::string_view name) {
      return name == task || std::find(before.begin(), before.end(), name) != before.end();
    };
    for (size_t i = 0; i < draft.workflow.tasks.size(); ++i) {
      if (inside(draft.workflow.tasks[i].member->key.text)) continue;
      redirect_part(
          draft.workflow.tasks[i].member->value, [&]() -> YamlNode& { return draft.change(i); }, task,
          before.front());
    }
    YamlNode& wrapped = node(task);
    if (const YamlNode::Member* join = wrapped.find("join")) {
      YamlNode& first = node(before.front());
      if (first.find("join") == nullptr) first.members.push_back(*join);
      remove_member(wrapped, "join");
    }
  }
  const std::vector<YamlNode> on_complete = clause_targets(node(task), "on-complete");
  const std::vector<YamlNode> failed = clause_targets(node(task), "on-error");
  std::vector<YamlNode> on_error = failed;
  on_error.insert(on_error.end(), on_complete.begin(), on_complete.end());
  for (size_t i = 0; i < before.size(); ++i) {
    YamlNode& one = node(before[i]);
    add_targets(one, "on-success", target(i + 1 < before.size() ? before[i + 1] : task), place);
    if (one.find("on-error") == nullptr) add_targets(one, "on-error", on_error, place);
  }
  if (after.empty()) return;
  const std::vector<YamlNode> on_success = clause_targets(node(task), "on-success");
  for (size_t i = 0; i < after.size(); ++i) {
    YamlNode& one = node(after[i]);
    const bool last = i + 1 == after.size();
    add_targets(one, "on-success", last ? on_success : target(after[i + 1]), place);
    if (last) add_targets(one, "on-complete", on_complete, place);
    if (one.find("on-error") == nullptr) add_targets(one, "on-error", last ? failed : on_error, place);
  }
  YamlNode& wrapped = node(task);
  if (YamlNode::Member* clause = find_member(wrapped, "on-success")) {
    set_targets(clause->value, target(after.front()));
  } else {
    add_targets(wrapped, "on-success", target(after.front()), place);
  }
  if (!on_complete.empty()) {
    add_targets(wrapped, "on-error", on_complete, place);
    YamlNode& clause = find_member(wrapped, "on-complete")->value;
    if (clause.find("publish") == nullptr) {
      remove_member(wrapped, "on-complete");
    } else {
      remove_member(clause, "next");
    }
  }
}

// Wrapping in a reverse workflow: what required the task requires the last of the chain.
void wrap_reverse(FlatDraft& draft, const std::string& task, const std::vector<std::string>& before,
                  const std::vector<std::string>& after) {
  const auto node = [&](const std::string& name) -> YamlNode& {
    return draft.change(draft.workflow.index.at(name));
  };
  const core::Span place = node(task).span;
  if (!after.empty()) {
    for (size_t i = 0; i < draft.workflow.tasks.size(); ++i) {
      const std::string& name = draft.workflow.tasks[i].member->key.text;
      if (std::find(after.begin(), after.end(), name) != after.end()) continue;
      redirect_part(
          draft.workflow.tasks[i].member->value, [&]() -> YamlNode& { return draft.change(i); }, task,
          after.back());
    }
    for (size_t i = 0; i < after.size(); ++i) {
      add_targets(node(after[i]), "requires", {text_node(i == 0 ? task : after[i - 1], place)}, place);
    }
  }
  if (before.empty()) return;
  add_targets(node(before.front()), "requires", clause_targets(node(task), "requires"), place);
  for (size_t i = 1; i < before.size(); ++i) {
    add_targets(node(before[i]), "requires", {text_node(before[i - 1], place)}, place);
  }
  remove_member(node(task), "requires");
  add_targets(node(task), "requires", {text_node(before.back(), place)}, place);
}

}  // namespace

void wrap(FlatDraft& draft, const std::string& task, const std::vector<std::string>& before,
          const std::vector<std::string>& after) {
  const YamlNode::Member* type = draft.shell.find("type");
  if (type != nullptr && type->value.text == "reverse") {
    wrap_reverse(draft, task, before, after);
  } else {
    wrap_direct(draft, task, before, after);
  }
}

}  // namespace gregale::compiler
