// YAQL as Mistral configures it: text of one expression (without <% and %>) to its syntax tree.
#pragma once

#include <string_view>
#include <variant>

#include "grammar/expression_tree.hpp"

namespace gregale::grammar {

// Nesting deeper than this is a syntax error; it keeps every later walk over the tree off the stack's end.
inline constexpr size_t kExpressionDepthLimit = 200;

std::variant<Tree, SyntaxError> parse_yaql(std::string_view text);

}  // namespace gregale::grammar
