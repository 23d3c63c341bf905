#include "interpreter/expression/python/html.hpp"

#include <algorithm>
#include <cstdint>

#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

// What browsers make of the numbers from 0x80 on: characters of Windows-1252.
constexpr char32_t kFromWindows[32] = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                       0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                       0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                       0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};

// Numbers of no character, which stand for nothing.
bool is_no_character(uint32_t number) {
  return (number >= 0x1 && number <= 0x8) || number == 0xB || (number >= 0xE && number <= 0x1F) ||
         number == 0x7F || (number >= 0xFDD0 && number <= 0xFDEF) || (number & 0xFFFE) == 0xFFFE;
}

void append_numbered(std::string& out, uint32_t number) {
  if (number >= 0x80 && number < 0xA0) {
    append(out, kFromWindows[number - 0x80]);
  } else if (number == 0 || (number >= 0xD800 && number <= 0xDFFF) || number > 0x10FFFF) {
    append(out, kReplacement);
  } else if (!is_no_character(number)) {
    append(out, number);
  }
}

int digit_of(char c, int base) {
  const int value = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : 99;
  return value < base ? value : -1;
}

// Reads what follows "&#" and appends its character. The number of bytes read; 0 when it is no number.
size_t read_number(std::string_view text, std::string& out) {
  const bool hexadecimal = !text.empty() && (text[0] == 'x' || text[0] == 'X');
  const int base = hexadecimal ? 16 : 10;
  const size_t first = hexadecimal ? 1 : 0;
  size_t at = first;
  uint32_t number = 0;
  for (; at < text.size() && digit_of(text[at], base) >= 0; ++at) {
    number = std::min<uint32_t>(
        number * static_cast<uint32_t>(base) + static_cast<uint32_t>(digit_of(text[at], base)),
        0x110000);  // beyond all characters
  }
  if (at == first) return 0;
  append_numbered(out, number);
  return at < text.size() && text[at] == ';' ? at + 1 : at;
}

// Reads what follows "&": the longest name that HTML knows. The number of bytes read; 0 when there is none.
size_t read_name(std::string_view text, std::string& out) {
  constexpr size_t kLongest = 33;  // characters of a name, and its semicolon
  size_t end = 0;
  while (end < text.size() && end < kLongest &&
         std::string_view("\t\n\f <&#").find(text[end]) == std::string_view::npos) {
    if (text[end++] == ';') break;
  }
  for (; end > 1; --end) {
    const std::string_view characters = named_character(text.substr(0, end));
    if (characters.empty()) continue;
    out += characters;
    return end;
  }
  return 0;
}

}  // namespace

std::string unescape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const std::string_view rest = text.substr(i + 1);
    size_t read = 0;
    if (text[i] == '&') {
      read = rest.starts_with('#') ? read_number(rest.substr(1), out) : read_name(rest, out);
      if (read > 0 && rest.starts_with('#')) ++read;
    }
    if (read == 0) out += text[i];
    i += 1 + read;
  }
  return out;
}

}  // namespace gregale::expression::python
