// What is said of executions that wait or have ended, and how they are shown as they were.
#include "interpreter/explanation.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "interpreter/past.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

class ExplanationTest : public testing::Test {
 protected:
  // Runs the workflow until nothing can move by itself.
  void run(const std::string& text) {
    program_ = compile_text(text);
    ASSERT_NE(program_, nullptr);
    bench_.runtime().add_program(program_, "");
    StartRequest request;
    request.workflow = program_->name(program_->program().workflows.front().name);
    id_ = bench_.runtime().start(program_->digest(), request);
    bench_.runtime().run();
  }
  const ExecutionTree& tree() { return bench_.runtime().tree(id_); }
  // All reasons, a line each.
  std::string reasons() {
    std::string text;
    for (const Reason& reason : explain(*program_, actions_.registry(), tree(), 0, clock_.now())) {
      text += std::string(to_string(reason.kind)) + ": " + reason.text + "\n";
    }
    return text;
  }
  void expect_reason(const std::string& part) {
    EXPECT_NE(reasons().find(part), std::string::npos) << reasons() << "does not say: " << part;
  }

  TestActions actions_;
  SqliteStore store_{":memory:", StoreAccess::write};
  core::VirtualClock clock_{core::kSecond};
  Workbench bench_{store_, clock_, actions_.registry()};
  std::shared_ptr<const LoadedProgram> program_;
  Uuid id_;
};

TEST_F(ExplanationTest, NamesTheMissingBranchesOfAJoinAndWhoDecidesThem) {
  run(R"(
version: '2.0'
wf:
  tasks:
    a: {on-success: j}
    b: {action: std.async_noop, on-success: c}
    c: {on-success: j}
    j: {join: all}
)");
  expect_reason(
      "join: Task 'j' is a join that waits for 2 of its 2 inbound tasks; 1 came. Missing 'c', which "
      "has not started; decided by 'b' (RUNNING).");
  expect_reason(
      "outside: Task 'b' waits since 1970-01-01 00:00:01 for somebody to give the result of action "
      "std.async_noop: `gregale action complete ");
}

TEST_F(ExplanationTest, NamesGuardsWithTheirValuesButNoSecrets) {
  run(R"(
version: '2.0'
wf:
  vars: {size: 3, password: hunter2}
  tasks:
    a:
      on-success:
        - b: <% $.size > 5 %>
        - c: <% $.password = other %>
    b: {action: std.noop}
    c: {action: std.noop}
)");
  expect_reason("guard: Task 'a' did not lead to task 'b' by its on-success: its guard `");
  expect_reason("was false with size = 3.");
  expect_reason("was false with password = ");
  EXPECT_EQ(reasons().find("hunter2"), std::string::npos) << reasons();
}

TEST_F(ExplanationTest, NamesTheErrorThatNobodyHandled) {
  run(R"(
version: '2.0'
wf:
  tasks:
    a:
      action: std.fail error_data="no room"
      on-error: {next: [{b: <% false %>}]}
    b: {action: std.noop}
)");
  expect_reason("ended: The execution of 'wf' ended in ERROR because of errors that nobody handled.");
  expect_reason("error: Task 'a' failed in action std.fail: no room. No guard of its `on-error` was true");
}

TEST_F(ExplanationTest, ShowsAnEarlierMoment) {
  run(R"(
version: '2.0'
wf:
  tasks:
    a: {action: std.echo output=1, publish: {v: 1}, on-success: b}
    b: {action: std.echo output=2, publish: {v: 2}}
)");
  const auto history = store_.history(id_);
  ASSERT_EQ(tree().root().state, State::success);
  EXPECT_EQ(core::to_json(published_context(as_of(tree(), history, history.size()), 0)), R"({"v":2})");
  size_t event = 0;  // the one by which `a` had published
  while (history[event].published.is_null()) ++event;
  const ExecutionTree past = as_of(tree(), history, event + 1);
  EXPECT_EQ(past.root().state, State::running);
  EXPECT_EQ(past.tasks.size(), 1u);
  EXPECT_EQ(core::to_json(published_context(past, 0)), R"({"v":1})");
}

}  // namespace
}  // namespace gregale::interpreter
