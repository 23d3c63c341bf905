#include "core/value.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/big_integer.hpp"
#include "core/json.hpp"

namespace gregale::core {
namespace {

TEST(Value, NumbersThatAreEqualInPythonAreOneKey) {
  Map map;
  EXPECT_TRUE(map.set(Value(1), Value("first")));
  EXPECT_FALSE(map.set(Value(1.0), Value("second")));
  EXPECT_FALSE(map.set(Value(true), Value("third")));
  EXPECT_EQ(map.size(), 1u);
  EXPECT_TRUE(map.at(0).key.is_integer());
  EXPECT_EQ(map.at(0).value, Value("third"));
}

TEST(Value, IntegersAndFloatsCompareExactly) {
  EXPECT_EQ(Value(int64_t{1} << 53), Value(9007199254740992.0));
  EXPECT_FALSE(Value((int64_t{1} << 53) + 1) == Value(9007199254740992.0));
  EXPECT_EQ(parse_integer("100000000000000000000"), Value(1e20));
  EXPECT_FALSE(parse_integer("100000000000000000001") == Value(1e20));
  EXPECT_EQ(parse_integer("100000000000000000000").hash(), Value(1e20).hash());
  EXPECT_FALSE(Value(NAN) == Value(NAN));
}

TEST(Value, AnIntegerHasOneForm) {
  EXPECT_TRUE(parse_integer("9223372036854775807").is_small_integer());
  const Value big = parse_integer("9223372036854775808");
  EXPECT_EQ(big.kind(), Value::Kind::big_integer);
  EXPECT_TRUE(make_integer(to_big_integer(big) - 1).is_small_integer());
  EXPECT_EQ(integer_text(big), "9223372036854775808");
  EXPECT_TRUE(parse_integer("12a").is_null());
  EXPECT_TRUE(parse_integer("-").is_null());
}

TEST(Value, ListsAndTuplesDiffer) {
  EXPECT_EQ(Value(List{1, 2}), Value(List{1, 2}));
  EXPECT_FALSE(Value(List{1, 2}) == Value::tuple({1, 2}));
}

TEST(Value, SetsKeepEachMemberOnce) {
  const Value set = Value::set({1, 2, true, "a"});
  EXPECT_EQ(set.size(), 3u);
  EXPECT_EQ(set, Value::set({"a", 2, 1.0}));
}

TEST(Map, KeepsOrderAndFindsAmongMany) {
  Map map;
  for (int i = 0; i < 1000; ++i) map.set(Value("key" + std::to_string(i)), Value(i));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_NE(map.find("key" + std::to_string(i)), nullptr);
    EXPECT_EQ(*map.find("key" + std::to_string(i)), Value(i));
    EXPECT_EQ(map.at(static_cast<size_t>(i)).value, Value(i));
  }
  EXPECT_EQ(map.find("key1000"), nullptr);
  EXPECT_TRUE(map.erase(Value("key500")));
  EXPECT_FALSE(map.erase(Value("key500")));
  EXPECT_EQ(map.find("key500"), nullptr);
  EXPECT_EQ(*map.find("key501"), Value(501));
  EXPECT_EQ(map.size(), 999u);
}

TEST(Value, DestroysDeepNestingWithoutRecursion) {
  Value value;
  for (int i = 0; i < 1'000'000; ++i) value = Value(List{std::move(value)});
  EXPECT_EQ(value.size(), 1u);
}

TEST(Value, TextIsWrittenOverOnlyWhereNobodyElseRefersToIt) {
  Value text("a long text, longer than what lies in a string itself");
  const Value other = text;
  text.start_text(7) += "new";
  EXPECT_EQ(text, Value("new"));
  EXPECT_EQ(text.tag(), 7);
  EXPECT_EQ(other, Value("a long text, longer than what lies in a string itself"));
  EXPECT_TRUE(text.is_ascii());
  const std::string* place = &text.as_string();
  text.start_text() += "é";
  EXPECT_EQ(&text.as_string(), place);
  EXPECT_FALSE(text.is_ascii());
  EXPECT_EQ(text.tag(), 0);
  Value number(5);
  EXPECT_EQ(number.start_text(), "");
  EXPECT_TRUE(number.is_string());
}

TEST(Value, AGuessOnlySaysWhereToLookFirst) {
  Map map{{"a", Value(1)}, {"b", Value(2)}};
  uint32_t guess = 0;
  EXPECT_EQ(*map.find("b", guess), Value(2));
  EXPECT_EQ(guess, 1u);
  EXPECT_EQ(*map.find("b", guess), Value(2));
  EXPECT_EQ(*map.find("a", guess), Value(1));
  EXPECT_EQ(guess, 0u);
  guess = 99;
  EXPECT_EQ(map.find("c", guess), nullptr);
  EXPECT_EQ(guess, 99u);
  EXPECT_EQ(*map.find("a", guess), Value(1));
}

TEST(Value, MergesMapsAtEveryDepth) {
  const Value left = parse_json(R"({"a": {"b": 1, "c": [1]}, "d": 2})");
  const Value right = parse_json(R"({"a": {"c": [2], "e": 3}, "d": {"f": 4}})");
  EXPECT_EQ(merge_maps(left, right), parse_json(R"({"a": {"b": 1, "c": [2], "e": 3}, "d": {"f": 4}})"));
}

}  // namespace
}  // namespace gregale::core
