// The recorded results of the real YAQL: every case passes, or is listed with its reason.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/json.hpp"
#include "interpreter/expression/batch.hpp"
#include "tests/expression/corpus.hpp"

namespace gregale::expression::testing {
namespace {

TEST(YaqlConformance, EveryCasePassesOrIsListed) {
  const std::vector<Case> cases = read_corpus("yaql.jsonl");
  ASSERT_EQ(cases.size(), 4808u);
  std::set<std::string> listed = listed_differences("YAQL");
  ASSERT_FALSE(listed.empty());
  std::set<std::string> failing;
  for (const Case& one : cases) {
    const core::Value answer = core::parse_json(evaluate_batch_line(one.line));
    if (passes(one, answer)) {
      EXPECT_FALSE(listed.contains(one.id)) << one.id << " passes: take it off the list";
      continue;
    }
    failing.insert(one.id);
    EXPECT_TRUE(listed.contains(one.id)) << one.line << "\n  got " << core::to_json(answer);
  }
  EXPECT_TRUE(std::includes(failing.begin(), failing.end(), listed.begin(), listed.end()))
      << "a listed case does not exist";
}

TEST(YaqlConformance, TheComparisonTellsDifferencesApart) {
  const auto value = [](const char* json) { return core::parse_json(json); };
  EXPECT_FALSE(same(value("1"), value("1.0")));
  EXPECT_FALSE(same(value("1"), value("true")));
  EXPECT_FALSE(same(value("[1, 2]"), value("[2, 1]")));
  EXPECT_FALSE(same(value(R"({"a": 1})"), value(R"({"a": 1, "b": 2})")));
  EXPECT_TRUE(same(value(R"({"a": 1, "b": 2})"), value(R"({"b": 2, "a": 1})")));
  EXPECT_TRUE(same(value(R"({"__type__": "set", "items": [1, 2]})"), value("[2, 1]")));
  EXPECT_FALSE(same(value(R"({"__type__": "set", "items": [1, 2]})"), value("[2, 2]")));
}

}  // namespace
}  // namespace gregale::expression::testing
