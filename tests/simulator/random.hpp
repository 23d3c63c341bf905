// Random choices of the simulator: one seed, the same choices on every machine.
#pragma once

#include <cstdint>

namespace gregale::simulator {

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}

  // Steele, Lea and Flood's SplitMix64.
  uint64_t next() noexcept {
    uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // 0 .. [count] - 1.
  uint32_t below(uint32_t count) noexcept { return static_cast<uint32_t>(next() % count); }
  bool chance(uint32_t percent) noexcept { return below(100) < percent; }
  // A generator of its own, so that what one part draws does not shift the choices of another.
  Random split() noexcept { return Random(next()); }

 private:
  uint64_t state_;
};

}  // namespace gregale::simulator
