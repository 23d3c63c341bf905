// UTF-8 as people count and cut it: by code points, not by bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace gregale::core {

// Whether the byte goes on with a code point that began before it.
inline bool continues_code_point(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

// Code points that begin in a piece of UTF-8; the rest of one that began before it does not count.
inline size_t code_points(std::string_view text) noexcept {
  return static_cast<size_t>(
      std::count_if(text.begin(), text.end(), [](char byte) { return !continues_code_point(byte); }));
}

// Where the code point begins that the byte at [at] belongs to; [at] itself at or behind the text's end.
inline size_t code_point_start(std::string_view text, size_t at) noexcept {
  while (at > 0 && at < text.size() && continues_code_point(text[at])) --at;
  return at;
}

// Where the code point ends that the byte at [at] belongs to.
inline size_t code_point_end(std::string_view text, size_t at) noexcept {
  do {
    ++at;
  } while (at < text.size() && continues_code_point(text[at]));
  return at;
}

// The text; of one of more than [longest] bytes so many, less a code point that would be cut, and "...".
inline std::string shortened(std::string_view text, size_t longest) {
  if (text.size() <= longest) return std::string(text);
  return std::string(text.substr(0, code_point_start(text, longest))) + "...";
}

}  // namespace gregale::core
