// A string of a workflow that holds expressions: which language, which stretches, parsed.
//
// The rules are Mistral's: the language is told from the delimiters, both in one string are
// refused, an expression that is the whole string keeps the type of its result, otherwise the
// result is text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/expression_tree.hpp"
#include "grammar/yaql.hpp"

namespace gregale::grammar {

struct Expression {
  // One parsed stretch of `text`. A Jinja text that is not whole has one piece, the template.
  struct Piece {
    uint32_t begin = 0;  // bytes of `text`, with the delimiters
    uint32_t end = 0;
    uint32_t inner = 0;  // where the text begins that the tree's offsets count from
    Tree tree;
    // The text passes as a Jinja template, but its inside is no expression. Mistral accepts such a
    // definition and fails when it evaluates; `tree` is empty then.
    std::optional<SyntaxError> failure = std::nullopt;
  };

  Language language = Language::yaql;
  bool whole = false;  // the result keeps its type
  std::string text;    // as written
  std::vector<Piece> pieces;
};

struct ParsedText {
  std::optional<Expression> expression;  // none: the text is plain, or does not parse
  std::vector<SyntaxError> errors;       // offsets are bytes of the whole text
};

ParsedText parse_text(std::string_view text, const YaqlSyntax& syntax = {});

}  // namespace gregale::grammar
