// Regions of calls: which one counts, and with-regions.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/json.hpp"
#include "stdlib/registry.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

using core::List;
using core::Map;

// An OpenStack action that gives the region it was sent to, and fails where it shall.
class Probe : public Action {
 public:
  explicit Probe(std::map<std::string, int>& failures, std::vector<std::string>& calls)
      : failures_(failures), calls_(calls) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  bool idempotent(const Value&) const override { return true; }
  void start(ActionCall call, ActionCompletion completion) const override {
    const std::string& region = call.context.region;
    calls_.push_back(region);
    int& failures = failures_[region];
    if (failures > 0) {
      --failures;
      completion(ActionResult::failure("no luck in " + region));
    } else {
      completion(ActionResult::success(Value("in " + region)));
    }
  }

 private:
  std::map<std::string, int>& failures_;
  std::vector<std::string>& calls_;
  const ir::ActionSignature signature_{.name = "test.probe",
                                       .description = {},
                                       .parameters = {{"note"}},
                                       .service = "compute",
                                       .takes_region = true};
};

class ThreeRegions : public Action {
 public:
  const ir::ActionSignature& signature() const override { return signature_; }
  ActionMode mode() const override { return ActionMode::in_place; }
  ActionResult evaluate(const Value& input) const override {
    if (input.get("service") == Value("compute")) return ActionResult::success(List{"r1", "r2", "r3"});
    return ActionResult::failure("no such service");
  }

 private:
  const ir::ActionSignature signature_{
      .name = std::string(kRegionsAction), .description = {}, .parameters = {{"service"}}};
};

class Regions : public ::testing::Test {
 protected:
  Regions() {
    stdlib::register_standard_actions(registry_, http_, workers_);
    registry_.add(std::make_unique<Probe>(failures_, calls_));
    registry_.add(std::make_unique<ThreeRegions>());
  }

  // Runs the workflows of [body], which follow the version; the first one is started.
  Value run(const std::string& body, const std::string& region = {}) {
    const auto program = compile_text("version: '2.0'\n" + body);
    if (program == nullptr) return Value();
    SqliteStore store(":memory:", StoreAccess::write);
    core::VirtualClock clock(core::kSecond);
    Workbench bench(store, clock, registry_);
    bench.runtime().add_program(program, "");
    StartRequest request;
    request.workflow = program->name(program->program().workflows.front().name);
    request.region = region;
    calls_.clear();
    const Uuid id = bench.runtime().start(program->digest(), request);
    EXPECT_TRUE(bench.runtime().run());
    return comparable_document(*program, bench.runtime().tree(id));
  }

  static std::string result_of(const Value& document) {
    return core::to_json(document.get("tasks").as_list().front().get("result"));
  }

  stdlib::HttpClient http_;
  stdlib::WorkerPool workers_;
  ActionRegistry registry_;
  std::map<std::string, int> failures_;  // by region: how many calls still fail
  std::vector<std::string> calls_;       // the regions that were called, in order
};

TEST_F(Regions, TheNearestOneCounts) {
  const std::string task = "  tasks: {t: {action: test.probe";
  EXPECT_EQ(result_of(run("w:\n" + task + "}}\n", "caller")), R"("in caller")");
  EXPECT_EQ(result_of(run("w:\n  region: own\n" + task + "}}\n", "caller")), R"("in own")");
  EXPECT_EQ(result_of(run("w:\n  region: own\n  task-defaults: {region: usual}\n" + task + "}}\n")),
            R"("in usual")");
  EXPECT_EQ(result_of(run("w:\n  task-defaults: {region: usual}\n" + task + ", region: task}}\n")),
            R"("in task")");
  EXPECT_EQ(result_of(run("w:\n" + task + " region=<% 'in' + 'put' %>, region: task}}\n")), R"("in input")");
  EXPECT_EQ(result_of(run("w:\n" + task + " action_region=\"alias\"}}\n", "caller")), R"("in alias")");
}

TEST_F(Regions, EveryPlaceTakesExpressions) {
  const Value document = run(R"(
w:
  input: [{where: east}]
  region: <% $.where + '-1' %>
  tasks:
    t: {action: test.probe, publish: {r: <% region() %>}, on-success: u}
    u: {action: test.probe, region: '{{ _.r }}b', on-success: v}
    v: {with-items: 'n in [1, 2]', action: test.probe, region: <% 'r' + str($.n) %>}
)");
  EXPECT_EQ(calls_, (std::vector<std::string>{"east-1", "east-1b", "r1", "r2"}));
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
}

TEST_F(Regions, ASubWorkflowTakesTheRegionOfItsCaller) {
  run(R"(
w: {tasks: {t: {workflow: inner, region: r7}}}
inner: {tasks: {t: {action: test.probe}}}
)");
  EXPECT_EQ(calls_, std::vector<std::string>{"r7"});
  run(R"(
w: {tasks: {t: {workflow: inner, with-regions: [a, b]}}}
inner: {output: {is: <% region() %>}, tasks: {t: {action: test.probe}}}
)");
  std::sort(calls_.begin(), calls_.end());
  EXPECT_EQ(calls_, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Regions, ResultsAreKeyedByRegion) {
  EXPECT_EQ(result_of(run("w: {tasks: {t: {action: test.probe, with-regions: [b, a]}}}")),
            R"({"b":"in b","a":"in a"})");
  EXPECT_EQ(result_of(run("w: {tasks: {t: {action: test.probe, with-regions: '<% [x, y, x] %>'}}}")),
            R"({"x":"in x","y":"in y"})");
  EXPECT_EQ(result_of(run("w: {tasks: {t: {action: test.probe, with-regions: one}}}")),
            R"({"one":"in one"})");
  EXPECT_EQ(result_of(run("w: {tasks: {t: {action: test.probe, with-regions: all, concurrency: 1}}}")),
            R"({"r1":"in r1","r2":"in r2","r3":"in r3"})");
  EXPECT_EQ(result_of(run(
                R"(w: {tasks: {t: {action: 'std.echo output="at {{ region() }}"', with-regions: [b]}}})")),
            R"({"b":"at b"})");
  EXPECT_EQ(result_of(run(R"(
w: {tasks: {t: {workflow: inner, with-regions: [a, b]}}}
inner: {output: {is: <% region() %>}, tasks: {t: {action: std.noop}}}
)")),
            R"({"a":{"is":"a"},"b":{"is":"b"}})");
  EXPECT_EQ(result_of(run("w: {tasks: {t: {action: test.probe, with-regions: '<% [] %>'}}}")), "{}");
}

TEST_F(Regions, AFailureStopsWhatHasNotBegunAndFailsTheTask) {
  failures_["r1"] = 1;
  const Value document = run("w: {tasks: {t: {action: test.probe, with-regions: all, concurrency: 1}}}");
  const Value task = document.get("tasks").as_list().front();
  EXPECT_EQ(calls_, std::vector<std::string>{"r1"});
  EXPECT_EQ(task.get("state"), Value("ERROR"));
  EXPECT_EQ(task.get("state_info"), Value("1 of 3 regions failed: r1: no luck in r1; not started: r2, r3"));
  EXPECT_EQ(core::to_json(task.get("region_errors")), R"({"r1":"no luck in r1"})");
}

TEST_F(Regions, OthersGoOnWhereTheyShall) {
  const std::string task = "w: {tasks: {t: {action: test.probe, with-regions: all, ";
  failures_["r2"] = 1;
  Value document = run(task + "on-region-error: continue, concurrency: 1}}}");
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(result_of(document), R"({"r1":"in r1","r3":"in r3"})");

  failures_ = {{"r1", 1}, {"r2", 1}, {"r3", 1}};
  EXPECT_EQ(run(task + "on-region-error: continue}}}").get("state"), Value("ERROR"));
  failures_ = {{"r1", 1}, {"r2", 1}, {"r3", 1}};
  EXPECT_EQ(run(task + "min-success: 0}}}").get("state"), Value("SUCCESS"));
  failures_ = {{"r1", 1}, {"r2", 1}};
  EXPECT_EQ(run(task + "min-success: <% 1 + 1 %>}}}").get("state"), Value("ERROR"));
  failures_ = {{"r1", 1}};
  EXPECT_EQ(run(task + "min-success: <% 1 + 1 %>}}}").get("state"), Value("SUCCESS"));
}

TEST_F(Regions, MoreSuccessesThanRegionsAreRefused) {
  const Value document = run("w: {tasks: {t: {action: test.probe, with-regions: all, min-success: 4}}}");
  EXPECT_EQ(document.get("state"), Value("ERROR"));
  EXPECT_TRUE(calls_.empty());
  EXPECT_NE(core::to_json(document).find("`min-success` is 4, but `with-regions` gives 3 regions"),
            std::string::npos);
}

TEST_F(Regions, ARetrySparesRegionsThatHaveSucceeded) {
  failures_["r2"] = 2;
  const Value document =
      run("w: {tasks: {t: {action: test.probe, with-regions: [r1, r2], retry: {count: 3, delay: 1}}}}");
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(calls_, (std::vector<std::string>{"r1", "r2", "r2", "r2"}));
  EXPECT_EQ(result_of(document), R"({"r1":"in r1","r2":"in r2"})");
}

TEST_F(Regions, WithoutAListOfRegionsTheTaskFails) {
  const Value document = run(R"(
w:
  tasks:
    t: {action: std.echo output=1, with-regions: all, on-error: handled}
    handled: {action: std.noop}
)");
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(document.get("tasks").as_list().front().get("state_info"), Value("no such service"));
}

}  // namespace
}  // namespace gregale::interpreter
