// What a lazy sequence leaves when an evaluation ends with it and it fails on the way.
#pragma once

#include <string>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

// The items that came before the error. It is a value only as the result of an evaluation: nobody sees
// it who uses the result, because to_data() fails with the same error.
class FailedSequence : public core::Object {
 public:
  FailedSequence(List items, std::string error, std::string error_class)
      : items(std::move(items)), error(std::move(error)), error_class(std::move(error_class)) {}
  std::string_view type_name() const noexcept override { return "generator"; }

  const List items;
  const std::string error;
  const std::string error_class;  // its name in Python
};

}  // namespace gregale::expression::jinja
