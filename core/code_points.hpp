// Lengths as people count them: in code points, not in bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace gregale::core {

// Code points that begin in a piece of UTF-8; the rest of one that began before it does not count.
inline size_t code_points(std::string_view text) noexcept {
  return static_cast<size_t>(std::count_if(
      text.begin(), text.end(), [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }));
}

}  // namespace gregale::core
