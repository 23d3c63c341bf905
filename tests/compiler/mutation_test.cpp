// Definitions with mistakes put in: the compiler answers all of them, and points into the file.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "compiler/ir/serialization.hpp"
#include "corpus.hpp"
#include "mutations.hpp"

namespace gregale::compiler {
namespace {

using core::Value;

// The texts of the corpora of which nothing is said.
std::vector<std::string> clean_texts() {
  std::vector<std::string> texts;
  for (const Value& line : read_corpus("workflows.jsonl")) {
    for (const core::SourcePtr& one : sources_of_case(line.get("case"))) {
      if (compile({one}, {}).diagnostics.empty()) texts.emplace_back(one->text());
    }
  }
  return texts;
}

TEST(MutationTest, EveryFindingPointsIntoTheFileAndEveryProgramCanBeStored) {
  const std::vector<std::string> texts = definition_texts();
  ASSERT_GT(texts.size(), 300u);
  std::mt19937 random(20);
  size_t findings = 0;
  for (int round = 0; round < 3000; ++round) {
    std::vector<uint8_t> choices(4 + random() % 16);
    for (uint8_t& choice : choices) choice = static_cast<uint8_t>(random());
    const core::SourcePtr file = source(mutated(texts[random() % texts.size()], choices));
    const Compilation compilation = compile({file}, {});
    ASSERT_EQ(fault_of(compilation.diagnostics, file), "") << file->text();
    EXPECT_EQ(compilation.program.has_value(), !compilation.diagnostics.has_errors()) << file->text();
    if (compilation.program) {
      const std::string binary = ir::to_binary(*compilation.program);
      EXPECT_EQ(ir::to_binary(ir::from_binary(binary)), binary) << file->text();
    }
    findings += compilation.diagnostics.sorted().size();
  }
  EXPECT_GT(findings, 3000u);
}

// Mistakes that nothing else depends on: exactly one finding each.
TEST(MutationTest, OneMistakeOneFinding) {
  struct Mistake {
    std::string_view code;
    std::string text;
  };
  size_t compared = 0;
  for (const std::string& text : clean_texts()) {
    std::vector<Mistake> mistakes;
    // A task's first key, set in as its other keys are.
    const size_t action = text.find("\n      action: ");
    if (action != std::string::npos) {
      const std::string before = text.substr(0, action + 1);
      const std::string after = text.substr(action + 1);
      mistakes.push_back({"GR0201", before + "      qqzzjj: 1\n" + after});
      mistakes.push_back({"GR0109", before + after.substr(0, after.find('\n') + 1) + after});
      if (text.find("wait-before:") == std::string::npos && text.find("<<:") == std::string::npos) {
        mistakes.push_back({"GR0219", before + "      wait-before: -1\n" + after});
      }
    }
    for (const Mistake& mistake : mistakes) {
      const Compilation compilation = compile_text(mistake.text);
      const auto findings = compilation.diagnostics.sorted();
      ASSERT_EQ(findings.size(), 1u) << mistake.text << core::to_text(findings, false);
      EXPECT_EQ(findings[0].code, mistake.code) << mistake.text;
      ++compared;
    }
  }
  EXPECT_GT(compared, 100u);
}

}  // namespace
}  // namespace gregale::compiler
