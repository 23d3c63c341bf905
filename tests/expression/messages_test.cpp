// Messages never repeat the data of the context, and suggest what was probably meant.
#include "interpreter/expression/messages.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::expression {
namespace {

std::string message_of(const std::string& text, const std::string& data) {
  const grammar::ParsedText parsed = grammar::parse_text(text);
  EXPECT_TRUE(parsed.expression) << text;
  const ValueContext context(core::parse_json(data));
  try {
    to_data(BoundExpression(*parsed.expression).evaluate(Scope{context}));
  } catch (const core::Error& error) {
    return error.what();
  }
  ADD_FAILURE() << text << " does not fail";
  return {};
}

TEST(Messages, DataStaysOut) {
  const std::string data =
      R"({"s": "cAnArY7", "k": {"cAnArY7": "cAnArY7"}, "l": ["cAnArY7"], "b": 987654321987})";
  for (const char* text : {
           "<% int($.s) %>",
           "<% float($.s) %>",
           "<% datetime($.s) %>",
           "<% $.k[$.s + q] %>",
           "<% $.l[$.s] %>",
           "<% json_parse($.s) %>",
           "<% yaml_parse('[' + $.s) %>",
           "<% $.s + 1 %>",
           "<% '{x}'.format($.s) %>",
           "{{ 'q'|attr(_.s) }}",
           "{{ _.s|groupby(_.l) }}",
           "{{ _.s|groupby(_.k) }}",
           "{{ _.s|groupby(_.b) }}",
           "{{ _.l|map(_.s)|list }}",
           "{{ _.l|reject(_.s)|list }}",
           "{{ _.s.encode(_.s) }}",
           "{{ _.k.pop(_.b) }}",
           "{{ _.k['q' ~ _.s].y }}",
           "{{ range(**_.k) }}",
           "{{ 'a'.upper(**_.k) }}",
           "{{ 'a'|upper(**_.k) }}",
           "{{ {}[_.b].x }}",
           "{% macro m() %}{% endmacro %}{{ m(**_.k) }}",
           "{{ '%(q)s' % _.s }}",
           "{{ [1].index(_.s) }}",
           "{{ {'a b': 1}|xmlattr ~ {_.s ~ ' ': 1}|xmlattr }}",
           "{{ _.s.format(1).x }}",
       }) {
    const std::string message = message_of(text, data);
    EXPECT_EQ(message.find("cAnArY7"), std::string::npos) << text << ": " << message;
    EXPECT_EQ(message.find("canary7"), std::string::npos) << text << ": " << message;
    EXPECT_EQ(message.find("987654321987"), std::string::npos) << text << ": " << message;
    EXPECT_FALSE(message.empty());
  }
}

TEST(Messages, WhatStandsInTheExpressionIsNamed) {
  EXPECT_EQ(message_of("<% int('q') %>", "{}"), "invalid literal for int() with base 10: 'q'");
  EXPECT_EQ(message_of("<% $.a %>", "{}"), "there is no key 'a'");
  EXPECT_EQ(message_of("{{ _.a.b }}", R"({"a": {}})"), "there is no 'b' in the map");
  EXPECT_EQ(message_of("{{ _.l[_.a].b }}", R"({"l": [1], "a": 12345})"),
            "the list has no item <integer of the data>");
}

TEST(Messages, NearNamesAreSuggested) {
  const std::string data = R"({"conn": {"port": 1}, "l": []})";
  EXPECT_EQ(message_of("<% $.conn.prot %>", data), "there is no key 'prot'; did you mean 'port'?");
  EXPECT_EQ(message_of("<% $.conn[prot] %>", data), "there is no key 'prot'; did you mean 'port'?");
  EXPECT_EQ(message_of("{{ _.conn.prot }}", data), "there is no 'prot' in the map; did you mean 'port'?");
  EXPECT_EQ(message_of("{{ _.l.apend(1) }}", data),
            "there is no 'apend' in the list; did you mean 'append'?");
  EXPECT_EQ(message_of("{{ jsn_parse('1') }}", data), "'jsn_parse' is undefined; did you mean 'json_parse'?");
  EXPECT_EQ(message_of("{% set counter = 1 %}{{ countr }}", data),
            "'countr' is undefined; did you mean 'counter'?");
  EXPECT_EQ(message_of("{{ 1 is strin }}", data), "there is no test named 'strin'; did you mean 'string'?");
}

TEST(Messages, FunctionsAndMethodsAreToldApart) {
  EXPECT_EQ(message_of("<% cycle([1]) %>", "{}"),
            "unknown function 'cycle'; it is a method: value.cycle(...)");
  EXPECT_EQ(message_of("<% [1].range(3) %>", "{}"), "unknown method 'range'; it is a function: range(...)");
}

TEST(Messages, KindsHaveTheirArticle) {
  EXPECT_EQ(message_of("<% 1 + a %>", "{}"), "operator + does not take an integer and a string");
  EXPECT_EQ(message_of("<% null + [1] %>", "{}"), "operator + does not take null and a list");
}

}  // namespace
}  // namespace gregale::expression
