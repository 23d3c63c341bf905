// From Python's syntax of regular expressions to PCRE2's.
#pragma once

#include <string>
#include <string_view>

namespace gregale::expression::python {

// Throws ValueError for what Python refuses and PCRE2 would take for something else; what both refuse is
// left to PCRE2.
std::string translate_pattern(std::string_view pattern);

}  // namespace gregale::expression::python
