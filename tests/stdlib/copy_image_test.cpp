// openstack.copy_image_data, and the pipe that the data go through.
#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <set>

#include "stdlib/http/body_pipe.hpp"
#include "stdlib/registry.hpp"
#include "tests/stdlib/stub_cloud.hpp"

namespace gregale::stdlib {
namespace {

using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionResult;
using tests::ServerRequest;
using tests::ServerResponse;

constexpr const char* kMd5OfAbc = "900150983cd24fb0d6963f7d28e17f72";

// Data that repeat nowhere near, so that a piece that is lost, doubled or moved is seen.
std::string data_of(size_t size) {
  std::string data(size, '\0');
  uint32_t state = 1;
  for (char& c : data) {
    state = state * 1664525 + 1013904223;
    c = static_cast<char>(state >> 24);
  }
  return data;
}

class CopyImage : public ::testing::Test {
 protected:
  CopyImage() : session_(client_, clock_, [this] { return cloud_.credentials("RegionOne"); }) {
    register_openstack_actions(registry_, session_);
  }

  ActionResult copy(const std::string& region = "RegionTwo") {
    ActionCall call{"openstack.copy_image_data",
                    Map{{"image_id", "source"}, {"from_region", "RegionOne"}, {"to_image_id", "target"}},
                    {}};
    call.context.region = region;
    std::promise<ActionResult> promise;
    registry_.find(call.name)->start(std::move(call),
                                     [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  ServerResponse answer(const ServerRequest& request) {
    const std::lock_guard lock(mutex_);
    if (request.method == "GET") {
      read_ = request;
      return source_;
    }
    written_ = request;
    return target_;
  }

  std::mutex mutex_;
  ServerRequest read_;
  std::optional<ServerRequest> written_;
  ServerResponse source_{200, "abc", {{"Content-MD5", kMd5OfAbc}}, false};
  ServerResponse target_{204, "", {}, false};
  tests::StubCloud cloud_{[this](const ServerRequest& request) { return answer(request); }};
  core::RealClock clock_;
  interpreter::ActionRegistry registry_;
  OpenstackSession session_;
  HttpClient client_;
};

TEST_F(CopyImage, TheDataGoFromRegionToRegion) {
  const ActionResult result = copy();
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  EXPECT_EQ(read_.path, "/RegionOne/image/v2/images/source/file");
  ASSERT_TRUE(written_.has_value());
  EXPECT_EQ(written_->method, "PUT");
  EXPECT_EQ(written_->path, "/RegionTwo/image/v2/images/target/file");
  EXPECT_EQ(written_->header("content-type"), "application/octet-stream");
  EXPECT_EQ(written_->header("x-auth-token"), cloud_.token());
  EXPECT_EQ(written_->body, "abc");
  EXPECT_EQ(result.data.get("size"), Value(3));
  EXPECT_EQ(result.data.get("checksum"), Value(kMd5OfAbc));
  EXPECT_EQ(result.data.get("os_hash_algo"), Value("sha512"));
  EXPECT_EQ(result.data.get("os_hash_value").as_string().substr(0, 16), "ddaf35a193617aba");
}

TEST_F(CopyImage, ManyTimesWhatThePipeHoldsArrivesWhole) {
  const std::string data = data_of(10 * BodyPipe::kCapacity + 12345);
  source_ = {200, data, {}, false};
  const ActionResult result = copy();
  ASSERT_EQ(result.state, ActionResult::State::success) << result.message;
  ASSERT_TRUE(written_.has_value());
  EXPECT_TRUE(written_->body == data);
  EXPECT_EQ(written_->header("content-length"), std::to_string(data.size()));
  EXPECT_EQ(result.data.get("size"), Value(static_cast<int64_t>(data.size())));
}

TEST_F(CopyImage, SeveralAtATimeDoNotMix) {
  const std::string data = data_of(2 * BodyPipe::kCapacity);
  source_ = {200, data, {}, false};
  std::vector<std::future<ActionResult>> copies;
  for (int i = 0; i < 100; ++i) {  // more than there are connections for one host
    copies.push_back(std::async(std::launch::async, [this] { return copy(); }));
  }
  std::set<std::string> checksums;
  for (auto& one : copies) {
    const ActionResult result = one.get();
    EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
    checksums.insert(result.data.get("checksum").as_string());
  }
  EXPECT_EQ(checksums.size(), 1U);
}

TEST_F(CopyImage, AnImageThatCannotBeReadIsNotWritten) {
  source_ = tests::json_response(404, R"({"message": "No image found", "code": "404 Not Found"})");
  const ActionResult result = copy();
  EXPECT_EQ(result.state, ActionResult::State::error);
  EXPECT_EQ(result.message,
            "openstack.copy_image_data failed: the image source in RegionOne cannot be read: HTTP 404: No "
            "image found");
  EXPECT_FALSE(written_.has_value());
}

TEST_F(CopyImage, AnImageWithoutDataIsNotWritten) {
  source_ = {204, "", {}, false};
  EXPECT_NE(copy().message.find("the image source in RegionOne has no data"), std::string::npos);
  EXPECT_FALSE(written_.has_value());
}

TEST_F(CopyImage, ARefusalOfTheTargetIsTold) {
  source_ = {200, data_of(4 * BodyPipe::kCapacity), {}, false};
  target_ = tests::json_response(
      409, R"({"message": "Only a queued image can take data", "code": "409 Conflict"})");
  EXPECT_NE(
      copy().message.find("the image target in RegionTwo cannot be written: HTTP 409: Only a queued image"),
      std::string::npos);
}

TEST_F(CopyImage, ATargetThatHangsUpEndsTheReading) {
  source_ = {200, data_of(4 * BodyPipe::kCapacity), {}, false};
  target_.hang_up = true;
  EXPECT_NE(copy().message.find("the image target in RegionTwo cannot be written"), std::string::npos);
}

TEST_F(CopyImage, OtherDataThanTheSourceSaysAreAnError) {
  source_ = {200, "abd", {{"Content-MD5", kMd5OfAbc}}, false};
  EXPECT_NE(copy().message.find("have the checksum 4911e516e5aa21d327512e0c8b197616, not " +
                                std::string(kMd5OfAbc)),
            std::string::npos);
}

TEST_F(CopyImage, ARegionWithoutImagesIsNamed) {
  EXPECT_NE(copy("RegionThree").message.find("RegionThree"), std::string::npos);
  EXPECT_FALSE(written_.has_value());
}

TEST(BodyPipe, WhatIsLostBreaksTheReader) {
  BodyPipe pipe({[](std::optional<uint64_t>) {}, [](std::string_view) {}}, 4);
  pipe.open(std::nullopt);
  pipe.write("abc");
  EXPECT_FALSE(pipe.full());
  pipe.write("de");
  EXPECT_TRUE(pipe.full());
  char buffer[3] = {};
  EXPECT_EQ(pipe.read(buffer, 3), 3U);
  EXPECT_EQ(std::string(buffer, 3), "abc");
  pipe.close(false);
  EXPECT_TRUE(pipe.broken());
  EXPECT_FALSE(pipe.at_end());
}

TEST(BodyPipe, TheEndComesBehindTheLastPiece) {
  BodyPipe pipe({[](std::optional<uint64_t>) {}, [](std::string_view) {}}, 4);
  pipe.write("abc");
  pipe.close(true);
  EXPECT_FALSE(pipe.at_end());
  char buffer[8] = {};
  EXPECT_EQ(pipe.read(buffer, 8), 3U);
  EXPECT_TRUE(pipe.at_end());
  EXPECT_FALSE(pipe.broken());
}

// openstack.region

TEST_F(CopyImage, TheRegionOfCallsThatNameNone) {
  const auto region = [&](const std::string& of_the_call) {
    ActionCall call{"openstack.region", Map{}, {}};
    call.context.region = of_the_call;
    std::promise<ActionResult> promise;
    registry_.find(call.name)->start(std::move(call),
                                     [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get().data;
  };
  EXPECT_EQ(region(""), Value("RegionOne"));
  EXPECT_EQ(region("RegionTwo"), Value("RegionTwo"));
}

}  // namespace
}  // namespace gregale::stdlib
