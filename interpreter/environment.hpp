// The environment of an execution: variables given at the start, which may hold expressions.
#pragma once

#include "interpreter/expression/evaluator.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

// The environment with its expressions evaluated; they see the environment itself as env(), unevaluated.
// [budget] holds for each.
// Throws core::Error for an expression that fails or does not parse.
Value evaluate_environment(const Value& env, Microseconds now, const expression::Budget& budget);

}  // namespace gregale::interpreter
