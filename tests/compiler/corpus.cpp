#include "corpus.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "compiler/codes.hpp"
#include "core/json.hpp"

namespace gregale::compiler {

using core::Value;

std::vector<Value> read_corpus(const std::string& name) {
  const std::string path = std::string(GREGALE_SOURCE_DIR) + "/tests/conformance/" + name;
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  std::vector<Value> result;
  for (std::string line; std::getline(file, line);) result.push_back(core::parse_json(line));
  return result;
}

core::SourcePtr source(std::string text, std::string name) {
  return std::make_shared<core::Source>(std::move(name), std::move(text));
}

std::vector<core::SourcePtr> sources_of_case(const Value& test_case) {
  std::vector<core::SourcePtr> result;
  for (const char* part : {"definition", "workbook", "actions"}) {
    const Value texts = test_case.get(part);
    if (texts.is_string()) result.push_back(source(texts.as_string(), fmt::format("{}.yaml", part)));
    if (!texts.is_list()) continue;
    for (const Value& text : texts.as_list()) {
      result.push_back(source(text.as_string(), fmt::format("{}{}.yaml", part, result.size())));
    }
  }
  return result;
}

std::vector<std::string> definition_texts() {
  std::vector<std::string> texts;
  for (const Value& line : read_corpus("workflows.jsonl")) {
    for (const core::SourcePtr& one : sources_of_case(line.get("case"))) texts.emplace_back(one->text());
  }
  for (const Code& code : all_codes()) {
    const CodeExample* example = find_example(code.code);
    if (example == nullptr) continue;
    texts.emplace_back(example->wrong);
    texts.emplace_back(example->right);
  }
  return texts;
}

Compilation compile_text(std::string text) {
  return compile({source(std::move(text))}, {});
}

}  // namespace gregale::compiler
