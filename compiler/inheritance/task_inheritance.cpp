#include "compiler/inheritance/task_inheritance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/inheritance/merging.hpp"
#include "compiler/inheritance/override.hpp"
#include "compiler/inheritance/transitions.hpp"
#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"
#include "core/similar.hpp"
#include "grammar/inline_call.hpp"

namespace gregale::compiler {

namespace {

// The names in a list of texts; nothing else is a promise.
std::vector<const YamlNode*> names_in(const YamlNode& list) {
  std::vector<const YamlNode*> names;
  for (const YamlNode& item : list.items) {
    if (is_text(item)) names.push_back(&item);
  }
  return names;
}

void add_promises(std::vector<const YamlNode*>& all, const std::vector<const YamlNode*>& more) {
  for (const YamlNode* name : more) {
    const bool there =
        std::any_of(all.begin(), all.end(), [&](const YamlNode* one) { return one->text == name->text; });
    if (!there) all.push_back(name);
  }
}

// The names that an abstract task promises: a list of names, or the keys of a mapping.
std::vector<const YamlNode*> promised(const YamlNode& task, std::string_view key) {
  const YamlNode::Member* member = task.find(key);
  if (member == nullptr) return {};
  std::vector<const YamlNode*> names = names_in(member->value);
  for (const YamlNode::Member& one : member->value.members) names.push_back(&one.key);
  return names;
}

// A list of names is nothing that could run.
void remove_promise_lists(YamlNode& task) {
  for (const char* key : {"input", "publish"}) {
    const YamlNode::Member* member = task.find(key);
    if (member != nullptr && member->value.kind == YamlNode::Kind::sequence) remove_member(task, key);
  }
}

class TaskInheritance {
 public:
  TaskInheritance(FlatDraft& draft, Report& report) : draft_(draft), flat_(draft.workflow), report_(report) {}

  void take(const YamlNode::Member& member) {
    if (report_overrides_nothing(member.key, member.value, "task", inherited_names(), report_))
      flat_.sound = false;
    for (const char* name : {"redirect", "before", "after"}) {
      const YamlNode::Member* key = member.value.find(name);
      if (key == nullptr) continue;
      report_.add("GR1006", key->key.span,
                  fmt::format("`{}` is for a task that overrides an inherited one", name));
      flat_.sound = false;
    }
    check_inherits_nothing(member.value);
    append(member);
  }

  void inherit(const FlatWorkflow& parent, const YamlNode& tasks) {
    parent_ = &parent;
    for (const FlatTask& task : parent.tasks) {
      flat_.index.emplace(task.member->key.text, flat_.tasks.size());
      flat_.tasks.push_back(task);
    }
    std::vector<const YamlNode::Member*> removed;
    std::vector<const YamlNode::Member*> wrapped;
    for (const YamlNode::Member& member : tasks.members) {
      if (!is_text(member.key) || member.key.text.empty()) continue;
      if (parent.find(member.key.text) == nullptr) {
        take(member);
        continue;
      }
      switch (read_override(member.key, member.value, "task", parent.find(member.key.text)->member->key,
                            report_)) {
        case Override::none:
          flat_.sound = false;
          break;
        case Override::remove:
          removed.push_back(&member);
          break;
        case Override::merge:
          if (member.value.find("before") != nullptr || member.value.find("after") != nullptr) {
            wrapped.push_back(&member);
          }
          merge(member);
          break;
        case Override::replace:
          replace(member);
          break;
      }
    }
    for (const YamlNode::Member* member : wrapped) wrap_task(*member);
    remove(removed);
  }

 private:
  std::vector<std::string> inherited_names() const {
    std::vector<std::string> names;
    if (parent_ == nullptr) return names;
    for (const FlatTask& task : parent_->tasks) names.push_back(task.member->key.text);
    return names;
  }

  void check_inherits_nothing(const YamlNode& task) {
    if (report_inherits_nothing(task, report_)) flat_.sound = false;
  }

  bool forbidden(const core::Span& place, std::string_view what, const YamlNode* final) {
    if (final == nullptr) return false;
    report_final(place, what, *final, report_);
    flat_.sound = false;
    return true;
  }

  // Where an ancestor made a key of the task final, for the task or for all; nullptr where none did.
  const YamlNode* final_of(std::string_view key, const FlatTask& inherited) const {
    const YamlNode* own = inherited.final.forbids(key);
    return own != nullptr ? own : flat_.parent->final.forbids(key);
  }

  // Whether the child's task changes keys that are final.
  bool changes_final(const YamlNode::Member& member, const FlatTask& inherited) {
    if (inherited.final.all != nullptr) {
      return forbidden(member.key.span, fmt::format("the task `{}`", member.key.text), inherited.final.all);
    }
    bool found = false;
    for (const YamlNode::Member& one : member.value.members) {
      const std::string& key = one.key.text;
      const YamlNode* place = final_of(key, inherited);
      if (place == nullptr && key == "action") place = final_of("workflow", inherited);
      if (place == nullptr && key == "workflow") place = final_of("action", inherited);
      const YamlNode::Member* before = inherited.member->value.find(key);
      if (place == nullptr || (before != nullptr && same_meaning(before->value, one.value))) continue;
      found =
          forbidden(one.key.span, fmt::format("`{}` of the task `{}`", key, member.key.text), place) || found;
    }
    return found;
  }

  FlatTask& at(const YamlNode& name) { return flat_.tasks[flat_.index.at(name.text)]; }

  const YamlNode* key_with_remove(const YamlNode::Member& member, const char* key) {
    const YamlNode::Member* found = member.value.find(key);
    return found == nullptr ? nullptr : &found->key;
  }

  void merge(const YamlNode::Member& member) {
    FlatTask& task = at(member.key);
    if (const YamlNode* redirect = key_with_remove(member, "redirect")) misplaced(*redirect, "remove");
    if (changes_final(member, task)) return;
    const YamlNode* abstract = read_abstract(member.value, report_);
    YamlNode own = member.value;
    if (abstract != nullptr) promise(member.value, task.contract);
    if (abstract != nullptr) remove_promise_lists(own);
    draft_.members.push_back({member.key, merge_task(task.member->value, own, report_)});
    put(task, abstract, member.value);
  }

  void replace(const YamlNode::Member& member) {
    FlatTask& task = at(member.key);
    for (const char* key : {"redirect", "before", "after"}) {
      if (const YamlNode* found = key_with_remove(member, key)) {
        misplaced(*found, key == std::string_view("redirect") ? "remove" : "merge");
      }
    }
    if (changes_final(member, task)) return;
    for (const YamlNode::Member& one : task.member->value.members) {
      if (member.value.find(one.key.text) != nullptr) continue;  // looked at above
      const YamlNode* place = final_of(one.key.text, task);
      if (forbidden(member.key.span, fmt::format("`{}` of the task `{}`", one.key.text, member.key.text),
                    place))
        return;
    }
    check_inherits_nothing(member.value);
    const YamlNode* abstract = read_abstract(member.value, report_);
    if (abstract != nullptr) promise(member.value, task.contract);
    YamlNode own = without_inheritance_keys(Place::task, member.value);
    if (abstract != nullptr) remove_promise_lists(own);
    draft_.members.push_back({member.key, std::move(own)});
    put(task, abstract, member.value);
  }

  // The new mapping in the place of the inherited one.
  void put(FlatTask& task, const YamlNode* abstract, const YamlNode& written) {
    draft_.changed[&draft_.members.back()] = &draft_.members.back();
    task.member = &draft_.members.back();
    task.abstract = abstract;
    read_final(written, task.final, report_);
  }

  static void promise(const YamlNode& task, Contract& contract) {
    add_promises(contract.input, promised(task, "input"));
    add_promises(contract.publish, promised(task, "publish"));
  }

  void append(const YamlNode::Member& member) {
    if (flat_.index.count(member.key.text) != 0) {
      // Of tasks with the same name the last one counts, at the place of the first; it has been reported.
      flat_.tasks[flat_.index.at(member.key.text)] = make(member);
      return;
    }
    flat_.index.emplace(member.key.text, flat_.tasks.size());
    flat_.tasks.push_back(make(member));
  }

  FlatTask make(const YamlNode::Member& member) {
    FlatTask task;
    task.member = &member;
    const bool marked = std::any_of(
        member.value.members.begin(), member.value.members.end(),
        [](const YamlNode::Member& one) { return is_inheritance_key(Place::task, one.key.text); });
    if (!marked) return task;
    task.abstract = read_abstract(member.value, report_);
    read_final(member.value, task.final, report_);
    YamlNode own = without_inheritance_keys(Place::task, member.value);
    if (task.abstract != nullptr) {
      promise(member.value, task.contract);
      remove_promise_lists(own);
    }
    draft_.members.push_back({member.key, std::move(own)});
    draft_.changed[&draft_.members.back()] = &draft_.members.back();
    task.member = &draft_.members.back();
    return task;
  }

  void misplaced(const YamlNode& key, std::string_view with) {
    report_.add("GR1006", key.span, fmt::format("`{}` goes with `override: {}`", key.text, with));
    flat_.sound = false;
  }

  // The task that `redirect` names.
  std::vector<std::string> redirected(const YamlNode::Member& member) {
    const YamlNode::Member* found = member.value.find("redirect");
    if (found == nullptr || is_text(found->value)) return task_names(member, "redirect");
    report_.add("GR0203", place_of(found->value),
                fmt::format("`redirect` must be the name of a task, but this is {}", describe(found->value)));
    flat_.sound = false;
    return {};
  }

  // The names in a key of the child's task that must be tasks of the flat workflow.
  std::vector<std::string> task_names(const YamlNode::Member& member, const char* key) {
    std::vector<std::string> result;
    const YamlNode::Member* found = member.value.find(key);
    if (found == nullptr) return result;
    std::vector<const YamlNode*> names = names_in(found->value);
    if (is_text(found->value)) names.push_back(&found->value);
    if (names.empty() ||
        (found->value.kind == YamlNode::Kind::sequence && names.size() != found->value.items.size())) {
      report_.add("GR0203", place_of(found->value),
                  fmt::format("`{}` must be the name of a task or a list of such, but this is {}", key,
                              describe(found->value)));
      flat_.sound = false;
      return {};
    }
    for (const YamlNode* name : names) {
      if (flat_.index.count(name->text) == 0 || name->text == member.key.text) {
        std::vector<std::string> candidates;
        for (const FlatTask& task : flat_.tasks) {
          if (task.member->key.text != member.key.text) candidates.push_back(task.member->key.text);
        }
        report_.add_misspelt(
            "GR0301", name->span,
            name->text == member.key.text
                ? fmt::format("the task `{}` cannot be named in its own `{}`", name->text, key)
                : fmt::format("there is no task `{}`", name->text),
            name->text, candidates);
        flat_.sound = false;
        return {};
      }
      result.push_back(name->text);
    }
    return result;
  }

  void wrap_task(const YamlNode::Member& member) {
    const std::vector<std::string> before = task_names(member, "before");
    const std::vector<std::string> after = task_names(member, "after");
    std::set<std::string_view> chain;
    for (const auto* names : {&before, &after}) {
      for (const std::string& name : *names) {
        if (chain.insert(name).second) continue;
        report_.add(
            "GR0206", member.key.span,
            fmt::format("`before` and `after` of the task `{}` name `{}` twice", member.key.text, name));
        flat_.sound = false;
      }
    }
    if (flat_.sound) wrap(draft_, member.key.text, before, after);
  }

  void remove(const std::vector<const YamlNode::Member*>& removed) {
    for (const YamlNode::Member* member : removed) {
      const FlatTask& task = at(member->key);
      const YamlNode* final = task.final.all;
      if (final == nullptr && !task.final.keys.empty()) final = task.final.keys.begin()->second;
      for (const YamlNode::Member& one : task.member->value.members) {
        if (final == nullptr) final = final_of(one.key.text, task);
      }
      if (forbidden(member->key.span, fmt::format("the task `{}`", member->key.text), final)) return;
      check_promises_nothing(*member, task.contract);
      for (const YamlNode::Member& one : member->value.members) {
        if (one.key.text == "override" || one.key.text == "redirect") continue;
        report_.add("GR1006", one.key.span,
                    fmt::format("`{}` has no meaning for a task that is removed", one.key.text));
        flat_.sound = false;
      }
    }
    const auto is_removed = [&](const FlatTask& task) {
      return std::any_of(removed.begin(), removed.end(), [&](const YamlNode::Member* member) {
        return member->key.text == task.member->key.text;
      });
    };
    std::erase_if(flat_.tasks, is_removed);
    flat_.index.clear();
    for (size_t i = 0; i < flat_.tasks.size(); ++i) flat_.index.emplace(flat_.tasks[i].member->key.text, i);
    for (const YamlNode::Member* member : removed) {
      const std::vector<std::string> to = redirected(*member);
      if (!to.empty()) redirect(draft_, member->key.text, to.front());
    }
    if (!flat_.sound) return;
    for (const YamlNode::Member* member : removed) {
      report_left_over(
          *member, references_to(flat_, draft_.shell, member->key.text),
          fmt::format("the task `{}` is removed, but something still refers to it", member->key.text));
    }
    if (!removed.empty() && flat_.tasks.empty()) {
      report_.add("GR0205", removed.front()->key.span, "with what is removed here no task is left");
      flat_.sound = false;
    }
    if (!removed.empty() && flat_.sound) {
      report_left_over(*removed.front(), joins_left_short(flat_),
                       "with what is removed here a join cannot be met any more");
    }
  }

  // What an abstract task promises, nothing would keep when it is gone.
  void check_promises_nothing(const YamlNode::Member& removed, const Contract& contract) {
    for (const auto* names : {&contract.input, &contract.publish}) {
      if (names->empty()) continue;
      core::Diagnostic& finding = report_.add("GR1009", removed.key.span,
                                              fmt::format("the task `{}` cannot be removed: it promises `{}`",
                                                          removed.key.text, names->front()->text));
      finding.related.push_back({names->front()->span, "the abstract task promises it"});
      flat_.sound = false;
      return;
    }
  }

  void report_left_over(const YamlNode::Member& removed, const std::vector<TaskReference>& references,
                        const std::string& message) {
    if (references.empty()) return;
    core::Diagnostic& finding = report_.add("GR1007", removed.key.span, message);
    for (const TaskReference& reference : references)
      finding.related.push_back({reference.place, reference.what});
    finding.note = "override those tasks as well, or name the task that takes its place: `redirect: other`";
    flat_.sound = false;
  }

  FlatDraft& draft_;
  FlatWorkflow& flat_;
  Report& report_;
  const FlatWorkflow* parent_ = nullptr;
};

// What the task publishes in any case of its end; [open]: an expression may publish more.
std::vector<std::string_view> published_names(const YamlNode& task, bool& open) {
  std::vector<std::string_view> names;
  const auto take = [&](const YamlNode& mapping) {
    if (mapping.kind != YamlNode::Kind::mapping) open = true;
    for (const YamlNode::Member& member : mapping.members) names.push_back(member.key.text);
  };
  if (const YamlNode::Member* publish = task.find("publish")) take(publish->value);
  for (const char* key : {"on-success", "on-complete"}) {
    const YamlNode::Member* clause = task.find(key);
    const YamlNode::Member* publish = clause == nullptr ? nullptr : clause->value.find("publish");
    if (publish == nullptr) continue;
    for (const YamlNode::Member& scope : publish->value.members) take(scope.value);
  }
  return names;
}

std::vector<std::string> given_inputs(const YamlNode& task, bool& open) {
  std::vector<std::string> names;
  if (const YamlNode::Member* input = task.find("input")) {
    if (input->value.kind != YamlNode::Kind::mapping) open = true;
    for (const YamlNode::Member& member : input->value.members) names.push_back(member.key.text);
  }
  for (const char* key : {"action", "workflow"}) {
    const YamlNode::Member* call = task.find(key);
    if (call == nullptr || !is_text(call->value)) continue;
    for (const grammar::InlineArgument& one : grammar::parse_inline_call(call->value.text).arguments) {
      names.push_back(one.name);
    }
  }
  return names;
}

void check_contract(const FlatTask& task, FlatWorkflow& workflow, Report& report) {
  const auto check = [&](const std::vector<const YamlNode*>& contract, const auto& names, bool open,
                         std::string_view what) {
    if (open) return;
    for (const YamlNode* name : contract) {
      if (std::find(names.begin(), names.end(), name->text) != names.end()) continue;
      core::Diagnostic& finding =
          report.add("GR1009", task.member->key.span,
                     fmt::format("the task `{}` must {} `{}`", task.member->key.text, what, name->text));
      finding.related.push_back({name->span, "the abstract task promises it"});
      workflow.sound = false;
    }
  };
  bool open = false;
  const std::vector<std::string_view> published = published_names(task.member->value, open);
  check(task.contract.publish, published, open, "publish");
  open = false;
  const std::vector<std::string> given = given_inputs(task.member->value, open);
  check(task.contract.input, given, open, "have the input");
}

}  // namespace

const YamlNode* read_abstract(const YamlNode& definition, Report& report) {
  const YamlNode::Member* member = definition.find("abstract");
  if (member == nullptr) return nullptr;
  if (member->value.kind != YamlNode::Kind::scalar || !member->value.scalar.is_boolean()) {
    report.add("GR0203", place_of(member->value),
               fmt::format("`abstract` must be true or false, but this is {}", describe(member->value)));
    return nullptr;
  }
  return member->value.scalar.as_boolean() ? &member->key : nullptr;
}

void read_final(const YamlNode& definition, Final& final, Report& report) {
  const YamlNode::Member* member = definition.find("final");
  if (member == nullptr) return;
  const YamlNode& value = member->value;
  if (value.kind == YamlNode::Kind::scalar && value.scalar.is_boolean()) {
    if (value.scalar.as_boolean()) {
      final.all = &member->key;
    } else if (!final.keys.empty()) {
      core::Diagnostic& finding = report.add("GR1010", value.span, "what an ancestor made final stays final");
      finding.related.push_back({final.keys.begin()->second->span, "final since here"});
    }
    return;
  }
  if (value.kind != YamlNode::Kind::sequence || names_in(value).size() != value.items.size()) {
    report.add("GR0203", place_of(value),
               fmt::format("`final` must be true or a list of keys, but this is {}", describe(value)));
    return;
  }
  for (const YamlNode* name : names_in(value)) {
    const bool known =
        find_key(Place::task, name->text) != nullptr || find_key(Place::workflow, name->text) != nullptr;
    if (!known) {
      std::vector<std::string> candidates = key_names(Place::task);
      for (std::string& key : key_names(Place::workflow)) candidates.push_back(std::move(key));
      report.add_misspelt("GR0201", name->span, fmt::format("unknown key `{}` in `final`", name->text),
                          name->text, candidates);
      continue;
    }
    final.keys.emplace(name->text, name);
  }
}

bool report_inherits_nothing(const YamlNode& part, Report& report) {
  bool found = false;
  for (const char* key : {"on-success", "on-error", "on-complete", "on-skip", "requires"}) {
    const YamlNode::Member* clause = part.find(key);
    const YamlNode::Member* inherit = clause == nullptr ? nullptr : clause->value.find("inherit");
    if (inherit == nullptr) continue;
    found = true;
    report.add("GR1006", inherit->key.span, fmt::format("`inherit`, but no `{}` is inherited here", key));
  }
  return found;
}

bool report_final(const core::Span& place, std::string_view what, const YamlNode& final, Report& report) {
  core::Diagnostic& finding =
      report.add("GR1010", place, fmt::format("{} is final and cannot be changed", what));
  finding.related.push_back({final.span, "made final here"});
  return true;
}

void take_tasks(FlatDraft& draft, Report& report) {
  const YamlNode::Member* tasks = draft.workflow.declaration->node->find("tasks");
  if (tasks == nullptr || tasks->value.kind != YamlNode::Kind::mapping) return;
  TaskInheritance inheritance(draft, report);
  draft.workflow.tasks.reserve(tasks->value.members.size());
  for (const YamlNode::Member& member : tasks->value.members) {
    if (is_text(member.key) && !member.key.text.empty()) inheritance.take(member);
  }
}

void inherit_tasks(FlatDraft& draft, const FlatWorkflow& parent, Report& report) {
  const YamlNode::Member* tasks = draft.workflow.declaration->node->find("tasks");
  static const YamlNode kNone;
  TaskInheritance(draft, report).inherit(parent, tasks == nullptr ? kNone : tasks->value);
}

void check_promises(FlatWorkflow& workflow, Report& report) {
  std::vector<const FlatTask*> open;
  for (const FlatTask& task : workflow.tasks) {
    if (task.abstract != nullptr) {
      open.push_back(&task);
    } else if (!task.contract.input.empty() || !task.contract.publish.empty()) {
      check_contract(task, workflow, report);
    }
  }
  if (open.empty() || workflow.abstract != nullptr) return;
  std::string names;
  for (const FlatTask* task : open) names += (names.empty() ? "`" : ", `") + task->member->key.text + "`";
  core::Diagnostic& finding = report.add(
      "GR1008", workflow.declaration->name->span,
      fmt::format("the workflow `{}` has abstract tasks: {}", workflow.declaration->full_name, names));
  for (const FlatTask* task : open) finding.related.push_back({task->abstract->span, "abstract"});
  finding.note = "override them, or make the workflow abstract as well";
  workflow.sound = false;
}

}  // namespace gregale::compiler
