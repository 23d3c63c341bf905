// The ledger: one row a thing, in the commit that stores the result of the action that made it.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <set>

#include "tests/interpreter/crashing_store.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

constexpr const char* kProject = "p-1";

ResourceChange change_of(ResourceChange::Kind kind, const ActionCall& call) {
  ResourceChange change;
  change.kind = kind;
  change.resource = {"test", "thing", call.input.get("id").as_string(), call.context.region, kProject};
  change.name = "name of " + change.resource.id;
  change.deleted_by = "test.remove";
  change.deleted_with = core::Map{{"id", change.resource.id}};
  return change;
}

// Makes or removes the thing `id`; with `fail` it does, and fails all the same.
class ThingAction : public Action {
 public:
  ThingAction(std::string name, ResourceChange::Kind kind, bool can_be_found,
              std::vector<ActionContext>& calls)
      : kind_(kind), can_be_found_(can_be_found), calls_(calls) {
    signature_.name = std::move(name);
    signature_.parameters = {{"id", true, {}, {}}, {"fail", false, {}, {}}};
    signature_.takes_region = true;
  }
  const ir::ActionSignature& signature() const override { return signature_; }
  bool findable(const Value&) const override { return can_be_found_; }
  void start(ActionCall call, ActionCompletion completion) const override {
    calls_.push_back(call.context);
    ActionResult result = call.input.get("fail").truthy() ? ActionResult::failure("afterwards")
                                                          : ActionResult::success(call.input.get("id"));
    result.resources.push_back(change_of(kind_, call));
    completion(std::move(result));
  }

 private:
  ResourceChange::Kind kind_;
  bool can_be_found_;
  std::vector<ActionContext>& calls_;
  ir::ActionSignature signature_;
};

class LedgerTest : public testing::Test {
 protected:
  LedgerTest() {
    folder_ = (std::filesystem::temp_directory_path() / "gregale-ledger-XXXXXX").string();
    EXPECT_NE(::mkdtemp(folder_.data()), nullptr);
    using Kind = ResourceChange::Kind;
    registry_.add(std::make_unique<ThingAction>("test.make", Kind::created, false, calls_));
    registry_.add(std::make_unique<ThingAction>("test.make_found", Kind::created, true, calls_));
    registry_.add(std::make_unique<ThingAction>("test.remove", Kind::deleted, false, calls_));
  }
  ~LedgerTest() override { std::filesystem::remove_all(folder_); }

  Uuid start(Runtime& runtime, const std::shared_ptr<const LoadedProgram>& program, bool marks = false) {
    runtime.add_program(program, "");
    StartRequest request;
    request.workflow = program->name(program->program().workflows.front().name);
    request.region = "RegionTwo";
    request.marks_creations = marks;
    request.custom_context = custom_context_;
    return runtime.start(program->digest(), request);
  }
  Uuid run(Store& store, const std::string& text) {
    Workbench bench(store, clock_, registry_);
    const Uuid id = start(bench.runtime(), compile_text(text));
    bench.runtime().run();
    return id;
  }

  std::string folder_;
  core::VirtualClock clock_{core::kSecond};
  std::vector<ActionContext> calls_;
  ActionRegistry registry_;
  Value custom_context_ = Value::map({});
};

TEST_F(LedgerTest, ARowTellsWhatWasMadeWhereAndByWhom) {
  SqliteStore store(":memory:", StoreAccess::write, Durability::none);
  const Uuid root = run(store, R"(
version: '2.0'
outer: {tasks: {t: {workflow: inner}}}
inner: {tasks: {make: {action: test.make id="a"}}}
)");
  const ExecutionTree tree = store.load(root);
  const auto rows = store.resources(root);
  ASSERT_EQ(rows.size(), 1u);
  const LedgerResource& row = rows[0];
  EXPECT_EQ(row.identity, (ResourceIdentity{"test", "thing", "a", "RegionTwo", kProject}));
  EXPECT_EQ(row.name, "name of a");
  EXPECT_EQ(row.root, root);
  EXPECT_EQ(row.execution, tree.executions.at(1).id);
  EXPECT_EQ(row.action_execution, tree.actions.at(0).id);
  EXPECT_EQ(row.state, ResourceState::created);
  EXPECT_EQ(row.created_at, tree.actions.at(0).updated_at);
  EXPECT_EQ(row.deleted_at, 0);
  EXPECT_EQ(row.deleted_by, "test.remove");
  EXPECT_EQ(row.deleted_with, Value(core::Map{{"id", "a"}}));
  EXPECT_TRUE(store.resources(Uuid::random()).empty());
}

TEST_F(LedgerTest, OneRowAThing) {
  SqliteStore store(":memory:", StoreAccess::write, Durability::none);
  run(store, R"(
version: '2.0'
wf:
  tasks:
    items: {with-items: "i in <% [a, b] %>", action: test.make id=<% $.i %>, on-success: again}
    again: {action: test.make id="a", on-success: failing}
    failing: {action: test.make id="c" fail=true, retry: {count: 2, delay: 0}, on-error: regions}
    regions: {with-regions: [RegionOne, RegionTwo], action: test.make id="d"}
)");
  std::multiset<std::string> things;
  for (const LedgerResource& row : store.resources(std::nullopt)) {
    things.insert(row.identity.id + " " + row.identity.region);
  }
  EXPECT_EQ(things, (std::multiset<std::string>{"a RegionTwo", "b RegionTwo", "c RegionTwo", "d RegionOne",
                                                "d RegionTwo"}));
}

TEST_F(LedgerTest, WhatIsDeletedStaysAsDeletedAndWhatIsMadeAgainIsANewThing) {
  SqliteStore store(":memory:", StoreAccess::write, Durability::none);
  run(store, R"(
version: '2.0'
wf:
  tasks:
    a: {action: test.make id="a", on-success: other}
    other: {action: test.remove id="a" region="RegionOne", wait-after: 3, on-success: gone}
    gone: {action: test.remove id="a", wait-after: 3, on-success: again}
    again: {action: test.make id="a"}
)");
  const auto rows = store.resources(std::nullopt);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].state, ResourceState::deleted);
  EXPECT_EQ(rows[0].deleted_at, rows[0].created_at + 3 * core::kSecond) << "not by the one in RegionOne";
  EXPECT_EQ(rows[1].state, ResourceState::created);
  // Another execution takes away what this one has made.
  run(store, "version: '2.0'\nwf: {tasks: {gone: {action: test.remove id=\"a\"}}}\n");
  EXPECT_EQ(store.resources(std::nullopt).at(1).state, ResourceState::deleted);
}

TEST_F(LedgerTest, ARowIsThereExactlyWhenTheResultIs) {
  const auto program = compile_text(R"(
version: '2.0'
wf:
  tasks:
    items:
      with-items: i in ["a", "b", "c"]
      concurrency: 1
      action: test.make id=<% $.i %>
      safe-rerun: true
      on-success: gone
    gone: {action: test.remove id="b", safe-rerun: true}
)");
  int crashes = 0;
  for (const bool after : {false, true}) {
    for (int at = 0;; ++at) {
      SqliteStore store(":memory:", StoreAccess::write, Durability::none);
      CrashingStore crashing(store, at, after);
      bool crashed = false;
      try {
        Workbench bench(crashing, clock_, registry_);
        start(bench.runtime(), program);
        bench.runtime().run();
      } catch (const Crash&) {
        crashed = true;
      }
      if (store.list().empty()) continue;
      const Uuid root = store.list().front().id;
      std::set<std::string> finished;
      for (const ActionExecution& action : store.load(root).actions) {
        if (action.name == "test.make" && action.state == State::success) finished.insert(action.id.text());
      }
      std::set<std::string> noted;
      for (const LedgerResource& row : store.resources(root)) noted.insert(row.action_execution.text());
      EXPECT_EQ(noted, finished) << "crashed at commit " << at;
      Workbench bench(store, clock_, registry_);
      bench.runtime().add_program(program, "");
      bench.runtime().load(root);
      bench.runtime().run();
      const auto rows = store.resources(root);
      ASSERT_EQ(rows.size(), 3u) << "crashed at commit " << at;
      for (const LedgerResource& row : rows) {
        EXPECT_EQ(row.state, row.identity.id == "b" ? ResourceState::deleted : ResourceState::created);
      }
      if (!crashed) break;
      ++crashes;
    }
  }
  EXPECT_GT(crashes, 5) << "too few commits to have tested anything";
}

TEST_F(LedgerTest, AnInterruptedCreationIsToLookForWhatItMade) {
  const auto program = compile_text(R"(
version: '2.0'
wf: {tasks: {found: {action: test.make_found id="a", on-success: other}, other: {action: test.make id="b"}}}
)");
  for (const bool marks : {true, false}) {
    SqliteStore store(":memory:", StoreAccess::write, Durability::none);
    calls_.clear();
    {
      // The action is a row, and the process ends before the request.
      CrashingStore crashing(store, 0, true);
      Workbench bench(crashing, clock_, registry_);
      start(bench.runtime(), program, marks);
      EXPECT_THROW(bench.runtime().run(), Crash);
    }
    ASSERT_EQ(store.load(store.list().front().id).actions.size(), 1u);
    EXPECT_TRUE(calls_.empty());
    Workbench bench(store, clock_, registry_);
    bench.runtime().add_program(program, "");
    const Uuid root = store.list().front().id;
    bench.runtime().load(root);
    bench.runtime().run();
    const ExecutionTree& tree = bench.runtime().tree(root);
    if (!marks) {
      EXPECT_TRUE(calls_.empty());
      EXPECT_EQ(tree.root().state, State::error);
      continue;
    }
    ASSERT_EQ(calls_.size(), 2u);
    EXPECT_TRUE(calls_[0].marked);
    EXPECT_EQ(calls_[0].search, Search::first);
    EXPECT_EQ(calls_[0].action_execution_id, tree.actions[0].id);
    EXPECT_TRUE(calls_[1].marked);
    EXPECT_EQ(calls_[1].search, Search::none) << "this one is sent for the first time";
    EXPECT_EQ(tree.root().state, State::success);
  }
}

TEST_F(LedgerTest, WhatIsStoppedAfterACrashIsNotMadeAnyMore) {
  const auto program = compile_text("version: '2.0'\nwf: {tasks: {t: {action: test.make_found id=\"a\"}}}\n");
  SqliteStore store(":memory:", StoreAccess::write, Durability::none);
  {
    CrashingStore crashing(store, 0, true);
    Workbench bench(crashing, clock_, registry_);
    start(bench.runtime(), program, true);
    EXPECT_THROW(bench.runtime().run(), Crash);
  }
  Workbench bench(store, clock_, registry_);
  bench.runtime().add_program(program, "");
  const Uuid root = store.list().front().id;
  bench.runtime().load(root);
  bench.runtime().stop(root, 0, State::cancelled, std::nullopt);
  bench.runtime().run();
  ASSERT_EQ(calls_.size(), 1u);
  EXPECT_EQ(calls_[0].search, Search::only);
  EXPECT_EQ(store.resources(root).size(), 1u) << "it had been made";
}

TEST_F(LedgerTest, SecretsStayOutOfIt) {
  SqliteStore store(":memory:", StoreAccess::write, Durability::none);
  custom_context_ = core::Map{{"token", "canary-1"}};
  run(store, R"(
version: '2.0'
wf:
  custom_context: {token: {secret: true}}
  tasks: {make: {action: test.make id="x-<% custom_context(token) %>"}}
)");
  const auto rows = store.resources(std::nullopt);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].identity.id, "x-***");
  EXPECT_EQ(rows[0].name, "name of x-***");
  EXPECT_EQ(rows[0].deleted_with, Value(core::Map{{"id", "x-***"}}));
}

TEST_F(LedgerTest, AStoreWithoutALedgerGetsOneWhenItIsWrittenTo) {
  const std::string path = folder_ + "/a.db";
  const std::string text = "version: '2.0'\nwf: {tasks: {a: {action: test.make id=\"a\"}}}\n";
  Uuid before;
  {
    SqliteStore store(path, StoreAccess::write);
    before = run(store, text);
  }
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    database.exec("DROP TABLE resources");
    database.exec("PRAGMA user_version = 3");
  }
  {
    SqliteStore store(path, StoreAccess::read);
    EXPECT_TRUE(store.resources(std::nullopt).empty());
    EXPECT_EQ(store.load(before).actions.size(), 1u);
  }
  {
    SqliteStore store(path, StoreAccess::write);
    EXPECT_TRUE(store.resources(std::nullopt).empty());
    EXPECT_EQ(store.load(before).root().state, State::success);
    run(store, text);
  }
  SqliteStore store(path, StoreAccess::read);
  EXPECT_EQ(store.resources(std::nullopt).size(), 1u);
}

TEST_F(LedgerTest, AnAlteredRowIsRefusedAndAMissingOneMissed) {
  const std::string path = folder_ + "/a.db";
  {
    SqliteStore store(path, StoreAccess::write);
    run(store, "version: '2.0'\nwf: {tasks: {a: {action: test.make id=\"b\"}}}\n");
    run(store, "version: '2.0'\nwf: {tasks: {a: {action: test.make id=\"a\"}}}\n");
  }
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    database.exec("UPDATE resources SET deleted_by = 'test.remove_all' WHERE number = 1");
  }
  EXPECT_THROW(SqliteStore(path, StoreAccess::read).resources(std::nullopt), core::Error);
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    database.exec("DELETE FROM resources WHERE number = 1");
  }
  EXPECT_THROW(SqliteStore(path, StoreAccess::read).resources(std::nullopt), core::Error);
}

}  // namespace
}  // namespace gregale::interpreter
