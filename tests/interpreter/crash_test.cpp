// A crash at any commit loses nothing: the store's state after it is carried on to the same end.
#include <gtest/gtest.h>

#include "core/json.hpp"
#include "tests/interpreter/crashing_store.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

// Rounds of one operation each, so that there are as many commits as possible to crash at.
std::unique_ptr<Runtime> make_runtime(Store& store, core::VirtualClock& clock,
                                      const ActionRegistry& registry) {
  RuntimeOptions options;
  options.operations_per_round = 1;
  options.wait = [&clock](std::optional<Microseconds> until) {
    if (!until) return false;
    clock.advance_to(*until);
    return true;
  };
  return std::make_unique<Runtime>(store, registry, clock, std::move(options));
}

// The end of the workflow, crashed at commit [crash_at] (negative: never). Sets [crashed].
Value run_with_crash(const std::shared_ptr<const LoadedProgram>& program, const TestActions& actions,
                     int crash_at, bool after, bool& crashed) {
  SqliteStore store(":memory:", StoreAccess::write, Durability::none);
  core::VirtualClock clock(core::kSecond);
  StartRequest request;
  request.workflow = program->name(program->program().workflows.front().name);
  Uuid id;
  crashed = false;
  {
    CrashingStore crashing(store, crash_at < 0 ? 1 << 30 : crash_at, after);
    const auto runtime = make_runtime(crashing, clock, actions.registry());
    runtime->add_program(program, "");
    try {
      id = runtime->start(program->digest(), request);
      runtime->run();
      return comparable_document(*program, runtime->tree(id));
    } catch (const Crash&) {
      crashed = true;
    }
  }
  const auto stored = store.list();
  if (stored.empty()) return Value();  // before the first commit there is nothing to lose
  const auto runtime = make_runtime(store, clock, actions.registry());
  runtime->add_program(program, "");
  runtime->load(stored.front().id);
  runtime->run();
  return comparable_document(*program, runtime->tree(stored.front().id));
}

void check_every_commit(const std::string& text) {
  const auto program = compile_text(text);
  ASSERT_NE(program, nullptr);
  const TestActions actions;
  bool crashed = false;
  const Value expected = run_with_crash(program, actions, -1, false, crashed);
  ASSERT_FALSE(crashed);
  for (const bool after : {false, true}) {
    int crash_at = 0;
    do {
      const Value got = run_with_crash(program, actions, crash_at, after, crashed);
      if (!got.is_null()) {
        ASSERT_EQ(core::to_json(got, 1), core::to_json(expected, 1))
            << "crashed " << (after ? "after" : "before") << " commit " << crash_at;
      }
      ++crash_at;
    } while (crashed);
    EXPECT_GT(crash_at, 3) << "too few commits to have tested anything";
  }
}

TEST(Crash, SequenceForkAndJoin) {
  check_every_commit(R"(
version: '2.0'
wf:
  output: {a: <% $.a %>, b: <% $.b %>, g: <% $.g %>}
  tasks:
    start: {on-success: [left, right]}
    left:
      action: std.echo output=1
      publish: {a: <% task().result %>}
      on-success:
        publish: {global: {g: 7}}
        next: meet
    right:
      action: std.echo output=2
      wait-before: 2
      publish: {b: <% task().result %>}
      on-success: meet
    meet: {join: all, on-success: end}
    end: {action: std.noop}
)");
}

TEST(Crash, RetriesTimersAndErrors) {
  check_every_commit(R"(
version: '2.0'
wf:
  output-on-error: {e: <% $.get(e) %>}
  tasks:
    again:
      action: std.fail error_data="no"
      retry: {count: 2, delay: 3}
      publish-on-error: {e: <% task().result %>}
      on-error: late
    late: {action: std.sleep seconds=5, timeout: 2, on-error: [after, done]}
    after: {wait-after: 1, on-complete: done}
    done: {join: all, on-success: [fail msg="over"]}
)");
}

TEST(Crash, ItemsAndSubWorkflows) {
  check_every_commit(R"(
version: '2.0'
wf:
  output: {r: <% $.r %>, s: <% $.s %>}
  tasks:
    items:
      with-items: i in <% [1, 2, 3] %>
      concurrency: 2
      action: std.echo
      input: {output: <% $.i * 10 %>}
      publish: {r: <% task().result %>}
      on-success: subs
    subs:
      with-items: i in <% $.r %>
      workflow: sub x=<% $.i %>
      publish: {s: <% task().result.y %>}
sub:
  input: [x]
  output: {y: <% $.y %>}
  tasks:
    one: {action: std.sleep seconds=1, on-success: two}
    two: {publish: {y: <% $.x + 1 %>}}
)");
}

TEST(Crash, JoinsThatCannotFire) {
  check_every_commit(R"(
version: '2.0'
wf:
  tasks:
    a: {on-success: {next: [{b: <% false %>}, j]}}
    b: {on-success: c}
    c: {on-success: j}
    j: {join: all, on-error: k}
    k: {on-success: l}
    d: {wait-before: 1, on-success: l}
    l: {join: 2}
)");
}

TEST(Crash, ReverseWorkflow) {
  check_every_commit(R"(
version: '2.0'
top:
  tasks:
    run: {workflow: rev, input: {task_name: d}}
rev:
  type: reverse
  output: {v: <% $.v %>}
  tasks:
    a: {publish: {v: 1}}
    b: {requires: [a], wait-before: 1}
    c: {requires: [a], action: std.sleep seconds=2}
    d: {requires: [b, c]}
    other: {action: std.fail}
)");
}

}  // namespace
}  // namespace gregale::interpreter
