// Moments and how they are written. A moment is microseconds since 1970-01-01T00:00:00Z.
#pragma once

#include <cstdint>
#include <string>

namespace gregale::core {

using Microseconds = int64_t;
inline constexpr Microseconds kSecond = 1'000'000;

// "2024-01-02T03:04:05" and, if [fraction], ".000006"; [separator] between date and time.
std::string iso_local_text(Microseconds local, bool fraction, char separator = 'T');
// "2024-01-02 03:04:05": how Mistral shows times of executions and tasks (UTC).
std::string database_text(Microseconds moment);

}  // namespace gregale::core
