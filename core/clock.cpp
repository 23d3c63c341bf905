#include "core/clock.hpp"

#include <chrono>

namespace gregale::core {

Microseconds RealClock::now() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace gregale::core
