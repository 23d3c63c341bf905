// Namespaces: where the names of workflows and ad-hoc actions are looked up.
#include <gtest/gtest.h>

#include "compiler/compiler.hpp"
#include "core/json.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

constexpr const char* kDefault = R"(
version: '2.0'
main:
  output: {sub: <% $.sub %>, only: <% $.only %>}
  tasks:
    a: {workflow: sub, publish: {sub: <% task().result.from %>}, on-success: b}
    b: {workflow: only_default, publish: {only: <% task().result.from %>}}
sub: {output: {from: default}, tasks: {t: {action: std.noop}}}
only_default:
  output: {from: <% $.from %>}
  tasks:
    t: {action: who, publish: {from: <% task().result %>}}
)";
constexpr const char* kDefaultActions = R"(
version: '2.0'
who: {base: std.echo, base-input: {output: default}}
)";
constexpr const char* kSpecial = R"(
version: '2.0'
sub:
  output: {from: "special <% $.from %>"}
  tasks:
    t: {action: who, publish: {from: <% task().result %>}}
own:
  output: {from: <% $.from %>}
  tasks:
    t: {action: who, publish: {from: <% task().result %>}}
)";
constexpr const char* kSpecialActions = R"(
version: '2.0'
who: {base: std.echo, base-input: {output: special}}
)";

class Namespaces : public ::testing::Test {
 protected:
  Namespaces() {
    const auto source = [](const char* name, const char* text) {
      return std::make_shared<const core::Source>(name, text);
    };
    compiler::Options options;
    options.namespaces = {"", "", "special", "special"};
    compiler::Compilation compiled =
        compiler::compile({source("default", kDefault), source("default_actions", kDefaultActions),
                           source("special", kSpecial), source("special_actions", kSpecialActions)},
                          options);
    EXPECT_TRUE(compiled.program.has_value());
    if (compiled.program) program_ = std::make_shared<const LoadedProgram>(std::move(*compiled.program), "d");
  }

  Value run(const char* workflow, const Value& params) {
    const TestActions actions;
    SqliteStore store(":memory:", StoreAccess::write);
    core::VirtualClock clock(core::kSecond);
    Workbench bench(store, clock, actions.registry());
    bench.runtime().add_program(program_, "");
    StartRequest request;
    request.workflow = workflow;
    request.params = params;
    const Uuid id = bench.runtime().start("d", request);
    EXPECT_TRUE(bench.runtime().run());
    const WorkflowExecution& root = bench.runtime().tree(id).root();
    EXPECT_EQ(root.state, State::success) << root.state_info.value_or("");
    namespace_ = root.workflow_namespace;
    return root.output;
  }

  std::shared_ptr<const LoadedProgram> program_;
  std::string namespace_;
};

TEST_F(Namespaces, WithoutOneOnlyTheDefaultCounts) {
  EXPECT_EQ(core::to_json(run("main", core::Map{})), R"({"sub":"default","only":"default"})");
  EXPECT_THROW(run("own", core::Map{}), core::Error);
}

TEST_F(Namespaces, SubWorkflowsAreLookedUpInTheNamespaceFirst) {
  // What is found in the default one has its actions from there.
  EXPECT_EQ(core::to_json(run("main", core::Map{{"namespace", "special"}})),
            R"({"sub":"special special","only":"default"})");
  EXPECT_EQ(namespace_, "");
}

TEST_F(Namespaces, AWorkflowOfTheNamespaceHasItsActionsFromThere) {
  EXPECT_EQ(core::to_json(run("own", core::Map{{"namespace", "special"}})), R"({"from":"special"})");
  EXPECT_EQ(namespace_, "special");
}

TEST_F(Namespaces, AnUnknownOneFallsBack) {
  EXPECT_EQ(core::to_json(run("main", core::Map{{"namespace", "nowhere"}})),
            R"({"sub":"default","only":"default"})");
  EXPECT_THROW(run("main", core::Map{{"namespace", 5}}), core::Error);
}

TEST(NamespacesOfSources, TheSameNameTwiceInOneNamespaceIsRefused) {
  const char* text = "version: '2.0'\nwf: {tasks: {t: {action: std.noop}}}\n";
  const std::vector<core::SourcePtr> sources = {std::make_shared<const core::Source>("one", text),
                                                std::make_shared<const core::Source>("two", text)};
  EXPECT_TRUE(compiler::compile(sources, {.namespaces = {"", "n"}}).program.has_value());
  EXPECT_FALSE(compiler::compile(sources, {.namespaces = {"n", "n"}}).program.has_value());
}

}  // namespace
}  // namespace gregale::interpreter
