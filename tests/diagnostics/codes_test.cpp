// Every code has a page with examples that show what they say, and a line in the manual.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <sstream>

#include "compiler/codes.hpp"
#include "compiler/compiler.hpp"
#include "compiler/inheritance/flat_text.hpp"
#include "core/json.hpp"
#include "known_actions.hpp"

namespace gregale::compiler {
namespace {

// A cloud by its services and their regions.
class ExampleCloud : public CloudView {
 public:
  explicit ExampleCloud(std::string_view json) : services_(core::parse_json(json)) {
    for (const auto& [service, regions] : services_.as_map()) {
      for (const core::Value& region : regions.as_list()) regions_.push_back(region.as_string());
    }
    std::sort(regions_.begin(), regions_.end());
    regions_.erase(std::unique(regions_.begin(), regions_.end()), regions_.end());
  }
  const std::vector<std::string>& regions() const override { return regions_; }
  std::vector<std::string> regions_of(std::string_view service) const override {
    std::vector<std::string> result;
    const core::Value* found = services_.find(service);
    if (found == nullptr) return result;
    for (const core::Value& region : found->as_list()) result.push_back(region.as_string());
    return result;
  }
  std::string default_region() const override { return {}; }

 private:
  core::Value services_;
  std::vector<std::string> regions_;
};

core::SourcePtr source(std::string_view text, std::string name = "example.yaml") {
  return std::make_shared<const core::Source>(std::move(name), std::string(text));
}

core::Diagnostics findings_of(std::string_view text, std::string_view code, const CodeSituation& situation,
                              const ir::ActionCatalogue& catalogue) {
  Options options{&catalogue};
  if (!find_code(code)->usual) options.severities.set(code, SeverityPolicy::Level::warn);
  std::vector<core::SourcePtr> sources{source(text)};
  if (!situation.other_file.empty()) sources.push_back(source(situation.other_file, "other.yaml"));
  core::Value environment;
  if (!situation.environment.empty()) {
    environment = core::parse_json(situation.environment);
    options.environment = &environment;
  }
  std::optional<ExampleCloud> cloud;
  if (!situation.cloud.empty()) options.cloud = &cloud.emplace(situation.cloud);
  core::Diagnostics diagnostics = compile(sources, options).diagnostics;
  if (situation.for_mistral) {
    const Family family(sources, nullptr, diagnostics);
    Report report(diagnostics);
    to_flat_text(family, {.mistral = true, .catalogue = &catalogue}, report);
  }
  return diagnostics;
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
    EXPECT_NE(find_example(code.code), nullptr) << code.code;
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
    ASSERT_NE(example, nullptr) << code.code;
    const core::Diagnostics wrong =
        findings_of(example->wrong, code.code, example->situation, actions.catalogue());
    EXPECT_TRUE(has(wrong, code.code)) << code.code << "\n" << core::to_text(wrong.sorted(), false);
    const core::Diagnostics right =
        findings_of(example->right, code.code, example->situation, actions.catalogue());
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

TEST(CodesTest, PagesTellWhatIsGivenBesides) {
  EXPECT_NE(explain("GR0308").find("Beside a file with:\n\n    version: '2.0'\n    report:"),
            std::string::npos);
  EXPECT_NE(explain("GR0314").find("With `--env '{\"name\": \"web\"}'`."), std::string::npos);
  EXPECT_NE(explain("GR0905").find("With `compile --emit flat --target mistral-v2`."), std::string::npos);
  EXPECT_NE(explain("GR0909").find("With `--cloud`, "), std::string::npos);
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
