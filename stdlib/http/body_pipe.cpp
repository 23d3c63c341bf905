#include "stdlib/http/body_pipe.hpp"

#include <algorithm>

namespace gregale::stdlib {

void BodyPipe::open(std::optional<uint64_t> size) {
  if (opened_) return;
  opened_ = true;
  observer_.opened(size);
}

void BodyPipe::write(std::string_view piece) {
  observer_.piece(piece);
  buffer_.append(piece);
}

void BodyPipe::close(bool whole) {
  closed_ = true;
  whole_ = whole;
}

size_t BodyPipe::read(char* buffer, size_t size) {
  const size_t bytes = std::min(size, buffer_.size() - begin_);
  std::copy_n(buffer_.data() + begin_, bytes, buffer);
  begin_ += bytes;
  if (begin_ == buffer_.size() || begin_ >= capacity_) {
    buffer_.erase(0, begin_);
    begin_ = 0;
  }
  return bytes;
}

}  // namespace gregale::stdlib
