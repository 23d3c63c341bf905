// The conformance corpora of expressions: reading cases, comparing answers.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "core/value.hpp"

namespace gregale::expression::testing {

struct Case {
  std::string id;
  std::string line;  // as it stands in the file; also the question for evaluate_batch_line()
  core::Value value;
};

// Cases of tests/conformance/[name].
std::vector<Case> read_corpus(const std::string& name);
// Ids of the section "## [section]" of DIFFERENCES.md: lines "- id: reason".
std::set<std::string> listed_differences(const std::string& section);

// The JSON projection of the format: tuples, views and lazy results are arrays, keys text, date-times
// without offset; sets stay marked, since the order of their items has no meaning.
core::Value project(const core::Value& value);
// Equal as JSON: integers, floats and booleans are different; members and sets in any order.
bool same(const core::Value& want, const core::Value& got);
// Whether the answer is what the case says.
bool passes(const Case& one, const core::Value& answer);

}  // namespace gregale::expression::testing
