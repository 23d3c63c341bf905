// The table of diagnostic codes: what `gregale explain CODE` prints, and each code's usual
// severity.
//
// A finding is an error when stock Mistral refuses the definition as well, or when it cannot mean
// anything; it is a warning when Mistral would take it, though nobody can mean it (--strict makes
// errors of those).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"

namespace gregale::compiler {

struct Code {
  std::string_view code;
  core::Severity severity;
  std::string_view title;
  std::string_view explanation;
  bool usual = true;  // reported without being asked for
};

// What is given besides the definition, where the mistake cannot be made in it alone.
struct CodeSituation {
  std::string_view other_file = {};   // a second definition
  std::string_view environment = {};  // JSON
  std::string_view cloud = {};        // services and their regions: {"compute": ["RegionOne"]}, JSON
  bool for_mistral = false;           // the flat text is asked for, as stock Mistral takes it
};

// Two whole definitions: one with the mistake, and one as it should be.
struct CodeExample {
  std::string_view code;
  std::string_view wrong;
  std::string_view right;
  CodeSituation situation = {};
};

// In order of their codes.
const std::vector<Code>& all_codes();
// nullptr for an unknown code.
const Code* find_code(std::string_view code);
// nullptr for an unknown code; every other has one.
const CodeExample* find_example(std::string_view code);
// Error for an unknown code.
core::Severity default_severity(std::string_view code);
// The long form for people; empty for an unknown code. Letters of any case will do.
std::string explain(std::string_view code);

}  // namespace gregale::compiler
