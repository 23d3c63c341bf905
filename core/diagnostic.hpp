// Diagnostic: one finding about a definition, and the ways to show it.
//
// Findings are collected, never thrown. Codes are stable: GR and four digits, the first two for the
// area (01 YAML, 02 structure, 03 names, 04 graph, 05 expressions, 06 data flow, 07 losses, 08 security,
// 09 regions and dialect).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "core/source.hpp"

namespace gregale::core {

enum class Severity { note, warning, error };
std::string_view to_string(Severity severity) noexcept;

struct RelatedSpan {
  Span span;
  std::string message;
};

// What should stand there instead. [text] is the bare name or text that is meant; [replace] is the
// stretch of the source that it replaces. A certain one can be taken without asking.
struct Suggestion {
  std::string text;
  Span replace;
  bool certain = false;
};

struct Diagnostic {
  std::string code;
  Severity severity = Severity::error;
  std::string message;
  Span span;
  std::vector<RelatedSpan> related = {};
  std::string note = {};
  std::optional<Suggestion> suggestion = std::nullopt;
};

// Collects findings. One that says the same at the same place as an earlier one is dropped.
class Diagnostics {
 public:
  // The finding, for more to be said in it; the reference holds until the next one is added.
  Diagnostic& add(Diagnostic diagnostic);
  bool has_errors() const noexcept;
  bool empty() const noexcept { return findings_.empty(); }
  // By file in order of appearance, then by place.
  std::vector<Diagnostic> sorted() const;
  // Lets [keep] change or drop each finding.
  void revise(const std::function<bool(Diagnostic&)>& keep);
  void append(Diagnostics other);

 private:
  std::vector<Diagnostic> findings_;
  std::unordered_set<std::string> known_;  // what identifies each
  Diagnostic repeated_;                    // the last one that was dropped
};

// For people, at most twelve lines for each finding: message, source line with a caret, notes; coloured with
// ANSI sequences if [colour].
std::string to_text(const std::vector<Diagnostic>& findings, bool colour);
// {"valid", "diagnostics": [...]} as one JSON document.
std::string to_json(const std::vector<Diagnostic>& findings);
// The findings alone, as a JSON list.
std::string to_json_list(const std::vector<Diagnostic>& findings);
// Workflow commands of GitHub Actions, one line for each finding.
std::string to_github(const std::vector<Diagnostic>& findings);
// SARIF 2.1.0.
std::string to_sarif(const std::vector<Diagnostic>& findings, std::string_view version);

}  // namespace gregale::core
