#include "stdlib/openstack/keystone_session.hpp"

#include <gtest/gtest.h>

#include <future>

#include "tests/stdlib/stub_cloud.hpp"

namespace gregale::stdlib {
namespace {

using core::Error;
using core::ErrorKind;
using tests::ServerRequest;
using tests::ServerResponse;
using tests::StubCloud;

class Keystone : public ::testing::Test {
 protected:
  Keystone() : session_(std::make_shared<KeystoneSession>(cloud_.credentials(), client_, clock_)) {}

  struct Answer {
    std::string token;
    std::string error;
    ErrorKind kind = ErrorKind::internal;
  };

  std::future<Answer> ask_whole() {
    auto promise = std::make_shared<std::promise<Answer>>();
    session_->access([promise](const AccessPtr& access, const std::optional<Error>& error) {
      promise->set_value(error ? Answer{{}, error->what(), error->kind()} : Answer{access->token, {}, {}});
    });
    return promise->get_future();
  }

  std::string ask() {
    const Answer answer = ask_whole().get();
    EXPECT_EQ(answer.error, "");
    return answer.token;
  }

  StubCloud cloud_{[](const ServerRequest&) { return ServerResponse{404, "", {}}; }};
  core::VirtualClock clock_;
  HttpClient client_;
  std::shared_ptr<KeystoneSession> session_;
};

TEST_F(Keystone, TokenIsAskedForOnceAndKept) {
  const std::string token = ask();
  EXPECT_EQ(ask(), token);
  EXPECT_EQ(cloud_.tokens(), 1);
}

TEST_F(Keystone, ConcurrentActionsShareOneRequest) {
  cloud_.keystone_delay_milliseconds = 50;
  std::vector<std::future<Answer>> answers;
  for (int i = 0; i < 50; ++i) answers.push_back(ask_whole());
  for (auto& answer : answers) EXPECT_EQ(answer.get().token, std::string(tests::kCanary) + "-1");
  EXPECT_EQ(cloud_.tokens(), 1);
}

TEST_F(Keystone, TokenIsRenewedBeforeItsEnd) {
  ask();
  clock_.advance((3600 - 301) * core::kSecond);
  ask();
  EXPECT_EQ(cloud_.tokens(), 1);
  clock_.advance(2 * core::kSecond);
  ask();
  EXPECT_EQ(cloud_.tokens(), 2);
}

TEST_F(Keystone, ShortTokensAreKeptMostOfTheirLife) {
  cloud_.token_seconds = 60;
  ask();
  clock_.advance(47 * core::kSecond);
  ask();
  EXPECT_EQ(cloud_.tokens(), 1);
  clock_.advance(2 * core::kSecond);
  ask();
  EXPECT_EQ(cloud_.tokens(), 2);
}

TEST_F(Keystone, OnlyTheTokenThatWasRefusedIsForgotten) {
  const std::string first = ask();
  session_->forget(first);
  const std::string second = ask();
  EXPECT_NE(first, second);
  session_->forget(first);  // by an action that was slower
  EXPECT_EQ(ask(), second);
}

TEST_F(Keystone, RefusalSaysWhatKeystoneSaysButNoSecret) {
  cloud_.keystone_status = 401;
  const Answer refused = ask_whole().get();
  EXPECT_EQ(refused.kind, ErrorKind::unauthorized);
  EXPECT_NE(refused.error.find("The request you have made requires authentication."), std::string::npos);
  EXPECT_EQ(refused.error.find(tests::kCanary), std::string::npos);
  cloud_.keystone_status = 201;
  EXPECT_EQ(ask(), std::string(tests::kCanary) + "-1") << "a failure is not kept";
}

TEST_F(Keystone, SomethingElseThanKeystoneIsTold) {
  cloud_.keystone_status = 200;  // with a body that has no token
  const Answer answer = ask_whole().get();
  EXPECT_NE(answer.error.find("check auth_url"), std::string::npos) << answer.error;
}

}  // namespace
}  // namespace gregale::stdlib
