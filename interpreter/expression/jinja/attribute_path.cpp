#include "interpreter/expression/jinja/attribute_path.hpp"

#include <algorithm>

#include "core/big_integer.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

List parse_path(std::string_view text) {
  List parts;
  while (true) {
    const size_t dot = text.find('.');
    const std::string_view part = text.substr(0, dot);
    parts.push_back(all_digits(part) ? core::parse_integer(part) : Value(part));
    if (dot == std::string_view::npos) return parts;
    text.remove_prefix(dot + 1);
  }
}

}  // namespace

AttributePath::AttributePath(const Value& attribute, Value fallback)
    : fallback_(std::move(fallback)) {
  if (attribute.is_null()) return;
  require_defined(attribute);
  if (attribute.is_string()) {
    parts_ = parse_path(attribute.as_string());
  } else {
    parts_.push_back(attribute);
  }
}

std::vector<AttributePath> AttributePath::several(const Value& attribute) {
  std::vector<AttributePath> paths;
  if (!attribute.is_string()) {
    paths.emplace_back(attribute);
    return paths;
  }
  std::string_view rest = attribute.as_string();
  while (true) {
    const size_t comma = rest.find(',');
    paths.emplace_back(Value(rest.substr(0, comma)));
    if (comma == std::string_view::npos) return paths;
    rest.remove_prefix(comma + 1);
  }
}

Value AttributePath::get(Runtime& runtime, const Value& item) const {
  if (parts_.empty()) return item;
  Value value = item;
  for (const Value& part : parts_) {
    // The usual case first: the member of a map.
    const Value* member = nullptr;
    if (part.is_string()) {
      const Value& now = runtime.current(value);
      if (now.is_map()) member = now.as_map().find(std::string_view(part.as_string()));
    }
    Value next = member != nullptr ? *member : get_item(runtime, value, part);
    if (!fallback_.is_null() && is_undefined(next)) next = fallback_;
    value = std::move(next);
  }
  return value;
}

Value AttributePath::key(Runtime& runtime, const Value& item, bool case_sensitive) const {
  Value value = get(runtime, item);
  if (case_sensitive || !value.is_string()) return value;
  return Value(python::lower(value.as_string()));
}

}  // namespace gregale::expression::jinja
