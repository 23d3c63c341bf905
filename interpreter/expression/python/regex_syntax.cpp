#include "interpreter/expression/python/regex_syntax.hpp"

#include <fmt/format.h>
#include <uniname.h>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  std::string translate() {
    while (at_ < in_.size()) {
      const char c = in_[at_];
      if (c == '\\') {
        escape(false);
      } else if (c == '[') {
        character_class();
      } else if (c == '(') {
        group();
      } else if (c == '{') {
        repetition();
      } else {
        out_ += c;
        ++at_;
      }
    }
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(std::string_view what, size_t at) const {
    throw ValueError(fmt::format("regular expression: {} at position {}", what, at));
  }
  char peek(size_t ahead) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : '\0'; }

  void code_point(uint32_t value) { out_ += fmt::format("\\x{{{:x}}}", value); }

  void hexadecimal(size_t digits) {
    uint32_t value = 0;
    for (size_t i = 0; i < digits; ++i) {
      const char c = peek(2 + i);
      const size_t digit =
          std::string_view("0123456789abcdef").find(static_cast<char>(is_letter(c) ? c | 0x20 : c));
      if (c == '\0' || digit == std::string_view::npos) refuse("incomplete escape", at_);
      value = value * 16 + static_cast<uint32_t>(digit);
    }
    if (value > 0x10FFFF) refuse("bad escape", at_);
    code_point(value);
    at_ += 2 + digits;
  }

  void named() {
    const size_t close = in_.find('}', at_);
    if (peek(2) != '{' || close == std::string_view::npos) refuse("bad escape \\N", at_);
    const std::string name(in_.substr(at_ + 3, close - at_ - 3));
    const ucs4_t character = unicode_name_character(name.c_str());
    if (character == UNINAME_INVALID) refuse("unknown character name", at_);
    code_point(character);
    at_ = close + 1;
  }

  void number(bool in_class) {
    // \0 and three octal digits are a character, other numbers refer to a group.
    const bool three = is_octal(peek(1)) && is_octal(peek(2)) && is_octal(peek(3));
    if (peek(1) == '0' || three || in_class) {
      if (!is_octal(peek(1))) refuse("bad escape", at_);
      uint32_t value = 0;
      size_t used = 0;
      while (used < 3 && is_octal(peek(1 + used)))
        value = value * 8 + static_cast<uint32_t>(peek(1 + used++) - '0');
      if (value > 0377) refuse("octal escape value outside of range", at_);
      code_point(value);
      at_ += 1 + used;
      return;
    }
    std::string digits(1, peek(1));
    if (is_ascii_digit(peek(2))) digits += peek(2);
    out_ += "\\g{" + digits + "}";
    at_ += 1 + digits.size();
  }

  void escape(bool in_class) {
    if (at_ + 1 >= in_.size()) refuse("bad escape (end of pattern)", at_);
    const char c = peek(1);
    if (is_ascii_digit(c)) return number(in_class);
    if (c == 'x') return hexadecimal(2);
    if (c == 'u') return hexadecimal(4);
    if (c == 'U') return hexadecimal(8);
    if (c == 'N') return named();
    constexpr std::string_view kControls = "abfnrtv";
    constexpr std::string_view kMeant = "\a\b\f\n\r\t\v";
    const size_t control = kControls.find(c);
    if (control != std::string_view::npos && (c != 'b' || in_class)) {
      code_point(static_cast<unsigned char>(kMeant[control]));
    } else if (c == 'Z' && !in_class) {
      out_ += "\\z";
    } else if (is_letter(c)) {
      const std::string_view known = in_class ? "dDsSwW" : "AbBdDsSwW";
      if (known.find(c) == std::string_view::npos) refuse(fmt::format("bad escape \\{}", c), at_);
      out_ += '\\';
      out_ += c;
    } else {
      // A character of several bytes needs no escape, and PCRE2 would escape its first byte only.
      if (static_cast<unsigned char>(c) < 0x80) out_ += '\\';
      out_ += c;
    }
    at_ += 2;
  }

  void character_class() {
    const size_t begin = at_;
    out_ += in_[at_++];
    if (peek(0) == '^') out_ += in_[at_++];
    bool first = true;
    while (true) {
      if (at_ >= in_.size()) refuse("unterminated character set", begin);
      const char c = in_[at_];
      if (c == ']' && !first) break;
      first = false;
      if (c == '\\') {
        escape(true);
      } else if (c == '[' || c == ']') {  // literal; PCRE2 knows [:classes:]
        out_ += '\\';
        out_ += c;
        ++at_;
      } else {
        out_ += c;
        ++at_;
      }
    }
    out_ += in_[at_++];
  }

  // {,n} is {0,n} to Python.
  void repetition() {
    const size_t close = in_.find('}', at_);
    if (peek(1) == ',' && close != std::string_view::npos && close > at_ + 2) {
      const std::string_view most = in_.substr(at_ + 2, close - at_ - 2);
      if (most.find_first_not_of("0123456789") == std::string_view::npos) {
        out_ += "{0,";
        at_ += 2;
        return;
      }
    }
    out_ += in_[at_++];
  }

  void group() {
    if (peek(1) == '*') refuse("nothing to repeat", at_ + 1);
    if (peek(1) != '?') {
      out_ += in_[at_++];
      return;
    }
    const char c = peek(2);
    if (c == 'P') {
      if (peek(3) != '<' && peek(3) != '=') refuse("unknown extension ?P", at_ + 1);
    } else if (c == '<') {
      if (peek(3) != '=' && peek(3) != '!') refuse("unknown extension ?<", at_ + 1);
    } else if (std::string_view(":=!#(>").find(c) == std::string_view::npos || c == '\0') {
      inline_flags();
      return;
    }
    out_ += in_.substr(at_, 2);
    at_ += 2;
    if (c == '#') {
      const size_t close = in_.find(')', at_);
      if (close == std::string_view::npos) refuse("missing ), unterminated comment", at_ - 2);
      out_ += in_.substr(at_, close - at_);
      at_ = close;
    }
  }

  // (?im) for the whole pattern, which must stand at its start, or (?i-s:...).
  void inline_flags() {
    size_t end = at_ + 2;
    std::string flags;
    while (end < in_.size() && std::string_view("aiLmsux-").find(in_[end]) != std::string_view::npos) {
      if (in_[end] == 'L') refuse("the flag L is for bytes only", end);
      if (in_[end] != 'u' && in_[end] != 'a') flags += in_[end];
      ++end;
    }
    if (end >= in_.size() || (in_[end] != ')' && in_[end] != ':') || end == at_ + 2) {
      refuse("unknown extension", at_ + 1);
    }
    if (in_[end] == ')' && at_ != global_flags_end_) {
      refuse("global flags not at the start of the expression", at_);
    }
    out_ += "(?" + flags + in_[end];
    at_ = end + 1;
    if (in_[end] == ')') global_flags_end_ = at_;
  }

  std::string_view in_;
  size_t at_ = 0;
  size_t global_flags_end_ = 0;
  std::string out_;
};

}  // namespace

std::string translate_pattern(std::string_view pattern) {
  return Translator(pattern).translate();
}

}  // namespace gregale::expression::python
