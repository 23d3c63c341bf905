// `with-items`: "i in <% $.list %>", "i in {{ _.list }}" or "i in [1, 2, 3]". Places are bytes of the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::grammar {

struct WithItemsText {
  std::string variable;
  size_t variable_begin = 0;
  size_t variable_end = 0;
  std::optional<core::Value> list;  // a JSON list; otherwise the items are the expression
  std::string expression;           // with its delimiters
  size_t begin = 0;                 // of the items
  size_t end = 0;
  bool trailing_text = false;  // something follows; Mistral passes over it
};

struct WithItemsProblem {
  enum class Kind { shape, list };
  Kind kind = Kind::shape;  // not "name in items", or a list that is not JSON
  size_t begin = 0;
  size_t end = 0;
};

struct ParsedWithItems {
  std::optional<WithItemsText> items;
  WithItemsProblem problem;  // when there are none
};

ParsedWithItems parse_with_items(std::string_view text);

}  // namespace gregale::grammar
