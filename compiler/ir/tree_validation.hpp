// Whether an expression's tree that was read is one that a grammar could have made.
#pragma once

#include "grammar/expression.hpp"

namespace gregale::ir {

// Deeper trees are refused; the grammars stop well before.
inline constexpr size_t kTreeDepthLimit = 1000;

// Throws core::Error(invalid).
void validate_expression(const grammar::Expression& expression);

}  // namespace gregale::ir
