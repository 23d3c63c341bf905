#include "interpreter/expression/python/unicode.hpp"

#include <unicase.h>
#include <unictype.h>

#include <algorithm>

namespace gregale::expression::python {

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSmallSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;

using FullMapping = uint32_t* (*)(const uint32_t*, size_t, const char*, uninorm_t, uint32_t*, size_t*);

bool is_surrogate(char32_t c) {
  return c >= 0xD800 && c <= 0xDFFF;
}

// The full mapping of one character, which may be up to three.
void append_mapped(std::string& out, char32_t c, FullMapping mapping) {
  if (is_surrogate(c)) {
    append(out, c);
    return;
  }
  const uint32_t source = c;
  uint32_t buffer[8];
  size_t count = 8;
  uint32_t* mapped = mapping(&source, 1, nullptr, nullptr, buffer, &count);
  if (mapped == nullptr) {
    append(out, c);
    return;
  }
  for (size_t i = 0; i < count; ++i) append(out, mapped[i]);
  if (mapped != buffer) free(mapped);
}

bool is_cased(char32_t c) {
  return uc_is_property(c, UC_PROPERTY_CASED);
}
bool is_case_ignorable(char32_t c) {
  return uc_is_property(c, UC_PROPERTY_CASE_IGNORABLE);
}

// Whether the sigma at [index] ends a word: a cased letter before it and none after it.
bool sigma_is_final(std::u32string_view text, size_t index) {
  size_t before = index;
  while (before > 0 && is_case_ignorable(text[before - 1])) --before;
  if (before == 0 || !is_cased(text[before - 1])) return false;
  size_t after = index + 1;
  while (after < text.size() && is_case_ignorable(text[after])) ++after;
  return after == text.size() || !is_cased(text[after]);
}

void append_lower(std::string& out, std::u32string_view text, size_t index) {
  if (text[index] == kCapitalSigma) {
    append(out, sigma_is_final(text, index) ? kFinalSigma : kSmallSigma);
  } else {
    append_mapped(out, text[index], u32_tolower);
  }
}

char ascii_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Appends the text if it is ASCII, changed byte by byte; otherwise nothing.
template <char (*kChange)(char)>
bool append_ascii(std::string_view text, std::string& out) {
  const size_t before = out.size();
  out.resize(before + text.size());
  unsigned char all = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    all |= static_cast<unsigned char>(text[i]);
    out[before + i] = kChange(text[i]);
  }
  if (all < 0x80) return true;
  out.resize(before);
  return false;
}

}  // namespace

bool is_ascii(std::string_view utf8) noexcept {
  return std::all_of(utf8.begin(), utf8.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

char32_t decode(std::string_view utf8, size_t& position) noexcept {
  const auto byte = [&](size_t i) -> unsigned { return static_cast<unsigned char>(utf8[i]); };
  const unsigned lead = byte(position);
  if (lead < 0x80) {
    ++position;
    return lead;
  }
  const size_t count = lead >= 0xF0 && lead < 0xF5   ? 4
                       : lead >= 0xE0 && lead < 0xF0 ? 3
                       : lead >= 0xC2 && lead < 0xE0 ? 2
                                                     : 0;
  if (count == 0 || utf8.size() - position < count) {
    ++position;
    return kReplacement;
  }
  char32_t code = lead & (0x7Fu >> count);
  for (size_t i = 1; i < count; ++i) {
    if ((byte(position + i) & 0xC0) != 0x80) {
      ++position;
      return kReplacement;
    }
    code = code << 6 | (byte(position + i) & 0x3F);
  }
  constexpr char32_t kLowest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kLowest[count] || code > 0x10FFFF) {
    ++position;
    return kReplacement;
  }
  position += count;
  return code;
}

void append(std::string& utf8, char32_t c) {
  if (c < 0x80) {
    utf8 += static_cast<char>(c);
  } else if (c < 0x800) {
    utf8 += static_cast<char>(0xC0 | c >> 6);
    utf8 += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    utf8 += static_cast<char>(0xE0 | c >> 12);
    utf8 += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    utf8 += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    utf8 += static_cast<char>(0xF0 | c >> 18);
    utf8 += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    utf8 += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    utf8 += static_cast<char>(0x80 | (c & 0x3F));
  }
}

size_t length(std::string_view utf8) noexcept {
  if (is_ascii(utf8)) return utf8.size();
  size_t count = 0;
  for (size_t position = 0; position < utf8.size(); ++count) decode(utf8, position);
  return count;
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string result;
  result.reserve(utf8.size());
  for (size_t position = 0; position < utf8.size();) result += decode(utf8, position);
  return result;
}

std::string from_code_points(std::u32string_view code_points) {
  std::string result;
  result.reserve(code_points.size());
  for (char32_t c : code_points) append(result, c);
  return result;
}

size_t byte_offset(std::string_view utf8, size_t index) noexcept {
  size_t position = 0;
  for (; index > 0 && position < utf8.size(); --index) decode(utf8, position);
  return position;
}

std::string_view substring(std::string_view utf8, size_t begin, size_t end) noexcept {
  if (begin >= end) return {};
  const size_t first = byte_offset(utf8, begin);
  return utf8.substr(first, byte_offset(utf8.substr(first), end - begin));
}

void append_upper(std::string_view text, std::string& out) {
  if (append_ascii<ascii_upper>(text, out)) return;
  for (size_t position = 0; position < text.size();) {
    append_mapped(out, decode(text, position), u32_toupper);
  }
}

void append_lower(std::string_view text, std::string& out) {
  if (append_ascii<ascii_lower>(text, out)) return;
  const std::u32string points = to_code_points(text);
  for (size_t i = 0; i < points.size(); ++i) append_lower(out, points, i);
}

std::string upper(std::string_view text) {
  std::string out;
  append_upper(text, out);
  return out;
}

std::string lower(std::string_view text) {
  std::string out;
  append_lower(text, out);
  return out;
}

std::string title(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const std::u32string points = to_code_points(text);
  bool inside_word = false;
  for (size_t i = 0; i < points.size(); ++i) {
    if (inside_word) {
      append_lower(out, points, i);
    } else {
      append_mapped(out, points[i], u32_totitle);
    }
    inside_word = is_cased(points[i]);
  }
  return out;
}

std::string capitalize(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const std::u32string points = to_code_points(text);
  for (size_t i = 0; i < points.size(); ++i) {
    if (i == 0) {
      append_mapped(out, points[i], u32_totitle);
    } else {
      append_lower(out, points, i);
    }
  }
  return out;
}

std::string swap_case(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  const std::u32string points = to_code_points(text);
  for (size_t i = 0; i < points.size(); ++i) {
    if (is_upper(points[i])) {
      append_lower(out, points, i);
    } else if (is_lower(points[i])) {
      append_mapped(out, points[i], u32_toupper);
    } else {
      append(out, points[i]);
    }
  }
  return out;
}

std::string case_fold(std::string_view text) {
  if (is_ascii(text)) return lower(text);
  std::string out;
  out.reserve(text.size());
  for (size_t position = 0; position < text.size();) {
    append_mapped(out, decode(text, position), u32_casefold);
  }
  return out;
}

bool is_space(char32_t c) noexcept {
  if (c < 0x80) return (c >= 9 && c <= 13) || (c >= 0x1C && c <= 0x20);
  if (c == 0x85) return true;
  return uc_is_general_category(c, UC_SPACE_SEPARATOR) || c == 0x2028 || c == 0x2029;
}

bool is_alpha(char32_t c) noexcept {
  return uc_is_general_category(c, UC_LETTER);
}
bool is_decimal(char32_t c) noexcept {
  return uc_is_general_category(c, UC_DECIMAL_DIGIT_NUMBER);
}
bool is_digit(char32_t c) noexcept {
  return uc_digit_value(c) >= 0;
}
bool is_numeric(char32_t c) noexcept {
  return uc_numeric_value(c).denominator != 0;
}
bool is_alphanumeric(char32_t c) noexcept {
  return is_alpha(c) || is_digit(c) || is_numeric(c);
}
bool is_upper(char32_t c) noexcept {
  return uc_is_property(c, UC_PROPERTY_UPPERCASE);
}
bool is_lower(char32_t c) noexcept {
  return uc_is_property(c, UC_PROPERTY_LOWERCASE);
}
bool is_title(char32_t c) noexcept {
  return uc_is_general_category(c, UC_TITLECASE_LETTER);
}

bool is_printable(char32_t c) noexcept {
  if (c < 0x7F) return c >= 0x20;
  if (is_surrogate(c)) return false;
  return !uc_is_general_category(c, UC_OTHER) && !uc_is_general_category(c, UC_SEPARATOR);
}

bool is_identifier_start(char32_t c) noexcept {
  return c == '_' || uc_is_property(c, UC_PROPERTY_XID_START);
}
bool is_identifier_part(char32_t c) noexcept {
  return uc_is_property(c, UC_PROPERTY_XID_CONTINUE);
}

int digit_value(char32_t c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<int>(c - '0');
  return c < 0x80 ? -1 : uc_decimal_value(c);
}

}  // namespace gregale::expression::python
