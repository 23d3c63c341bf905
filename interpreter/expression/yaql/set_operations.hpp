// Operations between sets; the keys and items of a dict count as sets where Python lets them.
#pragma once

#include "interpreter/expression/yaql/evaluation.hpp"

namespace gregale::expression::yaql {

// [left] must be a proper set (AttributeError for a view of a dict), [right] any set.
Value set_union(Evaluation& evaluation, const Value& left, const Value& right);
Value set_difference(Evaluation& evaluation, const Value& left, const Value& right);
Value set_intersection(Evaluation& evaluation, const Value& left, const Value& right);
Value set_symmetric_difference(Evaluation& evaluation, const Value& left, const Value& right);

bool is_subset(Evaluation& evaluation, const Value& left, const Value& right);
bool sets_equal(const Value& left, const Value& right);

// A set of the items; throws python::TypeError when one cannot be a member.
Value make_set(Evaluation& evaluation, List items);

}  // namespace gregale::expression::yaql
