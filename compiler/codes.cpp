#include "compiler/codes.hpp"

namespace gregale::compiler {

using core::Severity;

const std::vector<Code>& all_codes() {
  static const std::vector<Code> codes = {
      {"GR0109", Severity::warning, "", "", "", ""}, {"GR0202", Severity::warning, "", "", "", ""},
      {"GR0208", Severity::warning, "", "", "", ""}, {"GR0212", Severity::warning, "", "", "", ""},
      {"GR0216", Severity::warning, "", "", "", ""}, {"GR0309", Severity::warning, "", "", "", ""},
      {"GR0310", Severity::warning, "", "", "", ""}, {"GR0403", Severity::warning, "", "", "", ""},
      {"GR0404", Severity::warning, "", "", "", ""}, {"GR0405", Severity::warning, "", "", "", ""},
      {"GR0701", Severity::warning, "", "", "", ""}, {"GR0103", Severity::warning, "", "", "", ""},
  };
  return codes;
}

const Code* find_code(std::string_view code) {
  for (const Code& one : all_codes()) {
    if (one.code == code) return &one;
  }
  return nullptr;
}

Severity default_severity(std::string_view code) {
  const Code* found = find_code(code);
  return found == nullptr ? Severity::error : found->severity;
}

}  // namespace gregale::compiler
