// A compiled regular expression as a value.
#pragma once

#include <memory>

#include "interpreter/expression/python/regex.hpp"
#include "interpreter/expression/python/text.hpp"

namespace gregale::expression::yaql {

class RegexObject : public python::Printable {
 public:
  explicit RegexObject(std::shared_ptr<const python::Regex> regex) : regex_(std::move(regex)) {}
  std::string_view type_name() const noexcept override { return "regular expression"; }
  bool equals(const core::Object& other) const noexcept override;
  size_t hash() const noexcept override;
  std::string repr() const override;
  const python::Regex& regex() const noexcept { return *regex_; }

 private:
  std::shared_ptr<const python::Regex> regex_;
};

}  // namespace gregale::expression::yaql
