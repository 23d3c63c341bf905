#include "stdlib/openstack/template.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/json.hpp"
#include "grammar/yaml.hpp"

namespace gregale::stdlib {
namespace {

using core::Error;
using core::Map;
using core::Value;

Scope scope() {
  return core::parse_json(R"({
    "name": "x y", "none": null, "empty": [], "zero": 0, "truth": true, "list": ["a", "b"],
    "version": "2.9", "map": {"b": 2, "a": {"c": [7]}}, "id": "0b751e7f-cd7b-4834-91bc-614696590667"
  })")
      .as_map();
}

// The template, written in YAML, evaluated; as JSON, or "absent".
std::string evaluate(const std::string& yaml) {
  const auto value = Template::parse(grammar::load_yaml(yaml)).evaluate(scope());
  return value ? core::to_json(*value) : "absent";
}

TEST(Template, ReferencesKeepTypesAndLeaveOutNulls) {
  EXPECT_EQ(evaluate("'{zero}'"), "0");
  EXPECT_EQ(evaluate("'{map.a.c.0}'"), "7");
  EXPECT_EQ(evaluate("'{map.a.nothing}'"), "absent");
  EXPECT_EQ(evaluate("{a: '{none}', b: '{none!}', c: '{empty?}', d: '{empty}'}"), R"({"b":null,"d":[]})");
  EXPECT_EQ(evaluate("['{none}', '{truth}']"), "[true]");
}

TEST(Template, TextIsWrittenAsPythonWould) {
  EXPECT_EQ(evaluate("'<{name}> {truth} {zero} {{literal}}'"), R"("<x y> True 0 {literal}")");
}

TEST(Template, ChoosesTheFirstThatFits) {
  EXPECT_EQ(evaluate("case: [{when: {zero: true}, then: 1}, {when: {list: list}, then: 2}]"), "2");
  EXPECT_EQ(evaluate("case: [{when: {zero: true}, then: 1}]"), "absent");
  EXPECT_EQ(evaluate("case: [{when: {none: null}}, {then: 1}]"), "absent");
  EXPECT_EQ(evaluate("case: [{when: {version: '<2.10'}, then: old}, {then: new}]"), R"("old")");
  EXPECT_EQ(evaluate("case: [{when: {version: '>=2.10'}, then: new}, {then: old}]"), R"("old")");
  EXPECT_EQ(evaluate("case: [{when: {name: [a, x y]}, then: 1}]"), "1");
  EXPECT_EQ(evaluate("case: [{when: {id: uuid, name: given}, then: 1}]"), "1");
  EXPECT_EQ(evaluate("case: [{when: [{zero: true}, {truth: true}], then: 1}]"), "1");
  EXPECT_EQ(evaluate("case: [{when: {truth: true, zero: true}, then: 1}, {then: 2}]"), "2");
}

TEST(Template, MakesListsAndPutsMapsIn) {
  EXPECT_EQ(evaluate("{each: '{list}', as: item, do: {n: '{item}'}}"), R"([{"n":"a"},{"n":"b"}])");
  EXPECT_EQ(evaluate("{each: '{none}', as: item, do: 1}"), "absent");
  EXPECT_EQ(evaluate("{'*': '{map}', b: 3, '{name}': 4}"), R"({"b":3,"a":{"c":[7]},"x y":4})");
}

TEST(Template, Filters) {
  EXPECT_EQ(evaluate("'{name|base64}'"), R"("eCB5")");
  EXPECT_EQ(evaluate("'{list|commas}'"), R"("a,b")");
  EXPECT_EQ(evaluate("'{map|keys|json}'"), R"("[\"b\",\"a\"]")");
  EXPECT_EQ(evaluate("'{none|or:name}'"), R"("x y")");
  EXPECT_EQ(evaluate("'{none|text}'"), "absent");
  EXPECT_EQ(evaluate("'{zero|at_most:map.b}'"), "0");
  EXPECT_THROW(evaluate("'{zero|base64}'"), Error);
}

TEST(Template, FiltersTakeTextAsArguments) {
  EXPECT_EQ(evaluate("\"{none|or:'a, b'}\""), R"("a, b")");
  EXPECT_EQ(evaluate("\"{none|or:''}\""), R"("")");
  EXPECT_EQ(evaluate("\"{map|without:'a','c'}\""), R"({"b":2})");
  EXPECT_THROW(evaluate("\"{map|without:'a}\""), Error);
}

TEST(Template, ConditionsCompareVariablesAndEndings) {
  EXPECT_EQ(evaluate("case: [{when: {list.0: {equals: list.1}}, then: 1}, {then: 2}]"), "2");
  EXPECT_EQ(evaluate("case: [{when: {list.0: {among: list}}, then: 1}, {then: 2}]"), "1");
  EXPECT_EQ(evaluate("case: [{when: {zero: {among: name}}, then: 1}, {then: 2}]"), "2");
  EXPECT_EQ(evaluate("case: [{when: {name: '* y'}, then: 1}, {then: 2}]"), "1");
  EXPECT_EQ(evaluate("case: [{when: {name: 'not * y'}, then: 1}, {then: 2}]"), "2");
  EXPECT_EQ(evaluate("case: [{when: {name: not uuid, id: uuid}, then: 1}, {then: 2}]"), "1");
  EXPECT_THROW(evaluate("case: [{when: {name: {like: list}}, then: 1}]"), Error);
  EXPECT_THROW(evaluate("case: [{when: {name: not so}, then: 1}]"), Error);
}

TEST(Template, FiltersThatConvert) {
  const auto filtered = [](const std::string& value, const std::string& filters) {
    const Scope scope{{"v", core::parse_json(value)}};
    return core::to_json(Template::parse(Value("{v|" + filters + "}")).evaluate(scope).value_or(Value()));
  };
  EXPECT_EQ(filtered(R"("dGFy")", "base64_text"), R"("tar")");
  EXPECT_EQ(filtered(R"("2024-01-02T03:00:00+00:00")", "moment"), R"("2024-01-02T03:00:00.000000")");
  EXPECT_EQ(filtered(R"("2024-01-02T03:00:00.25Z")", "moment"), R"("2024-01-02T03:00:00.250000")");
  EXPECT_EQ(filtered(R"("{\"a\": 1}")", "json_value"), R"({"a":1})");
  EXPECT_EQ(filtered(R"("{a")", "json_value"), R"("{a")");
  EXPECT_EQ(filtered(R"("\u00e4b")", "items"), R"(["ä","b"])");
  EXPECT_EQ(filtered(R"("12")", "number"), "12");
  EXPECT_EQ(filtered(R"([{"key": "a", "value": 1}])", "from_entries"), R"({"a":1})");
  EXPECT_EQ(filtered(R"("/c/o")", "first_segment"), R"("c")");
  EXPECT_EQ(filtered(R"("c")", "copy_destination:'o'"), R"("/c/o")");
  EXPECT_EQ(filtered(R"("/c/p")", "copy_destination:'o'"), R"("/c/p")");
  EXPECT_EQ(filtered(R"(["color: red"])", "header_fields:'X-Meta-'"), R"({"X-Meta-Color":"red"})");
  EXPECT_EQ(filtered("null", "header_fields:'X-Meta-',v,''"), "{}");
  for (const char* wrong : {"base64_text", "number", "from_entries", "header_fields:'a'", "parsed_json"}) {
    EXPECT_THROW(filtered(R"(["no colon"])", wrong), Error) << wrong;
  }
}

TEST(Template, LocationsAreRemovedFromTheLastOn) {
  const Scope scope =
      core::parse_json(
          R"({"locations": [{"url": "a"}, {"url": "b"}, {"url": "c"}], "urls": ["a", "c"], "others": ["d"]})")
          .as_map();
  EXPECT_EQ(core::to_json(*Template::parse(Value("{locations|location_removals:urls}")).evaluate(scope)),
            R"([{"op":"remove","path":"/locations/2"},{"op":"remove","path":"/locations/0"}])");
  EXPECT_THROW(Template::parse(Value("{locations|location_removals:others}")).evaluate(scope), Error);
}

TEST(Template, JsonPatchHasOnlyWhatChanges) {
  Scope variables = core::parse_json(R"({"object": {"a": 1, "b": 2, "c": 3},
      "changes": {"a": 1, "b": 5, "d": 6}, "removed": ["c", "missing"]})")
                        .as_map();
  EXPECT_EQ(core::to_json(*Template::parse("{changes|json_patch:object,removed}").evaluate(variables)),
            R"([{"op":"replace","path":"/b","value":5},{"op":"remove","path":"/c"},)"
            R"({"op":"add","path":"/d","value":6}])");
}

TEST(Template, PathsAreEncodedAndNeverShort) {
  const auto path = [](const char* text, Value value) {
    return Template::parse(text).evaluate_path(Map{{"id", std::move(value)}});
  };
  EXPECT_EQ(path("/servers/{id}/action", "a/b c"), "/servers/a%2Fb%20c/action");
  EXPECT_EQ(path("/o/{id|path}", "a/b c"), "/o/a/b%20c");
  EXPECT_EQ(path("/servers/{id}", 7), "/servers/7");
  for (const Value& bad : {Value(), Value(""), Value("."), Value(".."), Value(true), Value(Map{{"id", 1}})}) {
    EXPECT_THROW(path("/servers/{id}", bad), Error) << core::to_json(bad);
  }
}

TEST(Template, MistakesAreToldWithTheirPlace) {
  for (const char* bad : {"{", "{a", "}", "{a b}", "{a|}", "{a|nosuchfilter}", "{.a}"}) {
    EXPECT_THROW(Template::parse(Value(bad)), Error) << bad;
  }
  EXPECT_THROW(Template::parse(grammar::load_yaml("case: 1")), Error);
  EXPECT_THROW(Conditions::parse(grammar::load_yaml("{a: 7}")), Error);
}

TEST(Template, VersionsCompareByNumbers) {
  EXPECT_LT(compare_versions("2.9", "2.10"), 0);
  EXPECT_EQ(compare_versions("2.10", "2.10"), 0);
  EXPECT_GT(compare_versions("3", "2.92"), 0);
  EXPECT_LT(compare_versions("", "1"), 0);
}

}  // namespace
}  // namespace gregale::stdlib
