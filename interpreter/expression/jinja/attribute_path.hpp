// The `attribute` argument of filters: "a.b.0", a number, or nothing (the item itself).
#pragma once

#include <vector>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

class AttributePath {
 public:
  // [attribute] null: the item itself. A [fallback] that is not null stands for what is undefined.
  explicit AttributePath(const Value& attribute, Value fallback = Value());
  // As sort takes it: "a,b" are two paths; null is one, the item itself.
  static std::vector<AttributePath> several(const Value& attribute);

  Value get(Runtime& runtime, const Value& item) const;
  // What to compare by: small letters unless [case_sensitive].
  Value key(Runtime& runtime, const Value& item, bool case_sensitive) const;

 private:
  List parts_;  // names, or integers
  Value fallback_;
};

}  // namespace gregale::expression::jinja
