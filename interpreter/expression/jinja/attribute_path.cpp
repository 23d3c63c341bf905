#include "interpreter/expression/jinja/attribute_path.hpp"

#include <algorithm>

#include "core/big_integer.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
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

Value small_letters(const Value& text) {
  return Value(python::lower(text.as_string()));
}

AttributePath::AttributePath(const Value& attribute, Value fallback) : fallback_(std::move(fallback)) {
  if (attribute.is_null()) return;
  require_defined(attribute);
  if (attribute.is_string()) {
    for (Value& name : parse_path(attribute.as_string())) parts_.push_back({std::move(name)});
  } else {
    parts_.push_back({attribute});
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

const Value* AttributePath::Part::find(const Map& map) const noexcept {
  const Value* member = map.find(name.as_string(), guess);
  if (member != nullptr) known = map.at(guess).key;
  return member;
}

const Value& AttributePath::find_any(Runtime& runtime, const Value& item, Value& made) const {
  const Value* at = &item;
  for (const Part& part : parts_) {
    // The usual case first: the member of a map.
    if (part.name.is_string()) {
      const Value& now = runtime.current(*at);
      const Value* member = now.is_map() ? part.find(now.as_map()) : nullptr;
      if (member != nullptr && at != &made) {
        at = member;
        continue;
      }
    }
    Value found = get_item(runtime, *at, part.name);
    if (is_undefined(found) && !fallback_.is_null()) found = fallback_;
    made = std::move(found);
    at = &made;
  }
  return *at;
}

}  // namespace gregale::expression::jinja
