// Literals and texts of Jinja.
#include <uniname.h>

#include <cstdlib>

#include "core/big_integer.hpp"
#include "grammar/jinja_builder.hpp"

namespace gregale::grammar::jinja {

using core::Value;

namespace {

void append_utf8(std::string& out, uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | c >> 18);
    out += static_cast<char>(0x80 | (c >> 12 & 0x3F));
    out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Exactly [count] hexadecimal digits at [position], which moves behind them.
uint32_t read_hex(std::string_view text, size_t& position, size_t count, size_t offset) {
  uint32_t code = 0;
  for (size_t i = 0; i < count; ++i) {
    const int digit = position < text.size() ? hex_digit(text[position]) : -1;
    if (digit < 0) {
      fail("the escape needs " + std::to_string(count) + " hexadecimal digits", offset + position,
           offset + position);
    }
    code = code << 4 | static_cast<uint32_t>(digit);
    ++position;
  }
  if (code > 0x10FFFF) fail("there is no such character", offset + position - count, offset + position);
  return code;
}

// {NAME} at [position], which moves behind it.
uint32_t read_named_character(std::string_view text, size_t& position, size_t offset) {
  const size_t end = text.find('}', position);
  const size_t begin = position;
  if (position >= text.size() || text[position] != '{' || end == std::string_view::npos) {
    fail("\\N needs the name of a character in braces", offset + begin - 2, offset + begin);
  }
  position = end + 1;
  const std::string name(text.substr(begin + 1, end - begin - 1));
  const ucs4_t code = unicode_name_character(name.c_str());
  if (code == UNINAME_INVALID) {
    fail("there is no character named " + name, offset + begin - 2, offset + position);
  }
  return code;
}

// One escape; [position] is behind the backslash and moves behind the escape.
void decode_escape(std::string_view text, size_t& position, size_t offset, std::string& out) {
  static constexpr std::string_view kNames = "abfnrtv\\'\"";
  static constexpr std::string_view kCharacters = "\a\b\f\n\r\t\v\\'\"";
  if (position >= text.size()) {
    out += '\\';
    return;
  }
  const char c = text[position++];
  if (const size_t known = kNames.find(c); known != std::string_view::npos) {
    out += kCharacters[known];
  } else if (c == '\n') {
    return;  // a continued line
  } else if (c >= '0' && c <= '7') {
    uint32_t code = static_cast<uint32_t>(c - '0');
    for (int i = 0; i < 2 && position < text.size(); ++i, ++position) {
      if (text[position] < '0' || text[position] > '7') break;
      code = code * 8 + static_cast<uint32_t>(text[position] - '0');
    }
    append_utf8(out, code);
  } else if (c == 'x') {
    append_utf8(out, read_hex(text, position, 2, offset));
  } else if (c == 'u') {
    append_utf8(out, read_hex(text, position, 4, offset));
  } else if (c == 'U') {
    append_utf8(out, read_hex(text, position, 8, offset));
  } else if (c == 'N') {
    append_utf8(out, read_named_character(text, position, offset));
  } else {
    out += '\\';
    out += c;
  }
}

std::string without_underscores(std::string_view digits) {
  std::string result;
  for (char c : digits) {
    if (c != '_') result += c;
  }
  return result;
}

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

std::string normalize_line_breaks(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r') {
      out += '\n';
      if (i + 1 < text.size() && text[i + 1] == '\n') ++i;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string decode_string(std::string_view inside, size_t offset) {
  const std::string text = normalize_line_breaks(inside);
  if (text.find('\\') == std::string::npos) return text;
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text[i] != '\\') {
      out += text[i++];
    } else {
      decode_escape(text, ++i, offset, out);
    }
  }
  return out;
}

Value decode_integer(std::string_view digits_as_written) {
  std::string digits = without_underscores(digits_as_written);
  unsigned shift = 0;
  if (digits.size() > 2 && digits[0] == '0') {
    const char base = static_cast<char>(digits[1] | 0x20);
    shift = base == 'x' ? 4 : base == 'o' ? 3 : base == 'b' ? 1 : 0;
  }
  if (shift == 0) return core::parse_integer(digits);
  std::string bits;
  for (char c : std::string_view(digits).substr(2)) {
    for (unsigned bit = shift; bit-- > 0;) bits += (hex_digit(c) >> bit & 1) != 0 ? '1' : '0';
  }
  bits.insert(0, (4 - bits.size() % 4) % 4, '0');
  std::string hex = "0x";
  for (size_t i = 0; i < bits.size(); i += 4) {
    int digit = 0;
    for (size_t bit = i; bit < i + 4; ++bit) digit = digit * 2 + (bits[bit] - '0');
    hex += "0123456789abcdef"[digit];
  }
  return core::make_integer(core::BigInteger(hex));
}

Value decode_float(std::string_view digits) {
  return Value(std::strtod(without_underscores(digits).c_str(), nullptr));
}

std::string_view strip_right(std::string_view text) noexcept {
  while (!text.empty() && std::string_view(" \t\n\r\f\v\x1c\x1d\x1e\x1f").find(text.back()) !=
                              std::string_view::npos) {
    text.remove_suffix(1);
  }
  return text;
}

std::string describe(std::string_view text, size_t offset) {
  if (offset >= text.size()) return "the end of the text";
  size_t end = offset;
  while (end < text.size() && is_name_byte(text[end])) ++end;
  if (end == offset) {
    const std::string_view two = text.substr(offset, 2);
    static constexpr std::string_view kPairs[] = {"}}", "%}", "{{", "{%", "==", "!=", "<=",
                                                  ">=", "//", "**"};
    end = offset + 1;
    for (std::string_view pair : kPairs) {
      if (two == pair) end = offset + 2;
    }
  }
  return "'" + std::string(text.substr(offset, end - offset)) + "'";
}

}  // namespace gregale::grammar::jinja
