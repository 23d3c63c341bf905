// YAQL as Mistral configures it: text of one expression (without <% and %>) to its syntax tree.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "grammar/expression_tree.hpp"

namespace gregale::grammar {

// Nesting deeper than this is a syntax error; it keeps every later walk over the tree off the
// stack's end.
inline constexpr size_t kExpressionDepthLimit = 200;
// An integer literal with more digits than this is a syntax error.
inline constexpr size_t kNumberDigitsLimit = 10'000;

// The two options of Mistral's [yaql] section that change the language.
struct YaqlSyntax {
  std::string keyword_operator = "=>";
  bool allow_delegates = false;  // f(1)(2), $f(1)
};

std::variant<Tree, SyntaxError> parse_yaql(std::string_view text, const YaqlSyntax& syntax = {});

}  // namespace gregale::grammar
