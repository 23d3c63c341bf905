#include "interpreter/expression/python/data_formats.hpp"

#include <fmt/format.h>

#include <cmath>

#include "core/big_integer.hpp"
#include "core/json.hpp"
#include "core/time.hpp"
#include "grammar/yaml.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/steps.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

constexpr uint64_t kStepsOfValue = 2;  // written
constexpr size_t kBytesOfStep = 4;     // of JSON that is read

class JsonWriter {
 public:
  JsonWriter(const std::optional<std::string>& indent, bool ensure_ascii)
      : indent_(indent), ensure_ascii_(ensure_ascii) {}

  std::string write(const Value& value) {
    value_of(value, 0);
    return std::move(out_);
  }

 private:
  void value_of(const Value& value, size_t depth) {
    work(kStepsOfValue);
    check_text_size(out_.size());
    if (depth > kNestingLimit) throw ValueError("the value is nested too deeply for JSON");
    switch (value.kind()) {
      case Value::Kind::null:
        out_ += "null";
        break;
      case Value::Kind::boolean:
        out_ += value.as_boolean() ? "true" : "false";
        break;
      case Value::Kind::integer:
      case Value::Kind::big_integer:
        out_ += core::integer_text(value);
        break;
      case Value::Kind::floating:
        out_ += number(value.as_float());
        break;
      case Value::Kind::string:
        quoted(value.as_string());
        break;
      case Value::Kind::list:
        array(value.as_list(), depth);
        break;
      case Value::Kind::set: {
        core::List members;
        for (const core::Map::Entry& entry : value.as_set()) members.push_back(entry.key);
        array(members, depth);
        break;
      }
      case Value::Kind::map:
        object(value.as_map(), depth);
        break;
      case Value::Kind::date_time:
        quoted(core::iso_local_text(value.local_microseconds(), true));
        break;
      default:
        throw ValueError(fmt::format("{} cannot be written as JSON", a_kind(value)));
    }
  }

  static std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    return core::float_text(value);
  }

  void new_line(size_t depth) {
    if (!indent_) return;
    out_ += '\n';
    check_text_size(out_.size() + depth * indent_->size());
    for (size_t i = 0; i < depth; ++i) out_ += *indent_;
  }
  void separator(bool first, size_t depth) {
    if (!first) out_ += indent_ ? "," : ", ";
    new_line(depth + 1);
  }

  void array(const core::List& items, size_t depth) {
    if (items.empty()) {
      out_ += "[]";
      return;
    }
    out_ += '[';
    for (size_t i = 0; i < items.size(); ++i) {
      separator(i == 0, depth);
      value_of(items[i], depth + 1);
    }
    new_line(depth);
    out_ += ']';
  }

  void object(const core::Map& map, size_t depth) {
    if (map.empty()) {
      out_ += "{}";
      return;
    }
    out_ += '{';
    bool first = true;
    for (const core::Map::Entry& entry : map) {
      separator(first, depth);
      first = false;
      key(entry.key);
      out_ += ": ";
      value_of(entry.value, depth + 1);
    }
    new_line(depth);
    out_ += '}';
  }

  void key(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::string:
        return quoted(value.as_string());
      case Value::Kind::null:
      case Value::Kind::boolean:
      case Value::Kind::integer:
      case Value::Kind::big_integer:
      case Value::Kind::floating:
        out_ += '"';
        value_of(value, 0);
        out_ += '"';
        return;
      default:
        throw ValueError(fmt::format("{} cannot be a key in JSON", a_kind(value)));
    }
  }

  void quoted(std::string_view text) {
    work_on_text(text.size());
    if (!ensure_ascii_) {
      out_ += core::quote_json(text);
      return;
    }
    out_ += '"';
    for (size_t at = 0; at < text.size();) {
      const char32_t c = decode(text, at);
      constexpr std::string_view kMarks = "\"\\\n\r\t\f\b";
      constexpr std::string_view kNames = "\"\\nrtfb";
      const size_t simple = c < 0x80 ? kMarks.find(static_cast<char>(c)) : std::string_view::npos;
      if (simple != std::string_view::npos) {
        out_ += '\\';
        out_ += kNames[simple];
      } else if (c >= ' ' && c <= '~') {
        out_ += static_cast<char>(c);
      } else if (c >= 0x10000) {
        const uint32_t offset = static_cast<uint32_t>(c) - 0x10000;
        out_ += fmt::format("\\u{:04x}\\u{:04x}", 0xD800 + (offset >> 10), 0xDC00 + (offset & 0x3FF));
      } else {
        out_ += fmt::format("\\u{:04x}", static_cast<uint32_t>(c));
      }
    }
    out_ += '"';
  }

  const std::optional<std::string>& indent_;
  bool ensure_ascii_;
  std::string out_;
};

}  // namespace

std::string dump_json(const Value& value, const std::optional<std::string>& indent, bool ensure_ascii) {
  return JsonWriter(indent, ensure_ascii).write(value);
}

Value parse_json(std::string_view text) {
  work(text.size() / kBytesOfStep);
  try {
    return core::parse_json(text);
  } catch (const core::Error& error) {
    throw ValueError(fmt::format("not JSON: {}", error.what()));
  }
}

Value parse_yaml(std::string_view text) {
  work(text.size());
  try {
    grammar::YamlLimits limits;
    limits.sets = true;
    return grammar::load_yaml(text, limits);
  } catch (const core::Error& error) {
    throw ValueError(fmt::format("not YAML: {}", error.what()));
  }
}

}  // namespace gregale::expression::python
