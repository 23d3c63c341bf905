// The `attribute` argument of filters: "a.b.0", a number, or nothing (the item itself).
#pragma once

#include <vector>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

// Used by one thread at a time.
class AttributePath {
 public:
  // [attribute] null: the item itself. A [fallback] that is not null stands for what is undefined.
  explicit AttributePath(const Value& attribute, Value fallback = Value());
  // As sort takes it: "a,b" are two paths; null is one, the item itself.
  static std::vector<AttributePath> several(const Value& attribute);

  // Where the value lies in the item, or [made] when it had to be made.
  const Value& find(Runtime& runtime, const Value& item, Value& made) const;
  Value get(Runtime& runtime, const Value& item) const {
    Value made;
    const Value& found = find(runtime, item, made);
    if (&found != &made) return found;
    return made;
  }
  // What to compare by: small letters unless [case_sensitive].
  Value key(Runtime& runtime, const Value& item, bool case_sensitive) const;

 private:
  struct Part {
    Value name;                  // or an integer
    mutable uint32_t guess = 0;  // where the map before had it
  };
  std::vector<Part> parts_;
  Value fallback_;
};

// Whether the text is ASCII without capitals, so that its small letters are itself.
bool is_small(std::string_view text);

}  // namespace gregale::expression::jinja
