#include "core/source.hpp"

#include <algorithm>

namespace gregale::core {

Source::Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n'))) {
      line_starts_.push_back(i + 1);
    }
  }
}

Position Source::position(size_t offset) const noexcept {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const size_t index = static_cast<size_t>(after - line_starts_.begin()) - 1;
  uint32_t column = 1;
  for (size_t i = line_starts_[index]; i < offset; ++i) {
    if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) ++column;
  }
  return Position{static_cast<uint32_t>(index + 1), column};
}

size_t Source::line_start(uint32_t line) const noexcept {
  return line >= 1 && line <= line_starts_.size() ? line_starts_[line - 1] : text_.size();
}

std::string_view Source::line(uint32_t line) const noexcept {
  const size_t begin = line_start(line);
  size_t end = line_start(line + 1);
  while (end > begin && (text_[end - 1] == '\n' || text_[end - 1] == '\r')) --end;
  return std::string_view(text_).substr(begin, end - begin);
}

}  // namespace gregale::core
