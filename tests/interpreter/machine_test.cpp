// Rules of the engine that the conformance corpus does not reach: where Gregale does what Mistral should.
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "interpreter/environment.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

std::string output_of(const Value& document) {
  return core::to_json(document.get("output"));
}

Value task_of(const Value& document, std::string_view name) {
  for (const Value& task : document.get("tasks").as_list()) {
    if (task.get("name") == Value(name)) return task;
  }
  ADD_FAILURE() << "no task " << name;
  return Value();
}

size_t runs_of(const Value& document, std::string_view name) {
  size_t count = 0;
  for (const Value& task : document.get("tasks").as_list()) count += task.get("name") == Value(name);
  return count;
}

TEST(Machine, AJoinInALoopRunsOnceARound) {
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  vars: {n: 0}
  output: {n: <% $.n %>}
  tasks:
    s: {on-success: [a, b]}
    a: {on-success: j}
    b: {on-success: j}
    j:
      join: all
      publish: {n: <% $.n + 1 %>}
      on-success: {next: [{again: <% $.n < 3 %>}]}
    again: {on-success: j}
)");
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(output_of(document), R"({"n":3})");
  EXPECT_EQ(runs_of(document, "j"), 3u);
}

TEST(Machine, ALoopAroundAForkAndAJoin) {
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  vars: {n: 0}
  output: {n: <% $.n %>}
  tasks:
    s: {on-success: body}
    body: {on-success: [a, b]}
    a: {on-success: j}
    b: {wait-before: 1, on-success: j}
    j:
      join: all
      publish: {n: <% $.n + 1 %>}
      on-success: {next: [{body: <% $.n < 4 %>}]}
)");
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(output_of(document), R"({"n":4})");
  EXPECT_EQ(runs_of(document, "a"), 4u);
  EXPECT_EQ(runs_of(document, "j"), 4u);
}

TEST(Machine, APartialJoinRunsOnceForLateBranches) {
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  tasks:
    a: {on-success: j}
    b: {on-success: j}
    c: {wait-before: 2, on-success: j}
    j: {join: 2, on-success: after}
    after: {action: std.noop}
)");
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(runs_of(document, "j"), 1u);
  EXPECT_EQ(runs_of(document, "after"), 1u);
}

TEST(Machine, AJoinFailsAsSoonAsARouteFarAboveItIsDead) {
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  tasks:
    a: {on-success: {next: [j, {b: <% false %>}]}}
    b: {on-success: c}
    c: {on-success: d}
    d: {on-success: j}
    j: {join: all, on-error: handled}
    handled: {action: std.echo output=<% tasks().where($.state = RUNNING).name %>, publish: {still: <% task().result %>}}
    slow: {action: std.sleep seconds=100}
)");
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  const Value join = task_of(document, "j");
  EXPECT_EQ(join.get("state"), Value("ERROR"));
  EXPECT_EQ(join.get("state_info"), Value("Failed by tasks: ['d']"));
  // It did not wait for the branch that has nothing to do with it.
  const Value still = document.get("output").get("still");
  EXPECT_NE(core::to_json(still).find("slow"), std::string::npos) << core::to_json(still);
}

TEST(Machine, EveryAttemptIsTimed) {
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  tasks:
    t:
      action: std.sleep seconds=10
      timeout: 1
      retry: {count: 2, delay: 1}
)");
  EXPECT_EQ(document.get("state"), Value("ERROR"));
  const Value task = task_of(document, "t");
  EXPECT_EQ(task.get("action_executions").size(), 3u);
  EXPECT_NE(task.get("state_info").as_string().find("timed out"), std::string::npos);
}

TEST(Machine, WhatATaskPublishedBesideFailIsKept) {
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  output-on-error: {x: <% $.x %>}
  tasks:
    t:
      publish: {x: 1}
      on-success: [other, fail]
    other: {action: std.noop}
)");
  EXPECT_EQ(document.get("state"), Value("ERROR"));
  EXPECT_EQ(document.get("output").get("x"), Value(1));
}

TEST(Machine, ParallelBranchesConflictInOrderOfDefinition) {
  const char* text = R"(
version: '2.0'
wf:
  output: {x: <% $.x %>}
  tasks:
    a: {publish: {x: a}, %A%}
    b: {publish: {x: b}, %B%}
)";
  for (const bool first_is_slow : {false, true}) {
    std::string definition = text;
    const auto replace = [&](std::string_view what, std::string_view with) {
      definition.replace(definition.find(what), what.size(), with);
    };
    replace("%A%", first_is_slow ? "wait-before: 5" : "wait-before: 0");
    replace("%B%", first_is_slow ? "wait-before: 0" : "wait-before: 5");
    EXPECT_EQ(output_of(run_to_end(definition)), R"({"x":"b"})");
  }
}

TEST(Machine, ATenThousandWayJoinAndAChainOfThousandsAreQuick) {
  std::string text = "version: '2.0'\nwf:\n  tasks:\n    s:\n      on-success:\n";
  constexpr int kBranches = 10'000;
  for (int i = 0; i < kBranches; ++i) text += "        - t" + std::to_string(i) + "\n";
  for (int i = 0; i < kBranches; ++i) text += "    t" + std::to_string(i) + ": {on-success: j}\n";
  text += "    j: {join: all, on-success: c0}\n";
  for (int i = 0; i < 1000; ++i) {
    text += "    c" + std::to_string(i) + ": {on-success: c" + std::to_string(i + 1) + "}\n";
  }
  text += "    c1000: {publish: {x: 1}}\n";
  const Value document = run_to_end(text);
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(document.get("tasks").size(), kBranches + 1003u);
}

TEST(Machine, SubWorkflowsWithinEachOtherHaveALimit) {
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  tasks:
    t: {workflow: wf}
)");
  EXPECT_EQ(document.get("state"), Value("ERROR"));
  EXPECT_NE(core::to_json(document).find("More than 100 workflows within each other"), std::string::npos);
}

TEST(Machine, TheBudgetOfEvaluationsHoldsInTasksAndEnvironments) {
  const std::string text = R"(
version: '2.0'
wf:
  input: [n]
  tasks:
    t: {action: std.echo output=<% range($.n).sum() %>}
)";
  Limits limits;
  limits.evaluation.steps = 1000;
  const auto state = [&](int n) { return run_to_end(text, Value(core::Map{{"n", n}}), limits).get("state"); };
  EXPECT_EQ(state(10), Value("SUCCESS"));
  EXPECT_EQ(state(10'000), Value("ERROR"));
  const Value document = run_to_end(text, Value(core::Map{{"n", 10'000}}), limits);
  EXPECT_NE(core::to_json(document).find("(the budget `steps`)"), std::string::npos);
  const Value env(core::Map{{"e", "<% range(10000).sum() %>"}});
  EXPECT_THROW(evaluate_environment(env, 0, limits.evaluation), core::Error);
  EXPECT_EQ(evaluate_environment(env, 0, {}).get("e"), Value(49'995'000));
}

}  // namespace
}  // namespace gregale::interpreter
