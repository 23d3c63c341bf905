// Values on their way into and out of YAQL.
#pragma once

#include "interpreter/expression/yaql/evaluation.hpp"

namespace gregale::expression::yaql {

// Deep copy with the mark on every list and dict: what Python functions give, and the data when it is not
// converted.
Value marked(const Value& value);

// Lazy sequences and views, at any depth, as lists.
Value materialized(Evaluation& evaluation, const Value& value);

// The result of an expression. With convert_output_data: sequences of every kind as lists, sets as sets of
// converted members (an error where a member could not be hashed then). Without: what stands at the top is
// made whole, tuples are told from lists.
Value output(Evaluation& evaluation, const Value& value);

}  // namespace gregale::expression::yaql
