#include "grammar/inline_call.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "grammar/with_items.hpp"

namespace gregale::grammar {
namespace {

// "name | argument=value ... | problems", values as JSON, words marked with "?".
std::string show(const InlineCall& call) {
  std::string result = call.name + " |";
  for (const InlineArgument& argument : call.arguments) {
    result += fmt::format(" {}={}{}", argument.name, core::to_json(argument.value),
                          argument.form == InlineArgument::Form::word ? "?" : "");
  }
  for (const InlineProblem& problem : call.problems) {
    constexpr const char* kNames[] = {"stray", "unclosed", "no-value", "no-name", "repeated"};
    result += fmt::format(" !{}[{},{})", kNames[static_cast<int>(problem.kind)], problem.begin, problem.end);
  }
  return result;
}

std::string call(std::string_view text) {
  return show(parse_inline_call(text));
}

TEST(InlineCallTest, NameAlone) {
  EXPECT_EQ(call("std.noop"), "std.noop |");
  EXPECT_EQ(call("  std.noop "), "std.noop |");
  EXPECT_EQ(call("<% $.name %>"), "<% $.name %> |");
  EXPECT_EQ(call("std.<% $.a + 1 %> output=1"), "std.<% $.a + 1 %> | output=1");
  EXPECT_EQ(call("{{ _.name }} a=1"), "{{ _.name }} | a=1");
}

TEST(InlineCallTest, ValuesHaveTypes) {
  EXPECT_EQ(call("a i=1 n=-1 f=1.5 e=-1.5e3 t=true f2=false z=null"),
            "a | i=1 n=-1 f=1.5 e=-1500.0 t=true f2=false z=null");
  EXPECT_EQ(call(R"(a q="1" s='x y' e="")"), R"(a | q="1" s="x y" e="")");
  EXPECT_EQ(call(R"(a l=[1, "two", {"x": [3]}] m={"k": 1})"), R"(a | l=[1,"two",{"x":[3]}] m={"k":1})");
  EXPECT_EQ(call("a zeros=007"), R"(a | zeros="007")");
}

TEST(InlineCallTest, ExpressionsMayHoldBlanksAndQuotes) {
  EXPECT_EQ(call(R"(a x=<% $.get("a b") %> y="<% $.get("k") %> z")"),
            R"(a | x="<% $.get(\"a b\") %>" y="<% $.get(\"k\") %> z")");
  EXPECT_EQ(call("a x={{ _.a | join(', ') }} y=<% 1 %><% 2 %> z=v<% 1 %>"),
            R"(a | x="{{ _.a | join(', ') }}" y="<% 1 %><% 2 %>" z="v<% 1 %>")");
}

TEST(InlineCallTest, ABackslashKeepsAQuote) {
  EXPECT_EQ(call(R"(a x="say \"hi\" now" y=1)"), R"(a | x="say \"hi\" now" y=1)");
  EXPECT_EQ(call(R"(a path="C:\")"), R"(a | path="C:\\")");
}

TEST(InlineCallTest, CommasMaySeparate) {
  EXPECT_EQ(call("a x=1, y=2"), "a | x=1 y=2");
}

TEST(InlineCallTest, TellsWhatIsLost) {
  EXPECT_EQ(call("a x=word"), R"(a | x="word"?)");
  EXPECT_EQ(call("a x=12abc"), R"(a | x="12abc"?)");
  EXPECT_EQ(call("a x = 1"), "a | !stray[2,3) !stray[4,5) !stray[6,7)");
  EXPECT_EQ(call("a x="), "a | !no-value[2,4)");
  EXPECT_EQ(call("a x=1 x=2"), "a | x=1 !repeated[6,9)");
  EXPECT_EQ(call("a x=\"b y=1"), "a | !unclosed[4,10)");
  EXPECT_EQ(call("a x='"), "a | !unclosed[4,5)");
  EXPECT_EQ(call("  "), " | !no-name[0,2)");
}

TEST(InlineCallTest, PlacesAreThoseOfTheText) {
  const std::string text = "std.echo output=\"<% $.x %>\"";
  const InlineCall parsed = parse_inline_call(text);
  ASSERT_EQ(parsed.arguments.size(), 1u);
  const InlineArgument& output = parsed.arguments.front();
  EXPECT_EQ(text.substr(output.name_begin, output.name_end - output.name_begin), "output");
  EXPECT_EQ(text.substr(output.begin, output.end - output.begin), "<% $.x %>");
}

TEST(InlineCallTest, CommandsHaveThreeForms) {
  EXPECT_EQ(show(parse_command("fail")), "fail |");
  EXPECT_EQ(show(parse_command("fail(msg='a b')")), R"(fail | msg="a b")");
  EXPECT_EQ(show(parse_command("fail msg=\"a\"")), R"(fail | msg="a")");
  EXPECT_EQ(show(parse_command("fail(msg=<% task().result %>)")), R"(fail | msg="<% task().result %>")");
  EXPECT_EQ(show(parse_command("fail(msg=5)")), "fail | msg=5");
  const std::string text = "fail(msg='x')";
  const InlineCall command = parse_command(text);
  EXPECT_EQ(text.substr(command.arguments[0].begin, 1), "x");
  EXPECT_TRUE(command.parentheses);
}

TEST(InlineCallTest, RetryOnOneLine) {
  EXPECT_EQ(show(parse_inline_arguments("count=3 delay=1 break-on=<% $.x = 1 %>")),
            R"( | count=3 delay=1 break-on="<% $.x = 1 %>")");
}

TEST(InlineCallTest, HostileTextsEndSoon) {
  for (std::string_view part :
       {"<%", "{{", "[", "a=[", "a=\"", "\\\"", "a={\"", "a='x'", "=", "(", "a=<%{{"}) {
    std::string text = "a ";
    while (text.size() < 300'000) text += part;
    parse_inline_call(text);
    parse_inline_arguments(text);
    parse_command(text);
    parse_with_items("i in " + text);
    parse_with_items("i in [" + text);
  }
}

TEST(WithItemsTest, ExpressionsAndLists) {
  const std::string text = " vm-1  in <% $.vms %>";
  const ParsedWithItems expression = parse_with_items(text);
  ASSERT_TRUE(expression.items);
  EXPECT_EQ(expression.items->variable, "vm-1");
  EXPECT_EQ(expression.items->expression, "<% $.vms %>");
  EXPECT_EQ(text.substr(expression.items->begin), "<% $.vms %>");
  const ParsedWithItems list = parse_with_items("i in [1, {\"a\": [2]}]");
  ASSERT_TRUE(list.items);
  EXPECT_EQ(core::to_json(*list.items->list), R"([1,{"a":[2]}])");
  EXPECT_TRUE(parse_with_items("i in <% $.a %> x").items->trailing_text);
}

TEST(WithItemsTest, RefusesOtherShapes) {
  for (std::string_view text : {"i of [1]", "in [1]", "i in", "i in $.x", "", "i in <% $.x"}) {
    EXPECT_FALSE(parse_with_items(text).items) << text;
  }
  const ParsedWithItems list = parse_with_items("i in [1, x]");
  EXPECT_FALSE(list.items);
  EXPECT_EQ(list.problem.kind, WithItemsProblem::Kind::list);
  EXPECT_EQ(list.problem.begin, 5u);
}

}  // namespace
}  // namespace gregale::grammar
