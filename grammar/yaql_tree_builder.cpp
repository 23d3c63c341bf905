#include "grammar/yaql_tree_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "grammar/yaql.hpp"

namespace gregale::grammar {

namespace {

struct Precedence {
  std::string_view name;
  int level;
};

// From tightest to loosest; an index binds as level 2.
constexpr int kIndexLevel = 2;
constexpr int kSignLevel = 3;
constexpr int kNotLevel = 8;
constexpr int kArrowLevel = 11;
constexpr Precedence kBinary[] = {
    {".", 1},
    {"?.", 1},
    {"=~", 4},
    {"!~", 4},
    {"*", 5},
    {"/", 5},
    {"mod", 5},
    {"+", 6},
    {"-", 6},
    {"<", 7},
    {">", 7},
    {"<=", 7},
    {">=", 7},
    {"=", 7},
    {"!=", 7},
    {"in", 7},
    {"and", 9},
    {"or", 10},
    {"->", kArrowLevel},
};

int binary_level(std::string_view name) {
  for (const Precedence& entry : kBinary) {
    if (entry.name == name) return entry.level;
  }
  return kArrowLevel;
}

}  // namespace

YaqlTreeBuilder::YaqlTreeBuilder(std::string_view text) : text_(text) {
  groups_.push_back({Bracket::parentheses, {}, 0, 0, 0, false, 0, {}, {}});
}

uint32_t YaqlTreeBuilder::add(NodeKind kind, core::Value value, size_t begin, size_t end,
                              std::vector<uint32_t> children) {
  uint16_t height = 0;
  for (const uint32_t child : children) height = std::max(height, heights_[child]);
  if (++height > kExpressionDepthLimit) {
    throw Refusal{fmt::format("the expression is nested more than {} levels deep", kExpressionDepthLimit),
                  begin, end};
  }
  tree_.nodes.push_back({kind, static_cast<uint32_t>(begin), static_cast<uint32_t>(end), std::move(value),
                         std::move(children)});
  heights_.push_back(height);
  return static_cast<uint32_t>(tree_.nodes.size() - 1);
}

void YaqlTreeBuilder::operand(NodeKind kind, core::Value value, size_t begin, size_t end) {
  operands_.push_back(add(kind, std::move(value), begin, end, {}));
}

void YaqlTreeBuilder::prefix_operator(std::string_view name, size_t begin) {
  operators_.push_back({name, name == "not" ? kNotLevel : kSignLevel, true, false, begin});
}

void YaqlTreeBuilder::binary_operator(std::string_view name, size_t begin) {
  const int level = binary_level(name);
  const bool right = level == kArrowLevel;
  reduce(level, !right);
  operators_.push_back({name, level, false, right, begin});
}

uint32_t YaqlTreeBuilder::take_operand() {
  const uint32_t operand = operands_.back();
  operands_.pop_back();
  return operand;
}

void YaqlTreeBuilder::reduce(int level, bool left_associative) {
  while (operators_.size() > groups_.back().first_operator) {
    const Operator top = operators_.back();
    if (top.level > level || (top.level == level && !left_associative)) return;
    operators_.pop_back();
    const uint32_t right = take_operand();
    const size_t end = tree_.nodes[right].end;
    if (top.prefix) {
      operands_.push_back(add(NodeKind::unary, core::Value(top.name), top.begin, end, {right}));
      continue;
    }
    const uint32_t left = take_operand();
    operands_.push_back(
        add(NodeKind::binary, core::Value(top.name), tree_.nodes[left].begin, end, {left, right}));
  }
}

void YaqlTreeBuilder::reduce_all() {
  reduce(std::numeric_limits<int>::max(), true);
}

void YaqlTreeBuilder::open(Bracket bracket, std::string_view name, size_t begin, size_t end) {
  if (groups_.size() > kExpressionDepthLimit) {
    throw Refusal{fmt::format("the expression is nested more than {} levels deep", kExpressionDepthLimit),
                  begin, end};
  }
  Group group{bracket, name, begin, end, operators_.size(), false, 0, {}, {}};
  if (bracket == Bracket::index) reduce(kIndexLevel, true);
  if (bracket == Bracket::index || bracket == Bracket::delegate_call) {
    const uint32_t object = take_operand();
    group.begin = tree_.nodes[object].begin;
    group.first_operator = operators_.size();
    group.children.push_back(object);
  }
  groups_.push_back(std::move(group));
}

void YaqlTreeBuilder::keyword() {
  reduce_all();
  Group& group = groups_.back();
  group.key = take_operand();
  group.pending_keyword = true;
}

void YaqlTreeBuilder::argument() {
  reduce_all();
  Group& group = groups_.back();
  uint32_t value = take_operand();
  if (group.pending_keyword) {
    group.pending_keyword = false;
    value = add(NodeKind::keyword_argument, {}, tree_.nodes[group.key].begin, tree_.nodes[value].end,
                {group.key, value});
    group.slots.push_back(Slot::keyword);
  } else {
    group.slots.push_back(Slot::value);
  }
  groups_.back().children.push_back(value);
}

void YaqlTreeBuilder::omitted_argument(size_t at) {
  const uint32_t node = add(NodeKind::yaql_omitted, {}, at, at, {});
  groups_.back().children.push_back(node);
  groups_.back().slots.push_back(Slot::omitted);
}

void YaqlTreeBuilder::check_arguments(const Group& group, size_t end) const {
  const std::vector<Slot>& slots = group.slots;
  const size_t first_child = group.children.size() - slots.size();
  const auto begin_of = [&](size_t slot) {
    return size_t{tree_.nodes[group.children[first_child + slot]].begin};
  };
  if (slots.back() == Slot::omitted) {
    throw Refusal{"a value is missing after the comma", end - 1, end};
  }
  const auto first_keyword = std::find(slots.begin(), slots.end(), Slot::keyword);
  for (auto slot = first_keyword; slot != slots.end(); ++slot) {
    if (*slot == Slot::keyword) continue;
    throw Refusal{"a value without a name cannot follow one with a name",
                  begin_of(static_cast<size_t>(slot - slots.begin())), end};
  }
  // Before the first name one position may be left out, and only behind a value.
  const size_t positional = static_cast<size_t>(first_keyword - slots.begin());
  if (first_keyword == slots.end() || positional == 0) return;
  if (slots[positional - 1] == Slot::omitted && (positional < 2 || slots[positional - 2] == Slot::omitted)) {
    throw Refusal{"a value is missing before the comma", begin_of(positional - 1), end};
  }
}

void YaqlTreeBuilder::close(size_t end) {
  if (groups_.back().bracket == Bracket::parentheses) reduce_all();
  Group group = std::move(groups_.back());
  groups_.pop_back();
  // One omitted position and nothing else is an empty pair of brackets.
  if (group.slots.size() == 1 && group.slots[0] == Slot::omitted) {
    group.slots.clear();
    group.children.pop_back();
  }
  if (!group.slots.empty()) check_arguments(group, end);
  NodeKind kind = NodeKind::yaql_parentheses;
  core::Value value;
  switch (group.bracket) {
    case Bracket::parentheses:
      group.children.push_back(take_operand());
      break;
    case Bracket::list:
      kind = NodeKind::list;
      break;
    case Bracket::map:
      kind = NodeKind::map;
      break;
    case Bracket::index:
      kind = NodeKind::index;
      break;
    case Bracket::call:
      kind = NodeKind::call;
      value = core::Value(group.name);
      break;
    case Bracket::delegate_call:
      kind = NodeKind::call;
      value = core::Value("#call");
      break;
  }
  operands_.push_back(add(kind, std::move(value), group.begin, end, std::move(group.children)));
}

Tree YaqlTreeBuilder::finish() {
  reduce_all();
  tree_.root = take_operand();
  return std::move(tree_);
}

}  // namespace gregale::grammar
