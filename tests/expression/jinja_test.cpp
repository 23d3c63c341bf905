// What the corpus does not cover: limits, places of errors, changes of values, odd ends of templates.
#include "interpreter/expression/jinja/jinja.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "grammar/jinja.hpp"
#include "interpreter/expression/jinja/sequence.hpp"

namespace gregale::expression {
namespace {

Value run(std::string_view text, bool is_template, const std::string& data = "{}",
          const Budget& budget = {}) {
  const auto parsed =
      is_template ? grammar::parse_jinja_template(text) : grammar::parse_jinja_expression(text);
  if (const auto* error = std::get_if<grammar::SyntaxError>(&parsed)) {
    throw std::runtime_error("syntax: " + error->message);
  }
  const JinjaProgram program(std::get<grammar::Tree>(parsed), text);
  const ValueContext context(core::parse_json(data));
  Scope scope{context};
  scope.budget = budget;
  return program.evaluate(scope);
}

std::string expression(std::string_view text, const std::string& data = "{}") {
  return core::to_json(run(text, false, data));
}
std::string rendered(std::string_view text, const std::string& data = "{}") {
  return run(text, true, data).as_string();
}

TEST(Jinja, ChangesAreSeenThroughEveryNameAndStayInTheEvaluation) {
  const std::string data = R"({"l": [1], "d": {"k": [2]}})";
  EXPECT_EQ(rendered("{% set a = _.l %}{% set x = a.append(5) %}{{ _.l }}{{ _ }}", data),
            "[1, 5]{'l': [1, 5], 'd': {'k': [2]}}");
  EXPECT_EQ(rendered("{% set x = _.d.k.insert(0, 1) %}{{ _.d }}{{ _.d == {'k': [1, 2]} }}", data),
            "{'k': [1, 2]}True");
  EXPECT_EQ(expression("[_.l.append(2), _.l.pop(0), _.l]", data), "[null,1,[2]]");
  EXPECT_EQ(expression("[_.d.update(z=1), _.d.pop('k'), _.d]", data), R"([null,[2],{"z":1}])");
  const Value context = core::parse_json(data);
  const auto parsed = grammar::parse_jinja_expression("[_.l.append(2), _.l]");
  const JinjaProgram program(std::get<grammar::Tree>(parsed), "");
  const ValueContext shared(context);
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(core::to_json(program.evaluate(Scope{shared})), "[null,[1,2]]");
  }
  EXPECT_EQ(core::to_json(context), core::to_json(core::parse_json(data)));
}

TEST(Jinja, AConstantListIsNewInEachEvaluation) {
  const std::string text =
      "{% for i in [1, 2] %}{% set l = [] %}{% set x = l.append(i) %}{{ l }}{% endfor %}";
  EXPECT_EQ(rendered(text), "[1][2]");
  EXPECT_EQ(rendered(text), "[1][2]");
}

TEST(Jinja, ErrorsPointAtTheirPlace) {
  try {
    run("1 + _.a.b", false);
    FAIL();
  } catch (const EvaluationError& error) {
    EXPECT_EQ(error.begin, 4u);
    EXPECT_EQ(error.end, 9u);
  }
  try {
    run("x {{ 'a' + 1 }}", true);
    FAIL();
  } catch (const EvaluationError& error) {
    EXPECT_EQ(error.begin, 5u);
  }
}

TEST(Jinja, UnknownNamesAreSuggested) {
  try {
    run("_|uper", false);
    FAIL();
  } catch (const EvaluationError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'upper'"), std::string::npos) << error.what();
  }
}

TEST(Jinja, ItemsOfALazySequenceAreValuesOfTheirOwn) {
  const std::string data = R"({"l": ["b", "a", "c"]})";
  EXPECT_EQ(expression("_.l|map('upper')|list", data), R"(["B","A","C"])");
  EXPECT_EQ(expression("_.l|map('upper')|map('lower')|reverse|list", data), R"(["c","a","b"])");
  EXPECT_EQ(expression("_.l|map('upper')|batch(2)|list", data), R"([["B","A"],["C"]])");
  EXPECT_EQ(expression("[_.l|map('upper')|first, _.l|map('upper')|max]", data), R"(["B","C"])");
  EXPECT_EQ(rendered("{% for x in _.l|map('trim') %}{{ x }}{{ loop.previtem|d('-') }}{% endfor %}", data),
            "b-abca");
}

TEST(Jinja, SortingIsStableByEveryColumn) {
  const std::string data = R"({"l": [
    {"id": 1, "n": 300, "t": "same beginning b"}, {"id": 2, "n": -1, "t": "same beginning a"},
    {"id": 3, "n": 300, "t": "same beginning a"}, {"id": 4, "n": 2, "t": "s"}]})";
  EXPECT_EQ(expression("_.l|sort(attribute='n')|map(attribute='id')|list", data), "[2,4,1,3]");
  EXPECT_EQ(expression("_.l|sort(attribute='t')|map(attribute='id')|list", data), "[4,2,3,1]");
  EXPECT_EQ(expression("_.l|sort(attribute='n,t')|map(attribute='id')|list", data), "[2,4,3,1]");
  EXPECT_EQ(expression("_.l|sort(attribute='n', reverse=true)|map(attribute='id')|list", data), "[1,3,4,2]");
  EXPECT_EQ(expression("[2, 1.5, true]|sort"), "[true,1.5,2]");
  EXPECT_THROW(run("[1, 'a']|sort", false), EvaluationError);
  // Enough of them for the passes over bytes, negative numbers among them.
  EXPECT_EQ(expression("range(-300, 300)|map('string')|map('int')|reverse|sort == range(-300, 300)|list"),
            "true");
  EXPECT_EQ(expression("range(1000, 1300)|map('string')|sort(reverse=true)|last"), R"("1000")");
}

TEST(Jinja, GroupsAreInTheOrderOfTheirKeys) {
  const std::string data = R"({"l": [{"g": "b", "n": 1}, {"g": "A", "n": 2}, {"g": "B", "n": 3}]})";
  EXPECT_EQ(expression("_.l|groupby('g')|map('first')|list", data), R"(["A","b"])");
  EXPECT_EQ(expression("_.l|groupby('g', case_sensitive=true)|map(attribute='grouper')|list", data),
            R"(["A","B","b"])");
  EXPECT_EQ(expression("_.l|groupby('n')|map(attribute='list')|map('length')|list", data), "[1,1,1]");
}

TEST(Jinja, ColumnsThatDoNotPackIntoOneNumberAreSortedOneAfterTheOther) {
  const std::string data = R"({"l": [{"a": 1, "b": 9223372036854775807}, {"a": 0, "b": -9223372036854775808},
    {"a": 1, "b": -9223372036854775808}, {"a": 0, "b": 5}, {"a": 1, "b": 5}]})";
  EXPECT_EQ(expression("_.l|sort(attribute='a,b')|map(attribute='b')|list", data),
            "[-9223372036854775808,5,-9223372036854775808,5,9223372036854775807]");
  EXPECT_EQ(expression("_.l|sort(attribute='b')|map(attribute='a')|list", data), "[0,1,0,1,1]");
  EXPECT_EQ(expression("_.l|sort(attribute='a', reverse=true)|map(attribute='a')|list", data), "[1,1,1,0,0]");
  EXPECT_EQ(expression("[]|sort(attribute='a,b')"), "[]");
}

TEST(Jinja, SortedItemsAreWalkedInOrderAndKeepTheirList) {
  const std::string data = R"({"l": [{"a": 2, "b": "x"}, {"a": 1, "b": "Y"}, {"a": 2, "b": "W"}], "e": []})";
  EXPECT_EQ(expression("_.l|sort(attribute='a,b')|map(attribute='b')|list", data), R"(["Y","W","x"])");
  EXPECT_EQ(expression("_.l|sort(attribute='b')|selectattr('a', 'eq', 2)|map(attribute='b')|join('-')", data),
            R"("W-x")");
  EXPECT_EQ(expression("_.l|map(attribute='a')|sort(reverse=true)|batch(2)|list", data), "[[2,2],[1]]");
  // Nothing to walk, nothing to ask for, as with an empty list.
  EXPECT_EQ(expression("_.e|sort|map('no such filter')|list", data), "[]");
  EXPECT_EQ(
      rendered(
          "{% set l = [3, 1, 2] %}{% set m = l|sort|map('string') %}{% set x = l.append(0) %}{{ m|join }}"
          "{{ l|sort|join }}"),
      "1230123");
  EXPECT_THROW(run("_.l|sort(attribute='c')|map(attribute='a')", false, data), EvaluationError);
}

TEST(Jinja, GroupsOfManyTexts) {
  EXPECT_EQ(expression("range(3000)|map('string')|groupby('0')|map('last')|map('length')|list"),
            "[1,1111,1111,111,111,111,111,111,111,111]");
  EXPECT_EQ(expression("range(3000)|map('string')|groupby(attribute=none)|map('first')|map('int')|sum"),
            "4498500");
  // Texts that a number of eight bytes cannot tell apart.
  EXPECT_EQ(expression("['a', 'a\\0', 'a', '', 'abcdefgh', 'abcdefghi']|groupby(attribute=none)"
                       "|map('last')|map('length')|list"),
            "[1,2,1,1,1]");
  EXPECT_EQ(expression("['', 'a', '\\0', 'aa', 'aaa', 'aba', 'abba', 'abcba', 'aa', 'abcdcba', 'abcddcba']"
                       "|groupby(attribute=none)|map('last')|map('length')|list"),
            "[1,1,1,2,1,1,1,1,1,1]");
}

TEST(Jinja, WalksThatPushTheirItemsAreThoseThatAreAskedForOneByOne) {
  const std::string data = R"({"l": [{"n": 1}, {"m": 2}, {"n": 3}]})";
  EXPECT_EQ(expression("_.l|selectattr('n', 'defined')|map(attribute='n')|join(',')", data), R"("1,3")");
  EXPECT_EQ(
      rendered("{% for n in _.l|selectattr('n', 'defined')|map(attribute='n') %}{{ n }},{% endfor %}", data),
      "1,3,");
  EXPECT_EQ(expression("_.l|map(attribute='n', default=0)|max", data), "3");
  EXPECT_THROW(run("_.l|map(attribute='n')|join", false, data), EvaluationError);
  // A walk goes on where it stopped, and is over after its end.
  EXPECT_EQ(rendered("{% set g = [1, 2, 3]|map('string') %}{{ g|first }}{{ g|join }}{{ g|list }}"), "123[]");
  EXPECT_EQ(rendered("{% set g = [1, 2, 3]|map('string') %}{% for i in g %}{{ i }}{{ g|join }};{% endfor %}"),
            "123;");
}

TEST(Jinja, MacrosOfALoopSeeItsItemAndNothingAfterItsEnd) {
  const std::string loop =
      "{% set n = namespace(m=none) %}{% for i in ['a', 'b'] %}{% macro f() %}{{ i }}{% endmacro %}"
      "{% if i == 'a' %}{% set n.m = f %}{% endif %}{{ n.m() }}{% endfor %}";
  EXPECT_EQ(rendered(loop), "ab");
  EXPECT_THROW(run(loop + "{{ n.m() }}", true), EvaluationError);
  EXPECT_EQ(rendered("{% for i in [1, 2] %}{% set i = i + 1 %}{{ i }}{% endfor %}"), "23");
  EXPECT_THROW(run("{% for i in [1, 2] %}{% if i == 1 %}{% set x = 1 %}{% endif %}{{ x }}{% endfor %}", true),
               EvaluationError);
}

TEST(Jinja, WalksSeeWhatBecomesOfTheirList) {
  const std::string grow = "{% if i < 3 %}{% set x = l.append(i + 2) %}{% endif %}{% endfor %}";
  EXPECT_EQ(rendered("{% set l = [1, 2] %}{% for i in l %}{{ i }}" + grow), "1234");
  EXPECT_EQ(rendered("{% set l = [1, 2] %}{% for i in l|select %}{{ i }}" + grow), "1234");
  EXPECT_EQ(
      rendered(
          "{% set l = [1, 2] %}{% for i in l %}{{ i }}/{{ loop.index }}/{{ loop.length }}{{ loop.last }} " +
          grow),
      "1/1/2False 2/2/2False 3/3/2False 4/4/2True ");
  EXPECT_EQ(
      rendered("{% set l = [1, 2, 3, 4] %}{% for i in l %}{{ i }}{% set x = l.remove(i) %}{% endfor %}"),
      "13");
  // What has ended stays at its end.
  EXPECT_EQ(
      rendered("{% set l = [1, 2] %}{% for i in l %}{% if loop.last %}{% set x = l.append(3) %}{% endif %}"
               "{{ i }}{% endfor %}{{ l }}"),
      "12[1, 2, 3]");
  EXPECT_EQ(rendered("{% set d = {'a': 1, 'b': 2} %}{% for k, v in d.items() %}{{ k }}{{ v }}"
                     "{% set x = d.update({'b': 7}) %}{% endfor %}"),
            "a1b7");
  EXPECT_THROW(
      run("{% set d = {'a': 1} %}{% for k in d %}{% set x = d.update({'c': 1}) %}{% endfor %}", true),
      EvaluationError);
  EXPECT_THROW(run("{% set l = [1] %}{% for i in l %}{% set x = l.append(i) %}{% endfor %}", true),
               EvaluationError);
}

TEST(Jinja, LoopsKnowWhatComes) {
  EXPECT_EQ(
      rendered("{% for k, v in {'a': 1, 'b': 2}.items() if v > 1 %}{{ loop.index }}{{ loop.last }}{{ k }}"
               "{{ loop.length }}{% endfor %}"),
      "1Trueb1");
  EXPECT_EQ(rendered("{% for i in [1, 2, 3]|map('string') %}{{ loop.previtem if not loop.first }}"
                     "{{ loop.nextitem if not loop.last }}{{ loop.revindex }};{% endfor %}"),
            "23;132;21;");
  EXPECT_EQ(
      rendered("{% set n = namespace(m=none) %}{% for i in [1, 2] %}{% if loop.first %}{% set n.m = loop %}"
               "{% endif %}{% endfor %}{{ n.m.index }}{{ n.m.last }}{{ n.m.length }}"),
      "2True2");
  // A lazy sequence is walked as the loop goes on.
  EXPECT_EQ(
      rendered("{% set g = [1, 2, 3]|map('string') %}{% for i in g %}{{ i }}{{ loop.first }}{{ g|list }}"
               "{% endfor %}"),
      "1True['2', '3']");
}

TEST(Jinja, WhatHoldsItselfIsPrintedAndFreed) {
  EXPECT_EQ(rendered("{% set n = namespace() %}{% set n.n = n %}{{ n }}"),
            "<Namespace {'n': <Namespace {...}>}>");
  EXPECT_EQ(rendered("{% set n = namespace(a=1) %}{% set n.l = [n] %}{{ n.l }}"),
            "[<Namespace {'a': 1, 'l': [<Namespace {...}>]}>]");
  EXPECT_EQ(rendered("{% with n = namespace(l=none) %}{% for i in [1] %}{{ loop.index }}{% set n.l = loop %}"
                     "{{ loop.changed(loop) }}{% endfor %}{% endwith %}"),
            "1True");
  EXPECT_EQ(
      rendered("{% with n = namespace() %}{% macro f() %}{% set n.c = caller %}{{ caller() }}{% endmacro %}"
               "{% call f() %}x{% endcall %}{% endwith %}"),
      "x");
  for (const char* step : {"namespace(x=n.l)", "{'a': n.l}.values()", "[n.l]"}) {
    const std::string nested =
        std::string("{% set n = namespace(l='a') %}{% for i in range(50000) %}{% set n.l = ") + step +
        " %}{% endfor %}";
    EXPECT_EQ(rendered(nested + "ok"), "ok") << step;
    EXPECT_THROW(run(nested + "{{ n.l }}", true), EvaluationError) << step;
  }
}

TEST(Jinja, DeepValuesAreComparedWithinBounds) {
  const std::string text =
      "{% set n = namespace(l=1, m=1) %}{% for i in range(90000) %}{% set n.l = (n.l,) %}{% set n.m = (n.m,) "
      "%}"
      "{% endfor %}";
  for (const char* asked : {"n.l == n.m", "n.l in [n.m]"}) {
    EXPECT_NO_THROW(run(text + "{{ " + asked + " }}", true)) << asked;
  }
  for (const char* asked :
       {"n.l < n.m", "n.l|pprint", "[n.l, n.m]|sort", "n.l|tojson", "{n.l: 1}", "[n.l, n.m]|unique|list"}) {
    EXPECT_THROW(run(text + "{{ " + asked + " }}", true), EvaluationError) << asked;
  }
  EXPECT_EQ(expression("{3: 1, 18446744073709551616: 2, 2: 3}|pprint"),
            R"("{2: 3, 3: 1, 18446744073709551616: 2}")");
}

TEST(Jinja, ViewsOfDictsAreLikeSets) {
  const std::string data = R"({"d": {"a": 1, "b": 2}, "x": {"a": []}})";
  EXPECT_EQ(expression("([1, 'a'] - _.d.keys())|list", data), "[1]");
  EXPECT_EQ(expression("(_.d.items() - [('a', 1)])|map('first')|list", data), R"(["b"])");
  EXPECT_EQ(expression("(_.d.keys() - 'a')|list", data), R"(["b"])");
  EXPECT_EQ(expression("((_.d.keys() - ['a']) - _.d.keys())|list", data), "[]");
  EXPECT_EQ(expression("[_.d.keys().isdisjoint(['x']), _.d.keys().isdisjoint('ab')]", data), "[true,false]");
  EXPECT_EQ(expression("[_.d.items().isdisjoint([('a', 2)]), _.x.items().isdisjoint([('a', [])])]", data),
            "[true,false]");
  EXPECT_EQ(expression("[_.d.values().mapping == _.d, _.d.keys().mapping.a]", data), "[true,1]");
  for (const char* wrong :
       {"_.d.values() - [1]", "_.d.keys() - 5", "5 - _.d.keys()", "_.d.values().isdisjoint([1])",
        "[1] in _.d.keys()", "_.d.keys().isdisjoint([[1]])", "(_.d.keys() - []) - ['b']",
        "_.x.items() - []"}) {
    EXPECT_THROW(run(wrong, false, data), EvaluationError) << wrong;
  }
}

TEST(Jinja, ViewsOfDictsAreComparedAsSets) {
  const std::string data = R"({"d": {"a": 1, "b": [2]}})";
  EXPECT_EQ(expression("[_.d.keys() == _.d.keys(), _.d.items() == _.d.items(), _.d.values() == _.d.values()]",
                       data),
            "[true,true,false]");
  EXPECT_EQ(
      expression("[_.d.keys() < _.d.keys(), _.d.keys() <= _.d.keys(), _.d.keys() != _.d.items()]", data),
      "[false,true,true]");
  EXPECT_EQ(expression("[(_.d.keys() - ['a']) < _.d.keys(), (_.d.keys() - []) == _.d.keys(), "
                       "_.d.keys() == ['a', 'b']]",
                       data),
            "[true,true,false]");
  for (const char* wrong : {"_.d.values() < _.d.values()", "_.d.keys() < ['a']", "{_.d.keys(): 1}"}) {
    EXPECT_THROW(run(wrong, false, data), EvaluationError) << wrong;
  }
}

TEST(Jinja, SlicesReachAnyDistance) {
  const std::string data = R"({"l": [1, 2, 3], "far": 123456789012345678901234567890})";
  EXPECT_EQ(expression("[_.l[_.far:], _.l[:_.far], _.l[-_.far:], _.l[::_.far], 'abc'[::-_.far]]", data),
            R"([[],[1,2,3],[1,2,3],[1],"c"])");
}

TEST(Jinja, DirectionsOfSortingAreIntegers) {
  EXPECT_EQ(expression("[[1, 3]|sort(reverse=2), [3, 1]|sort(reverse=false)]"), "[[3,1],[1,3]]");
  for (const char* wrong :
       {"[3, 1]|sort(reverse=none)", "[]|sort('x')", "{}|dictsort(reverse=1.0)", "[1].sort(reverse=none)"}) {
    EXPECT_THROW(run(wrong, false), EvaluationError) << wrong;
  }
}

TEST(Jinja, MarkupSaysSoWithinOtherValues) {
  EXPECT_EQ(rendered("{{ ['<a>'|safe] }}{{ '<a>'|safe }}"), "[Markup('<a>')]<a>");
  EXPECT_EQ(expression("'{!r}'.format('<a>'|safe) ~ '%r' % ('b'|safe) ~ ('c'|safe)|pprint"),
            R"x("Markup('<a>')Markup('b')Markup('c')")x");
}

TEST(Jinja, JsonIsMovedInByAnyText) {
  EXPECT_EQ(expression("[1, [2]]|tojson(indent='ab')"), R"("[\nab1,\nab[\nabab2\nab]\n]")");
  EXPECT_EQ(expression("[1]|tojson(indent=true)"), R"("[\n 1\n]")");
  EXPECT_EQ(expression("[1]|tojson(indent=-1)"), R"("[\n1\n]")");
}

TEST(Jinja, NamesInWalksAreLookedUpForTheFirstItem) {
  EXPECT_EQ(expression("([1]|select('gt', 5))|select('nosuch')|list"), "[]");
  EXPECT_EQ(expression("([1]|select('gt', 5))|map('nosuch')|list"), "[]");
  EXPECT_THROW(run("[1]|select('nosuch')|list", false), EvaluationError);
  EXPECT_THROW(run("[1]|map('nosuch')|list", false), EvaluationError);
  const Value failed = run("[1]|map()", false);
  ASSERT_NE(failed.object_as<jinja::FailedSequence>(), nullptr);
  EXPECT_EQ(failed.object_as<jinja::FailedSequence>()->error_class, "FilterArgumentError");
}

TEST(Jinja, WhatIsUndefinedIsNotComparedWithinContainersEither) {
  for (const char* wrong :
       {"[nosuch] == [nosuch]", "[1] == [nosuch]", "[nosuch] in [[1]]", "{'a': nosuch} == {'a': 1}"}) {
    EXPECT_THROW(run(wrong, false), EvaluationError) << wrong;
  }
  EXPECT_EQ(expression("[[1, nosuch] == [2, 3], [nosuch] == [1, 2], [(1 if false)] == [(1 if false)]]"),
            "[false,false,true]");
  EXPECT_THROW(run("{% for i in [1, 2] %}{{ loop.changed(nosuch) }}{% endfor %}", true), EvaluationError);
}

TEST(Jinja, TargetsEndWithACommaInParenthesesOnly) {
  EXPECT_EQ(rendered("{% set (x,) = [1] %}{{ x }}{% for (y,) in [[2]] %}{{ y }}{% endfor %}"), "12");
  for (const char* wrong : {"{% set x, = [1] %}", "{% for x, y, in [[1, 2]] %}{% endfor %}",
                            "{% with x, = [1] %}{% endwith %}"}) {
    EXPECT_THROW(run(wrong, true), std::runtime_error) << wrong;
  }
}

TEST(Jinja, AnEmptySubscriptIsATuple) {
  EXPECT_EQ(expression("{(): 5}[]"), "5");
  EXPECT_THROW(run("[1][]", false), EvaluationError);
}

TEST(Jinja, WhatIsUndefinedCountsAsCallable) {
  EXPECT_EQ(expression("[nosuch is callable, range is callable, 1 is callable]"), "[true,true,false]");
}

TEST(Jinja, SetsHaveTheirMethods) {
  const std::string set = "{% set s = {'a': 1, 'b': 2, 'c': 3}.keys() - ['c'] %}";
  EXPECT_EQ(rendered(set + "{{ s.union(['d'], 'e')|sort }}{{ s|sort }}"), "['a', 'b', 'd', 'e']['a', 'b']");
  EXPECT_EQ(rendered(set + "{{ s.intersection(['b', 'x'])|list }}{{ s.difference(['b'])|list }}"),
            "['b']['a']");
  EXPECT_EQ(rendered(set + "{{ s.symmetric_difference(['b', 'x'])|sort }}"), "['a', 'x']");
  EXPECT_EQ(rendered(set + "{{ s.issubset('abc') }}{{ s.issuperset('abc') }}{{ s.isdisjoint('xyz') }}"),
            "TrueFalseTrue");
  EXPECT_EQ(rendered(set + "{% set t = s %}{% set x = t.add('z') %}{% set x = t.discard('a') %}{{ s|sort }}"),
            "['b', 'z']");
  EXPECT_EQ(rendered(set + "{% set x = s.update('q', ['r']) %}{{ s|sort|join }}{{ s.copy()|length }}"),
            "abqr4");
  EXPECT_THROW(run(set + "{{ s.remove('x') }}", true), EvaluationError);
  EXPECT_THROW(run(set + "{{ s.add([]) }}", true), EvaluationError);
}

TEST(Jinja, RequiredBlocksAreFilledByNobody) {
  EXPECT_THROW(run("{% block x required %} {# c #}{% endblock %}", true), EvaluationError);
  EXPECT_THROW(run("{% block x scoped required %}{% endblock %}", true), EvaluationError);
  EXPECT_EQ(rendered("{% if false %}{% block x required %}{% endblock %}{% endif %}q"), "q");
  EXPECT_TRUE(std::holds_alternative<grammar::SyntaxError>(
      grammar::parse_jinja_template("{% block x required %}a{% endblock %}")));
  EXPECT_EQ(rendered("{% block required %}a{% endblock %}"), "a");
}

TEST(Jinja, StriptagsKnowsAllCharactersOfHtml) {
  EXPECT_EQ(expression("'<b>a &nGtv; &notit; &ampx &bogus; &hearts;</b>'|striptags"),
            "\"a \xE2\x89\xAB\xCC\xB8 \xC2\xACit; &x &bogus; \xE2\x99\xA5\"");
  EXPECT_EQ(expression("'&#x80;&#65;&#66 &#x110000;&#0;&#1;&#;&#x;&'|striptags"),
            "\"\xE2\x82\xAC"
            "AB \xEF\xBF\xBD\xEF\xBF\xBD&#;&#x;&\"");
}

TEST(Jinja, BudgetsAreNamed) {
  const auto message = [](const char* text, const Budget& budget) -> std::string {
    try {
      run(text, false, "{}", budget);
    } catch (const EvaluationError& error) {
      EXPECT_EQ(error.kind(), core::ErrorKind::limit);
      return error.what();
    }
    return "no error";
  };
  Budget budget;
  budget.steps = 100;
  EXPECT_NE(message("range(1000)|list", budget).find("`steps`"), std::string::npos);
  budget = {};
  budget.memory = 1000;
  EXPECT_NE(message("range(1000)|list", budget).find("`memory`"), std::string::npos);
}

TEST(Jinja, HostileExpressionsAreRefusedAtOnce) {
  for (const char* text :
       {"[0] * 2000000000", "'x' * 9999999999", "'%2000000000d' % 1", "'{:2000000000}'.format(1)",
        "'x'.center(2000000000)", "range(100001)", "2 ** 2000000000", "'a'|indent(2000000000)",
        "[1]|batch(3000000000, 0)|list|length"}) {
    EXPECT_THROW(run(text, false), EvaluationError) << text;
  }
  EXPECT_THROW(run("{{ 'a' * 100000000 }}{{ 'b' * 100000000 }}", true), EvaluationError);
  // Linear, however long the word.
  EXPECT_EQ(expression("('x' * 400000)|wordwrap(1)|length"), "799999");
  Budget small;
  small.steps = 100'000;
  small.memory = 1u << 20;
  for (const char* text :
       {"{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(s='x') %}{% for i in range(100) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
        "{% set l = [] %}{% set x = l.append(l) %}{{ l }}",
        "{% set n = namespace(l=1) %}{% for i in range(5000) %}{% set n.l = [n.l] %}{% endfor %}{{ n }}"}) {
    EXPECT_THROW(run(text, true, "{}", small), EvaluationError) << text;
  }
}

// Each does much at once, and again and again: what it reads and compares counts, not only how often.
TEST(Jinja, WorkOnTextsAndListsTakesSteps) {
  const std::string lists = "{% set l = range(1000)|list %}{% set m = range(1000)|list %}";
  const std::string text = "{% set s = 'a' * 20000 %}{% set u = '\xC5\xBE' * 10000 %}";
  Budget small;
  small.steps = 100'000;
  for (const char* work : {"l == m",
                           "l != m",
                           "l < m",
                           "[l] == [m]",
                           "{'a': l} == {'a': m}",
                           "l|string",
                           "l ~ ''",
                           "l|pprint",
                           "l|tojson",
                           "l|map('string')|list",
                           "l|select('odd')|list",
                           "l|unique|list",
                           "l.count(-1)",
                           "l.reverse()",
                           "'b' in s",
                           "s.find('b')",
                           "s.count('b')",
                           "s.isalnum()",
                           "s|wordcount",
                           "s == s ~ ''",
                           "s < s ~ ''",
                           "u|length",
                           "u[9999]",
                           "s is lower"}) {
    const std::string program = lists + text + "{% for i in range(1000) %}{% for j in range(20) %}" +
                                "{% set x = " + work + " %}{% endfor %}{% endfor %}";
    try {
      run(program, true, "{}", small);
      ADD_FAILURE() << work << " is free";
    } catch (const EvaluationError& error) {
      EXPECT_NE(std::string(error.what()).find("`steps`"), std::string::npos) << work << error.what();
    }
  }
}

TEST(Jinja, DeepObjectsAreFreedWithoutDeepRecursion) {
  EXPECT_EQ(rendered("{% set ns = namespace(c=1) %}{% for i in range(100000) %}"
                     "{% set ns.c = cycler(ns.c) %}{% endfor %}done"),
            "done");
}

TEST(Jinja, TheSandboxHoldsInternalsBack) {
  for (const char* text : {"''.__class__", "_.__class__", "''['__class__']", "''|attr('__class__')",
                           "'{0.__class__}'.format(1)", "[].__len__()"}) {
    EXPECT_THROW(run(text, false), EvaluationError) << text;
  }
  EXPECT_EQ(expression("''.__class__ is defined"), "false");
}

TEST(Jinja, LoopsMacrosAndBlocks) {
  EXPECT_EQ(rendered("{% for i in 'abc' %}{{ loop.index }}{{ loop.last }}{{ i }} {% endfor %}"),
            "1Falsea 2Falseb 3Truec ");
  EXPECT_EQ(
      rendered("{% for x in [[1], [2, [3]]] recursive %}{{ loop(x) if x is iterable else x }}{% endfor %}"),
      "123");
  EXPECT_EQ(rendered("{% macro m(a, b=2) %}{{ a }}{{ b }}{{ varargs }}{{ kwargs }}{% endmacro %}"
                     "{{ m(1) }} {{ m(1, 3, 4, c=5) }}"),
            "12(){} 13(4,){'c': 5}");
  EXPECT_EQ(rendered("{% macro m() %}<{{ caller(1) }}>{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}"),
            "<1>");
  EXPECT_EQ(rendered("{% block b %}x{% endblock %}{{ self.b() }}"), "xx");
  EXPECT_EQ(rendered("{% set x %}a{% endset %}{% filter upper %}{{ x }}{% endfilter %}"), "A");
  EXPECT_EQ(rendered("{% autoescape true %}{{ '<' }}{{ '<'|safe }}{% endautoescape %}{{ '<' }}"), "&lt;<<");
  EXPECT_THROW(run("{% include 'x' %}", true), EvaluationError);
  EXPECT_THROW(run("{% for i in [] %}{{ i|nosuch }}{% endfor %}", true), EvaluationError);
  EXPECT_EQ(rendered("{% if false %}{{ 1|nosuch }}{% endif %}x"), "x");
}

TEST(Jinja, ALoopVariableMayOutliveItsLoop) {
  EXPECT_EQ(rendered("{% set ns = namespace() %}{% for i in [1, 2] %}{% set ns.c = loop.cycle %}"
                     "{% endfor %}{{ ns.c('a', 'b') }}"),
            "b");
}

}  // namespace
}  // namespace gregale::expression
