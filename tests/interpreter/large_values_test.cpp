// Large values are stored once, and read back as they were; limits bound how large they may become.
#include "interpreter/large_values.hpp"

#include <gtest/gtest.h>

#include <map>

#include "core/json.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

using core::List;
using core::Map;

class LargeValuesTest : public testing::Test {
 protected:
  std::string written(const Value& value) {
    std::string out;
    values_.append(out, value);
    return out;
  }
  // By another process, which knows nothing yet.
  Value read(const std::string& text) {
    LargeValues others([](const auto&, const auto&) {},
                       [this](const auto& digest) { return kept_.at(digest); });
    return others.restored(core::parse_json(text));
  }

  std::map<std::string, std::string> kept_;
  int writes_ = 0;
  LargeValues values_{[this](const auto& digest, const auto& text) {
                        ++writes_;
                        kept_[digest] = text;
                      },
                      [this](const auto& digest) { return kept_.at(digest); }};
};

TEST_F(LargeValuesTest, KeepsOnceWhatOccursOftenAndDeep) {
  List items;
  for (int i = 0; i < 20'000; ++i) items.push_back(Value(i));
  const Value large(std::move(items));
  const Value document = Map{{"a", large}, {"b", Map{{"c", List{large, Value(1)}}}}};
  const std::string text = written(document);
  EXPECT_LT(text.size(), 300u);
  EXPECT_EQ(writes_, 1);
  EXPECT_EQ(read(text), document);
  EXPECT_LT(written(Map{{"again", large}}).size(), 100u);
  EXPECT_EQ(writes_, 1);
  values_.forget();
  written(large);
  EXPECT_EQ(writes_, 2);
  EXPECT_EQ(kept_.size(), 1u);
}

TEST_F(LargeValuesTest, LargePartsOfLargeValuesAreKeptByThemselves) {
  const Value inner(std::string(50'000, 'x'));
  List items{inner};
  for (int i = 0; i < 10'000; ++i) items.push_back(Value("item"));
  const Value outer(std::move(items));
  const std::string text = written(outer);
  EXPECT_EQ(kept_.size(), 2u);
  EXPECT_EQ(read(text), outer);
}

TEST_F(LargeValuesTest, LeavesTheUsersMapsThatLookLikeItsOwn) {
  const Value large(std::string(50'000, 'x'));
  for (const Value& value :
       {Value(Map{{"$large", "abc"}}), Value(Map{{"$large", Map{{"$large", Value()}}}}),
        Value(Map{{"$large", large}}), Value(Map{{"$large", Value(List{large})}, {"b", 1}})}) {
    EXPECT_EQ(read(written(value)), value) << core::to_json(value).substr(0, 100);
  }
}

TEST_F(LargeValuesTest, FindsThatAKeptTextHasChanged) {
  const std::string text = written(Value(std::string(50'000, 'x')));
  kept_.begin()->second[100] = 'y';
  EXPECT_THROW(read(text), core::Error);
}

TEST(LimitsTest, ResultsThatAreTooLargeAreErrorsThatCanBeHandled) {
  Limits limits;
  limits.result_bytes = 1000;
  const Value document = run_to_end(R"(
version: '2.0'
wf:
  output: {said: <% $.said %>}
  tasks:
    t:
      action: std.echo
      input: {output: <% 'x' * 2000 %>}
      publish-on-error: {said: <% task().result %>}
      on-error: noop
)",
                                    Value::map({}), limits);
  EXPECT_EQ(document.get("state"), Value("SUCCESS"));
  EXPECT_EQ(document.get("output").get("said"),
            Value("The result of the action 'std.echo' is larger than 1000 bytes"));
}

TEST(LimitsTest, PublishedDataItemsTasksAndDepthAreBounded) {
  Limits limits;
  limits.published_bytes = 1000;
  limits.items = 10;
  limits.tasks = 50;
  limits.sub_workflow_depth = 5;
  const auto state_info = [&](const std::string& tasks) {
    const Value document = run_to_end("version: '2.0'\nwf:\n  tasks:\n" + tasks, Value::map({}), limits);
    EXPECT_EQ(document.get("state"), Value("ERROR"));
    return document.get("state_info").as_string();
  };
  EXPECT_NE(state_info("    t: {publish: {x: <% 'x' * 2000 %>}}\n").find("larger than 1000 bytes"),
            std::string::npos);
  EXPECT_NE(state_info("    t: {with-items: 'i in <% range(11).toList() %>', action: std.noop}\n")
                .find("More than 10 items"),
            std::string::npos);
  EXPECT_NE(state_info("    t: {on-success: u}\n    u: {on-success: t}\n    s: {on-success: t}\n")
                .find("More than 50 tasks"),
            std::string::npos);
  EXPECT_NE(state_info("    t: {workflow: wf}\n").find("More than 5 workflows"), std::string::npos);
}

TEST(LimitsTest, NamesAreKnown) {
  Limits limits;
  set_limit(limits, "tasks", 7);
  EXPECT_EQ(limits.tasks, 7u);
  EXPECT_THROW(set_limit(limits, "task", 7), core::Error);
}

}  // namespace
}  // namespace gregale::interpreter
