// str.format and the format specification language.
#include <algorithm>
#include <cmath>
#include <optional>

#include "core/big_integer.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/date_time.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/number_text.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

// [[fill]align][sign][z][#][0][width][grouping][.precision][type]
struct Specification {
  char32_t fill = ' ';
  char align = 0;  // < > ^ = or none
  char sign = '-';
  bool no_negative_zero = false;
  bool alternate = false;
  size_t width = 0;
  char grouping = 0;  // , or _ or none
  std::optional<int> precision;
  char32_t type = 0;
};

bool is_align(char32_t c) {
  return c == '<' || c == '>' || c == '^' || c == '=';
}

size_t read_number(std::u32string_view text, size_t& position) {
  size_t number = 0;
  while (position < text.size() && digit_value(text[position]) >= 0) {
    number = number * 10 + static_cast<size_t>(digit_value(text[position++]));
    if (number > text_limit()) throw ValueError("Too many decimal digits in format string");
  }
  return number;
}

Specification parse_specification(std::string_view utf8, const Value& value) {
  const std::u32string text = to_code_points(utf8);
  Specification result;
  size_t i = 0;
  const auto at = [&](size_t k) -> char32_t { return k < text.size() ? text[k] : 0; };
  bool fill_given = false;
  if (is_align(at(1)) && text.size() > 1) {
    result.fill = text[0];
    result.align = static_cast<char>(text[1]);
    fill_given = true;
    i = 2;
  } else if (is_align(at(0))) {
    result.align = static_cast<char>(text[i++]);
  }
  if (at(i) == '+' || at(i) == '-' || at(i) == ' ') result.sign = static_cast<char>(text[i++]);
  if (at(i) == 'z') {
    result.no_negative_zero = true;
    ++i;
  }
  if (at(i) == '#') {
    result.alternate = true;
    ++i;
  }
  if (!fill_given && at(i) == '0') {
    result.fill = '0';
    if (result.align == 0 && !value.is_string()) result.align = '=';
    ++i;
  }
  result.width = read_number(text, i);
  if (at(i) == ',' || at(i) == '_') {
    result.grouping = static_cast<char>(text[i++]);
    if (at(i) == ',' || at(i) == '_') throw ValueError("Cannot specify both ',' and '_'.");
  }
  if (at(i) == '.') {
    ++i;
    if (digit_value(at(i)) < 0) throw ValueError("Format specifier missing precision");
    result.precision = static_cast<int>(std::min<size_t>(read_number(text, i), 1u << 30));
  }
  if (text.size() - i > 1) {
    throw ValueError("Invalid format specifier '" + std::string(utf8) + "' for object of type '" +
                     std::string(type_name(value)) + "'");
  }
  if (i < text.size()) result.type = text[i];
  return result;
}

[[noreturn]] void unknown_type(const Specification& specification, const Value& value) {
  std::string code;
  append(code, specification.type);
  throw ValueError("Unknown format code '" + code + "' for object of type '" + std::string(type_name(value)) +
                   "'");
}

// [lead] (sign and prefix) and [body] laid out in the width.
std::string lay_out(const Specification& specification, std::string_view lead, std::string_view body,
                    char default_align) {
  const size_t size = length(lead) + length(body);
  const size_t missing = specification.width > size ? specification.width - size : 0;
  const char align = specification.align != 0 ? specification.align : default_align;
  const size_t left = align == '<' ? 0 : align == '^' ? missing / 2 : missing;
  std::string out;
  const auto pad = [&](size_t count) {
    for (size_t i = 0; i < count; ++i) append(out, specification.fill);
  };
  if (align == '=') {
    out += lead;
    pad(missing);
    out += body;
    return out;
  }
  pad(left);
  out += lead;
  out += body;
  pad(missing - left);
  return out;
}

// Digits before the point, grouped and, where zeros pad, filled up to the width.
std::string grouped(const Specification& specification, std::string digits, size_t group,
                    size_t other_width) {
  if (specification.grouping == 0) return digits;
  if (specification.fill == '0' && specification.align == '=') {
    while (group_digits(digits, specification.grouping, group).size() + other_width < specification.width) {
      digits.insert(digits.begin(), '0');
    }
  }
  return group_digits(digits, specification.grouping, group);
}

std::string sign_of(const Specification& specification, bool negative) {
  if (negative) return "-";
  return specification.sign == '-' ? "" : std::string(1, specification.sign);
}

std::string format_float(double number, Specification specification, const Value& value) {
  const char32_t type = specification.type;
  std::string suffix;
  std::string digits;
  bool negative = std::signbit(number) && !std::isnan(number);
  const int precision = specification.precision.value_or(6);
  if (type == 0 && !specification.precision) {
    digits = repr(Value(std::fabs(number)));
  } else if (type == 0) {
    // Like g, but with at least one digit behind the point, and an exponent from `precision` on.
    digits = float_digits(number, 'g', std::max(precision, 1), specification.alternate);
    const bool whole_number = std::isfinite(number) && digits.find_first_of(".e") == std::string::npos;
    if (whole_number && digits.size() >= static_cast<size_t>(std::max(precision, 1))) {
      digits = float_digits(number, 'e', std::max(precision, 1) - 1, false);
      const size_t e = digits.find('e');
      std::string mantissa = digits.substr(0, e);
      if (mantissa.find('.') != std::string::npos) {
        while (mantissa.back() == '0') mantissa.pop_back();
        if (mantissa.back() == '.') mantissa.pop_back();
      }
      digits = mantissa + digits.substr(e);
    } else if (whole_number) {
      digits += ".0";
    }
  } else if (type == '%') {
    digits = float_digits(number * 100, 'f', precision, specification.alternate);
    suffix = "%";
  } else if (type < 0x80 &&
             std::string_view("eEfFgGn").find(static_cast<char>(type)) != std::string_view::npos) {
    const char code = type == 'n' ? 'g' : static_cast<char>(type);
    const bool general = code == 'g' || code == 'G';
    digits =
        float_digits(number, code, general ? std::max(precision, 1) : precision, specification.alternate);
  } else {
    unknown_type(specification, value);
  }
  if (specification.no_negative_zero && negative &&
      digits.find_first_of("123456789in") == std::string::npos) {
    negative = false;
  }
  const std::string sign = sign_of(specification, negative);
  size_t whole = 0;
  while (whole < digits.size() && digits[whole] >= '0' && digits[whole] <= '9') ++whole;
  const std::string rest = digits.substr(whole) + suffix;
  const std::string body =
      grouped(specification, digits.substr(0, whole), 3, sign.size() + rest.size()) + rest;
  return lay_out(specification, sign, body, '>');
}

std::string format_integer(const Value& value, const Specification& specification) {
  const char32_t type = specification.type == 'n' ? 'd' : specification.type;
  if (type < 0x80 && type != 0 &&
      std::string_view("eEfFgG%").find(static_cast<char>(type)) != std::string_view::npos) {
    return format_float(as_double(value), specification, value);
  }
  if (specification.precision) {
    throw ValueError("Precision not allowed in integer format specifier");
  }
  if (type == 'c') {
    const int64_t code = value.is_small_integer() || value.is_boolean() ? value.as_integer() : -1;
    if (code < 0 || code > 0x10FFFF) throw OverflowError("%c arg not in range(0x110000)");
    std::string text;
    append(text, static_cast<char32_t>(code));
    return lay_out(specification, "", text, '<');
  }
  unsigned base = 10;
  std::string prefix;
  if (type == 'x' || type == 'X') {
    base = 16;
    prefix = type == 'x' ? "0x" : "0X";
  } else if (type == 'o') {
    base = 8;
    prefix = "0o";
  } else if (type == 'b') {
    base = 2;
    prefix = "0b";
  } else if (type != 0 && type != 'd') {
    unknown_type(specification, value);
  }
  if (specification.grouping == ',' && base != 10) {
    throw ValueError("Cannot specify ',' with this format code.");
  }
  std::string digits = digits_in_base(value, base);
  if (type == 'X') digits = upper(digits);
  std::string lead = sign_of(specification, is_negative(value));
  if (specification.alternate) lead += prefix;
  digits = grouped(specification, digits, base == 10 ? 3 : 4, lead.size());
  return lay_out(specification, lead, digits, '>');
}

std::string format_text(const Value& value, std::string_view text, const Specification& specification) {
  if (specification.type != 0 && specification.type != 's') unknown_type(specification, value);
  if (specification.sign != '-') {
    throw ValueError("Sign not allowed in string format specifier");
  }
  if (specification.align == '=') {
    throw ValueError("'=' alignment not allowed in string format specifier");
  }
  if (specification.grouping != 0) throw ValueError("Cannot specify ',' with 's'.");
  if (specification.precision) {
    text = substring(text, 0, static_cast<size_t>(*specification.precision));
  }
  return lay_out(specification, "", text, '<');
}

// str.format's template language: {name.attribute[item]!conversion:specification}.
class Formatter {
 public:
  Formatter(const List& args, const Map& kwargs, const FieldAccess& access)
      : args_(args), kwargs_(kwargs), access_(access) {}

  std::string format(std::string_view text, int depth) {
    if (depth < 0) throw ValueError("Max string recursion exceeded");
    std::string out;
    for (size_t i = 0; i < text.size();) {
      const char c = text[i];
      const bool doubled = i + 1 < text.size() && text[i + 1] == c;
      if ((c == '{' || c == '}') && doubled) {
        out += c;
        i += 2;
      } else if (c == '}') {
        throw ValueError("Single '}' encountered in format string");
      } else if (c == '{') {
        out += field(text, i, depth);
        check_text_size(out.size());
      } else {
        out += c;
        ++i;
      }
    }
    return out;
  }

 private:
  // The replacement field that opens at [position], which moves behind it.
  std::string field(std::string_view text, size_t& position, int depth) {
    const size_t begin = ++position;
    int open = 1;
    size_t end = begin;
    bool in_bracket = false;
    for (; end < text.size(); ++end) {
      const char c = text[end];
      if (c == '[' && open == 1) in_bracket = true;
      if (c == ']') in_bracket = false;
      if (in_bracket) continue;
      if (c == '{') ++open;
      if (c == '}' && --open == 0) break;
    }
    if (end >= text.size()) {
      throw ValueError(begin >= text.size() ? "Single '{' encountered in format string"
                                            : "expected '}' before end of string");
    }
    const std::string_view inside = text.substr(begin, end - begin);
    position = end + 1;
    const size_t name_end = find_name_end(inside);
    Value value = look_up(inside.substr(0, name_end));
    std::string_view rest = inside.substr(name_end);
    if (!rest.empty() && rest.front() == '!') {
      if (rest.size() < 2 || (rest.size() > 2 && rest[2] != ':')) {
        throw ValueError("expected ':' after conversion specifier");
      }
      value = convert(value, rest[1]);
      rest.remove_prefix(2);
    }
    if (!rest.empty()) rest.remove_prefix(1);  // the colon
    const std::string specification =
        rest.find_first_of("{}") == std::string_view::npos ? std::string(rest) : format(rest, depth - 1);
    return format_value(value, specification);
  }

  static size_t find_name_end(std::string_view inside) {
    bool in_bracket = false;
    for (size_t i = 0; i < inside.size(); ++i) {
      if (inside[i] == '[') in_bracket = true;
      if (inside[i] == ']') in_bracket = false;
      if (!in_bracket && (inside[i] == '!' || inside[i] == ':')) return i;
      if (!in_bracket && inside[i] == '{') throw ValueError("unexpected '{' in field name");
    }
    return inside.size();
  }

  static Value convert(const Value& value, char conversion) {
    if (conversion == 'r') return Value(repr(value));
    if (conversion == 's') return Value(str(value));
    if (conversion == 'a') return Value(ascii(value));
    throw ValueError(std::string("Unknown conversion specifier ") + conversion);
  }

  // A name that is a number stands for that integer.
  static std::optional<int64_t> as_index(std::string_view name) {
    if (name.empty() || name.size() > 18) return std::nullopt;
    int64_t number = 0;
    for (char c : name) {
      if (c < '0' || c > '9') return std::nullopt;
      number = number * 10 + (c - '0');
    }
    return number;
  }

  Value look_up(std::string_view name) {
    const size_t first_end = std::min(name.find_first_of(".["), name.size());
    Value value = argument(name.substr(0, first_end));
    for (size_t i = first_end; i < name.size();) {
      if (name[i] == '.') {
        const size_t end = std::min(name.find_first_of(".[", i + 1), name.size());
        if (end == i + 1) throw ValueError("Empty attribute in format string");
        value = reach(value, Value(name.substr(i + 1, end - i - 1)), true);
        i = end;
      } else if (name[i] == '[') {
        const size_t end = name.find(']', i + 1);
        if (end == std::string_view::npos) throw ValueError("Missing ']' in format string");
        if (end == i + 1) throw ValueError("Empty attribute in format string");
        const std::string_view key = name.substr(i + 1, end - i - 1);
        const auto index = as_index(key);
        value = reach(value, index ? Value(*index) : Value(key), false);
        i = end + 1;
      } else {
        throw ValueError("Only '.' or '[' may follow ']' in format field specifier");
      }
    }
    return value;
  }

  Value argument(std::string_view name) {
    if (name.empty()) {
      if (numbering_ == Numbering::manual) {
        throw ValueError("cannot switch from manual field specification to automatic field numbering");
      }
      numbering_ = Numbering::automatic;
      return positional(next_++);
    }
    if (const auto index = as_index(name)) {
      if (numbering_ == Numbering::automatic) {
        throw ValueError("cannot switch from automatic field numbering to manual field specification");
      }
      numbering_ = Numbering::manual;
      return positional(*index);
    }
    const Value* found = kwargs_.find(name);
    if (found == nullptr) throw KeyError("there is no key " + shown(name));
    return *found;
  }

  Value positional(int64_t index) {
    if (static_cast<uint64_t>(index) >= args_.size()) {
      throw IndexError("Replacement index " + std::to_string(index) +
                       " out of range for positional args tuple");
    }
    return args_[static_cast<size_t>(index)];
  }

  Value reach(const Value& object, const Value& name, bool is_attribute) {
    if (access_) return access_(object, name, is_attribute);
    if (is_attribute) {
      throw AttributeError("'" + std::string(type_name(object)) + "' object has no attribute " + shown(name));
    }
    if (object.is_map()) {
      const Value* found = object.as_map().find(name);
      if (found == nullptr) throw KeyError("there is no key " + shown(name));
      return *found;
    }
    if (object.is_list() && name.is_small_integer()) {
      const List& items = object.as_list();
      if (static_cast<uint64_t>(name.as_integer()) >= items.size()) {
        throw IndexError("list index out of range");
      }
      return items[static_cast<size_t>(name.as_integer())];
    }
    throw TypeError("'" + std::string(type_name(object)) + "' object is not subscriptable by " + shown(name));
  }

  enum class Numbering { unknown, automatic, manual };

  const List& args_;
  const Map& kwargs_;
  const FieldAccess& access_;
  Numbering numbering_ = Numbering::unknown;
  int64_t next_ = 0;
};

}  // namespace

std::string format_value(const Value& value, std::string_view specification_text) {
  if (specification_text.empty()) return str(value);
  if (value.is_string() || value.is_boolean() || value.is_number()) {
    const Specification specification = parse_specification(specification_text, value);
    if (value.is_string()) return format_text(value, value.as_string(), specification);
    if (value.is_float()) return format_float(value.as_float(), specification, value);
    return format_integer(value, specification);
  }
  if (value.is_date_time()) return format_date_time(value, specification_text);
  throw TypeError("unsupported format string passed to " + std::string(type_name(value)) + ".__format__");
}

Value format(const Value& format_string, const List& args, const Map& kwargs, const FieldAccess& access) {
  return Value(Formatter(args, kwargs, access).format(format_string.as_string(), 2));
}

}  // namespace gregale::expression::python
