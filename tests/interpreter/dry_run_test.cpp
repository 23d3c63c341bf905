// Dry runs: what is told of the calls of a workflow, and that nothing is carried out.
#include "interpreter/dry_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/json.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

using core::List;
using core::Map;

// Counts how often it is carried out; its test tells a request with what it was given, and, where it is
// asked to, a result.
class Probe : public Action {
 public:
  explicit Probe(int& started) : started_(started) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  void start(ActionCall, ActionCompletion completion) const override {
    ++started_;
    completion(ActionResult::success(1));
  }
  void test(ActionCall call, ActionCompletion completion) const override {
    if (call.input.get("number").is_string()) return completion(ActionResult::failure("no number"));
    ActionResult result;
    const Value id = call.input.get("id");
    result.requests.push_back(Map{{"url", "/things/" + (id.is_string() ? id.as_string() : "none")}});
    result.data = call.input.get("mock");
    completion(std::move(result));
  }

 private:
  int& started_;
  const ir::ActionSignature signature_{
      .name = "test.probe",
      .description = {},
      .parameters = {{"id", false, "none", {}}, {"mock", false, {}, {}}, {"number", false, {}, {}}}};
};

class DryRuns : public ::testing::Test {
 protected:
  DryRuns() {
    registry_.add(std::make_unique<Probe>(started_));
    for (const char* name : {"std.echo", "std.noop", "std.sleep", "std.fail", "std.http", "std.async_noop"}) {
      registry_.add(std::make_unique<Borrowed>(*standard_.registry().find(name)));
    }
  }

  DryRun told(const std::string& text, const StartRequest& request = {}) {
    const auto program = compile_text(text);
    if (!program) return {};
    StartRequest made = request;
    if (made.workflow.empty()) made.workflow = program->name(program->program().workflows.front().name);
    DryRun result = dry_run(program, registry_, core::RealClock(), made, {});
    EXPECT_EQ(started_, 0) << "something was carried out";
    return result;
  }

  // "task: url, url" of each call.
  static std::vector<std::string> urls(const DryRun& run) {
    std::vector<std::string> lines;
    for (const RehearsedCall& call : run.calls) {
      std::string line = call.task + ":";
      for (const Value& request : call.requests) line += " " + request.get("url").as_string();
      lines.push_back(line);
    }
    return lines;
  }

  // An action of another registry.
  class Borrowed : public Action {
   public:
    explicit Borrowed(const Action& action) : action_(action) {}
    const ir::ActionSignature& signature() const override { return action_.signature(); }
    ActionMode mode() const override { return action_.mode(); }
    ActionResult evaluate(const Value& input) const override { return action_.evaluate(input); }
    double delay_seconds(const Value& input) const override { return action_.delay_seconds(input); }
    void start(ActionCall call, ActionCompletion completion) const override {
      action_.start(std::move(call), std::move(completion));
    }
    void test(ActionCall call, ActionCompletion completion) const override {
      action_.test(std::move(call), std::move(completion));
    }

   private:
    const Action& action_;
  };

  int started_ = 0;
  TestActions standard_;
  ActionRegistry registry_;
};

using Lines = std::vector<std::string>;

TEST_F(DryRuns, ResultsThatOnlyARunCanKnowAreShownAsTheirExpressions) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    create:
      action: test.probe id=new
      publish:
        server: <% task().result.server.id %>
        whole: <% task().result %>
      on-success: [attach, tag, named]
    attach:
      action: test.probe id=<% $.server %>
    tag:
      action: test.probe id="<% $.whole %>/tags"
    named:
      action: test.probe id=<% task(create).result.name %>
)");
  EXPECT_EQ(run.state, State::success) << run.state_info;
  Lines lines = urls(run);
  std::sort(lines.begin(), lines.end());
  EXPECT_EQ(lines, (Lines{"attach: /things/<% task().result.server.id %>", "create: /things/new",
                          "named: /things/<% task(create).result.name %>",
                          "tag: /things/<% task(create).result %>/tags"}));
}

TEST_F(DryRuns, WhatATestTellsIsTheResult) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    first:
      action: test.probe
      input: {id: a, mock: {next: b}}
      on-success: second
    second:
      action: test.probe id=<% task(first).result.next %>
)");
  EXPECT_EQ(urls(run), (Lines{"first: /things/a", "second: /things/b"}));
}

TEST_F(DryRuns, GuardsThatOnlyARunCanKnowAreFollowedWhereTheyLeadOn) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    begin:
      action: std.noop
      on-success: look
    look:
      action: test.probe id=look
      publish: {state: <% task().result %>}
      on-success:
        - repair: <% $.state = broken %>
        - fail: <% $.state = gone %>
        - look: <% $.state = busy %>
        - never: <% 1 = 2 %>
    repair:
      action: test.probe id=repair
      on-success: report
    report:
      action: test.probe id=report
    never:
      action: test.probe id=never
)");
  EXPECT_EQ(run.state, State::success) << run.state_info;
  EXPECT_EQ(urls(run), (Lines{"look: /things/look", "repair: /things/repair", "report: /things/report"}));
  EXPECT_EQ(run.calls[0].guards, Lines{});
  EXPECT_EQ(run.calls[1].guards, Lines{"<% $.state = broken %>"});
  EXPECT_EQ(run.calls[2].guards, Lines{"<% $.state = broken %>"}) << "what it follows is assumed, too";
}

TEST_F(DryRuns, JoinsWaitForAllThatMayCome) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    a:
      action: test.probe id=a
      on-success: [{both: <% task().result %>}]
    b:
      action: test.probe id=b
      wait-before: 1000000
      on-success: [both]
    both:
      join: all
      action: test.probe id=both
)");
  EXPECT_EQ(run.state, State::success) << run.state_info;
  ASSERT_EQ(run.calls.size(), 3u);
  EXPECT_EQ(run.calls[2].task, "both");
  EXPECT_EQ(run.calls[2].guards, Lines{"<% task(a).result %>"});
}

TEST_F(DryRuns, ItemsAreToldOneByOneAndUnknownListsAsOneItem) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    known:
      with-items: i in <% [x, y] %>
      action: test.probe id=<% $.i %>
      on-success: unknown
    unknown:
      with-items: i in <% task(known).result[0] %>
      action: test.probe id=<% $.i.id %>
      on-success: mixed
    mixed:
      with-items: ["i in <% [p, q] %>", "j in <% task(unknown).result[0].names %>"]
      concurrency: <% task(known).result[1] %>
      action: test.probe id="<% $.i %>-<% $.j %>"
)");
  EXPECT_EQ(run.state, State::success) << run.state_info;
  EXPECT_EQ(urls(run), (Lines{"known: /things/x", "known: /things/y", "unknown: /things/<% $.i.id %>",
                              "mixed: /things/p-an item of <% task(unknown).result[0].names %>",
                              "mixed: /things/q-an item of <% task(unknown).result[0].names %>"}));
  EXPECT_EQ(run.calls[1].item, std::optional<uint32_t>(1));
  EXPECT_FALSE(told("version: '2.0'\nwf:\n  tasks:\n    t: {action: test.probe}\n").calls.at(0).item);
}

TEST_F(DryRuns, WholeInputsThatAreUnknownAndPoliciesOverThem) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    first:
      action: test.probe id=first
      on-success: second
    second:
      action: std.http
      input: <% task(first).result %>
      retry: {count: <% task(first).result.n %>, delay: 3, break-on: <% task().result %>}
      timeout: <% task(first).result.seconds %>
      wait-before: <% task(first).result.seconds %>
      fail-on: <% task(second).result.bad %>
      pause-before: <% task(first).result %>
      on-success: sub
    sub:
      workflow: inner
      input: <% task(first).result %>
inner:
  input: [needed, {other: 7}]
  output: {given: <% $.needed %>}
  tasks:
    deep:
      action: test.probe id="<% $.needed %> <% $.other %>"
)");
  EXPECT_EQ(run.state, State::success) << run.state_info;
  ASSERT_EQ(run.calls.size(), 3u);
  EXPECT_EQ(core::to_json(run.calls[1].input), R"({"url":"<% task(first).result %>"})");
  EXPECT_EQ(run.calls[1].requests.at(0).get("url"), Value("<% task(first).result %>"));
  EXPECT_EQ(run.calls[2].workflow, "inner");
  EXPECT_EQ(run.calls[2].requests.at(0).get("url"), Value("/things/<% task(first).result %> 7"));
}

TEST_F(DryRuns, CallsThatWouldBeRefusedAreTold) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    bad:
      action: test.probe number=text
      on-success: maybe
    maybe:
      action: test.probe number=<% task(bad).result %>
)");
  EXPECT_EQ(run.state, State::success);
  EXPECT_EQ(run.calls.at(0).refusal, "no number");
  EXPECT_EQ(run.calls.at(1).refusal, "") << "the value may well be a number";
  EXPECT_TRUE(run.calls.at(1).requests.empty());
}

TEST_F(DryRuns, PausesAndWaitsTakeNoTime) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    a:
      action: std.sleep seconds=86400
      wait-after: 86400
      on-success: [pause, b]
    b:
      pause-before: true
      action: std.async_noop
      on-success: c
    c:
      action: test.probe id=c
)");
  EXPECT_EQ(run.state, State::success) << run.state_info;
  ASSERT_EQ(run.calls.size(), 2u);
  EXPECT_EQ(run.calls[1].task, "c");
}

TEST_F(DryRuns, SecretsOfTheCustomContextAreMasked) {
  StartRequest request;
  request.custom_context = Map{{"key", "s3cret-value"}};
  const DryRun run = told(R"(
version: '2.0'
wf:
  custom_context:
    key: {type: string, secret: true}
  tasks:
    t:
      action: std.http
      input:
        url: http://example.org/<% custom_context(key) %>
        headers: {Authorization: "Bearer abc", X-Key: <% custom_context(key) %>}
        body: {password: hunter2, note: "is <% custom_context(key) %>"}
)",
                          request);
  ASSERT_EQ(run.calls.size(), 1u) << run.state_info;
  EXPECT_EQ(core::to_json(run.calls[0].requests.at(0)),
            R"({"method":"GET","url":"http://example.org/***","headers":{"Authorization":"***",)"
            R"("X-Key":"***"},"body":{"password":"***","note":"is ***"}})");
  EXPECT_EQ(core::to_json(run.calls[0].input).find("s3cret"), std::string::npos);
  EXPECT_EQ(run.calls[0].input.get("body").get("password"), Value("***"));
}

TEST_F(DryRuns, ErrorsOfExpressionsEndIt) {
  const DryRun run = told(R"(
version: '2.0'
wf:
  tasks:
    a: {action: test.probe id=a, on-success: b}
    b: {action: test.probe id=<% $.nothing %>}
)");
  EXPECT_EQ(run.state, State::error);
  EXPECT_NE(run.state_info.find("$.nothing"), std::string::npos) << run.state_info;
  EXPECT_EQ(urls(run), Lines{"a: /things/a"});
}

}  // namespace
}  // namespace gregale::interpreter
