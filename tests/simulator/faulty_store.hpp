// A store whose process ends at its commits, before or after them, or that fails as a full disk does.
#pragma once

#include "core/error.hpp"
#include "tests/interpreter/forwarding_store.hpp"
#include "tests/simulator/random.hpp"

namespace gregale::simulator {

// The process has ended, as it were.
struct Crash {};

class FaultyStore : public interpreter::ForwardingStore {
 public:
  // [percent] of the commits meet a fault.
  FaultyStore(interpreter::Store& inner, Random random, uint32_t percent)
      : ForwardingStore(inner), random_(random), percent_(percent) {}

  void set_percent(uint32_t percent) noexcept { percent_ = percent; }
  uint64_t crashes() const noexcept { return crashes_; }

  void commit(const std::vector<interpreter::TreeChange>& changes) override {
    if (!random_.chance(percent_)) {
      ForwardingStore::commit(changes);
      return;
    }
    ++crashes_;
    switch (random_.below(3)) {
      case 0:
        throw Crash{};
      case 1:
        ForwardingStore::commit(changes);
        throw Crash{};
      default:
        throw core::Error(core::ErrorKind::limit, "the disk is full");
    }
  }

 private:
  Random random_;
  uint32_t percent_;
  uint64_t crashes_ = 0;
};

}  // namespace gregale::simulator
