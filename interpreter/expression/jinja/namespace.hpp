// namespace(): an object whose members templates may set, also from inside a loop.
#pragma once

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

class Namespace : public python::Printable, public WithAttributes {
 public:
  explicit Namespace(Map members) : members_(std::move(members)) {}
  void set(std::string_view name, Value value) const {
    members_.set(Value(name), std::move(value));
  }
  bool attribute(Runtime&, std::string_view name, Value& result) const override {
    const Value* found = members_.find(name);
    if (found != nullptr) result = *found;
    return found != nullptr;
  }
  std::string_view type_name() const noexcept override { return "Namespace"; }
  std::string repr() const override {
    return "<Namespace " + python::repr(Value(members_)) + ">";
  }

 private:
  mutable Map members_;  // only the evaluation that made it sees it
};

}  // namespace gregale::expression::jinja
