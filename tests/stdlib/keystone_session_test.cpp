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

  std::future<std::string> ask() {
    auto promise = std::make_shared<std::promise<std::string>>();
    session_->access([promise](const AccessPtr& access, const std::optional<Error>& error) {
      if (error) {
        promise->set_exception(std::make_exception_ptr(*error));
      } else {
        promise->set_value(access->token);
      }
    });
    return promise->get_future();
  }

  StubCloud cloud_{[](const ServerRequest&) { return ServerResponse{404, "", {}}; }};
  core::VirtualClock clock_;
  HttpClient client_;
  std::shared_ptr<KeystoneSession> session_;
};

TEST_F(Keystone, TokenIsAskedForOnceAndKept) {
  const std::string token = ask().get();
  EXPECT_EQ(ask().get(), token);
  EXPECT_EQ(cloud_.tokens(), 1);
}

TEST_F(Keystone, ConcurrentActionsShareOneRequest) {
  cloud_.keystone_delay_milliseconds = 50;
  std::vector<std::future<std::string>> tokens;
  for (int i = 0; i < 50; ++i) tokens.push_back(ask());
  for (auto& token : tokens) EXPECT_EQ(token.get(), std::string(tests::kCanary) + "-1");
  EXPECT_EQ(cloud_.tokens(), 1);
}

TEST_F(Keystone, TokenIsRenewedBeforeItsEnd) {
  ask().get();
  clock_.advance((3600 - 301) * core::kSecond);
  ask().get();
  EXPECT_EQ(cloud_.tokens(), 1);
  clock_.advance(2 * core::kSecond);
  ask().get();
  EXPECT_EQ(cloud_.tokens(), 2);
}

TEST_F(Keystone, ShortTokensAreKeptMostOfTheirLife) {
  cloud_.token_seconds = 60;
  ask().get();
  clock_.advance(47 * core::kSecond);
  ask().get();
  EXPECT_EQ(cloud_.tokens(), 1);
  clock_.advance(2 * core::kSecond);
  ask().get();
  EXPECT_EQ(cloud_.tokens(), 2);
}

TEST_F(Keystone, OnlyTheTokenThatWasRefusedIsForgotten) {
  const std::string first = ask().get();
  session_->forget(first);
  const std::string second = ask().get();
  EXPECT_NE(first, second);
  session_->forget(first);  // by an action that was slower
  EXPECT_EQ(ask().get(), second);
}

TEST_F(Keystone, RefusalSaysWhatKeystoneSaysButNoSecret) {
  cloud_.keystone_status = 401;
  try {
    ask().get();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::unauthorized);
    const std::string text = error.what();
    EXPECT_NE(text.find("The request you have made requires authentication."), std::string::npos);
    EXPECT_EQ(text.find(tests::kCanary), std::string::npos);
  }
  cloud_.keystone_status = 201;
  EXPECT_EQ(ask().get(), std::string(tests::kCanary) + "-1") << "a failure is not kept";
}

TEST_F(Keystone, SomethingElseThanKeystoneIsTold) {
  cloud_.keystone_status = 200;  // with a body that has no token
  try {
    ask().get();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("check auth_url"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gregale::stdlib
