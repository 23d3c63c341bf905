#include "compiler/inheritance/workbook_inheritance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "compiler/inheritance/override.hpp"
#include "compiler/inheritance/task_inheritance.hpp"
#include "compiler/nodes.hpp"

namespace gregale::compiler {

namespace {

std::string_view name_of(Declaration::Kind kind) {
  return kind == Declaration::Kind::workflow ? "workflow" : "ad-hoc action";
}

// The place that says that all or part of the definition stays as it is, or nullptr.
const YamlNode* final_of(const Declaration* declaration) {
  for (; declaration != nullptr; declaration = declaration->inherited) {
    const YamlNode* final = value_of(*declaration->node, "final");
    if (final != nullptr && (final->scalar.truthy() || !final->items.empty())) return final;
  }
  return nullptr;
}

class WorkbookInheritance {
 public:
  using Name = std::pair<Declaration::Kind, std::string_view>;  // the short one

  WorkbookInheritance(const std::deque<Declaration>& inherited, Report& report) : report_(report) {
    for (const Declaration& one : inherited) {
      parents_.emplace(Name(one.kind, one.name->text), &one);
      names_[one.kind].push_back(one.name->text);
    }
  }

  // False: the definition is removed.
  bool link(Declaration& own) {
    const auto found = parents_.find(Name(own.kind, own.name->text));
    if (found == parents_.end()) {
      if (report_overrides_nothing(*own.name, *own.node, name_of(own.kind), names_[own.kind], report_))
        own.sound = false;
      return true;
    }
    const Declaration& parent = *found->second;
    own.sound = own.sound && parent.sound;
    const Override what = read_override(*own.name, *own.node, name_of(own.kind), *parent.name, report_);
    if (what == Override::none) own.sound = false;
    if (what == Override::merge) {
      own.inherited = &parent;
      own.extends = &own.node->find("override")->value;
      check_one_parent(own);
    }
    if (what == Override::replace || what == Override::remove) check_not_final(own, parent);
    if (what != Override::remove) return true;
    for (const YamlNode::Member& one : own.node->members) {
      if (one.key.text == "override") continue;
      report_.add("GR1006", one.key.span,
                  fmt::format("`{}` has no meaning for {} {} that is removed", one.key.text,
                              own.kind == Declaration::Kind::workflow ? "a" : "an", name_of(own.kind)));
    }
    return false;
  }

 private:
  void check_one_parent(Declaration& own) {
    const YamlNode::Member* second = own.node->find("extends");
    if (second == nullptr) return;
    core::Diagnostic& finding =
        report_.add("GR1006", second->key.span,
                    fmt::format("`extends` beside `override: merge`: the {} `{}` has a parent already",
                                name_of(own.kind), own.name->text));
    finding.related.push_back({own.inherited->name->span, "what it merges with"});
    own.sound = false;
  }

  void check_not_final(Declaration& own, const Declaration& parent) {
    const YamlNode* final = final_of(&parent);
    if (final == nullptr) return;
    report_final(own.name->span, fmt::format("the {} `{}`", name_of(own.kind), parent.full_name), *final,
                 report_);
    own.sound = false;
  }

  Report& report_;
  std::map<Name, const Declaration*> parents_;
  std::map<Declaration::Kind, std::vector<std::string>> names_;
};

}  // namespace

void inherit_declarations(std::deque<Declaration>& own, const Declaration& pattern,
                          const std::deque<Declaration>& inherited, std::deque<YamlNode>& nothing,
                          Report& report) {
  WorkbookInheritance inheritance(inherited, report);
  std::set<WorkbookInheritance::Name> spoken_of;
  for (const Declaration& one : own) spoken_of.emplace(one.kind, one.name->text);
  std::erase_if(own, [&](Declaration& one) { return !inheritance.link(one); });
  for (const Declaration& parent : inherited) {
    if (spoken_of.contains({parent.kind, parent.name->text})) continue;
    YamlNode& node = nothing.emplace_back();
    node.kind = YamlNode::Kind::mapping;
    Declaration one = pattern;
    one.kind = parent.kind;
    one.name = parent.name;
    one.node = &node;
    one.full_name = fmt::format("{}.{}", pattern.workbook, parent.name->text);
    one.inherited = &parent;
    one.unchanged = true;
    one.sound = parent.sound;
    own.push_back(std::move(one));
  }
}

void check_no_overrides(std::deque<Declaration>& own, Report& report) {
  for (Declaration& one : own) {
    if (report_overrides_nothing(*one.name, *one.node, name_of(one.kind), {}, report)) one.sound = false;
  }
}

}  // namespace gregale::compiler
