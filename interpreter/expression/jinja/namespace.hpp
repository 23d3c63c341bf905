// namespace(): an object whose members templates may set, also from inside a loop.
#pragma once

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

class Namespace : public python::Printable,
                  public WithAttributes,
                  public Circular,
                  public std::enable_shared_from_this<Namespace> {
 public:
  explicit Namespace(Map members) : members_(std::move(members)) {}
  void set(Runtime& runtime, std::string_view name, Value value) const {
    if (!kept_ && (value.is_object() || value.is_list() || value.is_map() ||
                   value.is_set())) {  // which may hold this one
      kept_ = true;
      runtime.keep(std::shared_ptr<const Circular>(shared_from_this()));
    }
    members_.set(Value(name), std::move(value));
  }
  bool attribute(Runtime&, std::string_view name, Value& result) const override {
    const Value* found = members_.find(name);
    if (found != nullptr) result = *found;
    return found != nullptr;
  }
  void cut() const noexcept override { members_ = Map(); }
  std::string_view type_name() const noexcept override { return "Namespace"; }
  std::string repr() const override {
    if (printing_) return "<Namespace {...}>";
    struct Printing {
      explicit Printing(bool& flag) : flag(flag) { flag = true; }
      ~Printing() { flag = false; }
      bool& flag;
    };
    const Printing printing(printing_);
    return "<Namespace " + python::repr(Value(members_)) + ">";
  }

 private:
  // Only the evaluation that made it sees it.
  mutable Map members_;
  mutable bool kept_ = false;
  mutable bool printing_ = false;
};

}  // namespace gregale::expression::jinja
