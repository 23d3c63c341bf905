// What people do to executions from outside: rerun, skip, pause and resume; beyond what the corpus reaches.
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "interpreter/document.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

// One execution under a virtual clock, with requests by the names of tasks.
class Control : public ::testing::Test {
 protected:
  void start(const std::string& text, const Value& params = Value::map({})) {
    program_ = compile_text(text);
    ASSERT_NE(program_, nullptr);
    runtime().add_program(program_, "");
    StartRequest request;
    request.workflow = program_->name(program_->program().workflows.front().name);
    request.params = params;
    root_ = runtime().start(program_->digest(), request);
    runtime().run();
  }
  Runtime& runtime() { return bench_.runtime(); }
  const ExecutionTree& tree() { return runtime().tree(root_); }
  Value document() { return execution_document(*program_, tree(), 0); }

  // Of the last execution of that task, in any workflow of the tree.
  const TaskExecution& task(std::string_view name) {
    for (auto i = tree().tasks.rbegin(); i != tree().tasks.rend(); ++i) {
      if (i->name == name) return *i;
    }
    throw core::Error(core::ErrorKind::not_found, std::string(name));
  }
  State state(std::string_view name) { return task(name).state; }
  size_t runs(std::string_view name) {
    size_t count = 0;
    for (const TaskExecution& execution : tree().tasks) count += execution.name == name;
    return count;
  }
  void skip(std::string_view name) {
    runtime().skip(root_, task(name).execution, name, Value());
    runtime().run();
  }
  void rerun(std::string_view name) {
    runtime().rerun(root_, task(name).execution, name, true, Value());
    runtime().run();
  }
  void complete(std::string_view name, ActionResult result) {
    runtime().complete_action(root_, task(name).actions.back(), std::move(result));
    runtime().run();
  }

  TestActions actions_;
  SqliteStore store_{":memory:", StoreAccess::write};
  core::VirtualClock clock_{core::kSecond};
  Workbench bench_{store_, clock_, actions_.registry()};
  std::shared_ptr<const LoadedProgram> program_;
  Uuid root_;
};

TEST_F(Control, ASkippedTaskGoesOnByOnSkip) {
  start(R"(
version: '2.0'
wf:
  output: {x: <% $.x %>, y: <% $.get(y) %>, g: <% $.g %>}
  tasks:
    a:
      action: std.fail
      publish-on-skip: {x: skipped <% task().state %>}
      on-skip: {publish: {branch: {y: 1}, global: {g: 2}}, next: [b, {never: <% false %>}]}
      on-success: c
      on-complete: d
    b: {action: std.noop}
    c: {action: std.noop}
    d: {action: std.fail}
    never: {action: std.noop}
)");
  EXPECT_EQ(tree().root().state, State::error);
  skip("a");
  EXPECT_EQ(state("a"), State::skipped);
  EXPECT_EQ(task("a").state_info, "Task was skipped.");
  EXPECT_EQ(state("b"), State::success);
  EXPECT_EQ(runs("c"), 0u);
  EXPECT_EQ(runs("d"), 1u);  // of the failure; a skip does not complete the task once more
  // Another task has failed as well.
  EXPECT_EQ(tree().root().state, State::error);
  skip("d");
  EXPECT_EQ(tree().root().state, State::success);
  EXPECT_EQ(core::to_json(tree().root().output), R"({"x":"skipped SKIPPED","y":1,"g":2})");
}

TEST_F(Control, ASkippedTaskWithoutOnSkipGoesOnAsAfterASuccess) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.fail, publish: {x: 1}, on-success: b, on-skip: [{c: <% false %>}]}
    b: {action: std.noop}
    c: {action: std.noop}
)");
  skip("a");
  EXPECT_EQ(tree().root().state, State::success);
  EXPECT_EQ(state("b"), State::success);
  EXPECT_EQ(runs("c"), 0u);
  EXPECT_TRUE(task("a").published.is_null());
}

TEST_F(Control, OnSkipOfTaskDefaults) {
  start(R"(
version: '2.0'
wf:
  task-defaults: {on-skip: [cleanup]}
  tasks:
    a: {action: std.fail}
    cleanup: {action: std.noop}
)");
  skip("a");
  EXPECT_EQ(tree().root().state, State::success);
  EXPECT_EQ(state("cleanup"), State::success);
}

TEST_F(Control, ASkippedTaskMakesAJoinThatHadFailedRun) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.fail, on-success: j}
    b: {publish: {x: 1}, on-success: j}
    j: {join: all, action: std.echo output=<% $.x %>, on-success: k}
    k: {action: std.noop}
)");
  EXPECT_EQ(state("j"), State::error);
  skip("a");
  EXPECT_EQ(tree().root().state, State::success);
  EXPECT_EQ(state("j"), State::success);
  EXPECT_EQ(runs("j"), 1u);
  EXPECT_EQ(state("k"), State::success);
  EXPECT_EQ(document().get("tasks").as_list().size(), 4u);
}

TEST_F(Control, ASkippedTaskOfASubWorkflowLetsItsParentGoOn) {
  start(R"(
version: '2.0'
top:
  output: {r: <% $.r %>}
  tasks:
    s: {workflow: sub, publish: {r: <% task().result.v %>}, publish-on-error: {r: failed}, on-success: after}
    after: {action: std.noop}
sub:
  output: {v: <% $.v %>}
  tasks:
    t: {action: std.fail, publish-on-skip: {v: 7}}
)");
  EXPECT_EQ(state("s"), State::error);
  skip("t");
  EXPECT_EQ(tree().root().state, State::success);
  EXPECT_EQ(core::to_json(tree().root().output), R"({"r":7})");
  EXPECT_EQ(state("after"), State::success);
}

TEST_F(Control, ASkippedTaskFulfilsRequirements) {
  start(R"(
version: '2.0'
wf:
  type: reverse
  tasks:
    a: {action: std.fail, publish-on-skip: {x: 1}}
    b: {requires: [a], action: std.echo output=<% $.x %>}
)",
        core::Map{{"task_name", "b"}});
  EXPECT_EQ(tree().root().state, State::error);
  skip("a");
  EXPECT_EQ(tree().root().state, State::success);
  EXPECT_EQ(state("b"), State::success);
}

TEST_F(Control, OnlyAFailedTaskIsSkipped) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.noop, on-success: b}
    b: {action: std.fail}
)");
  EXPECT_THROW(skip("a"), core::Error);
  EXPECT_THROW(runtime().skip(root_, 0, "nobody", Value()), core::Error);
  EXPECT_EQ(tree().root().state, State::error);
  skip("b");
  EXPECT_EQ(tree().root().state, State::success);
  EXPECT_THROW(skip("b"), core::Error);
}

TEST_F(Control, ASkipWhosePublishFailsIsAnErrorOfTheTask) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.fail, publish-on-skip: {x: <% $.nothing %>}}
)");
  skip("a");
  EXPECT_EQ(tree().root().state, State::error);
  EXPECT_EQ(state("a"), State::error);
  EXPECT_NE(task("a").state_info->find("Failed to skip task 'a'"), std::string::npos);
}

TEST_F(Control, ASkippedExecutionIsTheSameAfterLoading) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.fail, on-skip: w}
    w: {action: std.async_noop, on-success: z}
    z: {action: std.noop}
)");
  skip("a");
  const ExecutionTree loaded = store_.load(root_);
  EXPECT_EQ(core::to_json(execution_document(*program_, loaded, 0)), core::to_json(document()));
}

TEST_F(Control, AJoinGetsTheBranchOfATaskThatWasRunAgain) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.async_noop, on-success: m}
    m: {on-success: j}
    b: {on-success: j}
    j: {join: all, on-error: handled, on-success: k}
    handled: {action: std.fail}
    k: {action: std.noop}
)");
  complete("a", ActionResult::failure("no"));
  EXPECT_EQ(state("j"), State::error);
  rerun("a");
  EXPECT_EQ(state("j"), State::error);  // still, as long as the branch has not come
  complete("a", ActionResult::success(1));
  EXPECT_EQ(state("j"), State::success);
  EXPECT_EQ(runs("j"), 1u);
  EXPECT_EQ(state("k"), State::success);
}

TEST_F(Control, ATaskThatIsPausedBeforeItsStartIsTimedFromTheResume) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.sleep seconds=5, pause-before: true, timeout: 10}
)");
  EXPECT_EQ(tree().root().state, State::paused);
  clock_.advance(100 * core::kSecond);
  runtime().resume(root_, 0, Value());
  runtime().run();
  EXPECT_EQ(tree().root().state, State::success);
}

TEST_F(Control, TheDescriptionIsNoParameter) {
  start(R"(
version: '2.0'
wf: {output: {p: <% execution().params.keys().orderBy($) %>}, tasks: {t: {action: std.noop}}}
)",
        core::Map{{"description", "nightly"}});
  EXPECT_EQ(document().get("description"), Value("nightly"));
  EXPECT_EQ(core::to_json(tree().root().output), R"({"p":["env","namespace"]})");
}

TEST_F(Control, TheCurrentTaskIsMeantByItsOwnName) {
  start(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.noop, wait-before: 2, publish: {own: <% task(a).id = task().id %>}}
    start: {on-success: a, on-complete: a}
)");
  EXPECT_EQ(runs("a"), 2u);
  for (const TaskExecution& execution : tree().tasks) {
    if (execution.name != "a") continue;
    EXPECT_EQ(core::to_json(execution.published), R"({"own":true})");
  }
}

}  // namespace
}  // namespace gregale::interpreter
