// Laying out text as Python's textwrap and pprint do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::expression::jinja {

struct WrapOptions {
  int64_t width = 79;
  bool break_long_words = true;
  bool break_on_hyphens = true;
};

// Lines of at most options.width characters, as textwrap.wrap makes them (tabs and other blanks stay).
// Throws ValueError when the width is not positive.
std::vector<std::string> wrap_text(std::string_view text, const WrapOptions& options);

// pprint.pformat: 80 columns, keys sorted.
std::string pretty_text(const core::Value& value);

}  // namespace gregale::expression::jinja
