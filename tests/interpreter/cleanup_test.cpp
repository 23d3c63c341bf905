#include "interpreter/cleanup.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/error.hpp"
#include "interpreter/sqlite_store.hpp"
#include "tests/interpreter/forwarding_store.hpp"

namespace gregale::interpreter {
namespace {

LedgerResource thing(int64_t number, const std::string& id, const std::string& region = "One") {
  LedgerResource row;
  row.number = number;
  row.identity = {"test", "thing", id, region, "p"};
  row.deleted_by = "test.remove";
  row.deleted_with = core::Map{{"id", id}};
  return row;
}

// What the world says to deletions: what stands in the way of what, and what is gone already.
class Remove : public Action {
 public:
  Remove() {
    signature_.name = "test.remove";
    signature_.accepts_any = true;
    signature_.takes_region = true;
  }
  const ir::ActionSignature& signature() const override { return signature_; }
  void start(ActionCall call, ActionCompletion completion) const override {
    const std::string id = call.input.get("id").as_string();
    asked.push_back(id + " " + call.context.region);
    EXPECT_TRUE(call.context.until_gone);
    EXPECT_EQ(call.context.deadline, 10 * core::kSecond + 5);
    if (const auto blocked = blocked_by.find(id);
        blocked != blocked_by.end() && !gone.contains(blocked->second)) {
      return completion(ActionResult::failure("in use, says canary-1"));
    }
    ActionResult result = gone.contains(id) ? ActionResult::failure("HTTP 404") : ActionResult::success({});
    ResourceChange change;
    change.kind = ResourceChange::Kind::deleted;
    change.resource = {"test", "thing", id, call.context.region, project};
    result.resources.push_back(change);
    gone[id] = true;
    completion(std::move(result));
  }

  mutable std::vector<std::string> asked;
  mutable std::map<std::string, bool> gone;
  std::map<std::string, std::string> blocked_by;
  std::string project = "p";

 private:
  ir::ActionSignature signature_;
};

class NotingStore : public ForwardingStore {
 public:
  explicit NotingStore(Store& inner) : ForwardingStore(inner) {}
  void resource_deleted(const ResourceIdentity& resource, Microseconds) override {
    noted.push_back(resource.id);
  }
  std::vector<std::string> noted;
};

class Cleanup : public testing::Test {
 protected:
  Cleanup() {
    auto action = std::make_unique<Remove>();
    world_ = action.get();
    registry_.add(std::move(action));
  }
  std::vector<CleanupOutcome> clean(const std::vector<LedgerResource>& plan) {
    CleanupOptions options;
    options.patience = 10 * core::kSecond;
    options.context_of = [](const LedgerResource&) {
      CustomContext context;
      context.values = core::Map{{"token", "canary-1"}};
      context.secrets = {"token"};
      return context;
    };
    options.observer = [&](const CleanupOutcome& outcome) { told_.push_back(outcome.resource.identity.id); };
    return clean_up(plan, noting_, caller_, clock_, options);
  }

  Remove* world_;
  ActionRegistry registry_;
  ActionCaller caller_{registry_, [](double, const auto& action) { action(true); }};
  core::VirtualClock clock_{5};
  SqliteStore store_{":memory:", StoreAccess::write, Durability::none};
  NotingStore noting_{store_};
  std::vector<std::string> told_;
};

using Kind = CleanupOutcome::Kind;

TEST_F(Cleanup, TheNewestGoesFirstRegionByRegion) {
  LedgerResource deleted = thing(4, "d");
  deleted.state = ResourceState::deleted;
  const auto order =
      cleanup_order({thing(1, "a"), thing(2, "b", "Two"), thing(3, "c"), deleted, thing(5, "e", "Two")});
  std::string ids;
  for (const LedgerResource& row : order) ids += row.identity.id;
  EXPECT_EQ(ids, "ebca");
}

TEST_F(Cleanup, DeletesWhereTheThingIsAndNotesIt) {
  const auto outcomes = clean({thing(2, "b", "Two"), thing(1, "a")});
  EXPECT_EQ(outcomes.at(0).kind, Kind::deleted);
  EXPECT_EQ(outcomes.at(1).kind, Kind::deleted);
  EXPECT_EQ(world_->asked, (std::vector<std::string>{"b Two", "a One"}));
  EXPECT_EQ(noting_.noted, (std::vector<std::string>{"b", "a"}));
}

TEST_F(Cleanup, WhatIsGoneAlreadyIsDeleted) {
  world_->gone["a"] = true;
  EXPECT_EQ(clean({thing(1, "a")}).at(0).kind, Kind::deleted);
  EXPECT_EQ(noting_.noted, std::vector<std::string>{"a"});
}

TEST_F(Cleanup, WhatAnotherProjectDoesNotSeeIsNotGone) {
  world_->gone["a"] = true;
  world_->project = "q";
  const auto outcomes = clean({thing(1, "a")});
  EXPECT_EQ(outcomes.at(0).kind, Kind::failed);
  EXPECT_EQ(outcomes.at(0).error, "it was made in project p, and the credentials are for project q");
  EXPECT_TRUE(noting_.noted.empty());
}

TEST_F(Cleanup, WhatIsInTheWayGoesFirst) {
  world_->blocked_by["b"] = "a";
  const auto outcomes = clean({thing(2, "b"), thing(1, "a")});
  EXPECT_EQ(outcomes.at(0).kind, Kind::deleted);
  EXPECT_EQ(outcomes.at(1).kind, Kind::deleted);
  EXPECT_EQ(told_, (std::vector<std::string>{"a", "b"}));
}

TEST_F(Cleanup, WhatCannotBeDeletedIsToldAndDoesNotKeepTheRest) {
  world_->blocked_by["b"] = "nothing that will ever go";
  LedgerResource kept = thing(3, "c");
  kept.deleted_by.clear();
  const auto outcomes = clean({kept, thing(2, "b"), thing(1, "a")});
  EXPECT_EQ(outcomes.at(0).kind, Kind::kept);
  EXPECT_EQ(outcomes.at(1).kind, Kind::failed);
  EXPECT_EQ(outcomes.at(1).error, "in use, says ***");
  EXPECT_EQ(outcomes.at(2).kind, Kind::deleted);
  EXPECT_EQ(noting_.noted, std::vector<std::string>{"a"});
  EXPECT_EQ(told_, (std::vector<std::string>{"c", "a", "b"}));
}

}  // namespace
}  // namespace gregale::interpreter
