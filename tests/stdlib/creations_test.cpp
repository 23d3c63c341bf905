// What calls make and delete, how it is told, and how it is found again.
#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "stdlib/registry.hpp"
#include "tests/stdlib/stub_cloud.hpp"

namespace gregale::stdlib {
namespace {

using core::List;
using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionResult;
using interpreter::ResourceChange;
using interpreter::ResourceIdentity;
using interpreter::Search;
using tests::json_response;
using tests::ServerRequest;
using tests::ServerResponse;
using tests::StubCloud;

constexpr const char* kMarkKey = "gregale_action_execution";

// A compute service that keeps its servers, and volumes whose deletion takes a while.
class Creations : public ::testing::Test {
 protected:
  Creations()
      : session_(client_, clock_, [this] {
          Credentials credentials = cloud_.credentials("RegionTwo");
          credentials.settling_seconds = settling_seconds_;
          return credentials;
        }) {
    register_openstack_actions(registry_, session_);
    call_.context.action_execution_id = core::Uuid::random();
  }

  ActionResult run(const std::string& name, const Value& input) {
    call_.name = name;
    call_.input = input;
    std::promise<ActionResult> promise;
    registry_.find(name)->start(call_, [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  ServerResponse answer(const ServerRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.path.ends_with("/compute") || request.path.ends_with("/block-storage/")) {
      return json_response(200, R"({"versions": [{"status": "CURRENT", "version": "3.60"}]})");
    }
    seen_.push_back(request.method + request.path.substr(request.path.rfind('/')));
    if (request.method == "POST") return create(request);
    if (request.path.ends_with("/detail")) {
      ++lists_;
      if (lists_ <= blind_lists_ || request.query.find("marker") != std::string::npos) {
        return json_response(200, R"({"servers": []})");
      }
      return json_response(200, core::to_json(Map{{"servers", servers_}}));
    }
    if (request.method == "DELETE") return json_response(still_there_ < 0 ? 404 : 202, "");
    if (still_there_-- > 0)
      return json_response(200, core::to_json(Map{{"volume", Map{{"status", status_}}}}));
    return json_response(404, "{}");
  }

  ServerResponse create(const ServerRequest& request) {
    const Value server = core::parse_json(request.body).get("server");
    const Value count = server.get("max_count");
    const size_t before = servers_.size();
    for (int64_t i = 0; i < (count.is_small_integer() ? count.as_integer() : 1); ++i) {
      Map made = server.as_map();
      made.set("id", "s-" + std::to_string(servers_.size() + 1));
      servers_.push_back(made);
    }
    bodies_.push_back(server);
    if (loses_answers_) {
      ServerResponse lost;
      lost.hang_up = true;
      return lost;
    }
    return json_response(202, core::to_json(Map{{"server", Map{{"id", servers_[before].get("id")}}}}));
  }

  static std::string ids(const ActionResult& result) {
    std::string text;
    for (const ResourceChange& change : result.resources) {
      text += (change.kind == ResourceChange::Kind::created ? "+" : "-") + change.resource.id + " ";
    }
    return text;
  }

  static Value server(const Map& more = {}) {
    Map input{{"name", "web"}, {"image", "i"}, {"flavor", "f"}};
    input.update(more);
    return input;
  }
  size_t posts() const { return bodies_.size(); }

  ActionCall call_{};
  double settling_seconds_ = 0;
  std::mutex mutex_;
  List servers_;
  std::vector<Value> bodies_;
  std::vector<std::string> seen_;
  int lists_ = 0;
  int blind_lists_ = 0;  // that do not show yet what was made
  bool loses_answers_ = false;
  int still_there_ = 0;  // how often a thing is shown before it is gone; below 0: it was never there
  std::string status_ = "deleting";
  StubCloud cloud_{[this](const ServerRequest& request) { return answer(request); }};
  core::RealClock clock_;
  interpreter::ActionRegistry registry_;
  OpenstackSession session_;
  HttpClient client_;
};

TEST_F(Creations, AResultTellsWhatWasMadeWhereAndHowItIsDeleted) {
  const ActionResult result = run("nova.servers_create", server());
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  ASSERT_EQ(result.resources.size(), 1u);
  const ResourceChange& made = result.resources[0];
  EXPECT_EQ(made.kind, ResourceChange::Kind::created);
  EXPECT_EQ(made.resource, (ResourceIdentity{"nova", "server", "s-1", "RegionTwo", "p"}));
  EXPECT_EQ(made.name, "web");
  EXPECT_EQ(made.deleted_by, "nova.servers_delete");
  EXPECT_EQ(made.deleted_with, Value(Map{{"server", "s-1"}}));
}

TEST_F(Creations, OnlyMarkedCallsCarryAMark) {
  run("nova.servers_create", server({{"meta", Map{{"k", "v"}}}}));
  EXPECT_EQ(bodies_.at(0).get("metadata"), Value(Map{{"k", "v"}}));
  run("nova.servers_create", server());
  EXPECT_EQ(bodies_.at(1).find("metadata"), nullptr);
  call_.context.marked = true;
  const std::string mark = call_.context.action_execution_id.text();
  run("nova.servers_create", server({{"meta", Map{{"k", "v"}}}}));
  EXPECT_EQ(bodies_.at(2).get("metadata"), Value(Map{{"k", "v"}, {kMarkKey, mark}}));
  run("nova.servers_create", server());
  EXPECT_EQ(bodies_.at(3).get("metadata"), Value(Map{{kMarkKey, mark}}));
}

TEST_F(Creations, WhatAnEarlierProcessMadeIsTakenOver) {
  call_.context.marked = true;
  const ActionResult first = run("nova.servers_create", server());
  call_.context.search = Search::first;
  const ActionResult second = run("nova.servers_create", server());
  EXPECT_EQ(posts(), 1u);
  ASSERT_EQ(second.state, ActionResult::State::success) << second.message;
  EXPECT_EQ(second.data.get("id"), first.data.get("id"));
  EXPECT_EQ(ids(second), "+s-1 ");
}

TEST_F(Creations, WhatIsNotThereIsMade) {
  servers_.push_back(Map{{"id", "of-another"}, {"metadata", Map{{kMarkKey, core::Uuid::random().text()}}}});
  call_.context.marked = true;
  call_.context.search = Search::first;
  const ActionResult result = run("nova.servers_create", server());
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(posts(), 1u);
  EXPECT_EQ(ids(result), "+s-2 ");
}

TEST_F(Creations, ASearchMakesNothing) {
  call_.context.marked = true;
  call_.context.search = Search::only;
  const ActionResult nothing = run("nova.servers_create", server());
  EXPECT_EQ(nothing.state, ActionResult::State::cancelled) << nothing.message;
  EXPECT_EQ(ids(nothing), "");
  call_.context.search = Search::none;
  run("nova.servers_create", server());
  call_.context.search = Search::only;
  EXPECT_EQ(ids(run("nova.servers_create", server())), "+s-1 ");
  EXPECT_EQ(posts(), 1u);
}

TEST_F(Creations, AServiceMayTakeTimeToListWhatItWasAskedToMake) {
  settling_seconds_ = 600;  // ends early, by what is found
  call_.context.marked = true;
  run("nova.servers_create", server());
  call_.context.search = Search::first;
  blind_lists_ = 1;
  EXPECT_EQ(ids(run("nova.servers_create", server())), "+s-1 ");
  EXPECT_EQ(posts(), 1u);
}

TEST_F(Creations, AnAnswerThatGotLostIsFoundAgain) {
  loses_answers_ = true;
  EXPECT_EQ(run("nova.servers_create", server()).state, ActionResult::State::error) << "without a mark";
  call_.context.marked = true;
  const ActionResult result = run("nova.servers_create", server());
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(posts(), 2u);
  EXPECT_EQ(ids(result), "+s-2 ");
  // Nothing was made: the loss is the error.
  call_.context.action_execution_id = core::Uuid::random();
  blind_lists_ = 1000;
  const ActionResult lost = run("nova.servers_create", server());
  EXPECT_EQ(lost.state, ActionResult::State::error);
  EXPECT_EQ(posts(), 3u) << "it is not sent again";
}

TEST_F(Creations, OfSeveralServersEachIsTold) {
  call_.context.marked = true;
  EXPECT_EQ(ids(run("nova.servers_create", server({{"min_count", 3}}))), "+s-1 +s-2 +s-3 ");
  call_.context.search = Search::first;
  EXPECT_EQ(ids(run("nova.servers_create", server({{"min_count", 3}}))), "+s-1 +s-2 +s-3 ");
  EXPECT_EQ(posts(), 1u);
}

TEST_F(Creations, ADeletionIsToldAlsoWhenTheThingWasGone) {
  const ActionResult deleted = run("nova.servers_delete", Map{{"server", "s-1"}});
  EXPECT_EQ(ids(deleted), "-s-1 ");
  EXPECT_EQ(deleted.resources.at(0).resource, (ResourceIdentity{"nova", "server", "s-1", "RegionTwo", "p"}));
  still_there_ = -1;
  const ActionResult gone = run("nova.servers_delete", Map{{"server", "s-1"}});
  EXPECT_EQ(gone.state, ActionResult::State::error);
  EXPECT_EQ(ids(gone), "-s-1 ");
}

TEST_F(Creations, ADeletionCanWaitUntilTheThingIsGone) {
  still_there_ = 1;
  call_.context.until_gone = true;
  const ActionResult result = run("cinder.volumes_delete", Map{{"volume", "v"}});
  EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(ids(result), "-v ");
  EXPECT_EQ(seen_, (std::vector<std::string>{"DELETE/v", "GET/v", "GET/v"}));
}

TEST_F(Creations, ADeletionThatTheServiceGivesUpLeavesTheThing) {
  still_there_ = 5;
  status_ = "error_deleting";
  call_.context.until_gone = true;
  const ActionResult result = run("cinder.volumes_delete", Map{{"volume", "v"}});
  EXPECT_EQ(result.state, ActionResult::State::error);
  EXPECT_EQ(result.message,
            "cinder.volumes_delete failed in region RegionTwo: the service could not delete it");
  EXPECT_EQ(ids(result), "");
}

}  // namespace
}  // namespace gregale::stdlib
