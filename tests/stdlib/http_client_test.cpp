#include "stdlib/http/http_client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <thread>

#include "stdlib/http/text.hpp"
#include "stdlib/http/url.hpp"
#include "tests/stdlib/stub_server.hpp"

namespace gregale::stdlib {
namespace {

using core::ErrorKind;
using tests::ServerRequest;
using tests::ServerResponse;
using tests::StubServer;

TEST(HttpClient, SendsMethodHeadersAndBody) {
  ServerRequest seen;
  StubServer server([&](const ServerRequest& request) {
    seen = request;
    return ServerResponse{201, "made", {{"X-Answer", "42"}}};
  });
  HttpClient client;
  HttpRequest request{.method = "PUT", .url = server.url() + "/a/b?c=d"};
  request.headers.add("X-Question", "6 * 7");
  request.body = "content";
  const HttpResult result = client.exchange(request);
  ASSERT_TRUE(result.ok()) << result.error->what();
  EXPECT_EQ(result.response.status, 201);
  EXPECT_EQ(result.response.body, "made");
  EXPECT_EQ(result.response.headers.get("x-answer"), "42");
  EXPECT_EQ(seen.method, "PUT");
  EXPECT_EQ(seen.path, "/a/b");
  EXPECT_EQ(seen.query, "c=d");
  EXPECT_EQ(seen.header("x-question"), "6 * 7");
  EXPECT_EQ(seen.body, "content");
  EXPECT_EQ(seen.header("content-type"), "");
}

TEST(HttpClient, KeepsTheMethodOfEveryKind) {
  StubServer server([&](const ServerRequest& request) {
    return ServerResponse{200, request.method + " " + request.body, {}};
  });
  HttpClient client;
  for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
    for (bool with_body : {false, true}) {
      HttpRequest request{.method = method, .url = server.url()};
      if (with_body) request.body = "x";
      const HttpResult result = client.exchange(request);
      ASSERT_TRUE(result.ok()) << method << result.error->what();
      EXPECT_EQ(result.response.body, std::string(method) + (with_body ? " x" : " "));
    }
  }
  const HttpResult head = client.exchange({.method = "HEAD", .url = server.url()});
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head.response.status, 200);
  EXPECT_EQ(head.response.body, "");
}

TEST(HttpClient, ReusesConnections) {
  StubServer server([](const ServerRequest&) { return ServerResponse{200, "x", {}}; });
  HttpClient client;
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(client.exchange({.url = server.url()}).ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST(HttpClient, HoldsManyRequestsAtOnce) {
  constexpr int kRequests = 600;
  std::mutex mutex;
  std::condition_variable all_here;
  int here = 0;
  StubServer server([&](const ServerRequest&) {
    std::unique_lock lock(mutex);
    if (++here == kRequests) all_here.notify_all();
    const bool met = all_here.wait_for(lock, std::chrono::seconds(20), [&] { return here >= kRequests; });
    return ServerResponse{met ? 200 : 500, "", {}};
  });
  HttpClient client({.connections_per_host = kRequests});
  std::vector<std::future<HttpResult>> results;
  for (int i = 0; i < kRequests; ++i) {
    auto promise = std::make_shared<std::promise<HttpResult>>();
    results.push_back(promise->get_future());
    client.send({.url = server.url()},
                [promise](HttpResult result) { promise->set_value(std::move(result)); });
  }
  for (auto& future : results) {
    const HttpResult result = future.get();
    ASSERT_TRUE(result.ok()) << result.error->what();
    EXPECT_EQ(result.response.status, 200);
  }
}

TEST(HttpClient, LimitsConnectionsOfAHostWithoutUsingUpTheTimeout) {
  std::atomic<int> now = 0;
  std::atomic<int> most = 0;
  StubServer server([&](const ServerRequest&) {
    const int present = ++now;
    int before = most;
    while (before < present && !most.compare_exchange_weak(before, present)) {
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    --now;
    return ServerResponse{200, "", {}};
  });
  HttpClient client({.connections_per_host = 2});
  std::vector<std::future<HttpResult>> results;
  for (int i = 0; i < 20; ++i) {
    auto promise = std::make_shared<std::promise<HttpResult>>();
    results.push_back(promise->get_future());
    client.send({.url = server.url(), .timeout_seconds = 0.8},
                [promise](HttpResult result) { promise->set_value(std::move(result)); });
  }
  for (auto& future : results) EXPECT_TRUE(future.get().ok());
  EXPECT_LE(most, 2);
}

TEST(HttpClient, TellsRefusedTimedOutAndTooLongApart) {
  StubServer server([&](const ServerRequest& request) {
    if (request.path == "/slow") std::this_thread::sleep_for(std::chrono::seconds(1));
    return ServerResponse{200, std::string(5000, 'x'), {}};
  });
  HttpClient client({.response_bytes = 1000});
  const HttpResult refused = client.exchange({.url = "http://127.0.0.1:1/"});
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error->kind(), ErrorKind::disconnected);
  const HttpResult slow = client.exchange({.url = server.url() + "/slow", .timeout_seconds = 0.1});
  ASSERT_FALSE(slow.ok());
  EXPECT_EQ(slow.error->kind(), ErrorKind::timed_out);
  const HttpResult lengthy = client.exchange({.url = server.url()});
  ASSERT_FALSE(lengthy.ok());
  EXPECT_EQ(lengthy.error->kind(), ErrorKind::limit);
}

TEST(HttpClient, RefusesWhatWouldForgeHeadersOrReadFiles) {
  HttpClient client;
  EXPECT_EQ(client.exchange({.url = "file:///etc/passwd"}).error->kind(), ErrorKind::invalid);
  EXPECT_EQ(client.exchange({.method = "GET /x", .url = "http://127.0.0.1:1/"}).error->kind(),
            ErrorKind::invalid);
  HttpRequest forged{.url = "http://127.0.0.1:1/"};
  forged.headers.add("X-A", "1\r\nX-B: 2");
  EXPECT_EQ(client.exchange(forged).error->kind(), ErrorKind::invalid);
  EXPECT_EQ(client.exchange({.url = ""}).error->kind(), ErrorKind::invalid);
}

TEST(HttpClient, FollowsRedirectsOnlyWhenAsked) {
  StubServer server([&](const ServerRequest& request) {
    if (request.path == "/old") return ServerResponse{302, "", {{"Location", "/new"}}};
    return ServerResponse{200, "here", {}};
  });
  HttpClient client;
  EXPECT_EQ(client.exchange({.url = server.url() + "/old"}).response.status, 302);
  const HttpResult followed = client.exchange({.url = server.url() + "/old", .follow_redirects = true});
  ASSERT_TRUE(followed.ok());
  EXPECT_EQ(followed.response.status, 200);
  EXPECT_EQ(followed.response.url, server.url() + "/new");
  ASSERT_EQ(followed.response.redirects.size(), 1u);
  EXPECT_EQ(followed.response.redirects[0].status, 302);
  EXPECT_EQ(followed.response.redirects[0].location, "/new");
}

TEST(HttpClient, CompletesEverythingWhenItGoesAway) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  StubServer server([&](const ServerRequest&) {
    released.wait();
    return ServerResponse{};
  });
  int completed = 0;
  int timers = 0;
  {
    HttpClient client({.connections_per_host = 3});
    for (int i = 0; i < 10; ++i) {
      client.send({.url = server.url()}, [&](const HttpResult& result) {
        if (!result.ok() && result.error->kind() == ErrorKind::disconnected) ++completed;
      });
    }
    client.after(3600, [&](bool elapsed) { timers += elapsed ? 100 : 1; });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  release.set_value();
  EXPECT_EQ(completed, 10);
  EXPECT_EQ(timers, 1);
}

TEST(HttpClient, CallsTimersInOrder) {
  HttpClient client;
  std::promise<std::string> done;
  std::string order;
  client.after(0.05, [&](bool) {
    order += 'b';
    done.set_value(order);
  });
  client.after(0.01, [&](bool) { order += 'a'; });
  EXPECT_EQ(done.get_future().get(), "ab");
}

TEST(HttpClient, NeverShowsSecretsOfTheUrl) {
  HttpClient client;
  const HttpResult result = client.exchange({.url = "http://user:canary@127.0.0.1:1/path?token=canary"});
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(std::string(result.error->what()).find("canary"), std::string::npos) << result.error->what();
}

TEST(Url, EncodesAndJoins) {
  EXPECT_EQ(percent_encode("a/b c%ä"), "a%2Fb%20c%25%C3%A4");
  EXPECT_EQ(percent_encode("a/b", "/"), "a/b");
  EXPECT_EQ(encode_query({{"a b", "1&2"}, {"c", ""}}), "a+b=1%262&c=");
  EXPECT_EQ(append_query("http://h/p?x=1#f", "y=2"), "http://h/p?x=1&y=2");
  EXPECT_EQ(append_query("http://h/p", ""), "http://h/p");
  EXPECT_EQ(url_origin("http://h:8/p"), "http://h:8");
  EXPECT_EQ(url_origin("/p"), "");
  EXPECT_EQ(url_without_secrets("http://u:p@h/p@q?z"), "http://h/p@q");
}

TEST(Text, ConvertsToUtf8) {
  EXPECT_EQ(to_utf8("\xE4", "iso-8859-1"), "ä");
  EXPECT_EQ(to_utf8("a\xFFz", ""), "a\xEF\xBF\xBDz");
  EXPECT_EQ(to_utf8("a\xFFz", "no-such-charset"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(charset_of("text/html; charset=\"UTF-8\""), "UTF-8");
  EXPECT_EQ(charset_of("text/plain"), "ISO-8859-1");
  EXPECT_EQ(charset_of("application/json"), "utf-8");
  EXPECT_EQ(charset_of("image/png"), "");
  EXPECT_EQ(base64_encode("M"), "TQ==");
  EXPECT_EQ(base64_encode("Man"), "TWFu");
  EXPECT_EQ(base64_encode("Ma"), "TWE=");
}

}  // namespace
}  // namespace gregale::stdlib
