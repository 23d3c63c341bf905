// Jinja2 as Mistral configures it (trim_blocks, lstrip_blocks, no extensions, no loader).
#pragma once

#include <string_view>
#include <variant>

#include "grammar/expression_tree.hpp"

namespace gregale::grammar {

// The inside of {{ }} where it is the whole text: one expression.
std::variant<Tree, SyntaxError> parse_jinja_expression(std::string_view text);
// A text with {{ }}, {% %} and {# #}. The root is a jinja_template.
std::variant<Tree, SyntaxError> parse_jinja_template(std::string_view text);

}  // namespace gregale::grammar
