// What the compiler says about mistakes: code and place of every finding.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "corpus.hpp"

namespace gregale::compiler {
namespace {

constexpr const char* kHead = "version: '2.0'\nwf:\n";

// "CODE line:column", one for each finding, in order.
std::string findings(const std::string& body) {
  std::string result;
  for (const core::Diagnostic& finding : compile_text(kHead + body).diagnostics.sorted()) {
    const core::Position place = finding.span.first();
    result += fmt::format("{}{} {}:{}", result.empty() ? "" : ", ", finding.code, place.line, place.column);
    if (finding.suggestion) result += " " + finding.suggestion->text;
  }
  return result;
}

TEST(DiagnosticsTest, Structure) {
  EXPECT_EQ(findings("  tasks:\n    a: {action: std.noop, on-sucess: b}\n    b: {action: std.noop}\n"),
            "GR0201 4:27 on-success");
  EXPECT_EQ(findings("  ouput: {x: 1}\n  tasks: {a: {action: std.noop}}\n"), "GR0202 3:3 output");
  EXPECT_EQ(findings("  tasks: {a: {action: std.noop, timeout: -1}}\n"), "GR0219 3:42");
  EXPECT_EQ(findings("  tasks: {a: {action: std.noop, retry: {count: 1}}}\n"), "GR0204 3:40");
  EXPECT_EQ(findings("  tasks: {a: {action: std.noop, publish: {}}}\n"), "GR0205 3:42");
  EXPECT_EQ(findings("  custom_context: other\n  tasks: {a: {action: std.noop}}\n"),
            "GR0903 3:3 dialect: gregale/1\n, GR0203 3:19");
  EXPECT_EQ(findings("  tasks: {a: {action: std.noop, workflow: b}}\n"), "GR0209 3:33");
}

TEST(DiagnosticsTest, NamesAndGraph) {
  EXPECT_EQ(findings("  tasks:\n    a: {action: std.noop, on-success: bb}\n    bbb: {action: std.noop}\n"),
            "GR0301 4:39 bbb");
  EXPECT_EQ(findings("  tasks: {a: {on-success: b}, b: {on-success: a}}\n"), "GR0401 2:1");
  EXPECT_EQ(findings("  tasks:\n    a: {on-success: j}\n    j: {join: 2}\n"), "GR0402 5:15");
  EXPECT_EQ(findings("  tasks:\n    s: {action: std.noop}\n    a: {on-success: b}\n    b: {on-success: a}\n"),
            "GR0404 5:5, GR0404 6:5");
  EXPECT_EQ(findings("  type: reverse\n  tasks:\n    a: {requires: b}\n    b: {requires: a}\n"),
            "GR0405 6:19");
  EXPECT_EQ(findings("  tasks:\n    a: {on-success: b, on-error: c}\n    b: {on-success: j}\n"
                     "    c: {on-success: j}\n    j: {join: all}\n"),
            "GR0407 7:15");
  EXPECT_EQ(findings("  tasks: {t: {action: std.fail, on-error: [fail, u]}, u: {action: std.noop}}\n"),
            "GR0406 3:50");
}

TEST(DiagnosticsTest, ExpressionsAtTheirExactPlace) {
  EXPECT_EQ(findings("  tasks:\n    t:\n      action: std.echo output=<% $.x.lenn() %>\n"),
            "GR0601 5:36, GR0505 5:38 len");
  EXPECT_EQ(findings("  input: [name]\n  tasks:\n    t:\n      action: std.echo\n      input:\n"
                     "        output: |\n          one\n          <% $.nmae %>\n"),
            "GR0601 10:16 name");
  EXPECT_EQ(findings("  input: [name]\n  tasks: {t: {action: 'std.echo output=\"{{ _.name | uper }}\"'}}\n"),
            "GR0506 4:53 upper");
}

TEST(DiagnosticsTest, ABranchSeesWhatIsPublishedOnItsWay) {
  EXPECT_EQ(
      findings("  tasks:\n    a: {publish: {x: 1}, publish-on-error: {y: 1}, on-success: b, on-error: c}\n"
               "    b: {action: std.echo output=<% $.x %>, on-success: d}\n"
               "    c: {action: std.echo output=<% $.y %>, on-success: d}\n"
               "    d: {action: 'std.echo output=\"<% $.x %><% $.y %>\"'}\n"),
      "GR0602 7:40, GR0602 7:49");  // each on one of the two ways only
  EXPECT_EQ(
      findings(
          "  tasks:\n    a: {publish: {x: 1}, on-error: b}\n    b: {action: std.echo output=<% $.x %>}\n"),
      "GR0601 5:38");
}

TEST(DiagnosticsTest, AllFindingsComeInOneRun) {
  EXPECT_EQ(findings("  inputs: [a]\n  tasks:\n    t: {acton: x, on-success: u, wait-before: soon}\n"),
            "GR0202 3:3 input, GR0201 5:9 action, GR0301 5:31, GR0203 5:47");
}

TEST(DiagnosticsTest, Regions) {
  const std::string with = "  tasks: {t: {action: nova.servers_list, with-regions: all, ";
  EXPECT_EQ(findings(with + "on-region-error: continue, min-success: 1, concurrency: 2}}\n"), "");
  EXPECT_EQ(findings(with + "on-region-error: contiue}}\n"), "GR0203 3:78 continue");
  EXPECT_EQ(findings(with + "with-items: 'i in [1]'}}\n"), "GR0907 3:42");
  EXPECT_EQ(findings(with + "region: RegionOne}}\n"), "GR0908 3:61");
  EXPECT_EQ(findings(with + "on-region-error: fail, min-success: 1}}\n"), "GR0906 3:84");
  EXPECT_EQ(findings("  tasks: {t: {action: nova.servers_list, min-success: 1}}\n"), "GR0906 3:42");
  EXPECT_EQ(findings("  tasks: {t: {action: nova.servers_list, with-regions: [a, b], min-success: 3}}\n"),
            "GR0219 3:77");
  EXPECT_EQ(findings("  tasks: {t: {action: std.echo output=1, region: a}}\n"), "GR0901 3:42");
  EXPECT_EQ(findings("  tasks: {t: {action: std.echo output=<% region() %>, with-regions: [a]}}\n"), "");
  EXPECT_EQ(findings("  tasks: {t: {action: nova.servers_list region=\"b\", region: a}}\n"), "GR0902 3:49");
}

TEST(DiagnosticsTest, CustomContext) {
  // Every one of them lacks the dialect, which is said first.
  const std::string first = "GR0903 3:3 dialect: gregale/1\n";
  const std::string rest = "  tasks: {t: {action: std.noop}}\n";
  EXPECT_EQ(findings("  custom_context: {a: , b: {type: string, required: true}}\n" + rest), first);
  EXPECT_EQ(findings("  custom_context: {b: {type: strng}}\n" + rest), first + ", GR0203 3:30 string");
  EXPECT_EQ(findings("  custom_context: {b: {type: integer, default: x}}\n" + rest), first + ", GR0203 3:48");
  EXPECT_EQ(findings("  custom_context: {b: {requird: true}}\n" + rest), first + ", GR0201 3:24 required");
  EXPECT_EQ(findings("  custom_context: {b: {secret: maybe}}\n" + rest), first + ", GR0203 3:32");
  EXPECT_EQ(findings("  custom_context: {b: true}\n" + rest), first + ", GR0203 3:23");
  EXPECT_EQ(findings("  custom_context: {b: {secret: true, default: x}}\n" + rest), first + ", GR0801 3:47");
  const std::string secret = "  custom_context: {b: {secret: true}}\n";
  EXPECT_EQ(findings(secret + "  tasks: {t: {action: std.echo output=<% custom_context(b) %>}}\n"), first);
  EXPECT_EQ(findings(secret + "  output: {b: <% custom_context(b) %>}\n" + rest), first + ", GR0802 4:33");
  EXPECT_EQ(findings(secret + "  tasks: {t: {publish: {x: \"{{ custom_context('b') }}\"}}}\n"),
            first + ", GR0802 4:48");
}

TEST(DiagnosticsTest, SecretsAreNotRepeated) {
  const Compilation compilation = compile_text(
      std::string(kHead) + "  tasks: {t: {action: std.email, input: {smtp_password: canary-4711}}}\n");
  const std::string text = core::to_json(compilation.diagnostics.sorted());
  EXPECT_NE(text.find("GR0801"), std::string::npos);
  EXPECT_EQ(text.find("canary-4711"), std::string::npos);
}

TEST(LimitsTest, TenThousandTasksCompile) {
  std::string text = "version: '2.0'\nbig:\n  input: [a]\n  tasks:\n";
  for (int i = 0; i < 10'000; ++i) {
    text += fmt::format(
        "    t{0}:\n      action: std.echo output=<% $.a %>\n      publish: {{v{0}: 1}}\n"
        "      on-success: [t{1}: <% $.v{0} > 1 %>]\n",
        i, i + 1);
  }
  text += "    t10000: {action: std.noop}\n";
  // Quadratic work would outlast the test program's time limit.
  EXPECT_TRUE(compile_text(text).program);
}

TEST(LimitsTest, LoopsWithoutAStartEnd) {
  EXPECT_NE(
      findings("  tasks:\n    s: {action: std.noop}\n    a: {on-complete: b}\n    b: {on-complete: [a, j]}\n"
               "    j: {join: all}\n"),
      "");
}

}  // namespace
}  // namespace gregale::compiler
