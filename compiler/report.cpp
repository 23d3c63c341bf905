#include "compiler/report.hpp"

#include "compiler/codes.hpp"
#include "core/similar.hpp"

namespace gregale::compiler {

core::Diagnostic& Report::add(std::string_view code, const core::Span& span, std::string message) {
  core::Diagnostic finding;
  finding.code = std::string(code);
  finding.severity = default_severity(code);
  finding.message = std::move(message);
  finding.span = span;
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
