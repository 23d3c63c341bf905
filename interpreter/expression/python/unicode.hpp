// Text as Python sees it: a sequence of code points, although it is stored as UTF-8.
//
// Lone surrogates are three bytes each, as in core::Value; a byte that belongs to no sequence counts as one
// code point (U+FFFD), so that every text can be walked. Case mapping and categories are Unicode 14's, by
// libunistring, with Python's rules on top (full mappings, final sigma).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gregale::expression::python {

// Number of code points.
size_t length(std::string_view utf8) noexcept;
bool is_ascii(std::string_view utf8) noexcept;
// The code point at byte [position], which moves behind it. [position] must be inside the text.
char32_t decode(std::string_view utf8, size_t& position) noexcept;
void append(std::string& utf8, char32_t code_point);
std::u32string to_code_points(std::string_view utf8);
std::string from_code_points(std::u32string_view code_points);
// Byte offset of code point number [index]; the size of the text when it is not that long.
size_t byte_offset(std::string_view utf8, size_t index) noexcept;
// Code points [begin, end), clamped to the text.
std::string_view substring(std::string_view utf8, size_t begin, size_t end) noexcept;

std::string upper(std::string_view text);
std::string lower(std::string_view text);
// The same, appended to [out].
void append_upper(std::string_view text, std::string& out);
void append_lower(std::string_view text, std::string& out);
// Every letter after a character without case is a capital, the others are small.
std::string title(std::string_view text);
std::string capitalize(std::string_view text);
std::string swap_case(std::string_view text);
// For comparison without case.
std::string case_fold(std::string_view text);

bool is_space(char32_t c) noexcept;
bool is_alpha(char32_t c) noexcept;
bool is_decimal(char32_t c) noexcept;
bool is_digit(char32_t c) noexcept;
inline bool is_ascii_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}
bool is_numeric(char32_t c) noexcept;
bool is_alphanumeric(char32_t c) noexcept;
bool is_upper(char32_t c) noexcept;
bool is_lower(char32_t c) noexcept;
bool is_title(char32_t c) noexcept;
bool is_printable(char32_t c) noexcept;
bool is_identifier_start(char32_t c) noexcept;
bool is_identifier_part(char32_t c) noexcept;
// 0 to 9 for a decimal digit of any script, otherwise -1.
int digit_value(char32_t c) noexcept;

}  // namespace gregale::expression::python
