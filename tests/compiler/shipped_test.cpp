// Workflows that come with the program: found behind all others, and not read before they are named.
#include <gtest/gtest.h>

#include "compiler/ir/serialization.hpp"
#include "tests/compiler/families.hpp"

namespace gregale::compiler {
namespace {

// A library with two files that come with the program, and a count of what was asked for.
class ShippingLibrary final : public Library {
 public:
  explicit ShippingLibrary(std::map<std::string, std::string> files = {}) : folder_(std::move(files)) {}
  core::SourcePtr file(const std::string& path, const core::Source& from) override {
    return folder_.file(path, from);
  }
  std::vector<core::SourcePtr> files() override { return folder_.files(); }
  core::SourcePtr shipped(std::string_view workflow) override {
    if (workflow == "image.check")
      return source("gregale:image.yaml", R"(
image.check: {input: [name], tasks: {t: {workflow: image.find name=<% $.name %>}}}
image.find: {input: [name], tasks: {t: {action: std.echo output=<% $.name %>}}}
)");
    if (workflow == "image.find") return shipped("image.check");
    if (workflow == "other.one")
      return source("gregale:other.yaml", "other.one: {tasks: {t: {action: std.noop}}}\n");
    return nullptr;
  }
  std::vector<std::string> shipped_names() override {
    ++listed;
    return {"image.check", "image.find", "other.one"};
  }

  std::vector<std::string> read;  // files, in order
  int listed = 0;

 private:
  core::SourcePtr source(const std::string& name, const std::string& text) {
    read.push_back(name);
    return std::make_shared<const core::Source>(name, kHead + text);
  }

  MemoryLibrary folder_;
};

// The names of the program's workflows.
std::vector<std::string> workflows(const Compilation& compilation) {
  std::vector<std::string> names;
  if (!compilation.program) return names;
  for (const ir::Workflow& workflow : compilation.program->workflows) {
    names.push_back(compilation.program->name(workflow.name));
  }
  return names;
}

using Names = std::vector<std::string>;

TEST(Shipped, NothingIsReadThatIsNotNamed) {
  ShippingLibrary library;
  EXPECT_EQ(findings("wf: {tasks: {t: {workflow: sub}}}\nsub: {tasks: {t: {action: std.noop}}}\n", &library),
            "");
  EXPECT_EQ(library.read, Names());
  EXPECT_EQ(library.listed, 0);
}

TEST(Shipped, ACallLinksItWithAllThatItCalls) {
  ShippingLibrary library;
  const Compilation made = compiled("wf: {tasks: {t: {workflow: image.check name=a}}}\n", &library);
  EXPECT_EQ(in_short(made.diagnostics), "GR0212 3:45");  // a bare word, nothing else
  EXPECT_EQ(workflows(made), (Names{"wf", "image.check", "image.find"}));
}

TEST(Shipped, AChildMayExtendIt) {
  ShippingLibrary library;
  EXPECT_EQ(
      flat("wf: {extends: other.one, tasks: {t: {override: merge, on-success: u}, u: {action: std.noop}}}\n",
           &library),
      flat("wf: {tasks: {t: {action: std.noop, on-success: u}, u: {action: std.noop}}}\n"));
}

TEST(Shipped, OnesOwnNameWinsEverywhere) {
  const std::string own = "image.find: {input: [name], tasks: {mine: {action: std.noop}}}\n";
  ShippingLibrary library;
  const Compilation made = compiled("wf: {tasks: {t: {workflow: image.check name=1}}}\n" + own, &library);
  EXPECT_EQ(in_short(made.diagnostics), "");
  EXPECT_EQ(workflows(made), (Names{"wf", "image.find", "image.check"}));

  ShippingLibrary with_folder({{"library/own.yaml", kHead + own}});
  const Compilation through_folder =
      compiled("wf: {tasks: {t: {workflow: image.check name=1}}}\n", &with_folder);
  EXPECT_EQ(in_short(through_folder.diagnostics), "");
  ASSERT_EQ(workflows(through_folder), (Names{"wf", "image.check", "image.find"}));
  EXPECT_NE(ir::to_text(*through_folder.program).find("mine"), std::string::npos);
}

TEST(Shipped, AWorkflowIsLinkedWhenItIsWanted) {
  ShippingLibrary library;
  Options options;
  options.library = &library;
  options.workflows = {"image.check", "no.such"};
  const Compilation made = compile({}, options);
  EXPECT_EQ(workflows(made), (Names{"image.check", "image.find"}));
}

TEST(Shipped, MisspeltNamesAreSuggested) {
  ShippingLibrary library;
  EXPECT_EQ(findings("wf: {tasks: {t: {workflow: image.chekc}}}\n", &library), "GR0305 3:28 [image.check]");
  EXPECT_EQ(findings("wf: {extends: other.on}\n", &library), "GR1001 3:15 [other.one]");
}

}  // namespace
}  // namespace gregale::compiler
