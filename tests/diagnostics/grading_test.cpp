// What changes findings after they are made: --strict, levels of codes, comments, fixes; and how they are
// shown.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/compiler.hpp"
#include "compiler/fixes.hpp"
#include "compiler/json_schema.hpp"
#include "compiler/keys.hpp"
#include "core/json.hpp"

namespace gregale::compiler {
namespace {

using Level = SeverityPolicy::Level;

core::SourcePtr source(std::string text) {
  return std::make_shared<const core::Source>("wf.yaml", std::move(text));
}

// "CODE severity", one for each finding.
std::string graded(const std::string& text, const SeverityPolicy& policy = {}) {
  Options options;
  options.severities = policy;
  std::string result;
  for (const core::Diagnostic& finding : compile({source(text)}, options).diagnostics.sorted()) {
    result +=
        (result.empty() ? "" : ", ") + finding.code + " " + std::string(core::to_string(finding.severity));
  }
  return result;
}

constexpr const char* kHides =
    "version: '2.0'\nwf:\n  input: [n]\n  vars: {n: 1}\n  tasks: {t: {action: std.noop}}\n";
constexpr const char* kUnread =
    "version: '2.0'\nwf:\n  output: {r: 1}\n  tasks: {t: {action: std.noop, publish: {x: 1}}}\n";

TEST(GradingTest, StrictMakesErrorsOfWarningsThatAreNotAskedFor) {
  EXPECT_EQ(graded(kHides), "GR0702 warning");
  SeverityPolicy policy;
  policy.make_strict();
  EXPECT_EQ(graded(kHides, policy), "GR0702 error");
  EXPECT_EQ(policy.set("gr0702", Level::warn), "");
  EXPECT_EQ(graded(kHides, policy), "GR0702 warning");
}

TEST(GradingTest, LevelsOfCodes) {
  SeverityPolicy policy;
  EXPECT_EQ(policy.set("GR0702", Level::allow), "");
  EXPECT_EQ(graded(kHides, policy), "");
  EXPECT_EQ(policy.set("GR0702", Level::deny), "");
  EXPECT_EQ(graded(kHides, policy), "GR0702 error");
  EXPECT_NE(policy.set("GR9999", Level::allow), "");
  EXPECT_NE(policy.set("GR0301", Level::allow), "");
}

TEST(GradingTest, SomeCodesAreOffUntilTheyAreAskedFor) {
  EXPECT_EQ(graded(kUnread), "");
  SeverityPolicy policy;
  EXPECT_EQ(policy.set("GR0603", Level::warn), "");
  EXPECT_EQ(graded(kUnread, policy), "GR0603 warning");
}

TEST(GradingTest, CommentsAllowOneLineTheNextLineOrTheFile) {
  const std::string text = kHides;
  const auto with = [&](const char* place, const char* comment) {
    std::string changed = text;
    return changed.insert(changed.find(place), comment);
  };
  EXPECT_EQ(graded(with("\n  tasks", "  # gregale: allow GR0702")), "");
  EXPECT_EQ(graded(with("  vars", "  # gregale: allow GR0411, GR0702\n\n  # another comment\n")), "");
  EXPECT_EQ(graded(with("version", "# gregale: allow-file GR0702\n")), "");
  EXPECT_EQ(graded(with("\n  vars", "  # gregale: allow GR0702")), "GR0702 warning");
  EXPECT_EQ(graded(with("version", "# gregale: allow GR0301\n")), "GR0113 warning, GR0702 warning");
  EXPECT_EQ(graded(with("version", "# gregale: permit GR0702\n")), "GR0113 warning, GR0702 warning");
}

TEST(GradingTest, ACommentWinsOverWhatDenies) {
  SeverityPolicy policy;
  policy.make_strict();
  policy.set("GR0702", Level::deny);
  EXPECT_EQ(graded(std::string("# gregale: allow-file GR0702\n") + kHides, policy), "");
}

TEST(FixTest, TakesWhatIsCertainAndKeepsEveryOtherByte) {
  const auto text = source(
      "version: '2.0'   # \xC3\xBC\r\nwf:\r\n  tasks:\r\n    a:\r\n      \"acton\": std.echo output=1  # "
      "why\r\n"
      "      on-sucess: [b]\r\n    b: {action: std.noop, publsh: {x: <% _.y %>}}\r\n");
  const auto findings = compile({text}, {}).diagnostics.sorted();
  const Fixed fixed = fix(text, findings);
  EXPECT_EQ(fixed.text,
            "version: '2.0'   # \xC3\xBC\r\nwf:\r\n  tasks:\r\n    a:\r\n      \"action\": std.echo output=1 "
            " # why\r\n"
            "      on-success: [b]\r\n    b: {action: std.noop, publish: {x: <% _.y %>}}\r\n");
  EXPECT_EQ(fixed.count, 3u);
}

TEST(FixTest, LeavesWhatIsNotCertain) {
  // `bb` and `bc` are both near to `bd`.
  const auto text = source(
      "version: '2.0'\nwf:\n  tasks:\n    a: {action: std.noop, on-success: bd}\n    bb: {action: std.noop}\n"
      "    bc: {action: std.noop}\n");
  const auto findings = compile({text}, {}).diagnostics.sorted();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_TRUE(findings[0].suggestion);
  const Fixed fixed = fix(text, findings);
  EXPECT_EQ(fixed.count, 0u);
  EXPECT_EQ(fixed.text, text->text());
}

TEST(ShowTest, AtMostTwelveLinesForEachFinding) {
  core::Diagnostic finding;
  finding.code = "GR0201";
  finding.message = "message";
  const auto text = source("a\nb\nc\nd\n");
  finding.span = {text, 0, 1};
  for (size_t i = 0; i < 9; ++i) finding.related.push_back({{text, 2, 3}, "related"});
  finding.note = "note";
  finding.suggestion = core::Suggestion{"b", finding.span};
  const std::string shown = core::to_text({finding}, false);
  EXPECT_LE(std::count(shown.begin(), shown.end(), '\n'), 12 + 2) << shown;  // a blank line and the summary
  EXPECT_NE(shown.find("and 8 more"), std::string::npos) << shown;
}

TEST(ShowTest, MessagesStayOnOneLine) {
  const auto findings = compile({source("version: '2.0'\nwf:\n  tasks: {t: {action: std.noop, \"a\\nb\": " +
                                        std::string(3000, 'x') + "}}\n")},
                                {})
                            .diagnostics.sorted();
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].message.find('\n'), std::string::npos);
  EXPECT_LT(findings[0].message.size(), 1000u);
}

TEST(ShowTest, GitHubsCommandsAreEscaped) {
  core::Diagnostic finding;
  finding.code = "GR0201";
  finding.message = "100%: a, b";
  finding.note = "second";
  finding.span = {std::make_shared<const core::Source>("a,b.yaml", "text"), 0, 4};
  EXPECT_EQ(
      core::to_github({finding}),
      "::error file=a%2Cb.yaml,line=1,endLine=1,col=1,endColumn=5,title=GR0201::100%25: a, b%0Asecond\n");
}

TEST(SchemaTest, HasEveryKeyThatTheChecksKnow) {
  const core::Value schema = json_schema();
  const core::Value definitions = schema.get("definitions");
  for (const Key& key : all_keys()) {
    std::string place(to_string(key.place));
    if (key.place == Place::action) place = "action";
    if (key.place == Place::context_key) place = "context-key";
    const core::Value definition = definitions.get(place);
    ASSERT_TRUE(definition.is_map()) << place;
    EXPECT_TRUE(definition.get("properties").get(key.name).is_map()) << place << " " << key.name;
  }
}

}  // namespace
}  // namespace gregale::compiler
