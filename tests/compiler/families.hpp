// Families of definitions in memory: compiled, flattened, and what is said about them.
#pragma once

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "compiler/compiler.hpp"
#include "compiler/inheritance/flat_text.hpp"
#include "core/error.hpp"

namespace gregale::compiler {

inline constexpr const char* kHead = "version: '2.0'\ndialect: gregale/1\n";

// Files in memory, by their names.
class MemoryLibrary final : public Library {
 public:
  explicit MemoryLibrary(std::map<std::string, std::string> files) : files_(std::move(files)) {}
  core::SourcePtr file(const std::string& path, const core::Source&) override {
    const auto found = files_.find(path);
    if (found == files_.end()) throw core::Error(core::ErrorKind::invalid, "cannot read " + path);
    return std::make_shared<const core::Source>(path, found->second);
  }
  std::vector<core::SourcePtr> files() override {
    std::vector<core::SourcePtr> sources;
    for (const auto& [path, text] : files_)
      sources.push_back(std::make_shared<const core::Source>(path, text));
    return sources;
  }

 private:
  std::map<std::string, std::string> files_;
};

inline core::SourcePtr file_of(const std::string& body) {
  return std::make_shared<const core::Source>("wf.yaml", kHead + body);
}

inline Compilation compiled(const std::string& body, Library* library = nullptr) {
  Options options;
  options.library = library;
  return compile({file_of(body)}, options);
}

// "CODE line:column [suggestion]" of each finding, in order.
inline std::string in_short(const core::Diagnostics& diagnostics) {
  std::string result;
  for (const core::Diagnostic& finding : diagnostics.sorted()) {
    const core::Position place = finding.span.first();
    result += fmt::format("{}{} {}:{}", result.empty() ? "" : ", ", finding.code, place.line, place.column);
    if (finding.suggestion) result += " [" + finding.suggestion->text + "]";
  }
  return result;
}

inline std::string findings(const std::string& body, Library* library = nullptr) {
  return in_short(compiled(body, library).diagnostics);
}

// The flat text without the comments.
inline std::string flat(const std::string& body, Library* library = nullptr, bool mistral = false) {
  core::Diagnostics diagnostics;
  Report report(diagnostics);
  const Family family({file_of(body)}, library, diagnostics);
  FlatTextOptions options;
  options.origins = false;
  options.mistral = mistral;
  std::string text = to_flat_text(family, options, report);
  for (const core::Diagnostic& finding : diagnostics.sorted())
    text += finding.code + ": " + finding.message + "\n";
  return text;
}

}  // namespace gregale::compiler
