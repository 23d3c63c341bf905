#include "interpreter/expression/python/steps.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "interpreter/expression/python/text.hpp"

namespace gregale::expression::python {

namespace {

thread_local Steps* steps_at_work = nullptr;

bool equal_at(const Value& left, const Value& right, size_t depth) {
  const bool containers = left.kind() == right.kind() && (left.is_list() || left.is_map() || left.is_set());
  if (!containers) {
    if (left.is_string() && right.is_string() && left.size() == right.size()) work_on_text(left);
    for (const Value* side : {&left, &right}) {
      const auto* object = side->object_as<Printable>();
      if (object != nullptr && !left.same_as(right)) object->require_comparable();
    }
    return left == right;
  }
  if (left.is_list() && left.is_marked() != right.is_marked()) return false;
  if (left.size() != right.size()) return false;
  if (depth > kNestingLimit || left.is_set()) {
    work(left.size());
    return left == right;
  }
  if (left.is_list()) {
    if (&left.as_list() == &right.as_list()) return true;
    for (size_t i = 0; i < left.size(); ++i) {
      work(1);
      if (!equal_at(left.as_list()[i], right.as_list()[i], depth + 1)) return false;
    }
    return true;
  }
  if (&left.as_map() == &right.as_map()) return true;
  for (const Map::Entry& entry : left.as_map()) {
    work(1);
    const Value* other = right.as_map().find(entry.key);
    if (other == nullptr || !equal_at(entry.value, *other, depth + 1)) return false;
  }
  return true;
}

}  // namespace

Steps::Steps(uint64_t most) noexcept : most_(most), left_(most), before_(steps_at_work) {
  steps_at_work = this;
}
Steps::~Steps() {
  steps_at_work = before_;
}

void Steps::refuse() {
  left_ = 0;
  throw core::Error(core::ErrorKind::limit,
                    fmt::format("the evaluation takes more than {} steps (the budget `steps`)", most_));
}

void work(uint64_t steps) {
  if (steps_at_work != nullptr) steps_at_work->take(steps);
}

bool equal(const Value& left, const Value& right) {
  return equal_at(left, right, 0);
}

}  // namespace gregale::expression::python
