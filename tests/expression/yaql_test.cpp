// What the corpus cannot show: budgets, places of errors, threads, values on their way out.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "core/json.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::expression {
namespace {

using core::List;
using core::Map;

BoundExpression bound(const std::string& text) {
  const grammar::ParsedText parsed = grammar::parse_text(text);
  if (!parsed.expression) throw std::runtime_error("does not parse: " + text);
  return BoundExpression(*parsed.expression);
}

Value evaluate(const std::string& text, const char* data = "{}") {
  const ValueContext context(core::parse_json(data));
  return bound(text).evaluate({context});
}

std::string json(const std::string& text, const char* data = "{}") {
  return core::to_json(to_data(evaluate(text, data)));
}

// The error's place and message, or "no error".
struct Failed {
  std::string message = "no error";
  size_t begin = 0;
  size_t end = 0;
};
Failed failed(const std::string& text, const char* data = "{}") {
  try {
    evaluate(text, data);
  } catch (const EvaluationError& error) {
    return {error.what(), error.begin, error.end};
  }
  return {};
}

TEST(Yaql, ReadsMembersWithoutBuildingTheContext) {
  struct Members : DataContext {
    Value value = Value(Map{{"b", Value(5)}});
    const Value* find(std::string_view name) const override { return name == "a" ? &value : nullptr; }
    const Value& whole() const override { throw std::logic_error("the whole context was built"); }
  };
  const Members members;
  EXPECT_EQ(bound("<% $.a.b + $.a['b'] %>").evaluate({members}), Value(10));
}

TEST(Yaql, TextIsPythonText) {
  EXPECT_EQ(json("<% null %>, <% true %>, <% $.l %>, <% 1.0 %>, <% {a => 'x'} %>", R"({"l": ["a", 1]})"),
            R"("None, True, ['a', 1], 1.0, {'a': 'x'}")");
}

TEST(Yaql, ReplacementIsTextual) {
  // The value of the first piece holds the text of the second, which is then replaced in it as well.
  EXPECT_EQ(json("<% $.a %>/<% 1 %>", R"({"a": "<% 1 %>"})"), R"("1/1")");
}

TEST(Yaql, ErrorsPointIntoTheText) {
  const Failed missing = failed("see <% $.a.b.missing %>", R"({"a": {"b": {}}})");
  EXPECT_EQ(missing.message, "there is no key 'missing'");
  EXPECT_EQ(missing.begin, 7u);
  EXPECT_EQ(missing.end, 20u);
  const Failed inner = failed("<% [1, 2].select($ + 'x').toList() %>");
  EXPECT_EQ(inner.begin, 17u);
  EXPECT_EQ(inner.end, 24u);
  EXPECT_EQ(failed("<% $.l.orderby($) %>", R"({"l": []})").message,
            "unknown method 'orderby'; did you mean 'orderBy'?");
}

TEST(Yaql, LazyResultsAreUsedOnce) {
  EXPECT_EQ(json("<% let(r => range(3)) -> [$r.toList(), $r.toList()] %>"), "[[0,1,2],[]]");
  EXPECT_EQ(json("<% let(r => range(3).memorize()) -> [$r.toList(), $r.toList()] %>"), "[[0,1,2],[0,1,2]]");
  EXPECT_EQ(json("<% selectAllCases(true, 1/0).first() %>"), "0");
}

TEST(Yaql, DataOfResults) {
  EXPECT_EQ(json("<% {1 => set(2), null => datetime(2024, 1, 2)} %>"),
            R"({"1":[2],"null":"2024-01-02T00:00:00.000000"})");
  EXPECT_EQ(json("<% timespan(milliseconds => 1500) %>"), "1.5");
  EXPECT_THROW(json("<% regex('a') %>"), EvaluationError);
  EXPECT_THROW(json("<% let(a => 1) %>"), EvaluationError);
}

TEST(Yaql, YamlTextsAreQuotedWhereTheyWouldMeanSomethingElse) {
  EXPECT_EQ(evaluate(R"(<% yaml_dump(['=', '<<', 'yes', '1', "a\n b", 'a b']) %>)"),
            Value("- '='\n- '<<'\n- 'yes'\n- '1'\n- \"a\\n b\"\n- a b\n"));
}

TEST(Yaql, IsEvaluatedByManyThreadsAtOnce) {
  const BoundExpression expression = bound("<% $.l.where($ > 1).orderBy(-$).select(str($)).join('-') %>");
  const ValueContext context(core::parse_json(R"({"l": [3, 1, 2]})"));
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int n = 0; n < 200; ++n) right += expression.evaluate({context}) == Value("3-2");
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 800);
}

TEST(Yaql, TheClockIsTheScopes) {
  const core::VirtualClock clock(1'700'000'000 * core::kSecond);
  const ValueContext context{Value(Map())};
  Scope scope{context};
  scope.clock = &clock;
  EXPECT_EQ(bound("<% str(now()) %>").evaluate(scope), Value("2023-11-14 22:13:20+00:00"));
}

TEST(Yaql, FunctionsOfExecutionsAreNullWithoutThem) {
  EXPECT_EQ(json("<% [task(), execution(), executions(), tasks(), global(x), env()] %>"),
            "[null,null,null,null,null,null]");
}

TEST(Yaql, BudgetsAreKept) {
  const ValueContext context{Value(Map())};
  Scope scope{context};
  scope.budget.steps = 1000;
  EXPECT_THROW(bound("<% range(10000).sum() %>").evaluate(scope), EvaluationError);
  scope.budget = {};
  scope.budget.memory = 10'000;
  EXPECT_THROW(bound("<% range(10000).toList() %>").evaluate(scope), EvaluationError);
  EXPECT_THROW(bound("<% 'x' * 100000 %>").evaluate(scope), EvaluationError);
  scope.budget = {};
  scope.budget.recursion = 10;
  const char* recursive = "<% def(f, switch($ = 0 => 0, true => 1 + f($ - 1))) -> f(20) %>";
  EXPECT_THROW(bound(recursive).evaluate(scope), EvaluationError);
  scope.budget.recursion = 50;
  EXPECT_EQ(bound(recursive).evaluate(scope), Value(20));
}

TEST(Yaql, ErrorsNameTheBudgetAndTheExpression) {
  const ValueContext context{Value(Map())};
  Scope scope{context};
  scope.budget.output = 1000;
  for (const char* text : {"<% str(range(1000).toList()) %>", "{{ 'x'.center(2000) }}",
                           "{{ range(300)|list }} x", "<% range(300).toList() %> and more"}) {
    try {
      bound(text).evaluate(scope);
      ADD_FAILURE() << text;
    } catch (const EvaluationError& error) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
  }
  scope.budget = {};
  scope.budget.steps = 1000;
  try {
    bound("<% range(10000).sum() %>").evaluate(scope);
    FAIL();
  } catch (const EvaluationError& error) {
    EXPECT_EQ(error.kind(), core::ErrorKind::limit);
    EXPECT_STREQ(
        error.what(),
        "the evaluation takes more than 1000 steps (the budget `steps`), in `<% range(10000).sum() %>`");
  }
}

TEST(Yaql, YamlMayHoldSets) {
  EXPECT_EQ(json("<% yaml_parse('!!set {a, b}') = set(b, a) %>"), "true");
}

// Whatever the author had in mind: the budget ends it, not the patience of the reader.
TEST(Yaql, HostileExpressionsAreRefused) {
  const std::vector<std::string> expressions = {
      "<% range(1000000000000).len() %>",
      "<% sequence().select($ * 2).toList() %>",
      "<% 'a' * 2000000000 %>",
      "<% [1] * 2000000000 %>",
      "<% (1).repeat().where(false).first() %>",
      "<% [1].cycle().distinct().toList() %>",
      "<% generateMany(1, [$, $]).last() %>",
      "<% generate(1, true, $ + 1).last() %>",
      "<% def(f, f($)) -> f(1) %>",
      "<% def(f, [1].select(f($)).first()) -> f(1) %>",
      "<% range(100000).aggregate($1.select($), [1]).toList() %>",
      "<% range(100000).aggregate([$1], []) %>",
      "<% let(a => range(100000).aggregate([$1], []), b => range(100000).aggregate([$1], [])) -> $a = $b %>",
      "<% set(range(100000).aggregate([$1], [])) %>",
      "<% str(range(100000).aggregate([$1], [])) %>",
      "<% json_dump(range(100000).aggregate([$1], [])) %>",
      "<% yaml_dump(range(100000).aggregate([$1], [])) %>",
      "<% range(100000).aggregate($1.orderBy($), [1]) %>",
      "<% range(100000).aggregate($1.orderBy($), [1]).toList() %>",
      "<% range(100000).aggregate({a => $1}.values(), {}) %>",
      "<% range(100000).aggregate({a => $1}.mergeWith({a => $1}), {}) %>",
      "<% ('a' * 40 + 'b') =~ '^(a+)+$' %>",
      "<% pow(10, 100000000) %>",
      "<% pow(pow(7, 20000), pow(7, 20000), pow(11, 20000)) %>",
      "<% shiftBitsLeft(1, 1000000000000) %>",
      "<% range(100000).aggregate($1 * 3 + 1, 1) %>",
      "<% range(100000).select(str(pow(3, 100000))).toList() %>",
      "<% '{0:>2000000000}'.format(1) %>",
      "<% 'x'.replace('', 'y' * 1000000) * 1000 %>",
      "<% int('9' * 1000000) %>",
      "<% range(1000).toList().join(range(1000000), true, 1).last() %>",
      "<% timespan(999999999) * 1000 %>",
      "<% datetime('9' * 100000) %>",
      "<% json_parse('[' * 100000) %>",
      "<% yaml_parse('[' * 100000) %>",
  };
  const ValueContext context{Value(Map())};
  Scope scope{context};
  scope.budget.steps = 2'000'000;
  scope.budget.memory = 64 << 20;
  for (const std::string& text : expressions) {
    EXPECT_THROW(bound(text).evaluate(scope), EvaluationError) << text;
  }
}

// Each does much at once, and again and again: what it reads and compares counts, not only how often.
TEST(Yaql, WorkOnTextsAndListsTakesSteps) {
  const std::string data =
      "let(s => 'a' * 20000, u => '\xC5\xBE' * 10000, l => range(1000).toList(), "
      "m => range(1000).toList(), d => range(1000).toDict($, $)) -> ";
  const std::vector<std::string> works = {"$s.indexOf('b')",
                                          "'b' in $s",
                                          "$s.toUpper()",
                                          "$u.len()",
                                          "$s.trim()",
                                          "$s = $s + ''",
                                          "$s < $s + 'b'",
                                          "$s =~ 'b'",
                                          "$l = $m",
                                          "-1 in $l",
                                          "str($l)",
                                          "json_dump($l)",
                                          "$d = $d + {}",
                                          "$l.toSet()",
                                          "$s.split('b')",
                                          "('a' * 12) =~ '(a+)+b'",
                                          "$s.replace('b', 'cc')"};
  const ValueContext context{Value(Map())};
  Scope scope{context};
  scope.budget.steps = 100'000;
  for (const std::string& work : works) {
    try {
      bound("<% " + data + "range(20000).select(" + work + ").count() %>").evaluate(scope);
      ADD_FAILURE() << work << " is free";
    } catch (const EvaluationError& error) {
      EXPECT_NE(std::string(error.what()).find("(the budget `"), std::string::npos) << work << error.what();
    }
  }
}

TEST(Yaql, PositionsMayBeFurtherThanAnyItem) {
  EXPECT_EQ(json("<% range(3).replace(12345678901234567890, x).toList() %>"), "[0,1,2]");
  EXPECT_EQ(json("<% range(3).delete(1, 12345678901234567890).toList() %>"), "[0]");
}

TEST(Yaql, ReplacedTextsStayWithinTheBudget) {
  for (const char* text : {"<% ('a' * 100000).replace('a', 'b' * 100000) %>",
                           "<% regex(a).replace('a' * 100000, 'b' * 100000) %>",
                           "<% regex(a).replaceBy('a' * 100000, 'b' * 100000) %>"}) {
    EXPECT_NE(failed(text).message.find("(the budget `output`)"), std::string::npos) << failed(text).message;
  }
}

// These look as bad, but have a value that costs little.
TEST(Yaql, HeavyExpressionsHaveTheirValue) {
  const std::vector<std::string> expressions = {
      "<% range(100000).aggregate([$1], []).flatten().toList() %>",
      "<% range(100000).aggregate(let($1), 1) %>",
      "<% regex('(a|a)*b').searchAll('a' * 5000).toList() %>",
      "<% ('a' * 100000).replace(regex('(a?){50}b'), 'x') %>",
      "<% range(100000).toList().unpack() -> $5 %>",
      "<% '1' * 100000 + '.5' %>",
  };
  for (const std::string& text : expressions) EXPECT_NO_THROW(evaluate(text)) << text;
}

TEST(Yaql, NestedCallsStayOnTheStack) {
  std::string text = "1";
  for (int i = 0; i < 35; ++i) text = "[1].select(" + text + ").toList().first()";
  // Alone it works; within functions that call each other the nodes are counted.
  EXPECT_EQ(evaluate("<% " + text + " %>"), Value(1));
  EXPECT_NE(failed("<% def(f, let(x => f($)) -> " + text + ") -> f(1) %>").message, "no error");
}

}  // namespace
}  // namespace gregale::expression
