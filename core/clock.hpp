// Clock: where the present moment comes from. Tests and the simulator replace it.
#pragma once

#include <atomic>

#include "core/time.hpp"

namespace gregale::core {

class Clock {
 public:
  virtual ~Clock() = default;
  // Microseconds since 1970, UTC. May be called from any thread.
  virtual Microseconds now() const = 0;
};

class RealClock : public Clock {
 public:
  Microseconds now() const override;
};

// Stands still until it is moved.
class VirtualClock : public Clock {
 public:
  explicit VirtualClock(Microseconds start = 0) : now_(start) {}
  Microseconds now() const override { return now_.load(); }
  void advance_to(Microseconds moment) { now_.store(moment); }
  void advance(Microseconds by) { now_.fetch_add(by); }

 private:
  std::atomic<Microseconds> now_;
};

}  // namespace gregale::core
