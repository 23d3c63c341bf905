// JSON at the edges: text to Value and back.
//
// Integers of any size and the order of members survive. NaN and the infinities are read and written as
// Python's json does ("NaN", "Infinity"). Values that JSON does not know are written as what a JSON
// reader can use: sets and tuples as arrays, keys as text ("true", "null", "1"), date-times as
// YYYY-MM-DDTHH:MM:SS.ffffff without offset, time spans as seconds.
#pragma once

#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::core {

struct JsonLimits {
  size_t depth = 512;  // arrays and objects within each other
};

// Throws Error(invalid) that names the place (byte offset) of the mistake.
Value parse_json(std::string_view text, const JsonLimits& limits = {});

// [indent] < 0: one line. Non-ASCII text stays as it is.
std::string to_json(const Value& value, int indent = -1);

// Python's repr of a float: shortest text that reads back equal, always with a point or an exponent.
std::string float_text(double number);

// [text] as a JSON string with its quotes.
std::string quote_json(std::string_view text);

}  // namespace gregale::core
