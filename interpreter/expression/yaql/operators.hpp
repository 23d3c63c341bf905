// YAQL's operators over values. Which meaning an operator has is told by the types of both sides, as the
// overloads of "#operator_+" and the others do in YAQL; no meaning: NoMatch.
#pragma once

#include <string_view>

#include "interpreter/expression/yaql/evaluation.hpp"

namespace gregale::expression::yaql {

using BinaryOperator = Value (*)(Evaluation&, const Value&, const Value&);
using UnaryOperator = Value (*)(Evaluation&, const Value&);

// Null when there is no such operator among values (".", "and", "->" are none).
BinaryOperator find_binary_operator(std::string_view symbol);
UnaryOperator find_unary_operator(std::string_view symbol);

Value operator_add(Evaluation& evaluation, const Value& left, const Value& right);
Value operator_less(Evaluation& evaluation, const Value& left, const Value& right);
Value operator_greater(Evaluation& evaluation, const Value& left, const Value& right);
// Python's == between values of YAQL.
bool equal(const Value& left, const Value& right);
// Whether an item equal to [value] is met on a walk over [collection].
bool contains(Evaluation& evaluation, const Value& collection, const Value& value);

}  // namespace gregale::expression::yaql
