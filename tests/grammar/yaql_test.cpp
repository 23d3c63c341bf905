#include "grammar/yaql.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/json.hpp"

namespace gregale::grammar {
namespace {

// The tree as text: operators in front, in parentheses.
std::string show(const Tree& tree, uint32_t index) {
  const Node& node = tree.nodes[index];
  std::string children;
  for (const uint32_t child : node.children) children += " " + show(tree, child);
  switch (node.kind) {
    case NodeKind::constant:
      return core::to_json(node.value);
    case NodeKind::yaql_keyword:
      return node.value.as_string();
    case NodeKind::yaql_variable:
      return "$" + node.value.as_string();
    case NodeKind::yaql_omitted:
      return "_";
    case NodeKind::yaql_parentheses:
      return "(paren" + children + ")";
    case NodeKind::keyword_argument:
      return "(=>" + children + ")";
    case NodeKind::list:
      return "(list" + children + ")";
    case NodeKind::map:
      return "(map" + children + ")";
    case NodeKind::index:
      return "(index" + children + ")";
    case NodeKind::unary:
      return "(u" + node.value.as_string() + children + ")";
    case NodeKind::binary:
      return "(" + node.value.as_string() + children + ")";
    case NodeKind::call:
      return "(call:" + node.value.as_string() + children + ")";
    default:
      return "?";
  }
}

std::string parsed(std::string_view text, const YaqlSyntax& syntax = {}) {
  const auto result = parse_yaql(text, syntax);
  if (const auto* error = std::get_if<SyntaxError>(&result)) return "error: " + error->message;
  const Tree& tree = std::get<Tree>(result);
  return show(tree, tree.root);
}

SyntaxError error_of(std::string_view text) {
  const auto result = parse_yaql(text);
  const auto* error = std::get_if<SyntaxError>(&result);
  return error != nullptr ? *error : SyntaxError{"(it parses)", 0, 0};
}

TEST(Yaql, Literals) {
  EXPECT_EQ(parsed("007"), "7");
  EXPECT_EQ(parsed("1.10"), "1.1");
  EXPECT_EQ(parsed("123456789012345678901234567890"), "123456789012345678901234567890");
  EXPECT_EQ(parsed("true"), "true");
  EXPECT_EQ(parsed("null"), "null");
  EXPECT_EQ(parsed(R"('a\'b\n\x41\u00e9\101')"), "\"a'b\\nA\u00e9A\"");
  EXPECT_EQ(parsed(R"('\d\u12')"), R"("\\d\\u12")");
  EXPECT_EQ(parsed(R"('\N{LATIN SMALL LETTER E WITH ACUTE}')"), "\"\u00e9\"");
  EXPECT_EQ(parsed(R"(`a\`b\n`)"), R"("a`b\\n")");
  EXPECT_EQ(parsed("\u017elu\u0165"), "\u017elu\u0165");
  EXPECT_EQ(parsed("$"), "$");
  EXPECT_EQ(parsed("$__env"), "$__env");
}

TEST(Yaql, Precedence) {
  EXPECT_EQ(parsed("1 + 2 * 3"), "(+ 1 (* 2 3))");
  EXPECT_EQ(parsed("1 - 2 - 3"), "(- (- 1 2) 3)");
  EXPECT_EQ(parsed("-7 / 2"), "(/ (u- 7) 2)");
  EXPECT_EQ(parsed("-$.a[0].b"), "(u- (. (index (. $ a) 0) b))");
  EXPECT_EQ(parsed("1 = 2 = false"), "(= (= 1 2) false)");
  EXPECT_EQ(parsed("not 0 + 1"), "(unot (+ 0 1))");
  EXPECT_EQ(parsed("1 = not 0"), "(= 1 (unot 0))");
  EXPECT_EQ(parsed("1 = not 0 and 2"), "(and (= 1 (unot 0)) 2)");
  EXPECT_EQ(parsed("1 * not 2 + 3"), "(* 1 (unot (+ 2 3)))");
  EXPECT_EQ(parsed("a or b and not c"), "(or a (and b (unot c)))");
  EXPECT_EQ(parsed("'a' + 'b' =~ 'c'"), R"((+ "a" (=~ "b" "c")))");
  EXPECT_EQ(parsed("a -> b -> c or d"), "(-> a (-> b (or c d)))");
  EXPECT_EQ(parsed("1.len()"), "(. 1 (call:len))");
  EXPECT_EQ(parsed("a?.b.c"), "(. (?. a b) c)");
  EXPECT_EQ(parsed("5 mod 2 in [1]"), "(in (mod 5 2) (list 1))");
  EXPECT_EQ(parsed("1<=2"), "(<= 1 2)");
}

TEST(Yaql, Arguments) {
  EXPECT_EQ(parsed("f()"), "(call:f)");
  EXPECT_EQ(parsed("f(1, a => 2 + 3)"), "(call:f 1 (=> a (+ 2 3)))");
  EXPECT_EQ(parsed("f(, 1)"), "(call:f _ 1)");
  EXPECT_EQ(parsed("f(1, , 2)"), "(call:f 1 _ 2)");
  EXPECT_EQ(parsed("f(1, , a => 2)"), "(call:f 1 _ (=> a 2))");
  EXPECT_EQ(parsed("{a => 1, 2 => (b)}"), "(map (=> a 1) (=> 2 (paren b)))");
  EXPECT_EQ(parsed("not(1)"), "(call:not 1)");
  EXPECT_EQ(parsed("$.a[1, 2]"), "(index (. $ a) 1 2)");
  for (const char* wrong : {"f(1,)", "f(,)", "f(, a => 1)", "f(1, , , a => 2)", "f(a => 1, 2)", "[1, 2,]",
                            "{,a => 1}", "{a => }", "{=> 1}", "{a => 1 b => 2}", "f(1 2)"}) {
    EXPECT_TRUE(parsed(wrong).starts_with("error: ")) << wrong << " gives " << parsed(wrong);
  }
}

TEST(Yaql, OptionsChangeTheLanguage) {
  EXPECT_EQ(parsed("{a: 1}", {":", false}), "(map (=> a 1))");
  EXPECT_TRUE(parsed("{a => 1}", {":", false}).starts_with("error: "));
  EXPECT_EQ(parsed("$f(1)(2)", {"=>", true}), "(call:#call (call:#call $f 1) 2)");
  EXPECT_TRUE(parsed("$f(1)").starts_with("error: "));
}

TEST(Yaql, ErrorsSayWhereAndWhat) {
  struct Wrong {
    const char* text;
    size_t begin;
    const char* message;
  };
  const Wrong cases[] = {
      {"1 +", 3, "a value is missing after the operator at the end of the expression"},
      {"1 + ]", 4, "a value is missing after the operator before ']'"},
      {"f(1", 3, "',' or ')' is missing at the end of the expression"},
      {"(1", 2, "')' is missing at the end of the expression"},
      {"[1, 2", 5, "',' or ']' is missing at the end of the expression"},
      {"1 2", 2, "an operator is missing before '2'"},
      {"", 0, "a value is missing at the end of the expression"},
      {"'abc", 0, "the string is not closed: its second ' is missing"},
      {"'a\\xZZ'", 2, "\\xZZ is no character"},
      {"1e5", 0, "'1e5' is no number: digits and one point only"},
      {"$.__x", 2, "a name cannot begin with two underscores"},
      {"1 == 2", 3, "a value is missing after the operator before '='"},
      {"1 && 2", 2, "YAQL does not know '&&'; write 'and'"},
      {"5 % 2", 2, "YAQL does not know '%'; write 'mod'"},
  };
  for (const Wrong& wrong : cases) {
    const SyntaxError error = error_of(wrong.text);
    EXPECT_EQ(error.message, wrong.message) << wrong.text;
    EXPECT_EQ(error.begin, wrong.begin) << wrong.text;
  }
}

TEST(Yaql, NestingIsLimited) {
  const auto nested = [](size_t depth, const char* open, const char* close) {
    std::string text;
    for (size_t i = 0; i < depth; ++i) text += open;
    text += "1";
    for (size_t i = 0; i < depth; ++i) text += close;
    return text;
  };
  EXPECT_FALSE(parsed(nested(kExpressionDepthLimit - 1, "(", ")")).starts_with("error"));
  for (const auto& [open, close] : {std::pair{"(", ")"}, {"[", "]"}, {"f(", ")"}, {"-", ""}, {"not ", ""}}) {
    EXPECT_NE(parsed(nested(100'000, open, close)).find("nested"), std::string::npos) << open;
  }
  std::string chain = "1";
  for (int i = 0; i < 100'000; ++i) chain += " + 1";
  EXPECT_NE(parsed(chain).find("nested"), std::string::npos);
}

// Work that grew with the square of the text would outlast the test program's time limit.
TEST(Yaql, LongTextsParse) {
  std::string text = "[";
  for (size_t i = 0; i < 10'000; ++i) text += "((((f(1, a => -$.x.y[2] + not 'b')))) ), ";
  text += "1]";
  EXPECT_FALSE(parsed(text).starts_with("error"));
}

}  // namespace
}  // namespace gregale::grammar
