#include "interpreter/expression/unknown.hpp"

#include <algorithm>
#include <memory>

namespace gregale::expression {

using core::Value;

namespace {

thread_local uint64_t looks = 0;

// Whatever can be asked of an object counts as a look, but for its text.
class Unknown : public core::Object {
 public:
  explicit Unknown(std::string text) : text_(std::move(text)) {}
  const std::string& text() const noexcept { return text_; }

  std::string_view type_name() const noexcept override {
    ++looks;
    return "value that only a run can know";
  }
  bool truthy() const noexcept override {
    ++looks;
    return false;
  }
  bool equals(const core::Object& other) const noexcept override {
    ++looks;
    return this == &other;
  }
  size_t hash() const noexcept override {
    ++looks;
    return core::Object::hash();
  }

 private:
  const std::string text_;
};

}  // namespace

Value unknown(std::string text) {
  return Value::object(std::make_shared<Unknown>(std::move(text)));
}

const std::string* unknown_text(const Value& value) noexcept {
  const auto* found = value.object_as<Unknown>();
  return found == nullptr ? nullptr : &found->text();
}

const Value& looked_into(const Value& unknown_value) noexcept {
  ++looks;
  return unknown_value;
}

bool holds_unknown(const Value& value) {
  if (value.is_list()) return std::any_of(value.as_list().begin(), value.as_list().end(), holds_unknown);
  if (value.is_map()) {
    return std::any_of(value.as_map().begin(), value.as_map().end(),
                       [](const core::Map::Entry& entry) { return holds_unknown(entry.value); });
  }
  return unknown_text(value) != nullptr;
}

UnknownWatch::UnknownWatch() noexcept : before_(looks) {}

bool UnknownWatch::looked_into() const noexcept {
  return looks != before_;
}

}  // namespace gregale::expression
