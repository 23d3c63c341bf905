// How findings are graded, beyond what the table of codes says: --strict, --allow, --warn, --deny, and
// comments in the definitions:
//
//   on-success: bb  # gregale: allow GR0301      for this line
//   # gregale: allow GR0602, GR0707              on a line of its own: for the next line that is no comment
//   # gregale: allow-file GR0411                 for the file
//
// Errors are refused by stock Mistral as well, so nothing allows them. A comment wins over the command line;
// there, what denies wins over what warns, and that over what allows. Codes that are not usual are dropped
// unless they are asked for.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/diagnostic.hpp"

namespace gregale::compiler {

class SeverityPolicy {
 public:
  enum class Level : uint8_t { allow, warn, deny };

  // Warnings become errors, except for those that are asked for as warnings.
  void make_strict() { strict_ = true; }
  // Empty, or why the code cannot have this level: there is no such code, or it is an error.
  std::string set(std::string_view code, Level level);

  // Regrades and drops findings, by the comments of [sources] as well. Comments that have no effect are
  // findings themselves.
  void apply(const std::vector<core::SourcePtr>& sources, core::Diagnostics& diagnostics) const;

 private:
  bool keep(core::Diagnostic& finding) const;

  bool strict_ = false;
  std::unordered_map<std::string, Level> levels_;
};

}  // namespace gregale::compiler
