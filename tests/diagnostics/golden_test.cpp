// Definitions and all that is said about them. A file of cases/ holds many:
//
//   === name of the case [CODE, ... that are asked for]
//   the definition; `version` and the name `wf:` stand before it where it does not begin with `version`
//   ---
//   CODE severity line:column suggestion
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "compiler/compiler.hpp"
#include "known_actions.hpp"

namespace gregale::compiler {
namespace {

struct Case {
  std::string name;
  std::vector<std::string> codes;
  std::string text;
  std::string expected;
};

std::vector<Case> read_cases(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::vector<Case> cases;
  bool expects = false;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("=== ", 0) == 0) {
      std::istringstream words(line.substr(4));
      cases.emplace_back();
      words >> cases.back().name;
      for (std::string code; words >> code;) cases.back().codes.push_back(code);
      expects = false;
    } else if (line == "---") {
      expects = true;
    } else if (!cases.empty()) {
      (expects ? cases.back().expected : cases.back().text) += line + "\n";
    }
  }
  return cases;
}

std::string findings_of(const Case& one, const ir::ActionCatalogue& catalogue) {
  const bool whole = one.text.rfind("version", 0) == 0 || one.text.rfind("#", 0) == 0;
  Options options{&catalogue};
  for (const std::string& code : one.codes) {
    EXPECT_EQ(options.severities.set(code, SeverityPolicy::Level::warn), "");
  }
  const auto source =
      std::make_shared<const core::Source>("case.yaml", (whole ? "" : "version: '2.0'\nwf:\n") + one.text);
  std::string result;
  for (const core::Diagnostic& finding : compile({source}, options).diagnostics.sorted()) {
    const core::Position place = finding.span.first();
    result += fmt::format("{} {} {}:{}{}\n", finding.code, core::to_string(finding.severity), place.line,
                          place.column, finding.suggestion ? " " + finding.suggestion->text : "");
  }
  return result;
}

TEST(GoldenTest, ExactlyTheExpectedFindings) {
  const KnownActions actions;
  size_t count = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(GREGALE_SOURCE_DIR "/tests/diagnostics/cases")) {
    for (const Case& one : read_cases(entry.path())) {
      EXPECT_EQ(findings_of(one, actions.catalogue()), one.expected)
          << entry.path().filename().string() << ": " << one.name;
      ++count;
    }
  }
  EXPECT_GE(count, 100u);
}

}  // namespace
}  // namespace gregale::compiler
