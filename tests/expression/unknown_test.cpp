// Values that only a run can know, in expressions.
#include "interpreter/expression/unknown.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "core/leaves.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::expression {
namespace {

// With {"unknown": ...} as text for each unknown value.
std::string evaluated(const std::string& text) {
  const grammar::ParsedText parsed = grammar::parse_text(text);
  EXPECT_TRUE(parsed.expression) << text;
  const Value server = unknown("<% task(create).result %>");
  const ValueContext context(core::Map{{"server", server},
                                       {"known", core::Map{{"name", "web"}, {"id", server}}},
                                       {"servers", core::List{server, Value("b")}},
                                       {"n", 3}});
  const Value result = to_data(BoundExpression(*parsed.expression).evaluate(Scope{context}));
  return core::to_json(core::with_leaves(result, [](const Value& leaf) {
    const std::string* found = unknown_text(leaf);
    return found == nullptr ? leaf : Value("unknown: " + *found);
  }));
}

TEST(Unknown, GoesThroughExpressionsAsItIs) {
  for (const char* text : {"<% $.server %>", "<% $.known.id %>", "<% $.servers[0] %>", "{{ _.server }}",
                           "{{ _.known.id }}", "{{ _['known']['id'] }}", "<% coalesce($.server, 1) %>"}) {
    EXPECT_EQ(evaluated(text), R"("unknown: <% task(create).result %>")") << text;
  }
  EXPECT_EQ(evaluated("<% [$.server, $.n] %>"), R"(["unknown: <% task(create).result %>",3])");
  EXPECT_EQ(evaluated("<% {id => $.server, n => $.n + 1} %>"),
            R"({"id":"unknown: <% task(create).result %>","n":4})");
  EXPECT_EQ(evaluated("<% $.servers %>"), R"(["unknown: <% task(create).result %>","b"])");
  EXPECT_EQ(evaluated("{{ {'id': _.server} }}"), R"({"id":"unknown: <% task(create).result %>"})");
}

TEST(Unknown, AsAKeyItIsItsText) {
  EXPECT_EQ(evaluated("<% {$.server => 1} %>"), R"({"<% task(create).result %>":1})");
}

TEST(Unknown, WhatIsKnownBesideItStaysKnown) {
  EXPECT_EQ(evaluated("<% $.known.name %>"), R"("web")");
  EXPECT_EQ(evaluated("{{ _.known.name }}-{{ _.n }}"), R"("web-3")");
  EXPECT_EQ(evaluated("<% $.servers.len() %>"), "2");
  EXPECT_EQ(evaluated("<% $.known.keys().orderBy($) %>"), R"(["id","name"])");
}

TEST(Unknown, WhoeverLooksIntoItKnowsNoMore) {
  for (const std::string text : {"<% $.server.id %>",
                                 "<% $.server[0] %>",
                                 "<% $.server.get(id) %>",
                                 "<% $.server = 5 %>",
                                 "<% $.server = null %>",
                                 "<% 'a' != $.server %>",
                                 "<% $.server and true %>",
                                 "<% not $.server %>",
                                 "<% $.server + 1 %>",
                                 "<% $.n < $.server %>",
                                 "<% str($.server) %>",
                                 "<% len($.server) %>",
                                 "<% $.server in [1, 2] %>",
                                 "<% $.servers.where($ = b) %>",
                                 "<% $.servers.select($.id) %>",
                                 "<% $.servers.orderBy($) %>",

                                 "<% switch($.server => 1) %>",
                                 "<% json_dump($.server) %>",
                                 "<% $.server.items.select($.id).first() %>",
                                 "{{ _.server.id }}",
                                 "{{ _.server['id'] }}",
                                 "{{ _.server == 5 }}",
                                 "{{ 'yes' if _.server else 'no' }}",
                                 "{{ _.server ~ '' }}",
                                 "{{ _.server|upper }}",
                                 "{{ _.server|length }}",
                                 "{{ _.servers|join(',') }}",
                                 "{{ _.servers|map(attribute='id')|list }}",
                                 "{{ _.servers|sort }}",
                                 "{{ _.server|default('x', true) }}",
                                 "{{ _.server in ['a'] }}",
                                 "{{ _.server is eq 1 }}",
                                 "{% for s in _.server %}{{ s }}{% endfor %}",
                                 "{% if _.server %}{{ 'a' }}{% endif %}",
                                 "{{ json_dump(_.server) }}"}) {
    EXPECT_EQ(evaluated(text), core::to_json(Value("unknown: " + text))) << text;
  }
}

TEST(Unknown, StandsInTextsAsItsOwnText) {
  EXPECT_EQ(evaluated("<% $.known.name %>-<% $.server %>"), R"("unknown: web-<% task(create).result %>")");
  EXPECT_EQ(evaluated("<% $.known.name %>-<% $.server.id %>"), R"("unknown: web-<% $.server.id %>")");
  EXPECT_EQ(evaluated("<% $.n %>: <% $.servers %>"), R"("unknown: 3: <% $.servers %>")");
}

TEST(Unknown, MistakesThatHaveNothingToDoWithItStayMistakes) {
  EXPECT_THROW(evaluated("<% $.none %>"), EvaluationError);
  EXPECT_THROW(evaluated("<% [$.server, $.n + 'a'] %>"), EvaluationError);
}

}  // namespace
}  // namespace gregale::expression
