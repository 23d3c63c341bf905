// Values as Python prints them, and Python's two ways of formatting text.
//
// All functions throw core::Error: TypeError, ValueError, KeyError, IndexError or AttributeError
// (errors.hpp) where Python does, Error(limit) for text beyond text_limit() or nesting beyond
// kNestingLimit.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::expression::python {

using core::List;
using core::Map;
using core::Value;

// Bytes that a text made by one operation may have. It holds for the thread, not for a call, since texts are
// made deep within each other by rules that know of no evaluation.
size_t text_limit() noexcept;
// Sets the limit while it lives.
class TextLimit {
 public:
  explicit TextLimit(size_t bytes) noexcept;
  ~TextLimit();
  TextLimit(const TextLimit&) = delete;
  TextLimit& operator=(const TextLimit&) = delete;

 private:
  size_t before_;
};
// Throws Error(limit) for a text of so many bytes.
void check_text_size(size_t bytes);
// Containers within each other that can be printed; Python's own limit is about the same.
inline constexpr size_t kNestingLimit = 900;

// An object of the expression languages that knows how it is printed. Others print as <type name>.
class Printable : public core::Object {
 public:
  virtual std::string repr() const = 0;
  virtual std::string str() const { return repr(); }
  // Throws where Python refuses == with anything but the object itself.
  virtual void require_comparable() const {}
};

// The tag (core::Value::tag()) of a string that is safe as HTML, which prints as Markup('...').
inline constexpr int32_t kMarkupTag = 1;

// Name of the Python type that the value stands for: "int", "str", "NoneType", "dict", ...
std::string_view type_name(const Value& value) noexcept;

// 'text' with Python's choice of quotes and escapes.
std::string quote(std::string_view text);
std::string repr(const Value& value);
std::string str(const Value& value);
// As repr, but only ASCII.
std::string ascii(const Value& value);

// How str.format reaches into an argument: {0.name} (is_attribute) and {0[name]}.
using FieldAccess = std::function<Value(const Value& object, const Value& name, bool is_attribute)>;

// Python's format(value, specification).
std::string format_value(const Value& value, std::string_view specification);
// Python's format_string.format(*args, **kwargs). Without [access] there are items but no attributes.
Value format(const Value& format_string, const List& args, const Map& kwargs, const FieldAccess& access = {});
// Python's template % arguments. A tuple is several arguments, a map serves %(name)s.
std::string percent_format(std::string_view template_text, const Value& arguments);

}  // namespace gregale::expression::python
