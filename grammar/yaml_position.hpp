// Where the bytes of a YAML scalar stand in the source: through quotes, escapes, folding,
// indentation. Internal to grammar/yaml.cpp.
#pragma once

#include <string_view>
#include <vector>

#include "grammar/yaml.hpp"

namespace gregale::grammar::detail {

struct ScalarPlaces {
  // The source offset of every byte of the scalar's text, and of its end.
  std::vector<size_t> offsets;
  // Where the scalar ends in the source, after the closing quote.
  size_t end = 0;
  // False when a closing quote is missing.
  bool closed = true;
};

// [begin] is the offset of the scalar's first character in [source]: its quote, its "|", or its
// text.
ScalarPlaces locate_scalar(std::string_view source, size_t begin, ScalarStyle style, std::string_view text);

}  // namespace gregale::grammar::detail
