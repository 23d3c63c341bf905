#include "stdlib/openstack/dispatcher.hpp"

#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "stdlib/openstack/service_error.hpp"
#include "stdlib/registry.hpp"
#include "tests/stdlib/stub_cloud.hpp"

namespace gregale::stdlib {
namespace {

using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionResult;
using tests::json_response;
using tests::ServerRequest;
using tests::ServerResponse;
using tests::StubCloud;

class Dispatcher : public ::testing::Test {
 protected:
  Dispatcher()
      : session_(client_, clock_, [this] {
          ++credentials_read_;
          return cloud_.credentials(own_region_);
        }) {
    register_openstack_actions(registry_, session_);
  }

  ActionResult run(const std::string& name, const Value& input, const std::string& region = {},
                   const Value& custom_context = {}) {
    ActionCall call{name, input, {}};
    call.context.region = region;
    call.context.security = custom_context.get("os");
    std::promise<ActionResult> promise;
    registry_.find(name)->start(std::move(call),
                                [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  // What the call would send first.
  ActionResult test(const std::string& name, const Value& input, const std::string& region = {}) {
    ActionCall call{name, input, {}};
    call.context.region = region;
    std::promise<ActionResult> promise;
    registry_.find(name)->test(std::move(call),
                               [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  // Answers with what `responses_` has next, and 404 after that.
  ServerResponse answer(const ServerRequest& request) {
    const std::lock_guard lock(mutex_);
    seen_.push_back(request);
    if (responses_.empty()) return json_response(404, "{}");
    const ServerResponse response = responses_.front();
    responses_.erase(responses_.begin());
    return response;
  }

  std::string own_region_;
  int credentials_read_ = 0;
  std::mutex mutex_;
  std::vector<ServerRequest> seen_;
  std::vector<ServerResponse> responses_;
  StubCloud cloud_{[this](const ServerRequest& request) { return answer(request); }};
  core::RealClock clock_;
  interpreter::ActionRegistry registry_;
  OpenstackSession session_;
  HttpClient client_;
};

TEST_F(Dispatcher, RegionOfTheInputWinsOverTheContextAndTheCredentials) {
  own_region_ = "RegionOne";
  const auto region_of = [&](const Value& input, const std::string& context) {
    seen_.clear();
    responses_ = {json_response(200, R"({"networks": []})")};
    const ActionResult result = run("neutron.list_networks", input, context);
    EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
    return seen_.at(0).path;
  };
  EXPECT_EQ(region_of(Map{}, ""), "/RegionOne/network/v2.0/networks");
  EXPECT_EQ(region_of(Map{}, "RegionTwo"), "/RegionTwo/network/v2.0/networks");
  EXPECT_EQ(region_of(Map{{"region", "RegionOne"}}, "RegionTwo"), "/RegionOne/network/v2.0/networks");
  EXPECT_EQ(region_of(Map{{"action_region", "RegionTwo"}}, "RegionOne"), "/RegionTwo/network/v2.0/networks");
  EXPECT_EQ(region_of(Map{{"action_region", ""}}, "RegionTwo"), "/RegionTwo/network/v2.0/networks");
}

TEST_F(Dispatcher, ATestTellsTheFirstRequestAndSendsNothing) {
  const ActionResult told =
      test("neutron.create_network", Map{{"body", Map{{"network", Map{{"name", "n"}}}}}}, "RegionTwo");
  ASSERT_EQ(told.state, ActionResult::State::success) << told.message;
  EXPECT_TRUE(told.data.is_null());
  ASSERT_EQ(told.requests.size(), 1u);
  const Value& request = told.requests[0];
  EXPECT_EQ(request.get("method"), Value("POST"));
  EXPECT_EQ(request.get("url"), Value(cloud_.url() + "/RegionTwo/network/v2.0/networks"));
  EXPECT_EQ(core::to_json(request.get("body")), R"({"network":{"name":"n"}})");
  EXPECT_EQ(request.get("service"), Value("network"));
  EXPECT_EQ(request.get("region"), Value("RegionTwo"));
  EXPECT_EQ(core::to_json(request).find(tests::kCanary), std::string::npos) << "no token";
  EXPECT_TRUE(seen_.empty());

  const ActionResult any = test(
      "openstack.request",
      Map{{"service", "compute"}, {"path", "/os-keypairs"}, {"query", Map{{"limit", 3}, {"my_token", "x"}}}},
      "RegionOne");
  EXPECT_EQ(any.requests.at(0).get("url"),
            Value(cloud_.url() + "/RegionOne/compute/os-keypairs?limit=3&my_token=***"));
  EXPECT_EQ(test("neutron.list_networks", Map{}, "RegionThree").message,
            run("neutron.list_networks", Map{}, "RegionThree").message);
  EXPECT_TRUE(seen_.empty());
}

TEST_F(Dispatcher, WithoutAnEndpointATestNamesTheService) {
  const Value input = Map{{"network", "n"}};
  EXPECT_EQ(test("neutron.delete_network", input, "<% $.region %>").requests.at(0).get("url"),
            Value("{network}/v2.0/networks/n"));
  OpenstackSession nobody(client_, clock_, []() -> Credentials {
    throw core::Error(core::ErrorKind::unauthorized, "no credentials");
  });
  interpreter::ActionRegistry registry;
  register_openstack_actions(registry, nobody);
  ActionCall call{"neutron.delete_network", input, {}};
  call.context.region = "RegionTwo";
  std::promise<ActionResult> promise;
  registry.find(call.name)->test(call, [&](ActionResult result) { promise.set_value(std::move(result)); });
  const ActionResult told = promise.get_future().get();
  ASSERT_EQ(told.requests.size(), 1u) << told.message;
  EXPECT_EQ(told.requests[0].get("url"), Value("{network}/v2.0/networks/n"));
  EXPECT_EQ(told.requests[0].get("region"), Value("RegionTwo"));
}

TEST_F(Dispatcher, ADatabaseUserIsNamedWithItsHost) {
  responses_ = {json_response(202, "")};
  const Map user{{"instance", "i"}, {"username", "a/b"}, {"hostname", "10.0.0.%"}};
  EXPECT_EQ(run("trove.users_delete", user, "RegionOne").state, ActionResult::State::success);
  EXPECT_EQ(seen_.at(0).path, "/RegionOne/database/instances/i/users/a%2Fb%4010.0.0.%25");
}

TEST_F(Dispatcher, NoRegionAtAllIsAnErrorThatNamesThem) {
  const ActionResult result = run("neutron.list_networks", Map{});
  EXPECT_EQ(result.state, ActionResult::State::error);
  EXPECT_EQ(result.message,
            "neutron.list_networks failed: Service network is in several regions, and none is "
            "named; name one of: RegionOne, RegionTwo");
  EXPECT_EQ(run("neutron.list_networks", Map{{"region", 7}}).state, ActionResult::State::error);
  EXPECT_TRUE(seen_.empty());
}

TEST_F(Dispatcher, ErrorsCarryTheServicesWordsRegionAndRequestId) {
  responses_ = {json_response(409, R"({"NeutronError": {"type": "IpInUse", "message": "In use.", )"
                                   R"("detail": ""}})")};
  responses_[0].headers.emplace_back("X-Openstack-Request-Id", "req-1");
  const ActionResult result = run("neutron.delete_network", Map{{"network", "n"}}, "RegionTwo");
  EXPECT_EQ(result.message,
            "neutron.delete_network failed in region RegionTwo: HTTP 409: In use. (request req-1)");
  EXPECT_EQ(result.data, Value(result.message));
}

TEST_F(Dispatcher, TokenIsRenewedOnceAfterA401) {
  responses_ = {json_response(401, "{}"), json_response(200, R"({"networks": [1]})")};
  const ActionResult renewed = run("neutron.list_networks", Map{}, "RegionOne");
  ASSERT_EQ(renewed.state, ActionResult::State::success) << renewed.message;
  EXPECT_EQ(cloud_.tokens(), 2);
  EXPECT_NE(seen_[0].header("x-auth-token"), seen_[1].header("x-auth-token"));
  responses_ = {json_response(401, "{}"), json_response(401, "{}"), json_response(401, "{}")};
  const ActionResult refused = run("neutron.list_networks", Map{}, "RegionOne");
  EXPECT_EQ(refused.state, ActionResult::State::error);
  EXPECT_EQ(responses_.size(), 1u) << "two attempts, no more";
}

ServerResponse busy_for(int status, const char* seconds) {
  ServerResponse busy = json_response(status, R"({"message": "busy"})");
  if (seconds != nullptr) busy.headers.emplace_back("Retry-After", seconds);
  return busy;
}

ServerResponse hang_up() {
  ServerResponse gone;
  gone.hang_up = true;
  return gone;
}

TEST_F(Dispatcher, ReadsAreRepeated) {
  const ServerResponse busy = busy_for(503, "0");
  const ServerResponse gone = hang_up();
  responses_ = {busy, gone, json_response(200, R"({"networks": []})")};
  EXPECT_EQ(run("neutron.list_networks", Map{}, "RegionOne").state, ActionResult::State::success);
  responses_ = {busy, busy, busy, json_response(200, "{}")};
  EXPECT_EQ(run("neutron.list_networks", Map{}, "RegionOne").state, ActionResult::State::error);
}

TEST_F(Dispatcher, ChangesAreNotRepeatedWhenTheFirstMayHaveArrived) {
  for (const ServerResponse& unclear : {hang_up(), busy_for(503, nullptr), busy_for(500, "0")}) {
    seen_.clear();
    responses_ = {unclear, json_response(201, R"({"network": {}})")};
    EXPECT_EQ(run("neutron.create_network", Map{}, "RegionOne").state, ActionResult::State::error);
    EXPECT_EQ(seen_.size(), 1u);
  }
  seen_.clear();
  responses_ = {hang_up(), json_response(204, "")};
  EXPECT_EQ(run("neutron.delete_network", Map{{"network", "n"}}, "RegionOne").state,
            ActionResult::State::error);
  EXPECT_EQ(seen_.size(), 1u);
}

TEST_F(Dispatcher, ChangesAreRepeatedWhenTheServiceSaysThatItDidNothing) {
  for (const ServerResponse& refusal : {busy_for(429, "0"), busy_for(503, "0")}) {
    responses_ = {refusal, json_response(201, R"({"network": {"id": "n"}})")};
    const ActionResult result = run("neutron.create_network", Map{}, "RegionOne");
    EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
  }
}

TEST_F(Dispatcher, ChangesThatAreMarkedAsHarmlessAreRepeated) {
  responses_ = {hang_up(), json_response(201, "")};
  const ActionResult result = run("swift.put_container", Map{{"container", "c"}}, "RegionOne");
  EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
}

TEST_F(Dispatcher, NoAttemptIsMadeBehindTheTasksTimeout) {
  responses_ = {busy_for(503, "20"), json_response(200, R"({"networks": []})")};
  ActionCall call{"neutron.list_networks", Map{}, {}};
  call.context.region = "RegionOne";
  call.context.deadline = clock_.now() + 10 * core::kSecond;
  std::promise<ActionResult> promise;
  registry_.find(call.name)->start(std::move(call),
                                   [&](ActionResult result) { promise.set_value(std::move(result)); });
  EXPECT_EQ(promise.get_future().get().message,
            "neutron.list_networks failed in region RegionOne: HTTP 503: busy");
}

TEST_F(Dispatcher, AsksUntilSomethingHasHappened) {
  std::vector<double> waits;
  OpenstackSession session(
      client_, clock_, [this] { return cloud_.credentials(); },
      [&](double seconds, const auto& action) {
        waits.push_back(seconds);
        action(true);
      });
  interpreter::ActionRegistry registry;
  register_openstack_actions(registry, session);
  const auto call_of = [&](const std::string& name, const Value& input) {
    ActionCall call{name, input, {}};
    call.context.region = "RegionOne";
    std::promise<ActionResult> promise;
    registry.find(call.name)->start(std::move(call),
                                    [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  };
  const ServerResponse waiting = json_response(200, R"({"finished": false})");
  const ServerResponse finished = json_response(200, R"({"finished": true})");
  const auto wait_for = [&](const Value& input) {
    return call_of("baremetal_introspection.wait_for_finish", input);
  };
  responses_ = {waiting, waiting, finished, finished};
  const ActionResult result = wait_for(Map{{"node_ids", core::List{"a", "b"}}, {"retry_interval", 7}});
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(result.data.get("b").get("finished"), Value(true));
  EXPECT_EQ(waits, (std::vector<double>{7, 7}));
  responses_ = {waiting, waiting, waiting};
  const ActionResult never = wait_for(Map{{"node_ids", core::List{"a"}}, {"max_retries", 2}});
  EXPECT_EQ(never.state, ActionResult::State::error);
  EXPECT_EQ(responses_.size(), 1u) << "two attempts, no more";
  const Value node = Map{{"node_ident", "n"}, {"expected_state", "active"}};
  const auto state = [](const char* now, const char* target) {
    return json_response(200,
                         core::to_json(Map{{"provision_state", now}, {"target_provision_state", target}}));
  };
  responses_ = {state("deploying", "active"), state("active", "")};
  EXPECT_EQ(call_of("ironic.node_wait_for_provision_state", node).state, ActionResult::State::success);
  responses_ = {state("deploying", "active"), state("available", "")};
  EXPECT_EQ(call_of("ironic.node_wait_for_provision_state", node).state, ActionResult::State::error);
}

TEST_F(Dispatcher, ListsThatAreTheWholeBodyAreReadPageByPage) {
  ServerResponse first = json_response(200, R"([{"name": "a"}, {"subdir": "b/"}])");
  first.headers.emplace_back("X-Container-Object-Count", "3");
  responses_ = {first, json_response(200, R"([{"name": "c"}])"), json_response(200, "[]")};
  const ActionResult result =
      run("swift.get_container", Map{{"container", "x"}, {"full_listing", true}}, "RegionOne");
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(core::to_json(result.data.as_list()[1]), R"([{"name":"a"},{"subdir":"b/"},{"name":"c"}])");
  EXPECT_EQ(result.data.as_list()[0].get("x-container-object-count"), Value("3"));
  ASSERT_EQ(seen_.size(), 3u);
  EXPECT_EQ(seen_[1].query, "format=json&marker=b%2F");
}

TEST_F(Dispatcher, VersionOfAnUnversionedUrlIsTakenFromTheServicesRoot) {
  const ServerResponse versions = json_response(200, R"({"versions": {"values": [{"id": "v2"}]}})");
  responses_ = {versions, json_response(200, R"({"pools": []})"), json_response(200, R"({"pools": []})")};
  for (int i = 0; i < 2; ++i) {
    const ActionResult result = run("designate.pools_list", Map{}, "RegionOne");
    EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
  }
  ASSERT_EQ(seen_.size(), 3u) << "asked once";
  EXPECT_EQ(seen_[0].path, "/RegionOne/dns/");
  EXPECT_EQ(seen_[2].path, "/RegionOne/dns/v2/pools");
}

TEST_F(Dispatcher, MicroversionIsAskedForOnce) {
  const ServerResponse version = json_response(200, R"({"version": {"version": "2.60"}})");
  const ServerResponse server = json_response(200, R"({"server": {"id": "s"}})");
  responses_ = {version, server, server};
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(run("nova.servers_get", Map{{"server", "s"}}, "RegionOne").data.get("id"), Value("s"));
  }
  ASSERT_EQ(seen_.size(), 3u);
  EXPECT_EQ(seen_[0].header("openstack-api-version"), "");
  EXPECT_EQ(seen_[1].header("openstack-api-version"), "compute 2.60");
  EXPECT_EQ(seen_[2].path, "/RegionOne/compute/servers/s");
}

TEST_F(Dispatcher, PagesThatNeverEndAreAnError) {
  const ServerResponse page =
      json_response(200, R"({"networks": [], "networks_links": [{"rel": "next", "href": "/?a=1"}]})");
  responses_.assign(10'010, page);
  const ActionResult result = run("neutron.list_networks", Map{}, "RegionOne");
  EXPECT_NE(result.message.find("more than 10000 pages"), std::string::npos) << result.message;
}

TEST_F(Dispatcher, CredentialsOfTheCustomContextWin) {
  const Value context = Map{{"os", Map{{"auth", Map{{"auth_url", cloud_.url()}, {"token", tests::kCanary}}},
                                       {"region_name", "RegionTwo"}}}};
  responses_ = {json_response(200, R"({"networks": []})")};
  const ActionResult result = run("neutron.list_networks", Map{}, "", context);
  EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(seen_[0].path, "/RegionTwo/network/v2.0/networks");
  EXPECT_EQ(credentials_read_, 0);
  const ActionResult incomplete =
      run("neutron.list_networks", Map{}, "", Map{{"os", Map{{"auth", Map{{"auth_url", "http://k"}}}}}});
  EXPECT_NE(incomplete.message.find("username is missing"), std::string::npos) << incomplete.message;
}

TEST_F(Dispatcher, NothingIsReadBeforeTheFirstCall) {
  EXPECT_GT(registry_.action_names().size(), 400u);
  EXPECT_NE(registry_.find_signature("nova.servers_list"), nullptr);
  EXPECT_EQ(credentials_read_, 0);
}

TEST_F(Dispatcher, GenericRequestsReachAnyService) {
  responses_ = {json_response(202, R"({"made": true})")};
  const ActionResult result = run("openstack.request",
                                  Map{{"service", "image"},
                                      {"method", "post"},
                                      {"path", "v2/things/{x}"},
                                      {"query", Map{{"a", core::List{1, 2}}}},
                                      {"body", Map{{"b", "{not a template}"}}},
                                      {"headers", Map{{"X-Other", "o"}}}},
                                  "RegionOne");
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(result.data.get("status"), Value(202));
  EXPECT_EQ(result.data.get("body"), Value(Map{{"made", true}}));
  EXPECT_EQ(seen_[0].query, "a=1&a=2");
  EXPECT_EQ(seen_[0].body, R"({"b":"{not a template}"})");
  EXPECT_EQ(seen_[0].header("x-other"), "o");
  EXPECT_EQ(run("openstack.request", Map{{"service", ""}, {"path", "/"}}).state, ActionResult::State::error);
}

TEST_F(Dispatcher, SecretsAreInNoMessage) {
  responses_ = {json_response(500, "<html><h1>500</h1></html>")};
  std::string messages = run("neutron.delete_network", Map{{"network", "n"}}, "RegionOne").message;
  messages += run("neutron.delete_network", Map{{"network", ".."}}, "RegionOne").message;
  messages += run("neutron.list_networks", Map{}, "RegionNine").message;
  cloud_.keystone_status = 401;
  const Value context =
      Map{{"os", Map{{"auth", Map{{"auth_url", cloud_.url()}, {"token", tests::kCanary}}}}}};
  messages += run("neutron.list_networks", Map{}, "RegionOne", context).message;
  EXPECT_EQ(messages.find(tests::kCanary), std::string::npos) << messages;
  EXPECT_GT(messages.size(), 200u);
}

TEST(ServiceError, FindsTheMessageInEveryFormat) {
  const auto message = [](const std::string& body) {
    HttpResponse response;
    response.status = 404;
    response.reason = "Not Found";
    response.body = body;
    return service_message(response);
  };
  EXPECT_EQ(message(R"({"error": {"code": 404, "message": "No user.", "title": "Not Found"}})"), "No user.");
  EXPECT_EQ(message(R"({"itemNotFound": {"code": 404, "message": "No server."}})"), "No server.");
  EXPECT_EQ(message(R"({"message": "No image<br /><br />\n", "code": "404 Not Found"})"), "No image");
  EXPECT_EQ(message(R"({"NeutronError": {"type": "T", "message": "No port.", "detail": ""}})"), "No port.");
  EXPECT_EQ(message(R"({"explanation": "The resource could not be found.", "code": 404, )"
                    R"("error": {"message": "The Stack (x) could not be found.", "type": "T"}})"),
            "The Stack (x) could not be found.");
  EXPECT_EQ(message("<html><h1>Not Found</h1><p>The &quot;thing&quot;</p></html>"),
            "Not Found The \"thing\"");
  EXPECT_EQ(message(R"({"errors": [{"title": "Bad", "detail": "d"}]})"), "Bad");
  EXPECT_EQ(message(""), "Not Found");
  EXPECT_EQ(message("\xFF\xFE"), "Not Found");
  EXPECT_LT(message(std::string(100'000, 'x')).size(), 3000u);
}

TEST_F(Dispatcher, ARegionThatIsDownIsLeftAloneForAWhileAndTheOthersGoOn) {
  GateLimits limits;
  limits.failures_to_open = 2;
  session_.set_gate_limits(limits);
  session_.set_retry_policy({.attempts = 1});
  const auto answers = [this](int status) { responses_ = {json_response(status, R"({"networks": []})")}; };
  for (int i = 0; i < 2; ++i) {
    answers(502);
    EXPECT_EQ(run("neutron.list_networks", Map{}, "RegionTwo").state, ActionResult::State::error);
  }
  seen_.clear();
  answers(200);
  const ActionResult refused = run("neutron.list_networks", Map{}, "RegionTwo");
  EXPECT_TRUE(seen_.empty()) << "a request was sent";
  EXPECT_TRUE(
      refused.message.starts_with("neutron.list_networks failed in region RegionTwo: Not sent, since service "
                                  "network in region RegionTwo was "
                                  "not reached 2 times in a row; the next one is tried in "))
      << refused.message;
  EXPECT_EQ(run("neutron.list_networks", Map{}, "RegionOne").state, ActionResult::State::success);
  const auto held_up = session_.held_up();
  ASSERT_EQ(held_up.size(), 1u);
  EXPECT_EQ(held_up.begin()->first, "service network in region RegionTwo");
  EXPECT_EQ(held_up.begin()->second.circuit, Circuit::open);
}

TEST_F(Dispatcher, FollowsARedirectWithTheSameMethodOnTheSameServerOnly) {
  responses_ = {json_response(302, ""), json_response(204, "")};
  responses_[0].headers.emplace_back("Location", cloud_.url() + "/RegionOne/network/v2.0/networks/full-name");
  const ActionResult followed = run("neutron.delete_network", Map{{"network", "n"}}, "RegionOne");
  EXPECT_EQ(followed.state, ActionResult::State::success) << followed.message;
  ASSERT_EQ(seen_.size(), 2u);
  EXPECT_EQ(seen_[1].method, "DELETE");
  EXPECT_EQ(seen_[1].path, "/RegionOne/network/v2.0/networks/full-name");

  seen_.clear();
  responses_ = {json_response(302, ""), json_response(204, "")};
  responses_[0].headers.emplace_back("Location", "http://localhost:1/elsewhere");
  const ActionResult refused = run("neutron.delete_network", Map{{"network", "n"}}, "RegionOne");
  EXPECT_EQ(refused.state, ActionResult::State::error);
  EXPECT_NE(refused.message.find("another server, which gets no token"), std::string::npos)
      << refused.message;

  seen_.clear();
  responses_.assign(40, json_response(307, ""));
  for (auto& response : responses_) response.headers.emplace_back("Location", "/RegionOne/again");
  const ActionResult endless = run("neutron.delete_network", Map{{"network", "n"}}, "RegionOne");
  EXPECT_EQ(endless.state, ActionResult::State::error);
  EXPECT_EQ(seen_.size(), 31u);
}

TEST_F(Dispatcher, ModulesThatAreNotListedTakeNoRegion) {
  session_.set_modules_support_region({"neutron"});
  EXPECT_TRUE(registry_.find_signature("neutron.show_network")->takes_region);
  const ir::ActionSignature& nova = *registry_.find_signature("nova.servers_get");
  EXPECT_FALSE(nova.takes_region);
  EXPECT_NE(interpreter::check_input(nova, Map{{"server", "s"}, {"region", "RegionTwo"}}), "");
  EXPECT_EQ(interpreter::check_input(nova, Map{{"server", "s"}}), "");
}

}  // namespace
}  // namespace gregale::stdlib
