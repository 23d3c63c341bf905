// Words of the expression languages: which code points belong to one, as Python's `re` sees \w and
// \d.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gregale::grammar {

// The code point at byte [position] of UTF-8 text and its length in bytes; a byte that belongs to
// no sequence is one code point of its own (U+FFFD). {0, 0} at the end of the text.
struct CodePoint {
  char32_t value = 0;
  size_t length = 0;
};
CodePoint code_point_at(std::string_view text, size_t position) noexcept;

// As UTF-8; surrogates as three bytes.
void append_utf8(std::string& text, char32_t code_point);

bool is_word_character(char32_t c) noexcept;
// 0 to 9 for a decimal digit of any script, otherwise -1.
int decimal_value(char32_t c) noexcept;
// The character of that Unicode name; 0 when there is none.
char32_t named_character(const std::string& name);

}  // namespace gregale::grammar
