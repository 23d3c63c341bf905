// The text form: JSON, laid out for people. Members that have their default are left out, so it shows
// what is there and nothing else. Expressions are written as their text and parsed again when read.
#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <span>
#include <unordered_map>

#include "compiler/ir/fields.hpp"
#include "compiler/ir/refusal.hpp"
#include "compiler/ir/serialization.hpp"
#include "compiler/ir/validation.hpp"
#include "core/json.hpp"

namespace gregale::ir {

namespace {

using core::Value;

constexpr std::string_view kVersionKey = "gregale-ir";
constexpr size_t kLineWidth = 100;

// JSON knows no infinities and no NaN: {"$float": "inf"}. A map of the author's that has such a key is
// wrapped, so that it is not taken for one.
constexpr std::string_view kFloatKey = "$float";
constexpr std::string_view kMapKey = "$map";

Value to_json_data(const Value& value) {
  if (value.is_float() && !std::isfinite(value.as_float())) {
    return core::Map{{kFloatKey.data(), core::float_text(value.as_float())}};
  }
  if (value.is_list()) {
    core::List items;
    items.reserve(value.size());
    for (const Value& item : value.as_list()) items.push_back(to_json_data(item));
    return Value(std::move(items));
  }
  if (!value.is_map()) return value;
  core::Map map;
  map.reserve(value.size());
  for (const core::Map::Entry& entry : value.as_map()) map.set(entry.key, to_json_data(entry.value));
  const bool ambiguous = map.size() == 1 && (map.contains(kFloatKey) || map.contains(kMapKey));
  return ambiguous ? core::Map{{kMapKey.data(), Value(std::move(map))}} : Value(std::move(map));
}

Value from_json_data(const Value& value) {
  if (value.is_list()) {
    core::List items;
    items.reserve(value.size());
    for (const Value& item : value.as_list()) items.push_back(from_json_data(item));
    return Value(std::move(items));
  }
  if (!value.is_map()) return value;
  if (const Value* name = value.find(kFloatKey); name != nullptr && value.size() == 1) {
    for (double number : {std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity(),
                          std::numeric_limits<double>::quiet_NaN()}) {
      if (name->is_string() && core::float_text(number) == name->as_string()) return Value(number);
    }
    refuse("an unknown number");
  }
  const Value* wrapped = value.size() == 1 ? value.find(kMapKey) : nullptr;
  if (wrapped != nullptr && !wrapped->is_map()) refuse("a mapping was expected");
  core::Map map;
  for (const core::Map::Entry& entry : (wrapped == nullptr ? value : *wrapped).as_map()) {
    map.set(entry.key, from_json_data(entry.value));
  }
  return Value(std::move(map));
}

// Names are written as themselves, not by their number; they are unique.
using Names = std::vector<std::string>;

class TextWriter {
 public:
  explicit TextWriter(const Names& names) : names_(names) {}

  void number(std::string_view key, uint32_t value) {
    if (value != 0) set(key, Value(int64_t{value}));
  }
  void index(std::string_view key, Index value) {
    if (value != kNone) set(key, Value(int64_t{value}));
  }
  void name(std::string_view key, Index value) {
    if (value < names_.size()) set(key, Value(names_[value]));
  }
  void flag(std::string_view key, bool value) {
    if (value) set(key, Value(true));
  }
  void text(std::string_view key, const std::string& value) {
    if (!value.empty()) set(key, Value(value));
  }
  void value(std::string_view key, const Value& value) {
    if (!value.is_null()) set(key, to_json_data(value));
  }
  template <typename Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> names) {
    const auto number = static_cast<size_t>(value);
    if (number != 0) set(key, Value(names[number]));
  }
  void indices(std::string_view key, const std::vector<Index>& values) {
    core::List list;
    for (Index value : values) list.push_back(Value(int64_t{value}));
    if (!list.empty()) set(key, Value(std::move(list)));
  }
  void texts(std::string_view key, const std::vector<std::string>& values) {
    core::List list(values.begin(), values.end());
    if (!list.empty()) set(key, Value(std::move(list)));
  }
  template <typename T>
  void object(std::string_view key, const T& value) {
    TextWriter inner(names_);
    detail::fields(inner, value);
    if (!inner.map_.empty()) set(key, inner.finish());
  }
  template <typename T>
  void objects(std::string_view key, const std::vector<T>& values) {
    core::List list;
    for (const T& value : values) {
      TextWriter inner(names_);
      detail::fields(inner, value);
      list.push_back(inner.finish());
    }
    if (!list.empty()) set(key, Value(std::move(list)));
  }
  void expression(const grammar::Expression& value) { set("text", Value(value.text)); }

  void set(std::string_view key, Value value) { map_.set(Value(key), std::move(value)); }
  Value finish() { return Value(std::move(map_)); }

 private:
  const Names& names_;
  core::Map map_;
};

using NameIndex = std::unordered_map<std::string, Index>;

class TextReader {
 public:
  TextReader(const Value& value, const NameIndex& names) : value_(value), names_(names) {
    if (!value.is_map()) refuse(fmt::format("a mapping was expected, but there is {}", value.kind_name()));
  }

  void number(std::string_view key, uint32_t& value) {
    const Value* found = take(key);
    value = found == nullptr ? 0 : to_number(*found);
  }
  void index(std::string_view key, Index& value) {
    const Value* found = take(key);
    value = found == nullptr ? kNone : to_number(*found);
  }
  void name(std::string_view key, Index& value) {
    const Value* found = take(key);
    value = kNone;
    if (found == nullptr) return;
    const auto entry = names_.find(to_string(*found));
    if (entry == names_.end()) refuse(fmt::format("`{}` is not among the names", to_string(*found)));
    value = entry->second;
  }
  void flag(std::string_view key, bool& value) {
    const Value* found = take(key);
    if (found != nullptr && !found->is_boolean()) refuse(fmt::format("`{}` must be true or false", key));
    value = found != nullptr && found->as_boolean();
  }
  void text(std::string_view key, std::string& value) {
    const Value* found = take(key);
    value = found == nullptr ? std::string() : to_string(*found);
  }
  void value(std::string_view key, Value& value) {
    const Value* found = take(key);
    value = found == nullptr ? Value() : from_json_data(*found);
  }
  template <typename Enum>
  void choice(std::string_view key, Enum& value, std::span<const std::string_view> names) {
    const Value* found = take(key);
    size_t number = 0;
    if (found != nullptr) {
      const std::string& name = to_string(*found);
      while (number < names.size() && names[number] != name) ++number;
      if (number == names.size()) refuse(fmt::format("`{}` is unknown as `{}`", name, key));
    }
    value = static_cast<Enum>(number);
  }
  void indices(std::string_view key, std::vector<Index>& values) {
    for (const Value& item : items(key)) values.push_back(to_number(item));
  }
  void texts(std::string_view key, std::vector<std::string>& values) {
    for (const Value& item : items(key)) values.push_back(to_string(item));
  }
  template <typename T>
  void object(std::string_view key, T& value) {
    static const Value nothing = Value(core::Map());
    const Value* found = take(key);
    TextReader inner(found == nullptr ? nothing : *found, names_);
    detail::fields(inner, value);
    inner.finish();
  }
  template <typename T>
  void objects(std::string_view key, std::vector<T>& values) {
    for (const Value& item : items(key)) {
      TextReader inner(item, names_);
      detail::fields(inner, values.emplace_back());
      inner.finish();
    }
  }
  void expression(grammar::Expression& value) {
    std::string text;
    this->text("text", text);
    grammar::ParsedText parsed = grammar::parse_text(text);
    if (!parsed.expression) refuse(fmt::format("`{}` is not an expression", text));
    value = std::move(*parsed.expression);
  }

  const Value* take(std::string_view key) {
    const Value* found = value_.find(key);
    taken_ += found != nullptr;
    return found;
  }
  // Members that nobody has asked for are mistakes.
  void finish() const {
    if (taken_ != value_.size()) refuse("a member that is not known");
  }

 private:
  static Index to_number(const Value& value) {
    if (!value.is_small_integer() || value.as_integer() < 0 || value.as_integer() >= kNone) {
      refuse("a number was expected");
    }
    return static_cast<Index>(value.as_integer());
  }
  static const std::string& to_string(const Value& value) {
    if (!value.is_string()) refuse("a text was expected");
    return value.as_string();
  }
  const core::List& items(std::string_view key) {
    static const core::List nothing;
    const Value* found = take(key);
    if (found == nullptr) return nothing;
    if (!found->is_list()) refuse(fmt::format("`{}` must be a list", key));
    return found->as_list();
  }

  const Value& value_;
  const NameIndex& names_;
  size_t taken_ = 0;
};

// JSON in which whatever fits stands on one line.
class Layout {
 public:
  std::string write(const Value& value, size_t indent, size_t used) {
    const bool collection = (value.is_map() || value.is_list()) && value.size() > 0;
    if (!collection) return core::to_json(value);
    std::vector<std::string> parts;
    size_t width = 2;
    if (value.is_map()) {
      for (const core::Map::Entry& entry : value.as_map()) {
        std::string part = core::to_json(entry.key) + ": ";
        part += write(entry.value, indent + 2, part.size());
        width += part.size() + 2;
        parts.push_back(std::move(part));
      }
    } else {
      for (const Value& item : value.as_list()) {
        parts.push_back(write(item, indent + 2, 0));
        width += parts.back().size() + 2;
      }
    }
    const bool one_line = indent + used + width <= kLineWidth;
    const std::string separator = one_line ? ", " : ",\n" + std::string(indent + 2, ' ');
    std::string result(1, value.is_map() ? '{' : '[');
    if (!one_line) result += "\n" + std::string(indent + 2, ' ');
    for (size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) result += separator;
      result += parts[i];
    }
    if (!one_line) result += "\n" + std::string(indent, ' ');
    return result + (value.is_map() ? '}' : ']');
  }
};

}  // namespace

std::string to_text(const Program& program) {
  TextWriter writer(program.names);
  writer.set(kVersionKey, Value(int64_t{Program::kVersion}));
  detail::fields(writer, program);
  return Layout().write(writer.finish(), 0, 0) + "\n";
}

Program from_text(std::string_view text) {
  const Value document = core::parse_json(text, {.depth = 700});
  NameIndex names;
  if (const Value* list = document.find("names"); list != nullptr && list->is_list()) {
    for (const Value& name : list->as_list()) {
      if (name.is_string()) names.emplace(name.as_string(), static_cast<Index>(names.size()));
    }
  }
  TextReader reader(document, names);
  uint32_t version = 0;
  reader.number(kVersionKey, version);
  if (version != Program::kVersion) {
    refuse(fmt::format("its version is {}, this Gregale reads version {}", version, Program::kVersion));
  }
  Program program;
  detail::fields(reader, program);
  reader.finish();
  validate(program);
  return program;
}

}  // namespace gregale::ir
