#include "grammar/word.hpp"

#include <unictype.h>
#include <uniname.h>

namespace gregale::grammar {

CodePoint code_point_at(std::string_view text, size_t position) noexcept {
  if (position >= text.size()) return {};
  const auto byte = [&](size_t index) { return static_cast<unsigned char>(text[index]); };
  const unsigned char first = byte(position);
  if (first < 0x80) return {first, 1};
  const size_t length = first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
  constexpr CodePoint kInvalid{0xFFFD, 1};
  if (length == 0 || first >= 0xF8 || position + length > text.size()) return kInvalid;
  char32_t value = first & (0x7F >> length);
  for (size_t i = 1; i < length; ++i) {
    if ((byte(position + i) & 0xC0) != 0x80) return kInvalid;
    value = value << 6 | (byte(position + i) & 0x3F);
  }
  return {value, length};
}

void append_utf8(std::string& text, char32_t c) {
  if (c < 0x80) {
    text += static_cast<char>(c);
  } else if (c < 0x800) {
    text += static_cast<char>(0xC0 | c >> 6);
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    text += static_cast<char>(0xE0 | c >> 12);
    text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    text += static_cast<char>(0xF0 | c >> 18);
    text += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    text += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    text += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_word_character(char32_t c) noexcept {
  if (c < 0x80) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  }
  return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
}

int decimal_value(char32_t c) noexcept {
  if (c < 0x80) return c >= '0' && c <= '9' ? static_cast<int>(c - '0') : -1;
  return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Nd) ? uc_decimal_value(c) : -1;
}

char32_t named_character(const std::string& name) {
  const ucs4_t character = unicode_name_character(name.c_str());
  return character == UNINAME_INVALID ? 0 : character;
}

}  // namespace gregale::grammar
