// Every definition of the corpus is valid here exactly where it is for Mistral. Cases that the corpus marks
// as quirks are Mistral's accidents and not compared.
#include <gtest/gtest.h>

#include "corpus.hpp"

namespace gregale::compiler {
namespace {

using core::Value;

TEST(ConformanceTest, ValidityIsMistrals) {
  size_t compared = 0;
  for (const Value& line : read_corpus("workflows.jsonl")) {
    if (!line.get("quirk").is_null()) continue;
    const Value expected = line.get("expected");
    const Value* valid = expected.find("valid");
    const bool refused =
        expected.get("stage") == Value("definition") || (valid != nullptr && !valid->truthy());
    const Compilation compilation = compile(sources_of_case(line.get("case")), {});
    EXPECT_EQ(compilation.diagnostics.has_errors(), refused)
        << line.get("id").as_string() << "\n"
        << core::to_text(compilation.diagnostics.sorted(), false);
    EXPECT_EQ(compilation.program.has_value(), !compilation.diagnostics.has_errors());
    ++compared;
  }
  EXPECT_GT(compared, 300u);
}

TEST(ConformanceTest, WhatRunsToSuccessHasNoErrors) {
  size_t compared = 0;
  for (const Value& line : read_corpus("workflows.jsonl")) {
    if (line.get("expected").get("state") != Value("SUCCESS")) continue;
    const Compilation compilation = compile(sources_of_case(line.get("case")), {});
    EXPECT_FALSE(compilation.diagnostics.has_errors())
        << line.get("id").as_string() << "\n"
        << core::to_text(compilation.diagnostics.sorted(), false);
    ++compared;
  }
  EXPECT_GT(compared, 180u);
}

TEST(ConformanceTest, NothingIsSaidOfCorrectFiles) {
  size_t compared = 0;
  for (const Value& line : read_corpus("diagnostics.jsonl")) {
    if (!line.get("clean").truthy()) continue;
    std::vector<core::SourcePtr> sources;
    for (const core::Map::Entry& file : line.get("files").as_map()) {
      sources.push_back(source(file.value.as_string(), file.key.as_string()));
    }
    const Compilation compilation = compile(sources, {});
    EXPECT_TRUE(compilation.diagnostics.empty()) << line.get("id").as_string() << "\n"
                                                 << core::to_text(compilation.diagnostics.sorted(), false);
    ++compared;
  }
  EXPECT_GT(compared, 50u);
}

}  // namespace
}  // namespace gregale::compiler
