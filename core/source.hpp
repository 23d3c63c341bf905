// Source: a text that was read, with its name, and Span: a stretch of it.
//
// Offsets are bytes from the start of the text; lines and columns count from 1, columns in Unicode code
// points (a tab is one).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gregale::core {

struct Position {
  uint32_t line = 1;
  uint32_t column = 1;
};

class Source {
 public:
  // [name] is what the user calls it: a path, or "<input>".
  Source(std::string name, std::string text);

  const std::string& name() const noexcept { return name_; }
  const std::string& text() const noexcept { return text_; }
  // An offset past the end is the position after the last character. Takes no longer in long lines.
  Position position(size_t offset) const noexcept;
  // Offset of a line's first byte; past the last line: the size of the text.
  size_t line_start(uint32_t line) const noexcept;
  // The line's text without its line break.
  std::string_view line(uint32_t line) const noexcept;
  uint32_t line_count() const noexcept { return static_cast<uint32_t>(line_starts_.size()); }

 private:
  // Code points that begin before that offset.
  size_t code_points_before(size_t offset) const noexcept;

  std::string name_;
  std::string text_;
  std::vector<size_t> line_starts_;
  std::vector<size_t> block_starts_;  // code points that begin before each block of the text
};

using SourcePtr = std::shared_ptr<const Source>;

struct Span {
  SourcePtr source;  // null: no place is known
  size_t begin = 0;
  size_t end = 0;

  bool known() const noexcept { return source != nullptr; }
  Position first() const noexcept { return source ? source->position(begin) : Position{}; }
  Position last() const noexcept { return source ? source->position(end) : Position{}; }
};

}  // namespace gregale::core
