// Small things that several groups of functions need.
#pragma once

#include <optional>

#include "interpreter/expression/yaql/evaluation.hpp"

namespace gregale::expression::yaql {

// The characters of a text as a list of texts.
Value characters_of(const Value& text);

// The first occurrences among a list's items; throws python::TypeError for what cannot be a key.
List distinct_items(Evaluation& evaluation, const List& items);

}  // namespace gregale::expression::yaql
