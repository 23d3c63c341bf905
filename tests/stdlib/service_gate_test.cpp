#include "stdlib/http/service_gate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace gregale::stdlib {
namespace {

using core::Error;

// A gate whose time stands still until the test moves it.
class Gate : public ::testing::Test {
 protected:
  static constexpr double kOpenSeconds = 30;

  void make(GateLimits limits) {
    limits.open_seconds = kOpenSeconds;
    gate_ = std::make_shared<ServiceGate>("service compute in region RegionTwo", limits, clock_,
                                          [this](double seconds, std::function<void(bool)> action) {
                                            timers_.emplace_back(clock_.now() + std::llround(seconds * 1e6),
                                                                 std::move(action));
                                          });
  }

  // Asks to pass; what came of it is at [index] of `answers_`: "" until then, "sent", or why not.
  size_t ask() {
    const size_t index = answers_.size();
    answers_.emplace_back();
    gate_->enter([this, index](std::optional<Error> refused) {
      EXPECT_EQ(answers_[index], "") << "answered twice";
      answers_[index] = refused ? refused->what() : "sent";
    });
    return index;
  }

  std::string answer_of_new() { return answers_[ask()]; }

  void fail(int times) {
    for (int i = 0; i < times; ++i) {
      ASSERT_EQ(answer_of_new(), "sent");
      gate_->leave(false);
    }
  }

  void wait(double seconds) {
    clock_.advance(std::llround(seconds * 1e6));
    std::vector<std::function<void(bool)>> due;
    std::erase_if(timers_, [&](auto& timer) {
      if (timer.first > clock_.now()) return false;
      due.push_back(std::move(timer.second));
      return true;
    });
    for (auto& action : due) action(true);
  }

  core::VirtualClock clock_{1'000'000};
  std::vector<std::pair<core::Microseconds, std::function<void(bool)>>> timers_;
  std::vector<std::string> answers_;
  std::shared_ptr<ServiceGate> gate_;
};

TEST_F(Gate, OpensAfterFailuresInARowAndLetsOneTryLater) {
  make({.failures_to_open = 3});
  fail(3);
  EXPECT_EQ(gate_->status().circuit, Circuit::open);
  EXPECT_EQ(
      answer_of_new(),
      "Not sent, since service compute in region RegionTwo was not reached 3 times in a row; the next one is "
      "tried in 30 s");
  wait(kOpenSeconds);
  EXPECT_EQ(gate_->status().circuit, Circuit::half_open);
  EXPECT_EQ(answer_of_new(), "sent");
  EXPECT_EQ(answer_of_new(),
            "Not sent, since service compute in region RegionTwo was not reached 3 times in a row; one "
            "request tries "
            "it now");
  gate_->leave(false);
  EXPECT_EQ(gate_->status().circuit, Circuit::open) << "it failed again";
  wait(kOpenSeconds);
  EXPECT_EQ(answer_of_new(), "sent");
  gate_->leave(true);
  EXPECT_EQ(gate_->status().circuit, Circuit::closed);
  EXPECT_EQ(answer_of_new(), "sent");
  EXPECT_EQ(answer_of_new(), "sent");
}

TEST_F(Gate, AnAnswerInBetweenKeepsItClosed) {
  make({.failures_to_open = 3});
  fail(2);
  ASSERT_EQ(answer_of_new(), "sent");
  gate_->leave(true);
  fail(2);
  EXPECT_EQ(gate_->status().circuit, Circuit::closed);
}

TEST_F(Gate, ATryThatWasNotSentSaysNothing) {
  make({.failures_to_open = 1});
  fail(1);
  wait(kOpenSeconds);
  ASSERT_EQ(answer_of_new(), "sent");
  gate_->leave(std::nullopt);
  EXPECT_EQ(gate_->status().circuit, Circuit::half_open);
  EXPECT_EQ(answer_of_new(), "sent") << "the next one may try";
}

TEST_F(Gate, SpacesRequestsAsTheRateSays) {
  make({.per_second = 4});
  for (int i = 0; i < 4; ++i) ask();
  EXPECT_EQ(answers_, (std::vector<std::string>{"sent", "", "", ""}));
  EXPECT_EQ(gate_->status().waiting, 3u);
  EXPECT_DOUBLE_EQ(gate_->status().seconds_to_next, 0.25);
  wait(0.25);
  EXPECT_EQ(answers_, (std::vector<std::string>{"sent", "sent", "", ""}));
  wait(10);  // time that was not used is not saved up
  EXPECT_EQ(answers_, (std::vector<std::string>{"sent", "sent", "sent", ""}));
  wait(0.25);
  EXPECT_EQ(answers_.back(), "sent");
}

TEST_F(Gate, LetsTheRestWaitInOrderWhenFull) {
  make({.under_way = 2});
  for (int i = 0; i < 4; ++i) ask();
  EXPECT_EQ(answers_, (std::vector<std::string>{"sent", "sent", "", ""}));
  gate_->leave(true);
  EXPECT_EQ(answers_, (std::vector<std::string>{"sent", "sent", "sent", ""}));
  gate_->leave(true);
  EXPECT_EQ(answers_.back(), "sent");
}

TEST_F(Gate, WhoWaitsIsToldWhenTheCircuitOpens) {
  make({.under_way = 1, .failures_to_open = 1});
  ask();
  ask();
  gate_->leave(false);
  EXPECT_TRUE(answers_[1].starts_with("Not sent")) << answers_[1];
  EXPECT_EQ(gate_->status().under_way, 0u);
}

TEST_F(Gate, APauseHoldsForAllAndHasAnEnd) {
  make({.longest_pause_seconds = 20});
  gate_->pause(3600);
  ask();
  wait(19);
  EXPECT_EQ(answers_[0], "");
  wait(1);
  EXPECT_EQ(answers_[0], "sent");
}

TEST_F(Gate, TheEndOfTheProgramIsToldToWhoWaits) {
  make({.per_second = 1});
  ask();
  ask();
  timers_.at(0).second(false);
  EXPECT_EQ(answers_[1], "The program ends; the request was given up.");
}

}  // namespace
}  // namespace gregale::stdlib
