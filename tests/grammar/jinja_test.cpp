#include "grammar/jinja.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"

namespace gregale::grammar {
namespace {

// The tree as text: kind, value and children of each node.
std::string show(const Tree& tree, uint32_t index) {
  const Node& node = tree.nodes[index];
  std::string out = "(" + std::to_string(static_cast<int>(node.kind));
  if (!node.value.is_null()) out += " " + core::to_json(node.value);
  for (uint32_t child : node.children) out += " " + show(tree, child);
  return out + ")";
}

std::string expression(std::string_view text) {
  const auto parsed = parse_jinja_expression(text);
  if (const auto* error = std::get_if<SyntaxError>(&parsed)) return "error: " + error->message;
  const Tree& tree = std::get<Tree>(parsed);
  return show(tree, tree.root);
}

std::string template_tree(std::string_view text) {
  const auto parsed = parse_jinja_template(text);
  if (const auto* error = std::get_if<SyntaxError>(&parsed)) return "error: " + error->message;
  const Tree& tree = std::get<Tree>(parsed);
  return show(tree, tree.root);
}

size_t error_offset(std::string_view text, bool is_template) {
  const auto parsed = is_template ? parse_jinja_template(text) : parse_jinja_expression(text);
  const auto* error = std::get_if<SyntaxError>(&parsed);
  return error == nullptr ? std::string_view::npos : error->begin;
}

TEST(JinjaGrammar, PrecedenceIsJinjas) {
  EXPECT_EQ(expression("1 + 2 * 3"), R"((4 "+" (0 1) (4 "*" (0 2) (0 3))))");
  EXPECT_EQ(expression("2 ** 3 ** 2"), R"((4 "**" (4 "**" (0 2) (0 3)) (0 2)))");
  EXPECT_EQ(expression("-x|abs"), R"((43 "abs" (3 "-" (40 "x"))))");
  EXPECT_EQ(expression("a ~ b|upper"), R"((4 "~" (40 "a") (43 "upper" (40 "b"))))");
  EXPECT_EQ(expression("1 < 2 not in c"), R"((46 ["<","not in"] (0 1) (0 2) (40 "c")))");
  EXPECT_EQ(expression("x is not none"), R"((3 "not" (44 "none" (40 "x"))))");
}

TEST(JinjaGrammar, AccessAndCalls) {
  EXPECT_EQ(expression("_.l.0[1:]"), R"((5 (5 (41 "l" (40 "_")) (0 0)) (42 (0 1) (0) (0))))");
  EXPECT_EQ(expression("f(1, a=2, *b, **c)"),
            R"((6 (40 "f") (0 1) (7 "a" (0 2)) (48 (40 "b")) (49 (40 "c"))))");
  EXPECT_TRUE(expression("f(a=1, 2)").starts_with("error"));
  EXPECT_TRUE(expression("f(**c, *b)").starts_with("error"));
}

TEST(JinjaGrammar, Literals) {
  EXPECT_EQ(expression("0x1f + 1_000"), R"((4 "+" (0 31) (0 1000)))");
  EXPECT_EQ(expression(R"('a\n' "\x41\u00e9")"), "(0 \"a\\nA\xC3\xA9\")");
  EXPECT_EQ(expression(R"("\N{BULLET}")"), "(0 \"\xE2\x80\xA2\")");
  EXPECT_EQ(expression("(1,)"), "(47 (0 1))");
  EXPECT_EQ(expression("()"), "(47)");
  for (const char* wrong : {"007", ".5", "1.", "'a", "1, 2", "", "a b", "{1}", R"('\x4')"}) {
    EXPECT_TRUE(expression(wrong).starts_with("error")) << wrong;
  }
}

TEST(JinjaGrammar, WhitespaceAroundTags) {
  EXPECT_EQ(template_tree("a\n  {% if x %}\nb\n  {% endif %}\nc\n"),
            R"((60 (61 "a\n") (63 (40 "x") (64 (61 "b\n"))) (61 "c")))");
  EXPECT_EQ(template_tree("a {%- if x -%} b {%- endif %}"), R"((60 (61 "a") (63 (40 "x") (64 (61 "b")))))");
  EXPECT_EQ(template_tree(" {%+ if x +%}\nb{% endif %}"), R"((60 (61 " ") (63 (40 "x") (64 (61 "\nb")))))");
  EXPECT_EQ(template_tree("{{ 1 -}} \n b{# c #}\nd"), R"((60 (62 (0 1)) (61 "b") (61 "d")))");
  EXPECT_EQ(template_tree("{% raw %}{{ x }}{% endraw %}"), R"((60 (61 "{{ x }}")))");
}

TEST(JinjaGrammar, Statements) {
  EXPECT_EQ(
      template_tree("{% for a, b in l if a %}{{ b }}{% else %}n{% endfor %}"),
      R"((60 (65 {"recursive":false,"filter":true,"else":true} (47 (40 "a") (40 "b")) (40 "l") (40 "a") )"
      R"((64 (62 (40 "b"))) (64 (61 "n")))))");
  EXPECT_EQ(template_tree("{% set ns.x = 1 %}"), R"((60 (66 (41 "x" (40 "ns")) (0 1))))");
  EXPECT_EQ(template_tree("{% macro m(a, b=1) %}x{% endmacro %}"),
            R"((60 (69 "m" (70 "a") (70 "b" (0 1)) (64 (61 "x")))))");
  for (const char* wrong :
       {"{% endif %}", "{% if x %}", "{% foo %}", "{{ }}", "{{ x", "{# x", "{% raw %}",
        "{% macro m(a=1, b) %}{% endmacro %}", "{% call x %}{% endcall %}", "{% set 1 = 2 %}",
        "{% for true in x %}{% endfor %}", "{% do x %}", "{% if x %}{% endfor %}"}) {
    EXPECT_TRUE(template_tree(wrong).starts_with("error")) << wrong;
  }
}

TEST(JinjaGrammar, ErrorsSayWhere) {
  EXPECT_EQ(error_offset("1 + ", false), 4u);
  EXPECT_EQ(error_offset("ab {% if x %}c", true), 14u);
  EXPECT_EQ(error_offset("{{ a b }}", true), 5u);
}

TEST(JinjaGrammar, DepthIsLimitedAndTimeIsLinear) {
  for (const auto& [open, close] : {std::pair{"(", ")"}, {"[", "]"}, {"{1:", "}"}, {"-", ""}, {"not ", ""}}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += open;
    text += "1";
    for (int i = 0; i < 100'000; ++i) text += close;
    EXPECT_TRUE(expression(text).starts_with("error: nested too deep")) << open;
  }
  std::string tuples;
  for (int i = 0; i < 60; ++i) tuples += "(1,";
  tuples += "1" + std::string(60, ')');
  EXPECT_TRUE(expression(tuples).starts_with("(47"));
  std::string chain = "x";
  for (int i = 0; i < 100'000; ++i) chain += ".y";
  EXPECT_TRUE(expression(chain).starts_with("error: the expression is too deep"));
  std::string blocks;
  for (int i = 0; i < 10'000; ++i) blocks += "{% if x %}";
  EXPECT_TRUE(template_tree(blocks).starts_with("error: nested too deep"));
}

}  // namespace
}  // namespace gregale::grammar
