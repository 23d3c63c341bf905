#include <gtest/gtest.h>

#include "grammar/expression.hpp"

namespace gregale::grammar {
namespace {

TEST(ExpressionText, PlainTextIsNone) {
  for (const char* text : {"", "plain", "< % 1 % >", "<% 1", "1 %>", "<% 1 +\n 2 %>", "<%>", "{ { 1 } }"}) {
    const ParsedText parsed = parse_text(text);
    EXPECT_FALSE(parsed.expression) << text;
    EXPECT_TRUE(parsed.errors.empty()) << text;
  }
}

TEST(ExpressionText, AWholeExpressionKeepsItsType) {
  const ParsedText parsed = parse_text("<% $.a %>");
  ASSERT_TRUE(parsed.expression);
  EXPECT_TRUE(parsed.expression->whole);
  EXPECT_EQ(parsed.expression->language, Language::yaql);
  ASSERT_EQ(parsed.expression->pieces.size(), 1u);
  EXPECT_EQ(parsed.expression->pieces[0].inner, 2u);
  EXPECT_FALSE(parse_text(" <% $.a %>").expression->whole);
  EXPECT_FALSE(parse_text("<% $.a %>\n").expression->whole);
}

TEST(ExpressionText, EveryPieceIsFound) {
  const ParsedText parsed = parse_text("a <% 1 %><% 2 %> b <% 3 %>");
  ASSERT_TRUE(parsed.expression);
  ASSERT_EQ(parsed.expression->pieces.size(), 3u);
  EXPECT_EQ(parsed.expression->pieces[0].begin, 2u);
  EXPECT_EQ(parsed.expression->pieces[0].end, 9u);
  EXPECT_EQ(parsed.expression->pieces[1].begin, 9u);
}

TEST(ExpressionText, DelimitersAreStrippedOfBothEnds) {
  const ParsedText parsed = parse_text("<% $.a >%>");
  ASSERT_TRUE(parsed.expression);
  EXPECT_TRUE(parsed.errors.empty());
}

TEST(ExpressionText, ErrorsPointIntoTheWholeText) {
  const ParsedText parsed = parse_text("x <% 1 + %> <% (2 %>");
  ASSERT_FALSE(parsed.expression);
  ASSERT_EQ(parsed.errors.size(), 2u);
  EXPECT_EQ(parsed.errors[0].begin, 9u);
  EXPECT_EQ(parsed.errors[1].begin, 18u);
}

TEST(ExpressionText, ThePairsEndAtTheFirstClosing) {
  EXPECT_FALSE(parse_text("<% \"a%>b\" %>").errors.empty());
}

TEST(ExpressionText, BothLanguagesInOneTextAreRefused) {
  for (const char* text : {"{{ _.a }} <% $.b %>", "<% '{{ x }}' %>", "{% x %} <% 1 %>"}) {
    const ParsedText parsed = parse_text(text);
    EXPECT_FALSE(parsed.expression) << text;
    EXPECT_FALSE(parsed.errors.empty()) << text;
  }
}

}  // namespace
}  // namespace gregale::grammar
