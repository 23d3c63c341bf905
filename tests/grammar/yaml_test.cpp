#include "grammar/yaml.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::grammar {
namespace {

using core::Diagnostics;
using core::Value;

std::string json(std::string_view text) {
  return core::to_json(load_yaml(text));
}

struct Parsed {
  core::SourcePtr source;
  Diagnostics diagnostics;
  std::optional<YamlNode> node;
};

Parsed parse(std::string text, const YamlLimits& limits = {}) {
  Parsed result;
  result.source = std::make_shared<core::Source>("t.yaml", std::move(text));
  result.node = parse_yaml(result.source, result.diagnostics, limits);
  return result;
}

// The code of the only finding, which must be an error.
std::string error_code(std::string text, const YamlLimits& limits = {}) {
  const Parsed parsed = parse(std::move(text), limits);
  EXPECT_FALSE(parsed.node);
  const auto findings = parsed.diagnostics.sorted();
  EXPECT_EQ(findings.size(), 1u);
  return findings.empty() ? std::string() : findings.front().code;
}

std::string text_of(const core::Span& span) {
  return span.source->text().substr(span.begin, span.end - span.begin);
}

TEST(YamlTest, ReadsWhatPyYamlReads) {
  EXPECT_EQ(json("a: {b: [1, 'x', \"y\\n\"]}\nc:\n- d: e\n  f:\n-\n"),
            R"({"a":{"b":[1,"x","y\n"]},"c":[{"d":"e","f":null},null]})");
  EXPECT_EQ(json("a: |\n  x\n   y\nb: >-\n  p\n  q\n\n  r\n"), R"({"a":"x\n y\n","b":"p q\nr"})");
  EXPECT_EQ(json(""), "null");
  EXPECT_EQ(json("# nothing\n"), "null");
  EXPECT_EQ(json("\xEF\xBB\xBF"
                 "a: 1"),
            R"({"a":1})");
  EXPECT_EQ(json("a: b\r\nc: d\r\n"), R"({"a":"b","c":"d"})");
  EXPECT_EQ(json("a: b\rc: d\r"), R"({"a":"b","c":"d"})");
}

TEST(YamlTest, TakesAtSignsAndBackquotesAsText) {
  EXPECT_EQ(json("a: @home\nb: [`x`, \"@y\"]\n@c: 1"), R"({"a":"@home","b":["`x`","@y"],"@c":1})");
}

TEST(YamlTest, ErrorsOfDataSayWhereButNotWhat) {
  for (const char* text : {"a: *hunter2\n  b: c\n", "a:\n  x: y\nhunter2\nb: c\n", "a: 'hunter2\n",
                           "a: &b hunter2: [*b\n", "hunter2:x\nb: c\n"}) {
    try {
      load_yaml(text);
      ADD_FAILURE() << text;
    } catch (const core::Error& error) {
      const std::string_view message = error.what();
      EXPECT_EQ(message.find("hunter2"), std::string_view::npos) << message;
      EXPECT_NE(message.find("line "), std::string_view::npos) << message;
      EXPECT_EQ(message.find("plain text"), std::string_view::npos) << "a warning: " << message;
    }
  }
}

TEST(YamlTest, ResolvesAnchorsAndMergeKeys) {
  EXPECT_EQ(json("a: &x {p: 1, q: 2}\nb: *x\nc: {<<: *x, q: 3}"),
            R"({"a":{"p":1,"q":2},"b":{"p":1,"q":2},"c":{"p":1,"q":3}})");
  EXPECT_EQ(json("a: {<<: [{p: 1}, {p: 2, q: 2}]}"), R"({"a":{"p":1,"q":2}})");
  EXPECT_EQ(error_code("a: {<<: 1}"), "GR0107");
  EXPECT_EQ(error_code("a: &x [*x]"), "GR0103");
}

TEST(YamlTest, AnAliasOfNothingIsTextWithAWarning) {
  const Parsed parsed = parse("a: *x\nb: [*y]");
  ASSERT_TRUE(parsed.node);
  EXPECT_EQ(core::to_json(parsed.node->to_value()), R"({"a":"*x","b":["*y"]})");
  const auto findings = parsed.diagnostics.sorted();
  ASSERT_EQ(findings.size(), 2u);
  EXPECT_EQ(findings[0].code, "GR0103");
  EXPECT_EQ(findings[0].severity, core::Severity::warning);
}

TEST(YamlTest, KeepsDuplicateKeysAndTheLastWins) {
  const Parsed parsed = parse("a: 1\na: 2");
  ASSERT_TRUE(parsed.node);
  EXPECT_EQ(parsed.node->members.size(), 2u);
  EXPECT_EQ(parsed.node->find("a")->value.scalar, Value(2));
}

TEST(YamlTest, RefusesWithACodeForEachKind) {
  EXPECT_EQ(error_code("a: [1, 2"), "GR0101");
  EXPECT_EQ(error_code("a: \"x"), "GR0101");
  EXPECT_EQ(error_code("a: 1\nb\n"), "GR0101");
  EXPECT_EQ(error_code("a: b: c"), "GR0101");
  EXPECT_EQ(error_code("a:\n\tb: 1"), "GR0102");
  EXPECT_EQ(error_code("a: 1\n---\nb: 2"), "GR0104");
  EXPECT_EQ(error_code("a: !!python/name:os.system x"), "GR0106");
  EXPECT_EQ(error_code("a: !thing x"), "GR0106");
  EXPECT_EQ(error_code("a: !!set {b}"), "GR0106");
  EXPECT_EQ(error_code("a: {{ x }}"), "GR0107");
  EXPECT_EQ(error_code("[a]: 1"), "GR0107");
  EXPECT_EQ(error_code("a: \x01"), "GR0108");
  EXPECT_EQ(error_code("a: \xC3("), "GR0108");
  EXPECT_EQ(error_code(std::string("\xFF\xFE"
                                   "a\0:\0",
                                   6)),
            "GR0108");
}

TEST(YamlTest, HasLimits) {
  YamlLimits limits;
  limits.bytes = 10;
  EXPECT_EQ(error_code("a: 12345678", limits), "GR0105");
  limits = {};
  limits.nodes = 5;
  EXPECT_EQ(error_code("[1, 2, 3, 4, 5, 6]", limits), "GR0105");
  limits = {};
  limits.alias_nodes = 10;
  EXPECT_EQ(error_code("a: &a [1, 2, 3]\nb: [*a, *a, *a]", limits), "GR0105");
}

TEST(YamlTest, HostileTextsEndSoon) {
  const auto repeated = [](std::string_view part, size_t count) {
    std::string text;
    for (size_t i = 0; i < count; ++i) text += part;
    return text;
  };
  EXPECT_EQ(error_code(repeated("[", 1'000'000)), "GR0105");
  EXPECT_EQ(error_code(repeated("{a: ", 1'000'000)), "GR0105");
  EXPECT_EQ(error_code(repeated("- ", 100'000)), "GR0105");
  EXPECT_EQ(error_code(repeated("? ", 100'000)), "GR0105");
  EXPECT_EQ(error_code("a: &a [x]\n" + repeated("b: ", 1000)), "GR0101");
  std::string bomb = "x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int i = 1; i < 30; ++i) {
    bomb += "x" + std::to_string(i) + ": &x" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) bomb += "*x" + std::to_string(i - 1) + ", ";
    bomb += "]\n";
  }
  EXPECT_EQ(error_code(bomb), "GR0105");
}

TEST(YamlTest, SpansCoverWhatWasWritten) {
  const Parsed parsed = parse("a: [1, {b: c}] # x\nd:\n  - e\n  - 'f'\ng:\nh: 1");
  ASSERT_TRUE(parsed.node);
  const YamlNode& root = *parsed.node;
  EXPECT_EQ(text_of(root.members[0].key.span), "a");
  EXPECT_EQ(text_of(root.members[0].value.span), "[1, {b: c}]");
  EXPECT_EQ(text_of(root.members[0].value.items[1].span), "{b: c}");
  EXPECT_EQ(text_of(root.members[1].value.span), "- e\n  - 'f'");
  EXPECT_EQ(text_of(root.members[1].value.items[1].span), "'f'");
  const core::Span missing = root.members[2].value.span;
  EXPECT_EQ(missing.begin, missing.end);
  EXPECT_EQ(missing.first().line, 5u);
  EXPECT_EQ(missing.first().column, 3u);
}

// Every byte of a scalar's text leads back to where it was written.
struct Placed {
  const char* name;
  const char* yaml;
};
class YamlPlaceTest : public testing::TestWithParam<Placed> {};

TEST_P(YamlPlaceTest, TheWordIsFoundInTheSource) {
  const Parsed parsed = parse(GetParam().yaml);
  ASSERT_TRUE(parsed.node) << core::to_text(parsed.diagnostics.sorted(), false);
  const YamlNode& scalar = parsed.node->find("k")->value;
  const size_t at = scalar.text.find("WORD");
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(text_of(scalar.span_of(at, at + 4)), "WORD");
}

INSTANTIATE_TEST_SUITE_P(
    Styles, YamlPlaceTest,
    testing::Values(Placed{"plain", "k: a WORD b"}, Placed{"plain_lines", "k: a\n  b\n\n  c WORD\n"},
                    Placed{"single", "k: 'it''s a WORD'"}, Placed{"single_lines", "k: 'a\n\n  b  \n WORD'"},
                    Placed{"double", "k: \"a\\tb\\u00e9 \\x41 \\\"WORD\\\"\""},
                    Placed{"double_lines", "k: \"a \\\n   b\n  c WORD\""},
                    Placed{"astral", "k: \"\\U0001F600 WORD\""},
                    Placed{"literal", "k: |\n  a\n    b\n\n  WORD c\n"},
                    Placed{"literal_indented", "k: |2-\n     a\n   WORD\n"},
                    Placed{"folded", "k: >+ # note\n  a\n  b\n\n  WORD c\n\n"},
                    Placed{"unicode", "k: größe WORD"}, Placed{"windows", "k: |\r\n  a\r\n  b WORD\r\n"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(YamlTest, LoadYamlThrowsWithThePlace) {
  try {
    load_yaml("a: 1\nb: [");
    FAIL();
  } catch (const core::Error& error) {
    EXPECT_EQ(error.kind(), core::ErrorKind::invalid);
    EXPECT_NE(std::string(error.what()).find("line 2, column 4"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gregale::grammar
