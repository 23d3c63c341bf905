#include <gtest/gtest.h>

#include <future>

#include "core/json.hpp"
#include "stdlib/registry.hpp"
#include "tests/stdlib/stub_server.hpp"

namespace gregale::stdlib {
namespace {

using core::Error;
using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionMode;
using interpreter::ActionRegistry;
using interpreter::ActionResult;
using tests::ServerRequest;
using tests::ServerResponse;
using tests::StubServer;

class StandardActions : public ::testing::Test {
 protected:
  StandardActions() { register_standard_actions(registry_, client_, workers_); }

  ActionResult evaluate(const char* name, const Value& input) {
    const interpreter::Action* action = registry_.find(name);
    EXPECT_EQ(action->mode(), ActionMode::in_place);
    return action->evaluate(input);
  }

  ActionResult run(const char* name, const Value& input) {
    std::promise<ActionResult> promise;
    ActionCall call{name, input, {}};
    call.context.workflow_name = "wf";
    registry_.find(name)->start(std::move(call),
                                [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  std::string check(const char* name, const Value& input) {
    return interpreter::check_input(*registry_.find_signature(name), input);
  }

  ActionRegistry registry_;
  HttpClient client_;
  WorkerPool workers_;
};

TEST_F(StandardActions, EchoGivesBackItsOutput) {
  EXPECT_EQ(evaluate("std.echo", Map{{"output", 1}}).data, Value(1));
  EXPECT_EQ(evaluate("std.noop", Map{}).data, Value());
  EXPECT_EQ(registry_.find("std.echo")->delay_seconds(Map{{"output", 1}, {"delay", "2.5"}}), 2.5);
}

TEST_F(StandardActions, FailGivesItsDataIfThereIsSome) {
  const ActionResult with_data = evaluate("std.fail", Map{{"error_data", Map{{"a", 1}}}});
  EXPECT_EQ(with_data.state, ActionResult::State::error);
  EXPECT_EQ(with_data.data, Value(Map{{"a", 1}}));
  for (const Value& empty : {Value(), Value(0), Value(""), Value(Map{})}) {
    const ActionResult result = evaluate("std.fail", Map{{"error_data", empty}});
    EXPECT_EQ(result.state, ActionResult::State::error);
    EXPECT_EQ(result.data, Value("Fail action expected exception."));
  }
}

TEST_F(StandardActions, SleepTakesNumbersOnly) {
  const interpreter::Action& sleep = *registry_.find("std.sleep");
  EXPECT_EQ(sleep.delay_seconds(Map{}), 1);
  EXPECT_EQ(sleep.delay_seconds(Map{{"seconds", 0.25}}), 0.25);
  EXPECT_EQ(sleep.delay_seconds(Map{{"seconds", "3"}}), 3);
  EXPECT_EQ(sleep.delay_seconds(Map{{"seconds", -3}}), 0);
  for (const Value& bad :
       {Value("abc"), Value(), Value(core::List{}), Value("1e999"), Value(1e99), Value("nan")}) {
    EXPECT_THROW(sleep.delay_seconds(Map{{"seconds", bad}}), Error) << core::to_json(bad);
  }
}

TEST_F(StandardActions, TestDictHasTheSizeAskedFor) {
  const ActionResult result = evaluate("std.test_dict", Map{{"size", 2}, {"key_prefix", "k"}, {"val", "v"}});
  EXPECT_EQ(result.data, Value(Map{{"k0", "v"}, {"k1", "v"}}));
  EXPECT_EQ(evaluate("std.test_dict", Map{{"size", "x"}}).state, ActionResult::State::error);
  EXPECT_EQ(evaluate("std.test_dict", Map{{"size", int64_t{1} << 40}}).state, ActionResult::State::error);
}

TEST_F(StandardActions, InputIsCheckedWithHints) {
  EXPECT_EQ(check("std.echo", Map{{"output", 1}}), "");
  EXPECT_EQ(check("std.echo", Map{}), "Invalid input [name=std.echo, missing=['output']]");
  EXPECT_EQ(check("std.echo", Map{{"outptu", 1}}),
            "Invalid input [name=std.echo, missing=['output'], unexpected=['outptu' (did you mean "
            "'output'?)]]");
  EXPECT_EQ(check("std.noop", Map{{"zzzzzz", 1}}), "Invalid input [name=std.noop, unexpected=['zzzzzz']]");
  EXPECT_NE(check("std.noop", Value("text")), "");
}

TEST_F(StandardActions, NamesAreTakenOnce) {
  EXPECT_THROW(register_standard_actions(registry_, client_, workers_), Error);
}

TEST_F(StandardActions, HttpGivesMistralsResult) {
  ServerRequest seen;
  StubServer server([&](const ServerRequest& request) {
    seen = request;
    return ServerResponse{
        200, R"({"a": [1, 2]})", {{"Content-Type", "application/json"}, {"Set-Cookie", "c=d; Path=/"}}};
  });
  const ActionResult result =
      run("std.http", Map{{"url", server.url() + "/x"},
                          {"method", "post"},
                          {"params", Map{{"q", "a b"}, {"n", core::List{1, 2}}, {"none", Value()}}},
                          {"json", Map{{"k", Value()}}},
                          {"headers", Map{{"X-Number", 5}}},
                          {"cookies", Map{{"session", "s"}}},
                          {"auth", "user:pass:word"}});
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(result.data.get("status"), Value(200));
  EXPECT_EQ(result.data.get("content"), Value(Map{{"a", core::List{1, 2}}}));
  EXPECT_EQ(result.data.get("encoding"), Value("utf-8"));
  EXPECT_EQ(result.data.get("reason"), Value("Reason"));
  EXPECT_EQ(result.data.get("cookies"), Value(Map{{"c", "d"}}));
  EXPECT_EQ(result.data.get("headers").get("Content-Type"), Value("application/json"));
  EXPECT_EQ(result.data.get("url"), Value(server.url() + "/x?q=a+b&n=1&n=2"));
  EXPECT_EQ(result.data.get("history"), Value(core::List{}));
  EXPECT_EQ(seen.method, "POST");
  EXPECT_EQ(seen.query, "q=a+b&n=1&n=2");
  EXPECT_EQ(core::parse_json(seen.body), Value(Map{{"k", Value()}}));
  EXPECT_EQ(seen.header("content-type"), "application/json");
  EXPECT_EQ(seen.header("x-number"), "5");
  EXPECT_EQ(seen.header("cookie"), "session=s");
  EXPECT_EQ(seen.header("authorization"), "Basic dXNlcjpwYXNzOndvcmQ=");
}

TEST_F(StandardActions, HttpStatusesFrom307OnAreErrors) {
  StubServer server([&](const ServerRequest& request) {
    return ServerResponse{std::stoi(request.path.substr(1)), "plain", {}};
  });
  for (const auto& [status, good] :
       std::map<int, bool>{{200, true}, {299, true}, {302, true}, {306, true}, {307, false}, {404, false}}) {
    const ActionResult result = run("std.http", Map{{"url", server.url() + "/" + std::to_string(status)}});
    EXPECT_EQ(result.state == ActionResult::State::success, good) << status;
    EXPECT_EQ(result.data.get("status"), Value(status));
    EXPECT_EQ(result.data.get("content"), Value("plain"));
  }
}

TEST_F(StandardActions, HttpFailuresNameTheReasonButNoSecret) {
  const ActionResult refused =
      run("std.http", Map{{"url", "http://127.0.0.1:1/?token=canary"}, {"auth", "u:canary"}});
  EXPECT_EQ(refused.state, ActionResult::State::error);
  EXPECT_EQ(refused.message.find("Failed to send HTTP request: "), 0u) << refused.message;
  EXPECT_EQ(core::to_json(refused.data).find("canary"), std::string::npos);
  for (const Value& input :
       {Value(Map{{"url", 5}}), Value(Map{{"url", "http://h/"}, {"headers", "x"}}),
        Value(Map{{"url", "http://h/"}, {"body", "x"}, {"json", "y"}}),
        Value(Map{{"url", "http://h/"}, {"timeout", "soon"}}), Value(Map{{"url", "ftp://h/"}}),
        Value(Map{{"url", "http://h/"}, {"auth", "nocolon"}})}) {
    EXPECT_EQ(run("std.http", input).state, ActionResult::State::error) << core::to_json(input);
  }
}

TEST_F(StandardActions, MistralHttpSaysWhoAsksAndWhetherTheRequestWasTaken) {
  std::promise<ServerRequest> seen;
  StubServer server([&](const ServerRequest& request) {
    if (request.path == "/bad") return ServerResponse{500, "", {}};
    seen.set_value(request);
    return ServerResponse{202, "", {}};
  });
  const interpreter::Action& action = *registry_.find("std.mistral_http");
  EXPECT_EQ(action.mode(), ActionMode::outside);
  ActionCall call{"std.mistral_http", Map{{"url", server.url() + "/good"}}, {}};
  call.context.workflow_name = "wf";
  call.context.action_execution_id = core::Uuid::random();
  std::promise<ActionResult> set_going;
  action.start(call, [&](ActionResult result) { set_going.set_value(std::move(result)); });
  const ServerRequest request = seen.get_future().get();
  EXPECT_EQ(request.header("mistral-workflow-name"), "wf");
  EXPECT_EQ(request.header("mistral-action-execution-id"), call.context.action_execution_id.text());
  EXPECT_EQ(run("std.mistral_http", Map{{"url", server.url() + "/bad"}}).state, ActionResult::State::error);
  EXPECT_EQ(set_going.get_future().get().state, ActionResult::State::success);
}

}  // namespace
}  // namespace gregale::stdlib
