// The steps that an evaluation may take, and which of them work on texts and containers is worth.
//
// A step is about what evaluating a node or walking an item costs: some 30 ns. Rules deep within each other
// know of no evaluation, so the one at work is known to its thread, as the limit of texts is (text.hpp).
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/value.hpp"

namespace gregale::expression::python {

// The steps of one evaluation, which is its thread's evaluation at work as long as they live.
class Steps {
 public:
  explicit Steps(uint64_t most) noexcept;
  ~Steps();
  Steps(const Steps&) = delete;
  Steps& operator=(const Steps&) = delete;

  // Throws Error(limit) when there are not so many left.
  void take(uint64_t count = 1) {
    if (left_ < count) refuse();
    left_ -= count;
  }

 private:
  [[noreturn]] void refuse();

  const uint64_t most_;
  uint64_t left_;
  Steps* const before_;
};

// Takes steps of the evaluation at work; without one, as when constants are folded, nothing.
void work(uint64_t steps);
// Reading so many bytes of text.
inline void work_on_text(size_t bytes) {
  constexpr size_t kBytesOfStep = 16;
  if (bytes >= kBytesOfStep) work(bytes / kBytesOfStep);
}
inline void work_on_text(const core::Value& value) {
  if (value.is_string()) work_on_text(value.size());
}
// Looking for a part of a text.
inline void work_on_search(size_t bytes, size_t wanted) {
  constexpr size_t kLongPart = 16;
  work_on_text(bytes + bytes / kLongPart * wanted);
}

// Python's == within the steps: each pair of items that is compared takes one.
bool equal(const core::Value& left, const core::Value& right);

}  // namespace gregale::expression::python
