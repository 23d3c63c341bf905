// The recorded results of the real Jinja as Mistral uses it: every case passes, or is listed with its
// reason.
#include <gtest/gtest.h>

#include <algorithm>

#include "core/json.hpp"
#include "interpreter/expression/batch.hpp"
#include "tests/expression/corpus.hpp"

namespace gregale::expression::testing {
namespace {

TEST(JinjaConformance, EveryCasePassesOrIsListed) {
  const std::vector<Case> cases = read_corpus("jinja.jsonl");
  ASSERT_EQ(cases.size(), 1748u);
  const std::set<std::string> listed = listed_differences("Jinja");
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

}  // namespace
}  // namespace gregale::expression::testing
