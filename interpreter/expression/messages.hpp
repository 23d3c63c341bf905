// What messages may say of names and values. The context's data may be a secret, so a message repeats only
// what stands in the text of the expression at work, and of other names those that are near to one of its
// own.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::expression {

// Says while it lives which expression the thread evaluates. Messages are made deep within each other by
// rules that know of no evaluation. Where none is at work, as when constants are folded, nothing comes from
// data.
class ExpressionText {
 public:
  explicit ExpressionText(std::string_view text) noexcept;
  ~ExpressionText();
  ExpressionText(const ExpressionText&) = delete;
  ExpressionText& operator=(const ExpressionText&) = delete;

 private:
  const std::string_view text_;
  const std::string_view* before_;
};

// A name or value as Python writes it if it stands in the expression, otherwise what it is: "<a string of the
// data>".
std::string shown(const core::Value& value);
std::string shown(std::string_view name);
inline std::string shown(const std::string& name) {
  return shown(std::string_view(name));
}

// "an integer", "a list", "null": what a value is, within a sentence.
std::string a_kind(const core::Value& value);

// "; did you mean 'name'?" with the candidate that is near to [name], or nothing.
std::string suggestion(std::string_view name, const std::vector<std::string>& candidates);
// Throws python::KeyError.
[[noreturn]] void throw_missing_key(const core::Map& map, const core::Value& key);
// The names among the keys of a map, of a very large one the first.
std::vector<std::string> names_of_members(const core::Map& map);

}  // namespace gregale::expression
