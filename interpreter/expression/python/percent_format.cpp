// The % operator of strings.
#include <cmath>
#include <optional>

#include "core/big_integer.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/number_text.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

struct Conversion {
  bool left = false;
  bool zero = false;
  bool alternate = false;
  char sign = 0;
  int64_t width = 0;
  std::optional<int64_t> precision;
};

class PercentFormatter {
 public:
  PercentFormatter(std::string_view text, const Value& arguments) : text_(text), arguments_(arguments) {}

  std::string run() {
    while (position_ < text_.size()) {
      const size_t next = std::min(text_.find('%', position_), text_.size());
      out_ += text_.substr(position_, next - position_);
      position_ = next;
      if (position_ < text_.size()) {
        ++position_;
        conversion();
      }
      check_text_size(out_.size());
    }
    const bool all_used = arguments_.is_tuple() ? used_ >= arguments_.as_list().size()
                                                : used_ > 0 || arguments_.is_map() ||
                                                      (arguments_.is_list() && !arguments_.is_tuple());
    if (!all_used) throw TypeError("not all arguments converted during string formatting");
    return std::move(out_);
  }

 private:
  char peek() const {
    if (position_ >= text_.size()) throw ValueError("incomplete format");
    return text_[position_];
  }

  Value next_argument() {
    if (arguments_.is_tuple()) {
      if (used_ >= arguments_.as_list().size()) {
        throw TypeError("not enough arguments for format string");
      }
      return arguments_.as_list()[used_++];
    }
    if (used_++ > 0) throw TypeError("not enough arguments for format string");
    return arguments_;
  }

  int64_t number_or_star(bool& star_negative) {
    if (peek() == '*') {
      ++position_;
      const Value value = next_argument();
      if (!value.is_small_integer() && !value.is_boolean()) throw TypeError("* wants int");
      star_negative = value.as_integer() < 0;
      return check_size(star_negative ? -value.as_integer() : value.as_integer());
    }
    int64_t number = 0;
    while (peek() >= '0' && peek() <= '9') {
      number = check_size(number * 10 + (text_[position_++] - '0'));
    }
    return number;
  }

  static int64_t check_size(int64_t size) {
    if (size < 0 || size > static_cast<int64_t>(text_limit())) throw ValueError("width too big");
    return size;
  }

  void conversion() {
    std::optional<Value> keyed;
    if (peek() == '(') keyed = read_key();
    Conversion how;
    for (bool more = true; more;) {
      switch (peek()) {
        case '-':
          how.left = true;
          break;
        case '0':
          how.zero = true;
          break;
        case '#':
          how.alternate = true;
          break;
        case '+':
          how.sign = '+';
          break;
        case ' ':
          if (how.sign == 0) how.sign = ' ';
          break;
        default:
          more = false;
      }
      if (more) ++position_;
    }
    bool negative = false;
    how.width = number_or_star(negative);
    if (negative) how.left = true;
    if (peek() == '.') {
      ++position_;
      negative = false;
      how.precision = number_or_star(negative);
      if (negative) how.precision = 0;
    }
    while (peek() == 'l' || peek() == 'h' || peek() == 'L') ++position_;
    const char type = peek();
    ++position_;
    if (type == '%') {
      out_ += '%';
      return;
    }
    put(type, how, keyed ? *keyed : next_argument());
  }

  Value read_key() {
    if (!arguments_.is_map()) throw TypeError("format requires a mapping");
    int depth = 1;
    const size_t begin = ++position_;
    while (depth > 0) {
      if (position_ >= text_.size()) throw ValueError("incomplete format key");
      if (text_[position_] == '(') ++depth;
      if (text_[position_] == ')') --depth;
      ++position_;
    }
    const std::string_view key = text_.substr(begin, position_ - 1 - begin);
    const Value* found = arguments_.as_map().find(key);
    if (found == nullptr) throw KeyError("there is no key " + shown(key));
    used_ = 1;
    return *found;
  }

  void put(char type, const Conversion& how, const Value& value) {
    switch (type) {
      case 's':
        return put_text(how, str(value));
      case 'r':
        return put_text(how, repr(value));
      case 'a':
        return put_text(how, ascii(value));
      case 'c':
        return put_text(how, character(value));
      case 'd':
      case 'i':
      case 'u':
        return put_integer(type, how, value);
      case 'x':
      case 'X':
      case 'o':
        if (!value.is_integer() && !value.is_boolean()) {
          throw TypeError(std::string("%") + type + " format: an integer is required, not " +
                          std::string(type_name(value)));
        }
        return put_integer(type, how, value);
      case 'e':
      case 'E':
      case 'f':
      case 'F':
      case 'g':
      case 'G':
        return put_float(type, how, value);
      default:
        --position_;
        std::string code;
        size_t at = position_;
        append(code, decode(text_, at));
        throw ValueError("unsupported format character '" + code + "' at index " +
                         std::to_string(length(text_.substr(0, position_))));
    }
  }

  static std::string character(const Value& value) {
    if (value.is_string()) {
      if (length(value.as_string()) == 1) return value.as_string();
    } else if (value.is_small_integer() || value.is_boolean()) {
      if (value.as_integer() < 0 || value.as_integer() > 0x10FFFF) {
        throw OverflowError("%c arg not in range(0x110000)");
      }
      std::string text;
      append(text, static_cast<char32_t>(value.as_integer()));
      return text;
    }
    throw TypeError("%c requires int or char");
  }

  void put_integer(char type, const Conversion& how, const Value& value) {
    Value integer = value;
    if (value.is_float()) {
      integer = truncate_to_integer(value.as_float());
    } else if (!value.is_integer() && !value.is_boolean()) {
      throw TypeError(std::string("%") + type + " format: a real number is required, not " +
                      std::string(type_name(value)));
    }
    const unsigned base = type == 'x' || type == 'X' ? 16 : type == 'o' ? 8 : 10;
    std::string digits = digits_in_base(integer, base);
    if (how.precision && digits.size() < static_cast<size_t>(*how.precision)) {
      digits.insert(0, static_cast<size_t>(*how.precision) - digits.size(), '0');
    }
    std::string lead = sign(how, is_negative(integer));
    if (how.alternate && base != 10) lead += base == 16 ? "0x" : "0o";
    if (type == 'X') {
      digits = upper(digits);
      lead = upper(lead);
    }
    put_number(how, lead, digits);
  }

  void put_float(char type, const Conversion& how, const Value& value) {
    if (!value.is_number() && !value.is_boolean()) {
      throw TypeError("must be real number, not " + std::string(type_name(value)));
    }
    const double number = as_double(value);
    int precision = static_cast<int>(how.precision.value_or(6));
    if ((type == 'g' || type == 'G') && precision == 0) precision = 1;
    put_number(how, sign(how, std::signbit(number) && !std::isnan(number)),
               float_digits(number, type, precision, how.alternate));
  }

  static std::string sign(const Conversion& how, bool negative) {
    if (negative) return "-";
    return how.sign == 0 ? "" : std::string(1, how.sign);
  }

  void put_number(const Conversion& how, const std::string& lead, const std::string& digits) {
    const auto width = static_cast<size_t>(how.width);
    const size_t size = lead.size() + digits.size();
    const size_t missing = width > size ? width - size : 0;
    if (how.left) {
      out_ += lead + digits + std::string(missing, ' ');
    } else if (how.zero) {
      out_ += lead + std::string(missing, '0') + digits;
    } else {
      out_ += std::string(missing, ' ') + lead + digits;
    }
  }

  void put_text(const Conversion& how, std::string_view text) {
    if (how.precision) text = substring(text, 0, static_cast<size_t>(*how.precision));
    const auto width = static_cast<size_t>(how.width);
    const size_t size = length(text);
    const size_t missing = width > size ? width - size : 0;
    if (!how.left) out_.append(missing, ' ');
    out_ += text;
    if (how.left) out_.append(missing, ' ');
  }

  std::string_view text_;
  const Value& arguments_;
  std::string out_;
  size_t position_ = 0;
  size_t used_ = 0;
};

}  // namespace

std::string percent_format(std::string_view template_text, const Value& arguments) {
  return PercentFormatter(template_text, arguments).run();
}

}  // namespace gregale::expression::python
