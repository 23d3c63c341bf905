// What a lazy sequence leaves when an evaluation ends with it and it fails on the way.
#pragma once

#include <string>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

// The items that came before the error. It is a value only as the result of an evaluation: nobody sees
// it who uses the result, because to_data() fails with the same error.
class FailedSequence : public core::Object {
 public:
  FailedSequence(List items, std::string error) : items(std::move(items)), error(std::move(error)) {}
  std::string_view type_name() const noexcept override { return "generator"; }

  const List items;
  const std::string error;
};

}  // namespace gregale::expression::jinja
