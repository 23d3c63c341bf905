#include "compiler/inheritance/merging.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "compiler/inheritance/transitions.hpp"
#include "compiler/nodes.hpp"

namespace gregale::compiler {

namespace {

bool is_clause(std::string_view key) {
  return key == "on-success" || key == "on-error" || key == "on-complete" || key == "on-skip";
}

bool merges_by_key(std::string_view key) {
  return key == "input" || key == "publish" || key == "publish-on-error" || key == "publish-on-skip";
}

YamlNode empty_like(const YamlNode& place, YamlNode::Kind kind) {
  YamlNode result;
  result.kind = kind;
  result.span = place.span;
  return result;
}

// The mapping without some of its members.
YamlNode without(const YamlNode& mapping, std::initializer_list<std::string_view> keys) {
  YamlNode result = empty_like(mapping, YamlNode::Kind::mapping);
  for (const YamlNode::Member& member : mapping.members) {
    if (std::find(keys.begin(), keys.end(), member.key.text) == keys.end()) result.members.push_back(member);
  }
  return result;
}

// The parent's mapping as the child's, with every member of the child put in by [merge].
template <typename Merge>
YamlNode merge_mappings(const YamlNode& parent, const YamlNode& child, Merge merge) {
  YamlNode result = parent;
  result.span = child.span;
  for (const YamlNode::Member& member : child.members) {
    if (is_null(member.value)) {
      remove_member(result, member.key.text);
      continue;
    }
    const YamlNode::Member* before = parent.find(member.key.text);
    set_member(result, {member.key,
                        merge(member.key.text, before == nullptr ? nullptr : &before->value, member.value)});
  }
  return result;
}

// Takes out mappings that the child has emptied: of some keys, nothing is as good as an empty mapping.
void remove_emptied(YamlNode& result, const YamlNode& child, std::initializer_list<std::string_view> keys) {
  for (std::string_view key : keys) {
    const YamlNode::Member* merged = result.find(key);
    const YamlNode::Member* own = child.find(key);
    if (merged == nullptr || own == nullptr || merged->value.kind != YamlNode::Kind::mapping) continue;
    if (merged->value.members.empty() && !own->value.members.empty()) remove_member(result, key);
  }
}

}  // namespace

bool is_inheritance_key(Place place, std::string_view key) {
  const Key* known = find_key(place, key);
  return known != nullptr && known->shape == Shape::inheritance;
}

YamlNode without_inheritance_keys(Place place, const YamlNode& definition) {
  YamlNode result;
  result.kind = definition.kind;
  result.span = definition.span;
  for (const YamlNode::Member& member : definition.members) {
    if (!is_inheritance_key(place, member.key.text)) result.members.push_back(member);
  }
  return result;
}

core::Span place_of(const YamlNode& node) {
  if (node.span.begin < node.span.end) return node.span;
  return {node.span.source, node.span.begin, node.span.begin};
}

YamlNode text_node(std::string_view text, const core::Span& place) {
  YamlNode node;
  node.text = std::string(text);
  node.scalar = core::Value(node.text);
  node.span = place;
  node.from_alias = true;  // its text does not stand at its place
  return node;
}

YamlNode::Member* find_member(YamlNode& mapping, std::string_view key) {
  return const_cast<YamlNode::Member*>(mapping.find(key));
}

void remove_member(YamlNode& mapping, std::string_view key) {
  std::erase_if(mapping.members, [&](const YamlNode::Member& member) {
    return member.key.scalar.is_string() && member.key.text == key;
  });
}

void set_member(YamlNode& mapping, const YamlNode::Member& member) {
  if (YamlNode::Member* old = find_member(mapping, member.key.text)) {
    *old = member;
  } else {
    mapping.members.push_back(member);
  }
}

YamlNode merge_by_key(const YamlNode& parent, const YamlNode& child) {
  if (parent.kind != YamlNode::Kind::mapping || child.kind != YamlNode::Kind::mapping) return child;
  return merge_mappings(parent, child,
                        [](std::string_view, const YamlNode*, const YamlNode& value) { return value; });
}

YamlNode unite(const YamlNode& parent, const YamlNode& child) {
  if (child.kind != YamlNode::Kind::sequence) return child;
  YamlNode result = parent.kind == YamlNode::Kind::sequence ? parent : empty_like(child, child.kind);
  result.span = child.span;
  for (const YamlNode& item : child.items) {
    const bool there = std::any_of(result.items.begin(), result.items.end(),
                                   [&](const YamlNode& one) { return same_meaning(one, item); });
    if (!there) result.items.push_back(item);
  }
  return result;
}

YamlNode merge_parameters(const YamlNode& parent, const YamlNode& child) {
  if (parent.kind != YamlNode::Kind::sequence || child.kind != YamlNode::Kind::sequence) return child;
  YamlNode result = parent;
  result.span = child.span;
  for (const YamlNode& item : child.items) {
    const YamlNode* name = parameter_name(item);
    const auto old = std::find_if(result.items.begin(), result.items.end(), [&](const YamlNode& one) {
      const YamlNode* other = parameter_name(one);
      return name != nullptr && other != nullptr && other->text == name->text;
    });
    if (old == result.items.end()) {
      result.items.push_back(item);
    } else {
      *old = item;
    }
  }
  return result;
}

YamlNode merge_clause(std::string_view key, const YamlNode* parent, const YamlNode& child, Report& report) {
  const YamlNode::Member* inherit = child.kind == YamlNode::Kind::mapping ? child.find("inherit") : nullptr;
  if (inherit == nullptr) return child;
  const bool prepend = is_text(inherit->value) && inherit->value.text == "prepend";
  if (!prepend && !(is_text(inherit->value) && inherit->value.text == "append")) {
    report.add_misspelt("GR0203", place_of(inherit->value), "`inherit` must be `append` or `prepend`",
                        inherit->value.text, {"append", "prepend"});
  }
  const YamlNode::Member* next = child.find("next");
  if (next == nullptr) {
    report.add("GR0204", place_of(child), fmt::format("`{}` with `inherit` has no `next`", key)).note =
        "write `{inherit: append, next: [task]}`";
  }
  for (const YamlNode::Member& member : child.members) {
    const bool known = member.key.text == "inherit" || member.key.text == "next" ||
                       (member.key.text == "publish" && key != "requires");
    if (!known) {
      report.add_misspelt("GR0201", member.key.span,
                          fmt::format("unknown key `{}` in a transition", member.key.text), member.key.text,
                          {"inherit", "next", "publish"});
    }
  }
  std::vector<YamlNode> own = next == nullptr ? std::vector<YamlNode>() : targets_of(next->value);
  std::vector<YamlNode> inherited = parent == nullptr ? std::vector<YamlNode>() : targets_of(*parent);
  std::vector<YamlNode>& first = prepend ? own : inherited;
  const std::vector<YamlNode>& second = prepend ? inherited : own;
  for (const YamlNode& target : second) {
    const bool there = std::any_of(first.begin(), first.end(),
                                   [&](const YamlNode& one) { return same_meaning(one, target); });
    if (!there) first.push_back(target);
  }
  YamlNode list = empty_like(next == nullptr ? child : next->value, YamlNode::Kind::sequence);
  list.items = std::move(first);
  const YamlNode::Member* own_publish = child.find("publish");
  const YamlNode::Member* publish = parent == nullptr ? nullptr : parent->find("publish");
  if (own_publish == nullptr && publish == nullptr) return list;
  YamlNode result = empty_like(child, YamlNode::Kind::mapping);
  if (own_publish != nullptr && publish != nullptr) {
    // Scope by scope, and in each variable by variable.
    result.members.push_back(
        {own_publish->key,
         merge_mappings(publish->value, own_publish->value,
                        [](std::string_view, const YamlNode* before, const YamlNode& value) {
                          return before == nullptr ? value : merge_by_key(*before, value);
                        })});
  } else {
    result.members.push_back(own_publish != nullptr ? *own_publish : *publish);
  }
  result.members.push_back({next == nullptr ? text_node("next", child.span) : next->key, std::move(list)});
  return result;
}

YamlNode merge_task(const YamlNode& parent, const YamlNode& child, Report& report) {
  YamlNode result =
      merge_mappings(parent, without_inheritance_keys(Place::task, child),
                     [&](std::string_view key, const YamlNode* before, const YamlNode& value) -> YamlNode {
                       if (merges_by_key(key))
                         return before == nullptr ? value : merge_by_key(*before, value);
                       if (is_clause(key) || key == "requires")
                         return merge_clause(key, before, value, report);
                       return value;
                     });
  remove_emptied(result, child, {"input", "publish", "publish-on-error", "publish-on-skip"});
  const auto sets = [&](std::string_view key) {
    const YamlNode::Member* member = child.find(key);
    return member != nullptr && !is_null(member->value);
  };
  // What is called is one of the two.
  if (sets("action") && !sets("workflow")) remove_member(result, "workflow");
  if (sets("workflow") && !sets("action")) remove_member(result, "action");
  return result;
}

namespace {

// [parent] may be nullptr.
YamlNode merge_defaults(const YamlNode* parent, const YamlNode& child, Report& report) {
  if (child.kind != YamlNode::Kind::mapping) return child;
  const bool inherits = parent != nullptr && parent->kind == YamlNode::Kind::mapping;
  return merge_mappings(inherits ? *parent : empty_like(child, YamlNode::Kind::mapping), child,
                        [&](std::string_view key, const YamlNode* before, const YamlNode& value) {
                          const bool clause = is_clause(key) || key == "requires";
                          return clause ? merge_clause(key, before, value, report) : value;
                        });
}

}  // namespace

YamlNode merge_workflow(const YamlNode& parent, const YamlNode& child, Report& report) {
  YamlNode result =
      merge_mappings(without(parent, {"name", "tasks"}), without_inheritance_keys(Place::workflow, child),
                     [&](std::string_view key, const YamlNode* before, const YamlNode& value) -> YamlNode {
                       if (key == "task-defaults") return merge_defaults(before, value, report);
                       if (before == nullptr) return value;
                       if (key == "input") return merge_parameters(*before, value);
                       if (key == "tags") return unite(*before, value);
                       if (key == "output" || key == "output-on-error" || key == "vars")
                         return merge_by_key(*before, value);
                       return value;
                     });
  remove_emptied(result, child, {"vars", "task-defaults"});
  return result;
}

YamlNode merge_action(const YamlNode& parent, const YamlNode& child) {
  YamlNode result =
      merge_mappings(without(parent, {"name"}), without_inheritance_keys(Place::action, child),
                     [](std::string_view key, const YamlNode* before, const YamlNode& value) -> YamlNode {
                       if (before == nullptr) return value;
                       if (key == "input") return merge_parameters(*before, value);
                       if (key == "base-input") return merge_by_key(*before, value);
                       if (key == "tags") return unite(*before, value);
                       return value;
                     });
  remove_emptied(result, child, {"base-input"});
  return result;
}

bool same_meaning(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind) return false;
  switch (a.kind) {
    case YamlNode::Kind::scalar:
      return a.scalar == b.scalar && a.scalar.is_string() == b.scalar.is_string();
    case YamlNode::Kind::sequence:
      return std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(), same_meaning);
    case YamlNode::Kind::mapping:
      return std::equal(a.members.begin(), a.members.end(), b.members.begin(), b.members.end(),
                        [](const YamlNode::Member& x, const YamlNode::Member& y) {
                          return same_meaning(x.key, y.key) && same_meaning(x.value, y.value);
                        });
  }
  return false;
}

}  // namespace gregale::compiler
