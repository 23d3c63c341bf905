// Workbooks that extend others: what each rule does, each way of breaking it, and what is said about it.
#include <gtest/gtest.h>

#include <algorithm>

#include "families.hpp"

namespace gregale::compiler {
namespace {

constexpr const char* kSite =
    "name: site\n"                                                                               // 3
    "actions:\n"                                                                                 // 4
    "  greet: {base: std.echo, base-input: {output: hi}}\n"                                      // 5
    "workflows:\n"                                                                               // 6
    "  base: {abstract: true, tasks: {b: {action: std.noop}}}\n"                                 // 7
    "  provision: {input: [name], tasks: {create: {action: greet}}}\n"                           // 8
    "  report: {tasks: {r: {action: std.noop}}}\n"                                               // 9
    "  all: {tasks: {p: {workflow: provision name=1, on-success: q}, q: {workflow: report}}}\n"  // 10
    "  fixed: {final: true, tasks: {f: {action: std.noop}}}\n";                                  // 11

// The parent in the library, the child given.
Compilation compiled_child(const std::string& child, const std::string& parent = kSite) {
  MemoryLibrary library({{"site.yaml", kHead + parent}});
  return compiled(child, &library);
}

std::string child_findings(const std::string& child, const std::string& parent = kSite) {
  return in_short(compiled_child(child, parent).diagnostics);
}

TEST(WorkbookInheritance, WhatIsNotSpokenOfIsInheritedUnderTheChildsName) {
  const Compilation result = compiled_child("name: two\nextends: site\n");
  ASSERT_TRUE(result.program) << core::to_text(result.diagnostics.sorted(), false);
  const ir::Program& program = *result.program;
  const ir::Workflow* all = program.find_workflow("two.all");
  ASSERT_NE(all, nullptr);
  EXPECT_EQ(program.name(all->workbook), "two");
  EXPECT_EQ(program.name(all->ancestors.at(0).name), "site.all");
  EXPECT_EQ(all->ancestors.at(0).digest.size(), 64u);
  EXPECT_NE(program.find_workflow("two.provision"), nullptr);
  EXPECT_NE(program.find_workflow("two.fixed"), nullptr);
  EXPECT_NE(program.find_action("two.greet"), nullptr);
  EXPECT_EQ(program.find_workflow("site.all"), nullptr);
  EXPECT_EQ(result.abstract_workflows, std::vector<std::string>{"two.base"});
}

TEST(WorkbookInheritance, TheChildsDefinitionsAreTheOnesThatAreCalled) {
  const Compilation result = compiled_child(
      "name: two\nextends: site\n"
      "actions: {greet: {override: merge, base-input: {output: hello}}}\n"
      "workflows:\n"
      "  provision: {override: merge, input: [size: 1], tasks: {more: {action: greet}}}\n"
      "  report: {override: replace, tasks: {s: {action: std.noop}}}\n"
      "  own: {extends: base}\n");
  ASSERT_TRUE(result.program) << core::to_text(result.diagnostics.sorted(), false);
  const ir::Program& program = *result.program;
  const ir::AdhocAction* greet = program.find_action("two.greet");
  ASSERT_NE(greet, nullptr);
  EXPECT_EQ(program.templates[greet->base_input].constant.get("output").as_string(), "hello");
  EXPECT_EQ(program.find_workflow("two.provision")->input.size(), 2u);
  EXPECT_EQ(program.find_workflow("two.provision")->tasks.size(), 2u);
  const ir::Workflow* report = program.find_workflow("two.report");
  EXPECT_EQ(program.name(report->tasks.at(0).name), "s");
  EXPECT_TRUE(report->ancestors.empty());
  EXPECT_EQ(program.name(program.find_workflow("two.own")->ancestors.at(0).name), "two.base");
}

TEST(WorkbookInheritance, CallsOfWhatIsRemovedAreFoundAndTellTheChain) {
  const Compilation result =
      compiled_child("name: two\nextends: site\nworkflows: {report: {override: remove}}\n");
  const auto findings = result.diagnostics.sorted();
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].code, "GR0305");
  EXPECT_EQ(findings[0].span.source->name(), "site.yaml");
  EXPECT_EQ(findings[0].span.first().line, 10u);
  ASSERT_FALSE(findings[0].related.empty());
  EXPECT_EQ(findings[0].related[0].message, "inherited by `two.all`");
  EXPECT_EQ(findings[0].related[0].span.first().line, 4u);
  EXPECT_EQ(child_findings("name: two\nextends: site\n"
                           "workflows: {report: {override: remove}, all: {override: remove}}\n"),
            "");
}

TEST(WorkbookInheritance, ParentsThatAreNotThere) {
  EXPECT_EQ(child_findings("name: two\nextends: stie\n"), "GR1001 4:10 [site]");
  EXPECT_EQ(child_findings("name: two\nextends: {workbook: other, file: site.yaml}\n"), "GR1001 4:21");
  EXPECT_EQ(child_findings("name: two\nextends: {workbook: site, file: none.yaml}\n"), "GR1015 4:33");
  EXPECT_EQ(child_findings("name: two\nextends: {file: site.yaml}\n"), "GR0204 4:10");
  EXPECT_EQ(child_findings("name: two\nextends: {workbok: site}\n"), "GR0201 4:11 [workbook]");
  EXPECT_EQ(child_findings("name: two\nextends: {workbook: site, digest: x}\n"), "GR0201 4:27");
  EXPECT_EQ(child_findings("name: two\nextends: [site]\n"), "GR0203 4:10");
  // One mistake, one finding: what the parent would have given is not missed.
  EXPECT_EQ(child_findings("name: two\nextends: nowhere\n"
                           "workflows: {a: {override: merge}, b: {tasks: {t: {workflow: report}}}}\n"),
            "GR1001 4:10");
}

TEST(WorkbookInheritance, ChainsHaveAnEndAndALength) {
  EXPECT_EQ(child_findings("name: two\nextends: two\n"), "GR1002 4:10");
  EXPECT_EQ(child_findings("name: two\nextends: site\n", "name: site\nextends: two\n"), "GR1002 4:10");
  std::map<std::string, std::string> files;
  files["w0.yaml"] = std::string(kHead) + "name: w0\nworkflows: {wf: {tasks: {t: {action: std.noop}}}}\n";
  for (int i = 1; i <= 16; ++i) {
    files[fmt::format("w{}.yaml", i)] = fmt::format("{}name: w{}\nextends: w{}\n", kHead, i, i - 1);
  }
  MemoryLibrary library(files);
  EXPECT_EQ(findings("name: end\nextends: w2\n", &library), "");
  EXPECT_EQ(findings("name: end\nextends: w3\n", &library), "GR1003 4:10");
  const Compilation deep = compiled("name: end\nextends: w15\n", &library);
  ASSERT_TRUE(deep.program);
  EXPECT_EQ(deep.program->find_workflow("end.wf")->ancestors.size(), 16u);
  const Compilation too_deep = compiled("name: end\nextends: w16\n", &library);
  EXPECT_FALSE(too_deep.program);
  EXPECT_NE(in_short(too_deep.diagnostics).find("GR1004 4:10"), std::string::npos);
}

TEST(WorkbookInheritance, OverridesAreSaid) {
  const std::string head = "name: two\nextends: site\nworkflows:\n";
  EXPECT_EQ(child_findings(head + "  report: {tasks: {s: {action: std.noop}}}\n"),
            "GR1005 6:3 [override: merge, ]");
  EXPECT_EQ(child_findings(head + "  reprot: {override: merge, tasks: {s: {action: std.noop}}}\n"),
            "GR1006 6:12 [report]");
  EXPECT_EQ(child_findings(head + "  report: {override: mrege}\n  all: {override: remove}\n"),
            "GR0203 6:22 [merge]");
  EXPECT_EQ(child_findings(head + "  provision: {override: merge, extends: base}\n"), "GR1006 6:32");
  EXPECT_EQ(child_findings(head + "  all: {override: remove, tags: [x]}\n"), "GR1006 6:27");
  EXPECT_EQ(child_findings(head + "  provision: {override: merge, input: [more]}\n"), "GR1011 6:40");
}

TEST(WorkbookInheritance, NothingIsOverriddenWithoutAParent) {
  EXPECT_EQ(findings("wf: {override: merge, tasks: {t: {action: std.noop}}}\n"), "GR1006 3:6 []");
  EXPECT_EQ(findings("name: book\nworkflows: {wf: {override: replace, tasks: {t: {action: std.noop}}}}\n"),
            "GR1006 4:18 []");
  EXPECT_EQ(findings("act: {base: std.noop, override: remove}\n"), "GR1006 3:23 []");
}

TEST(WorkbookInheritance, FinalDefinitionsStayAsTheyAre) {
  const std::string head = "name: two\nextends: site\nworkflows:\n";
  EXPECT_EQ(child_findings(head + "  fixed: {override: replace, tasks: {f: {action: std.noop}}}\n"),
            "GR1010 6:3");
  EXPECT_EQ(child_findings(head + "  fixed: {override: remove}\n"), "GR1010 6:3");
  EXPECT_EQ(child_findings(head + "  fixed: {override: merge, tags: [x]}\n"), "GR1010 6:21");
  // Also where a workbook between them has not spoken of it.
  MemoryLibrary library({{"site.yaml", std::string(kHead) + kSite},
                         {"one.yaml", std::string(kHead) + "name: one\nextends: site\n"}});
  EXPECT_EQ(findings("name: two\nextends: one\nworkflows: {fixed: {override: remove}}\n", &library),
            "GR1010 5:13");
}

TEST(WorkbookInheritance, TheFlatTextIsAWorkbookOfItsOwn) {
  MemoryLibrary library({{"site.yaml", std::string(kHead) + kSite}});
  const std::string text = flat("name: two\nextends: site\nworkflows: {all: {override: remove}}\n", &library);
  EXPECT_EQ(text.find("extends"), std::string::npos) << text;
  EXPECT_EQ(text.find("override"), std::string::npos) << text;
  const auto source = std::make_shared<const core::Source>("flat.yaml", text);
  const Compilation again = compile({source}, {});
  ASSERT_TRUE(again.program) << text << core::to_text(again.diagnostics.sorted(), false);
  EXPECT_NE(again.program->find_workflow("two.report"), nullptr);
  EXPECT_EQ(again.program->find_workflow("two.all"), nullptr);
}

}  // namespace
}  // namespace gregale::compiler
