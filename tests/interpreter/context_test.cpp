#include "interpreter/context.hpp"

#include <gtest/gtest.h>

#include <string>

#include "core/json.hpp"

namespace gregale::interpreter {
namespace {

core::Map map_of(const char* json) {
  return core::parse_json(json).as_map();
}

std::string text_of(const Context& context) {
  return core::to_json(Value(context.flatten()));
}

TEST(Context, TheLastPublishWins) {
  const Context context = Context().with(map_of(R"({"a": 1, "b": 2})")).with(map_of(R"({"a": 3})"));
  EXPECT_EQ(*context.find("a"), Value(3));
  EXPECT_EQ(*context.find("b"), Value(2));
  EXPECT_EQ(context.find("c"), nullptr);
}

TEST(Context, AChainOfPublishesStaysQuickAndRight) {
  Context context;
  for (int i = 0; i < 20'000; ++i) {
    core::Map published;
    published.set(Value("v" + std::to_string(i)), Value(i));
    published.set(Value("last"), Value(i));
    context = context.with(published);
  }
  for (int i = 0; i < 20'000; ++i) ASSERT_EQ(*context.find("v" + std::to_string(i)), Value(i));
  EXPECT_EQ(*context.find("last"), Value(19'999));
  EXPECT_EQ(context.flatten().size(), 20'001u);
}

TEST(Context, AParentIsNotChangedByItsChildren) {
  const Context parent = Context().with(map_of(R"({"a": 1})"));
  const Context left = parent.with(map_of(R"({"a": 2})"));
  const Context right = parent.with(map_of(R"({"b": 3})"));
  EXPECT_EQ(text_of(parent), R"({"a":1})");
  EXPECT_EQ(text_of(left), R"({"a":2})");
  EXPECT_EQ(*right.find("a"), Value(1));
}

TEST(Context, WhatABranchPublishedWinsOverWhatAnotherInherited) {
  const Context start = Context().with(map_of(R"({"x": 1})"));
  const Context changed = start.with(map_of(R"({"x": 2})")).with(map_of(R"({"y": 1})"));
  const Context unchanged = start.with(map_of(R"({"z": 1})"));
  for (const auto& branches : {std::vector{changed, unchanged}, std::vector{unchanged, changed}}) {
    const Context merged = Context::merge(branches);
    EXPECT_EQ(*merged.find("x"), Value(2));
    EXPECT_EQ(*merged.find("y"), Value(1));
    EXPECT_EQ(*merged.find("z"), Value(1));
  }
}

TEST(Context, OfEquallyDeepValuesTheLastBranchWins) {
  const Context start = Context().with(map_of(R"({"x": 1})"));
  const Context a = start.with(map_of(R"({"x": "a"})"));
  const Context b = start.with(map_of(R"({"x": "b"})"));
  EXPECT_EQ(*Context::merge({a, b}).find("x"), Value("b"));
  EXPECT_EQ(*Context::merge({b, a}).find("x"), Value("a"));
}

TEST(Context, MappingsOfBranchesAreMergedAtEveryDepth) {
  const Context a = Context().with(map_of(R"({"m": {"k": {"a": 1, "c": 1}}})"));
  const Context b = Context().with(map_of(R"({"m": {"k": {"b": 2, "c": 2}}})"));
  EXPECT_EQ(*Context::merge({a, b}).find("m"), core::parse_json(R"({"k": {"a": 1, "c": 2, "b": 2}})"));
}

TEST(Context, MergingKeepsWhatOnlyOneSideInheritedWhenLayersWereJoined) {
  // The left branch publishes so much that its layers are merged with the shared ones below.
  const Context start = Context().with(map_of(R"({"x": 1, "y": 1})"));
  const Context left = start.with(map_of(R"({"x": 2, "p": 1, "q": 1})"));
  const Context right = start.with(map_of(R"({"r": 1})"));
  const Context merged = Context::merge({left, right});
  EXPECT_EQ(*merged.find("x"), Value(2));
  EXPECT_EQ(*merged.find("y"), Value(1));
  EXPECT_EQ(merged.flatten().size(), 5u);
}

}  // namespace
}  // namespace gregale::interpreter
