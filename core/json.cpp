#include "core/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>

#include "core/big_integer.hpp"
#include "core/error.hpp"
#include "core/json_substitution.hpp"
#include "core/time.hpp"

namespace gregale::core {

namespace {

// What Python's json reads beyond JSON, and the number that stands for it while nlohmann's parser runs: one
// that nobody writes, which the parser hands on with its text.
struct SpecialNumber {
  std::string_view name;
  std::string_view stand_in;
  double value;
};
constexpr SpecialNumber kSpecialNumbers[] = {
    {"NaN", "1.0e-000000000000000000300", std::numeric_limits<double>::quiet_NaN()},
    {"-Infinity", "-1.0e-000000000000000000301", -std::numeric_limits<double>::infinity()},
    {"Infinity", "1.0e-000000000000000000301", std::numeric_limits<double>::infinity()},
};

// The text with stand-ins for special numbers outside its strings; none when it has none.
std::optional<std::string> without_special_numbers(std::string_view text) {
  if (text.find("NaN") == std::string_view::npos && text.find("Infinity") == std::string_view::npos) {
    return std::nullopt;
  }
  std::string result;
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    if (in_string && text[i] == '\\' && i + 1 < text.size()) {
      result += text.substr(i, 2);
      i += 2;
      continue;
    }
    if (text[i] == '"') in_string = !in_string;
    const auto* special =
        std::find_if(std::begin(kSpecialNumbers), std::end(kSpecialNumbers),
                     [&](const SpecialNumber& s) { return text.substr(i).starts_with(s.name); });
    if (in_string || special == std::end(kSpecialNumbers)) {
      result += text[i++];
    } else {
      result += special->stand_in;
      i += special->name.size();
    }
  }
  return result;
}

// Builds a Value from nlohmann's events: its own tree would lose big integers and the order of members.
class ValueBuilder {
 public:
  explicit ValueBuilder(size_t depth_limit) : depth_limit_(depth_limit) {}

  bool null() { return add(Value()); }
  bool boolean(bool value) { return add(Value(value)); }
  bool number_integer(int64_t value) { return add(Value(value)); }
  bool number_unsigned(uint64_t value) {
    return add(value <= INT64_MAX ? Value(static_cast<int64_t>(value)) : make_integer(BigInteger(value)));
  }
  bool number_float(double value, const std::string& text) {
    for (const SpecialNumber& special : kSpecialNumbers) {
      if (text == special.stand_in) return add(Value(special.value));
    }
    if (text.find_first_of(".eE") == std::string::npos) return add(parse_integer(text));
    return add(Value(value));
  }
  bool string(std::string& value) { return add(Value(std::move(value))); }
  bool binary(std::vector<uint8_t>&) { return false; }
  bool start_object(size_t) { return open(true); }
  bool key(std::string& key) {
    stack_.back().key = known_key(key);
    return true;
  }
  bool end_object() { return close(); }
  bool start_array(size_t) { return open(false); }
  bool end_array() { return close(); }
  bool parse_error(size_t position, const std::string&, const nlohmann::detail::exception& error) {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: ...; last read: '...'" without its
    // head, and without what was read, which may be a secret
    std::string_view text = error.what();
    const size_t head = text.find("] ");
    if (head != std::string_view::npos) text.remove_prefix(head + 2);
    text = text.substr(0, text.find("; last read: '"));
    throw Error(ErrorKind::invalid, fmt::format("not valid JSON at byte {}: {}", position, text));
  }

  Value take() { return std::move(result_); }

 private:
  struct Open {
    bool is_object;
    Value key;
    List items;
    Map members;
  };

  // Documents repeat few keys in many objects: those share their text.
  Value known_key(std::string& key) {
    constexpr size_t kMost = 1000;  // more are data rather than names
    const auto found = keys_.find(key);
    if (found != keys_.end()) return found->second;
    if (keys_.size() >= kMost) return Value(std::move(key));
    return keys_.emplace(key, Value(key)).first->second;
  }

  bool open(bool is_object) {
    if (stack_.size() >= depth_limit_) {
      throw Error(ErrorKind::limit, fmt::format("JSON nested deeper than {}", depth_limit_));
    }
    stack_.push_back(Open{is_object, {}, {}, {}});
    return true;
  }
  bool close() {
    Open done = std::move(stack_.back());
    stack_.pop_back();
    return add(done.is_object ? Value(std::move(done.members)) : Value(std::move(done.items)));
  }
  bool add(Value value) {
    if (stack_.empty()) {
      result_ = std::move(value);
    } else if (stack_.back().is_object) {
      stack_.back().members.set(std::move(stack_.back().key), std::move(value));
    } else {
      stack_.back().items.push_back(std::move(value));
    }
    return true;
  }

  size_t depth_limit_;
  std::vector<Open> stack_;
  std::unordered_map<std::string, Value> keys_;
  Value result_;
};

class Writer {
 public:
  Writer(std::string& out, int indent, JsonSubstitution* substitution = nullptr)
      : out_(out), indent_(indent), substitution_(substitution) {}

  void write(const Value& value) {
    const bool asked = substitution_ != nullptr && (value.is_string() || value.is_list() || value.is_map());
    if (asked && substitution_->instead(value, out_)) return;
    const size_t start = out_.size();
    write_itself(value);
    if (asked) substitution_->written(value, out_, start);
  }

  void write_string(std::string_view text) {
    out_ += '"';
    for (size_t i = 0; i < text.size(); ++i) {
      const size_t plain = plain_prefix(text.substr(i));
      out_.append(text, i, plain);
      i += plain;
      if (i == text.size()) break;
      const unsigned char c = static_cast<unsigned char>(text[i]);
      switch (c) {
        case '"':
          out_ += "\\\"";
          break;
        case '\\':
          out_ += "\\\\";
          break;
        case '\n':
          out_ += "\\n";
          break;
        case '\r':
          out_ += "\\r";
          break;
        case '\t':
          out_ += "\\t";
          break;
        case '\b':
          out_ += "\\b";
          break;
        case '\f':
          out_ += "\\f";
          break;
        default:
          if (c < 0x80) {
            fmt::format_to(std::back_inserter(out_), "\\u{:04x}", c);
          } else {
            i += write_multibyte(text.substr(i)) - 1;
          }
      }
    }
    out_ += '"';
  }

 private:
  // How many characters at the beginning stand for themselves.
  static size_t plain_prefix(std::string_view text) {
    const auto plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
    size_t length = 0;
    while (length < text.size() && plain(text[length])) ++length;
    return length;
  }

  void write_itself(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::null:
        out_ += "null";
        break;
      case Value::Kind::boolean:
        out_ += value.as_boolean() ? "true" : "false";
        break;
      case Value::Kind::integer:
        fmt::format_to(std::back_inserter(out_), "{}", value.as_integer());
        break;
      case Value::Kind::big_integer:
        out_ += integer_text(value);
        break;
      case Value::Kind::floating:
        write_float(value.as_float());
        break;
      case Value::Kind::string:
        write_string(value.as_string());
        break;
      case Value::Kind::list:
        write_all(value.as_list(), '[', ']', [&](const Value& item) { write(item); });
        break;
      case Value::Kind::set:
        write_all(value.as_set(), '[', ']', [&](const Map::Entry& entry) { write(entry.key); });
        break;
      case Value::Kind::map:
        write_all(value.as_map(), '{', '}', [&](const Map::Entry& entry) {
          write_key(entry.key);
          out_ += indent_ < 0 ? ":" : ": ";
          write(entry.value);
        });
        break;
      case Value::Kind::date_time:
        write_string(iso_local_text(value.local_microseconds(), true));
        break;
      case Value::Kind::time_span:
        write_float(static_cast<double>(value.as_time_span()) / 1e6);
        break;
      case Value::Kind::object:
        write_string(fmt::format("<{}>", value.as_object().type_name()));
        break;
    }
  }

  // One UTF-8 sequence; a lone surrogate as \uXXXX, a broken byte as U+FFFD. Returns the bytes consumed.
  size_t write_multibyte(std::string_view rest) {
    const auto byte = [&](size_t i) { return static_cast<unsigned char>(rest[i]); };
    const unsigned char lead = byte(0);
    const size_t length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
    bool whole = length != 0 && lead < 0xF5 && rest.size() >= length;
    for (size_t i = 1; whole && i < length; ++i) whole = (byte(i) & 0xC0) == 0x80;
    if (whole && length == 3) {
      const unsigned code = (lead & 0x0Fu) << 12 | (byte(1) & 0x3Fu) << 6 | (byte(2) & 0x3Fu);
      if (code >= 0xD800 && code <= 0xDFFF) {
        fmt::format_to(std::back_inserter(out_), "\\u{:04x}", code);
        return 3;
      }
      whole = code >= 0x800;
    }
    if (!whole) {
      out_ += "\xEF\xBF\xBD";
      return 1;
    }
    out_ += rest.substr(0, length);
    return length;
  }

  void write_float(double number) {
    if (std::isnan(number)) {
      out_ += "NaN";
    } else if (std::isinf(number)) {
      out_ += number < 0 ? "-Infinity" : "Infinity";
    } else {
      out_ += float_text(number);
    }
  }

  void write_key(const Value& key) {
    if (key.is_string()) {
      write_string(key.as_string());
      return;
    }
    std::string text;
    Writer(text, -1).write(key);
    write_string(text);
  }

  template <typename Range, typename WriteItem>
  void write_all(const Range& range, char open, char close, WriteItem write_item) {
    out_ += open;
    ++depth_;
    bool first = true;
    for (const auto& item : range) {
      if (!first) out_ += ',';
      first = false;
      new_line();
      write_item(item);
    }
    --depth_;
    if (!first) new_line();
    out_ += close;
  }

  void new_line() {
    if (indent_ < 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(indent_) * depth_, ' ');
  }

  std::string& out_;
  int indent_;
  JsonSubstitution* substitution_;
  size_t depth_ = 0;
};

}  // namespace

Value parse_json(std::string_view text, const JsonLimits& limits) {
  ValueBuilder builder(limits.depth);
  const std::optional<std::string> replaced = without_special_numbers(text);
  const std::string_view source = replaced ? std::string_view(*replaced) : text;
  nlohmann::json::sax_parse(source.begin(), source.end(), &builder);
  return builder.take();
}

std::string to_json(const Value& value, int indent) {
  std::string out;
  Writer(out, indent).write(value);
  return out;
}

void append_json(std::string& out, const Value& value, JsonSubstitution* substitution) {
  Writer(out, -1, substitution).write(value);
}

std::string quote_json(std::string_view text) {
  std::string out;
  Writer(out, -1).write_string(text);
  return out;
}

std::string float_text(double number) {
  if (std::isnan(number)) return "nan";
  if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
  // Shortest digits by to_chars in scientific form; then laid out as Python's repr does: plain notation
  // for exponents from -4 to 15.
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, number, std::chars_format::scientific).ptr;
  std::string_view text(buffer, static_cast<size_t>(end - buffer));
  std::string sign;
  if (text.front() == '-') {
    sign = "-";
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  int exponent = 0;
  const char* digits_of_exponent = text.data() + e + 1;
  if (*digits_of_exponent == '+') ++digits_of_exponent;
  std::from_chars(digits_of_exponent, text.data() + text.size(), exponent);
  std::string digits;
  for (char c : text.substr(0, e)) {
    if (c != '.') digits += c;
  }
  if (exponent >= -4 && exponent < 16) {
    if (exponent < 0) {
      return sign + "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
    }
    const size_t whole = static_cast<size_t>(exponent) + 1;
    if (digits.size() <= whole) return sign + digits + std::string(whole - digits.size(), '0') + ".0";
    return sign + digits.substr(0, whole) + "." + digits.substr(whole);
  }
  std::string mantissa = digits.substr(0, 1);
  if (digits.size() > 1) mantissa += "." + digits.substr(1);
  return fmt::format("{}{}e{}{:02}", sign, mantissa, exponent < 0 ? '-' : '+', std::abs(exponent));
}

}  // namespace gregale::core
