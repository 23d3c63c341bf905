#include "compiler/report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/codes.hpp"
#include "compiler/inheritance/flat_workflow.hpp"
#include "core/code_points.hpp"
#include "core/similar.hpp"

namespace gregale::compiler {

namespace {

bool within(const core::Span& span, const Declaration& declaration) {
  const core::Span& whole = declaration.node->span;
  return span.source == whole.source && span.begin >= declaration.name->span.begin && span.end <= whole.end;
}

// From the workflow that the finding was met in to the one whose text it is about.
void tell_chain(const FlatWorkflow& workflow, core::Diagnostic& finding) {
  if (!finding.span.known()) return;
  for (const FlatWorkflow* one = &workflow; one->parent != nullptr; one = one->parent) {
    if (within(finding.span, *one->declaration)) return;
    finding.related.push_back(
        {one->extends->span, fmt::format("inherited by `{}`", one->declaration->full_name)});
  }
}

constexpr size_t kShortestCertain = 4;   // letters of a name with one slip
constexpr size_t kLongestMessage = 600;  // bytes

// Without line breaks, and cut where it quotes too much.
std::string one_line(std::string message) {
  std::replace_if(
      message.begin(), message.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return core::shortened(message, kLongestMessage);
}

// Whether a suggestion for a name needs no second look: one slip of a long name, or only case and dashes.
bool is_certain(std::string_view name, std::string_view nearest, const std::vector<std::string>& candidates) {
  const size_t distance = core::edit_distance(name, nearest);
  if (distance > 1 || (distance == 1 && name.size() < kShortestCertain)) return false;
  return std::count_if(candidates.begin(), candidates.end(), [&](const std::string& candidate) {
           return core::edit_distance(name, candidate) <= distance + 1;
         }) == 1;
}

}  // namespace

core::Diagnostic& Report::add(std::string_view code, const core::Span& span, std::string message) {
  core::Diagnostic finding;
  finding.code = std::string(code);
  finding.severity = default_severity(code);
  finding.message = one_line(std::move(message));
  finding.span = span;
  if (workflow_ != nullptr) tell_chain(*workflow_, finding);
  return diagnostics_.add(std::move(finding));
}

core::Diagnostic& Report::add_misspelt(std::string_view code, const core::Span& place, std::string message,
                                       std::string_view name, const std::vector<std::string>& candidates) {
  core::Diagnostic& finding = add(code, place, std::move(message));
  std::string nearest = core::nearest_name(name, candidates);
  if (!nearest.empty()) {
    const bool certain = is_certain(name, nearest, candidates);
    finding.suggestion = core::Suggestion{std::move(nearest), place, certain};
  }
  return finding;
}

}  // namespace gregale::compiler
