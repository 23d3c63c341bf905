// The `attribute` argument of filters: "a.b.0", a number, or nothing (the item itself).
#pragma once

#include <vector>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

// Whether the text is ASCII without capitals, so that its small letters are itself.
inline bool is_small(std::string_view text) noexcept {
  unsigned char other = 0;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    other |=
        static_cast<unsigned char>((byte & 0x80) | (static_cast<unsigned char>(byte - 'A') < 26 ? 1 : 0));
  }
  return other == 0;
}
Value small_letters(const Value& text);

// Used by one thread at a time.
class AttributePath {
 public:
  // [attribute] null: the item itself. A [fallback] that is not null stands for what is undefined.
  explicit AttributePath(const Value& attribute, Value fallback = Value());
  // As sort takes it: "a,b" are two paths; null is one, the item itself.
  static std::vector<AttributePath> several(const Value& attribute);

  // Where the value lies in the item, or [made] when it had to be made.
  const Value& find(Runtime& runtime, const Value& item, Value& made) const {
    if (parts_.size() == 1 && item.is_map() && !runtime.anything_changed()) {
      if (const Value* member = parts_.front().find_known(item.as_map())) return *member;
    }
    return find_any(runtime, item, made);
  }
  Value get(Runtime& runtime, const Value& item) const {
    Value made;
    const Value& found = find(runtime, item, made);
    if (&found != &made) return found;
    return made;
  }
  // What to compare by, where it lies or in [made]: small letters unless [case_sensitive].
  const Value& key(Runtime& runtime, const Value& item, bool case_sensitive, Value& made) const {
    const Value& value = find(runtime, item, made);
    if (case_sensitive || !value.is_string() || is_small(value.as_string())) return value;
    return made = small_letters(value);
  }

 private:
  struct Part {
    Value name;                  // or an integer
    mutable Value known = {};    // the key that the map before had for it
    mutable uint32_t guess = 0;  // and where

    // The member if this map has the very same key at the same place, as those of one document mostly do.
    const Value* find_known(const core::Map& map) const noexcept {
      if (guess >= map.size() || !known.is_string()) return nullptr;
      const core::Map::Entry& entry = map.at(guess);
      const bool same = entry.key.is_string() && &entry.key.as_string() == &known.as_string();
      return same ? &entry.value : nullptr;
    }
    const Value* find(const core::Map& map) const noexcept;
  };
  const Value& find_any(Runtime& runtime, const Value& item, Value& made) const;

  std::vector<Part> parts_;
  Value fallback_;
};

}  // namespace gregale::expression::jinja
