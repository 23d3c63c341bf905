// What std.http and std.mistral_http make of each of their parameters.
#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>

#include "core/json.hpp"
#include "stdlib/registry.hpp"
#include "tests/stdlib/stub_server.hpp"

namespace gregale::stdlib {
namespace {

using core::List;
using core::Map;
using core::Value;
using interpreter::ActionResult;
using tests::CertificateAuthority;
using tests::ServerRequest;
using tests::ServerResponse;
using tests::ServerTls;
using tests::StubServer;

class HttpActionTest : public ::testing::TestWithParam<const char*> {
 protected:
  HttpActionTest() {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's servers write to connections that a client has left
    register_standard_actions(registry_, client_, workers_);
  }

  // What the server sees of a request with these parameters.
  ServerRequest seen(Map input) {
    std::promise<ServerRequest> promise;
    const StubServer server([&](const ServerRequest& request) {
      promise.set_value(request);
      return ServerResponse{200, "", {}};
    });
    input.set(Value("url"), Value(server.url() + "/path"));
    const auto ended = start(std::move(input));
    std::future<ServerRequest> request = promise.get_future();
    request.wait();
    // std.mistral_http completes only after a failure.
    if (std::string(GetParam()) == "std.http") ended.wait();
    return request.get();
  }
  // The result, or the error, of std.http; of std.mistral_http the error.
  ActionResult result(const Map& input) { return start(input).get(); }
  std::future<ActionResult> start(Map input) {
    const auto ended = std::make_shared<std::promise<ActionResult>>();
    registry_.find(GetParam())
        ->start({GetParam(), Value(std::move(input)), {}},
                [ended](ActionResult result) { ended->set_value(std::move(result)); });
    return ended->get_future();
  }

  interpreter::ActionRegistry registry_;
  WorkerPool workers_;
  HttpClient client_;
};

TEST_P(HttpActionTest, MethodAndParams) {
  EXPECT_EQ(seen({}).method, "GET");
  EXPECT_EQ(seen({{"method", "delete"}}).method, "DELETE");
  EXPECT_EQ(seen({{"params", "a=1&b"}}).query, "a=1&b");
  EXPECT_EQ(seen({{"params", Map{{"a", "x&y"}, {"flag", true}, {"n", 1.5}, {"none", Value()}}}}).query,
            "a=x%26y&flag=True&n=1.5");
  EXPECT_EQ(seen({{"params", Map{{"list", List{"a", Value(), 2}}}}}).query, "list=a&list=2");
}

TEST_P(HttpActionTest, BodyAndJson) {
  EXPECT_EQ(seen({{"method", "POST"}, {"body", "text as it is"}}).body, "text as it is");
  const ServerRequest value = seen({{"method", "PUT"}, {"body", Map{{"a", List{1, Value()}}}}});
  EXPECT_EQ(core::parse_json(value.body), Value(Map{{"a", List{1, Value()}}}));
  EXPECT_NE(value.header("content-type"), "application/json");
  const ServerRequest json = seen({{"method", "POST"}, {"json", List{1, "two"}}});
  EXPECT_EQ(core::parse_json(json.body), Value(List{1, "two"}));
  EXPECT_EQ(json.header("content-type"), "application/json");
  EXPECT_EQ(seen({{"method", "POST"}, {"json", 1}, {"headers", Map{{"Content-Type", "text/x"}}}})
                .header("content-type"),
            "text/x");
}

TEST_P(HttpActionTest, HeadersCookiesAndAuth) {
  const ServerRequest request =
      seen({{"headers", Map{{"X-Text", "a b"}, {"X-Number", 5}, {"X-None", Value()}}},
            {"cookies", Map{{"c", "d"}, {"e", 1}}},
            {"auth", "ann:secret:more"}});
  EXPECT_EQ(request.header("x-text"), "a b");
  EXPECT_EQ(request.header("x-number"), "5");
  EXPECT_FALSE(request.headers.contains("x-none"));
  EXPECT_EQ(request.header("cookie"), "c=d; e=1");
  EXPECT_EQ(request.header("authorization"), "Basic YW5uOnNlY3JldDptb3Jl");
}

TEST_P(HttpActionTest, AProxyIsAskedForTheWholeUrl) {
  std::promise<ServerRequest> promise;
  const StubServer proxy([&](const ServerRequest& request) {
    promise.set_value(request);
    return ServerResponse{200, "", {}};
  });
  const auto ended =
      start({{"url", "http://somewhere.invalid/path"}, {"proxies", Map{{"http", proxy.url()}}}});
  const ServerRequest request = promise.get_future().get();
  EXPECT_EQ(request.header("host"), "somewhere.invalid");
  if (std::string(GetParam()) == "std.http") ended.wait();
}

TEST_P(HttpActionTest, ATimeoutEndsTheExchange) {
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  const StubServer server([&](const ServerRequest&) {
    released.wait();
    return ServerResponse{200, "", {}};
  });
  const ActionResult ended = result({{"url", server.url()}, {"timeout", 0.2}});
  release.set_value();
  EXPECT_EQ(ended.state, ActionResult::State::error);
  EXPECT_NE(ended.message.find("Failed to send HTTP request"), std::string::npos) << ended.message;
}

TEST_P(HttpActionTest, RedirectsAreFollowedWhereThatIsAllowed) {
  const StubServer server([](const ServerRequest& request) {
    if (request.path == "/there") return ServerResponse{404, "not here either", {}};
    return ServerResponse{307, "", {{"Location", "/there"}}};
  });
  EXPECT_EQ(result({{"url", server.url()}}).data.get("status"), Value(307));
  const Value followed = result({{"url", server.url()}, {"allow_redirects", true}}).data;
  EXPECT_EQ(followed.get("status"), Value(404));
  EXPECT_EQ(followed.get("url"), Value(server.url() + "/there"));
  ASSERT_EQ(followed.get("history").size(), 1u);
  EXPECT_EQ(followed.get("history").as_list()[0].get("status"), Value(307));
}

TEST_P(HttpActionTest, CertificatesAreVerifiedAsIsAsked) {
  const CertificateAuthority authority;
  const StubServer server(
      [](const ServerRequest&) {
        return ServerResponse{418, "", {}};
      },
      ServerTls{authority.issue(), {}});
  const std::string file =
      (std::filesystem::temp_directory_path() / ("gregale-ca-" + core::Uuid::random().text())).string();
  std::ofstream(file) << authority.certificate();
  const Value url(server.url());
  EXPECT_NE(result({{"url", url}}).message.find("certificate"), std::string::npos);
  EXPECT_EQ(result({{"url", url}, {"verify", false}}).data.get("status"), Value(418));
  EXPECT_EQ(result({{"url", url}, {"verify", Value(file)}}).data.get("status"), Value(418));
  std::filesystem::remove(file);
}

TEST_P(HttpActionTest, WhatCannotBeSentIsAnError) {
  const char* url = "http://127.0.0.1:1/";
  for (const Map& input :
       {Map{{"url", 5}}, Map{{"url", url}, {"method", 1}}, Map{{"url", url}, {"params", 1}},
        Map{{"url", url}, {"params", Map{{"a", Map{}}}}}, Map{{"url", url}, {"headers", "x"}},
        Map{{"url", url}, {"headers", Map{{"a", List{}}}}}, Map{{"url", url}, {"cookies", List{}}},
        Map{{"url", url}, {"body", "x"}, {"json", "y"}}, Map{{"url", url}, {"auth", "no colon"}},
        Map{{"url", url}, {"timeout", "soon"}}, Map{{"url", url}, {"timeout", 0}},
        Map{{"url", url}, {"proxies", "p"}}}) {
    const ActionResult refused = result(input);
    EXPECT_EQ(refused.state, ActionResult::State::error) << core::to_json(Value(input));
    EXPECT_EQ(refused.message.find("Failed to send"), std::string::npos) << refused.message;
  }
}

INSTANTIATE_TEST_SUITE_P(Actions, HttpActionTest, ::testing::Values("std.http", "std.mistral_http"),
                         [](const auto& info) {
                           return std::string(info.param).substr(std::string("std.").size());
                         });

}  // namespace
}  // namespace gregale::stdlib
