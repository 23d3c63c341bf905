// YAQL's values as text: what Python's str() gives for them.
#pragma once

#include <string>

#include "core/value.hpp"

namespace gregale::expression::yaql {

using core::Value;

// The value with the kinds that Python's printing knows: YAQL's lists as tuples, its marked lists as
// lists, sets as frozensets, views by their class names.
Value to_printable(const Value& value);
// Python's str().
std::string python_text(const Value& value);
// YAQL's str(): "null", "true" and "false", otherwise Python's.
std::string yaql_text(const Value& value);

}  // namespace gregale::expression::yaql
