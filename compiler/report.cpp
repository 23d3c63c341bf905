#include "compiler/report.hpp"

#include <fmt/format.h>

#include "compiler/codes.hpp"
#include "compiler/inheritance/flat_workflow.hpp"
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

}  // namespace

core::Diagnostic& Report::add(std::string_view code, const core::Span& span, std::string message) {
  core::Diagnostic finding;
  finding.code = std::string(code);
  finding.severity = default_severity(code);
  finding.message = std::move(message);
  finding.span = span;
  if (workflow_ != nullptr) tell_chain(*workflow_, finding);
  return diagnostics_.add(std::move(finding));
}

core::Diagnostic& Report::add_misspelt(std::string_view code, const core::Span& place, std::string message,
                                       std::string_view name, const std::vector<std::string>& candidates) {
  core::Diagnostic& finding = add(code, place, std::move(message));
  std::string nearest = core::nearest_name(name, candidates);
  if (!nearest.empty()) finding.suggestion = core::Suggestion{std::move(nearest), place};
  return finding;
}

}  // namespace gregale::compiler
