#include "compiler/analysis/constant.hpp"

#include <fmt/format.h>

#include <cmath>

namespace gregale::compiler {

using core::Value;
using grammar::Language;
using grammar::Node;
using grammar::NodeKind;
using Kind = Foreseen::Kind;

Foreseen Foreseen::of(const Value& value) {
  if (value.is_null()) return {Kind::null, value};
  if (value.is_boolean()) return {Kind::boolean, value};
  if (value.is_number()) return {Kind::number, value};
  if (value.is_string()) return {Kind::text, value};
  if (value.is_list()) return {Kind::list, std::nullopt};
  if (value.is_map()) return {Kind::map, std::nullopt};
  return {};
}

namespace {

std::string_view words(Kind kind) {
  switch (kind) {
    case Kind::unknown:
      return "something";
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::number:
      return "a number";
    case Kind::text:
      return "a text";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a mapping";
  }
  return "";
}

std::optional<double> number_of(const Foreseen& operand) {
  if (operand.kind != Kind::number || !operand.value) return std::nullopt;
  if (operand.value->is_small_integer()) return static_cast<double>(operand.value->as_integer());
  if (operand.value->is_float()) return operand.value->as_float();
  return std::nullopt;
}

bool is_arithmetic(std::string_view symbol) {
  for (std::string_view one : {"+", "-", "*", "/", "//", "%", "mod", "**"}) {
    if (symbol == one) return true;
  }
  return false;
}

bool is_ordering(std::string_view symbol) {
  for (std::string_view one : {"<", "<=", ">", ">="}) {
    if (symbol == one) return true;
  }
  return false;
}

class Foreseer {
 public:
  Foreseer(const grammar::Tree& tree, Language language, const OnFailure& fails)
      : tree_(tree), yaql_(language == Language::yaql), fails_(fails) {}

  Foreseen visit(uint32_t index) {
    const Node& node = tree_.nodes[index];
    switch (node.kind) {
      case NodeKind::constant:
      case NodeKind::yaql_keyword:  // a bare word is text
        return Foreseen::of(node.value);
      case NodeKind::yaql_parentheses:
        return visit(node.children[0]);
      case NodeKind::unary:
        return unary(node, visit(node.children[0]));
      case NodeKind::binary:
        return binary(node);
      case NodeKind::jinja_compare:
        return comparison(node);
      case NodeKind::list:
      case NodeKind::jinja_tuple:
        visit_children(node);
        return {Kind::list, std::nullopt};
      case NodeKind::map:
        visit_children(node);
        return {yaql_ ? Kind::unknown : Kind::map, std::nullopt};
      case NodeKind::jinja_template:
        visit_children(node);
        return {Kind::text, std::nullopt};
      default:
        visit_children(node);
        return {};
    }
  }

 private:
  void visit_children(const Node& node) {
    for (uint32_t child : node.children) visit(child);
  }

  Foreseen unary(const Node& node, const Foreseen& operand) {
    const std::string& symbol = node.value.as_string();
    if (symbol == "not") {
      if (operand.value) return Foreseen::of(Value(!operand.value->truthy()));
      return {Kind::boolean, std::nullopt};
    }
    if (operand.kind == Kind::text || operand.kind == Kind::list || operand.kind == Kind::map ||
        operand.kind == Kind::null) {
      fails_(node, fmt::format("`{}` cannot be applied to {}", symbol, words(operand.kind)));
    }
    const std::optional<double> number = number_of(operand);
    if (number && symbol == "-" && operand.value->is_small_integer() &&
        operand.value->as_integer() != INT64_MIN) {
      return Foreseen::of(Value(-operand.value->as_integer()));
    }
    return {operand.kind == Kind::number ? Kind::number : Kind::unknown, std::nullopt};
  }

  Foreseen binary(const Node& node) {
    const std::string& symbol = node.value.as_string();
    if (symbol == "." || symbol == "?.") {  // the right side is a member or a method, no value
      visit(node.children[0]);
      if (tree_.nodes[node.children[1]].kind != NodeKind::yaql_keyword) visit(node.children[1]);
      return {};
    }
    if (symbol == "->") {
      visit_children(node);
      return {};
    }
    const Foreseen left = visit(node.children[0]);
    const Foreseen right = visit(node.children[1]);
    if (symbol == "and" || symbol == "or") return logical(symbol == "and", left, right);
    if (symbol == "=" || symbol == "==" || symbol == "!=") return equality(symbol != "!=", left, right);
    if (is_ordering(symbol)) return ordering(node, symbol, left, right);
    if (is_arithmetic(symbol)) return arithmetic(node, symbol, left, right);
    if (symbol == "~") return {Kind::text, std::nullopt};
    return {};
  }

  Foreseen comparison(const Node& node) {
    const core::List& operators = node.value.as_list();
    std::vector<Foreseen> operands;
    for (uint32_t child : node.children) operands.push_back(visit(child));
    Foreseen result{Kind::boolean, std::nullopt};
    for (size_t i = 0; i < operators.size(); ++i) {
      const std::string& symbol = operators[i].as_string();
      Foreseen one{Kind::boolean, std::nullopt};
      if (symbol == "==" || symbol == "!=") one = equality(symbol == "==", operands[i], operands[i + 1]);
      if (is_ordering(symbol)) one = ordering(node, symbol, operands[i], operands[i + 1]);
      if (operators.size() == 1) result = one;
    }
    return result;
  }

  // What is evaluated second does not matter where the first decides.
  static Foreseen logical(bool both, const Foreseen& left, const Foreseen& right) {
    for (const Foreseen* side : {&left, &right}) {
      if (side->value && side->value->truthy() != both) return Foreseen::of(Value(!both));
    }
    if (left.value && right.value) return Foreseen::of(Value(both));
    return {};
  }

  static Foreseen equality(bool equal, const Foreseen& left, const Foreseen& right) {
    Foreseen result{Kind::boolean, std::nullopt};
    if (!left.value || !right.value || left.kind != right.kind) return result;
    const std::optional<double> a = number_of(left);
    const std::optional<double> b = number_of(right);
    if (left.kind == Kind::number && (!a || !b)) return result;
    const bool same = a ? *a == *b : *left.value == *right.value;
    return Foreseen::of(Value(same == equal));
  }

  Foreseen ordering(const Node& node, const std::string& symbol, const Foreseen& left,
                    const Foreseen& right) {
    Foreseen result{Kind::boolean, std::nullopt};
    const auto has = [&](Kind kind) { return left.kind == kind || right.kind == kind; };
    const bool known = !has(Kind::unknown) && !has(Kind::boolean);
    if (known && left.kind != right.kind && !(yaql_ && has(Kind::null))) {
      fails_(node, fmt::format("`{}` cannot compare {} and {}", symbol, words(left.kind), words(right.kind)));
      return result;
    }
    const std::optional<double> a = number_of(left);
    const std::optional<double> b = number_of(right);
    if (!a || !b) return result;
    const bool holds = symbol == "<"    ? *a < *b
                       : symbol == "<=" ? *a <= *b
                       : symbol == ">"  ? *a > *b
                                        : *a >= *b;
    return Foreseen::of(Value(holds));
  }

  Foreseen arithmetic(const Node& node, const std::string& symbol, const Foreseen& left,
                      const Foreseen& right) {
    const auto has = [&](Kind kind) { return left.kind == kind || right.kind == kind; };
    if (has(Kind::unknown) || has(Kind::boolean)) {
      // A text only goes with texts, and with numbers where it is repeated.
      return {has(Kind::text) && symbol == "+" ? Kind::text : Kind::unknown, std::nullopt};
    }
    if (left.kind == Kind::number && right.kind == Kind::number) {
      const bool divides = symbol == "/" || symbol == "//" || symbol == "%" || symbol == "mod";
      if (divides && number_of(right) == 0.0) fails_(node, "this divides by zero");
      return {Kind::number, std::nullopt};
    }
    if (fits(symbol, left.kind, right.kind)) return {};
    std::string why =
        fmt::format("`{}` cannot be applied to {} and {}", symbol, words(left.kind), words(right.kind));
    if (symbol == "+" && has(Kind::text) && has(Kind::number)) {
      why += yaql_ ? "; write `str(...)` around the number" : "; write `~` to join texts";
    }
    fails_(node, why);
    return {};
  }

  bool fits(std::string_view symbol, Kind left, Kind right) const {
    if (symbol == "+") return left == right && left != Kind::null && (left != Kind::map || yaql_);
    const bool repeats = left == Kind::number || right == Kind::number;
    const Kind other = left == Kind::number ? right : left;
    if (symbol == "*") return repeats && (other == Kind::text || other == Kind::list);
    if (symbol == "%") return !yaql_ && left == Kind::text;  // Python's formatting
    return false;
  }

  const grammar::Tree& tree_;
  bool yaql_;
  const OnFailure& fails_;
};

}  // namespace

Foreseen foresee(const grammar::Tree& tree, Language language, const OnFailure& fails) {
  if (tree.nodes.empty()) return {};
  return Foreseer(tree, language, fails).visit(tree.root);
}

}  // namespace gregale::compiler
