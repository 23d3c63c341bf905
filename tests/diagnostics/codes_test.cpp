// Every code has a page with examples that show what they say, and a line in the manual.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "compiler/codes.hpp"
#include "compiler/compiler.hpp"
#include "known_actions.hpp"

namespace gregale::compiler {
namespace {

// What one file and nothing else cannot show. Each has a test of its own below or beside what it is about.
const std::set<std::string_view> kWithoutExample = {"GR0308", "GR0314", "GR0905", "GR0909", "GR0911"};

core::SourcePtr source(std::string_view text, std::string name = "example.yaml") {
  return std::make_shared<const core::Source>(std::move(name), std::string(text));
}

core::Diagnostics findings_of(std::string_view text, std::string_view code,
                              const ir::ActionCatalogue& catalogue) {
  Options options{&catalogue};
  if (!find_code(code)->usual) options.severities.set(code, SeverityPolicy::Level::warn);
  return compile({source(text)}, options).diagnostics;
}

bool has(const core::Diagnostics& diagnostics, std::string_view code) {
  for (const core::Diagnostic& finding : diagnostics.sorted()) {
    if (finding.code == code) return true;
  }
  return false;
}

TEST(CodesTest, TheNumbersAreInOrderAndTheirAreasAreKnown) {
  std::string last;
  for (const Code& code : all_codes()) {
    EXPECT_LT(last, code.code);
    EXPECT_EQ(code.code.size(), 6u) << code.code;
    EXPECT_EQ(code.code.substr(0, 2), "GR");
    last = std::string(code.code);
  }
}

TEST(CodesTest, EveryCodeHasAPage) {
  for (const Code& code : all_codes()) {
    EXPECT_FALSE(code.title.empty()) << code.code;
    EXPECT_FALSE(code.explanation.empty()) << code.code;
    EXPECT_NE(explain(code.code).find(code.title), std::string::npos);
    EXPECT_EQ(find_example(code.code) == nullptr, kWithoutExample.count(code.code) != 0) << code.code;
  }
}

TEST(CodesTest, LettersOfAnyCaseWillDo) {
  EXPECT_EQ(explain("gr0101"), explain("GR0101"));
  EXPECT_EQ(explain("GR9999"), "");
}

TEST(CodesTest, TheWrongExampleHasTheFindingAndTheRightOneHasNone) {
  const KnownActions actions;
  for (const Code& code : all_codes()) {
    const CodeExample* example = find_example(code.code);
    if (example == nullptr) continue;
    const core::Diagnostics wrong = findings_of(example->wrong, code.code, actions.catalogue());
    EXPECT_TRUE(has(wrong, code.code)) << code.code << "\n" << core::to_text(wrong.sorted(), false);
    const core::Diagnostics right = findings_of(example->right, code.code, actions.catalogue());
    EXPECT_TRUE(right.empty()) << code.code << "\n" << core::to_text(right.sorted(), false);
  }
}

TEST(CodesTest, TheManualListsEveryCode) {
  std::ifstream file(GREGALE_SOURCE_DIR "/docs/diagnostics.md");
  std::stringstream manual;
  manual << file.rdbuf();
  for (const Code& code : all_codes()) {
    const std::string line = fmt::format("| {} | {}{} | {} |", code.code, core::to_string(code.severity),
                                         code.usual ? "" : ", off", code.title);
    EXPECT_NE(manual.str().find(line), std::string::npos) << "docs/diagnostics.md lacks: " << line;
  }
}

TEST(CodesTest, TwoFilesThatDefineTheSameName) {
  constexpr const char* kText = "version: '2.0'\nwf: {tasks: {t: {action: std.noop}}}\n";
  const Compilation compilation = compile({source(kText, "a.yaml"), source(kText, "b.yaml")}, {});
  EXPECT_TRUE(has(compilation.diagnostics, "GR0308"));
}

TEST(CodesTest, NamesThatTheEnvironmentLacks) {
  constexpr const char* kText =
      "version: '2.0'\nwf:\n  tasks:\n    t: {action: 'std.echo output=\"<% env().nmae %> <% env().name "
      "%>\"'}\n";
  const core::Value environment = core::Map{{"name", "x"}};
  Options options;
  options.environment = &environment;
  const auto findings = compile({source(kText)}, options).diagnostics.sorted();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, "GR0314");
  EXPECT_EQ(findings[0].suggestion->text, "name");
  EXPECT_TRUE(compile({source(kText)}, {}).diagnostics.empty());
}

}  // namespace
}  // namespace gregale::compiler
