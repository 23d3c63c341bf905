#include "compiler/ir/tree_validation.hpp"

#include <limits>

#include "compiler/ir/refusal.hpp"

namespace gregale::ir {

namespace {

using core::Value;
using grammar::Language;
using grammar::Node;
using grammar::NodeKind;
using grammar::Tree;

enum class Holds : uint8_t { nothing, text, texts, constant, loop_flags };
enum class In : uint8_t { both, yaql, jinja };

// What a node of a kind may look like.
struct NodeShape {
  NodeKind kind;
  In language;
  Holds value;
  uint32_t least;  // children
  uint32_t most;
};
constexpr uint32_t kMany = std::numeric_limits<uint32_t>::max();

constexpr NodeShape kShapes[] = {
    {NodeKind::constant, In::both, Holds::constant, 0, 0},
    {NodeKind::list, In::both, Holds::nothing, 0, kMany},
    {NodeKind::map, In::both, Holds::nothing, 0, kMany},
    {NodeKind::unary, In::both, Holds::text, 1, 1},
    {NodeKind::binary, In::both, Holds::text, 2, 2},
    {NodeKind::index, In::both, Holds::nothing, 1, kMany},
    {NodeKind::call, In::both, Holds::nothing, 0, kMany},
    {NodeKind::keyword_argument, In::both, Holds::nothing, 1, 2},
    {NodeKind::yaql_keyword, In::yaql, Holds::text, 0, 0},
    {NodeKind::yaql_variable, In::yaql, Holds::text, 0, 0},
    {NodeKind::yaql_omitted, In::yaql, Holds::nothing, 0, 0},
    {NodeKind::yaql_parentheses, In::yaql, Holds::nothing, 1, 1},
    {NodeKind::jinja_name, In::jinja, Holds::text, 0, 0},
    {NodeKind::jinja_attribute, In::jinja, Holds::text, 1, 1},
    {NodeKind::jinja_slice, In::jinja, Holds::nothing, 3, 3},
    {NodeKind::jinja_filter, In::jinja, Holds::text, 0, kMany},
    {NodeKind::jinja_test, In::jinja, Holds::text, 1, kMany},
    {NodeKind::jinja_condition, In::jinja, Holds::nothing, 2, 3},
    {NodeKind::jinja_compare, In::jinja, Holds::texts, 2, kMany},
    {NodeKind::jinja_tuple, In::jinja, Holds::nothing, 0, kMany},
    {NodeKind::jinja_star, In::jinja, Holds::nothing, 1, 1},
    {NodeKind::jinja_double_star, In::jinja, Holds::nothing, 1, 1},
    {NodeKind::jinja_template, In::jinja, Holds::nothing, 0, kMany},
    {NodeKind::jinja_text, In::jinja, Holds::text, 0, 0},
    {NodeKind::jinja_output, In::jinja, Holds::nothing, 1, 1},
    {NodeKind::jinja_if, In::jinja, Holds::nothing, 2, 3},
    {NodeKind::jinja_body, In::jinja, Holds::nothing, 0, kMany},
    {NodeKind::jinja_for, In::jinja, Holds::loop_flags, 3, 5},
    {NodeKind::jinja_set, In::jinja, Holds::nothing, 2, 2},
    {NodeKind::jinja_set_block, In::jinja, Holds::nothing, 2, 3},
    {NodeKind::jinja_with, In::jinja, Holds::nothing, 1, kMany},
    {NodeKind::jinja_macro, In::jinja, Holds::text, 1, kMany},
    {NodeKind::jinja_parameter, In::jinja, Holds::text, 0, 1},
    {NodeKind::jinja_call_block, In::jinja, Holds::nothing, 2, kMany},
    {NodeKind::jinja_filter_block, In::jinja, Holds::nothing, 2, 2},
    {NodeKind::jinja_block, In::jinja, Holds::text, 1, 1},
    {NodeKind::jinja_autoescape, In::jinja, Holds::nothing, 2, 2},
    {NodeKind::jinja_load, In::jinja, Holds::text, 0, kMany},
    {NodeKind::jinja_required_block, In::jinja, Holds::text, 1, 1},
};

const NodeShape* shape_of(NodeKind kind) {
  for (const NodeShape& shape : kShapes) {
    if (shape.kind == kind) return &shape;
  }
  return nullptr;
}

bool is_flag(const Value& map, std::string_view key) {
  const Value* flag = map.find(key);
  return flag != nullptr && flag->is_boolean();
}

bool holds(const Value& value, Holds what) {
  switch (what) {
    case Holds::nothing:
    case Holds::constant:
      return true;
    case Holds::text:
      return value.is_string();
    case Holds::texts:
      if (!value.is_list()) return false;
      for (const Value& item : value.as_list()) {
        if (!item.is_string()) return false;
      }
      return true;
    case Holds::loop_flags:
      return value.is_map() && is_flag(value, "recursive") && is_flag(value, "filter") &&
             is_flag(value, "else");
  }
  return false;
}

// What depends on more than the kind.
bool fits(const Node& node, Language language) {
  const size_t count = node.children.size();
  switch (node.kind) {
    case NodeKind::map:
      return language == Language::yaql || count % 2 == 0;
    case NodeKind::call:
      return language == Language::yaql ? node.value.is_string() : count >= 1;
    case NodeKind::keyword_argument:
      return language == Language::yaql ? count == 2 : count == 1 && node.value.is_string();
    case NodeKind::jinja_compare:
      return count == node.value.size() + 1;
    case NodeKind::jinja_for:
      return count == 3u + (node.value.get("filter").as_boolean() ? 1 : 0) +
                          (node.value.get("else").as_boolean() ? 1 : 0);
    case NodeKind::jinja_with:
      return count % 2 == 1;
    default:
      return true;
  }
}

void validate_tree(const Tree& tree, Language language, size_t text_size) {
  if (tree.root >= tree.nodes.size()) refuse("an expression without a root");
  std::vector<uint32_t> depth(tree.nodes.size(), 1);
  std::vector<bool> used(tree.nodes.size());
  for (size_t index = 0; index < tree.nodes.size(); ++index) {
    const Node& node = tree.nodes[index];
    const NodeShape* shape = shape_of(node.kind);
    if (shape == nullptr) refuse("an unknown kind of expression");
    const In own = language == Language::yaql ? In::yaql : In::jinja;
    if (shape->language != In::both && shape->language != own) refuse("an expression of the other language");
    if (node.children.size() < shape->least || node.children.size() > shape->most ||
        !holds(node.value, shape->value) || !fits(node, language)) {
      refuse("an expression of the wrong shape");
    }
    if (node.begin > node.end || node.end > text_size) refuse("an expression outside of its text");
    for (uint32_t child : node.children) {
      if (child >= index || used[child]) refuse("an expression that is no tree");
      used[child] = true;
      depth[index] = std::max(depth[index], depth[child] + 1);
    }
    if (depth[index] > kTreeDepthLimit) refuse("an expression that is nested too deep");
  }
  if (used[tree.root]) refuse("an expression whose root is not on top");
}

}  // namespace

void validate_expression(const grammar::Expression& expression) {
  if (expression.pieces.empty()) refuse("an expression without content");
  if (expression.whole && expression.pieces.size() != 1) refuse("a whole expression of several pieces");
  size_t last = 0;
  for (const grammar::Expression::Piece& piece : expression.pieces) {
    if (piece.begin < last || piece.begin > piece.inner || piece.inner > piece.end ||
        piece.end > expression.text.size()) {
      refuse("an expression outside of its text");
    }
    last = piece.end;
    validate_tree(piece.tree, expression.language, expression.text.size() - piece.inner);
  }
}

}  // namespace gregale::ir
