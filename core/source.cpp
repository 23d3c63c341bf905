#include "core/source.hpp"

#include <algorithm>

#include "core/code_points.hpp"

namespace gregale::core {

namespace {

constexpr size_t kBlock = 512;  // bytes that are counted anew for a column

}  // namespace

Source::Source(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  line_starts_.push_back(0);
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] == '\n' || (text_[i] == '\r' && (i + 1 == text_.size() || text_[i + 1] != '\n'))) {
      line_starts_.push_back(i + 1);
    }
  }
  const std::string_view all = text_;
  size_t count = 0;
  for (size_t begin = 0; begin <= all.size(); begin += kBlock) {
    block_starts_.push_back(count);
    count += code_points(all.substr(begin, kBlock));
  }
}

size_t Source::code_points_before(size_t offset) const noexcept {
  const size_t block = offset / kBlock;
  const size_t begin = block * kBlock;
  return block_starts_[block] + code_points(std::string_view(text_).substr(begin, offset - begin));
}

Position Source::position(size_t offset) const noexcept {
  offset = std::min(offset, text_.size());
  const auto after = std::upper_bound(line_starts_.begin(), line_starts_.end(), offset);
  const size_t index = static_cast<size_t>(after - line_starts_.begin()) - 1;
  const size_t start = line_starts_[index];
  // The usual line is short, and counting it once is less than counting from two blocks' starts.
  const size_t before = offset - start <= kBlock
                            ? code_points(std::string_view(text_).substr(start, offset - start))
                            : code_points_before(offset) - code_points_before(start);
  return Position{static_cast<uint32_t>(index + 1), static_cast<uint32_t>(before + 1)};
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
