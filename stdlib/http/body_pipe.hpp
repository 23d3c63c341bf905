// BodyPipe: the body of one response on its way to be that of another request, with little of it in memory.
//
// Both exchanges belong to one HttpClient, and the thread of its loop alone uses the pipe: the response
// writes, the request reads, and each rests while the other is behind. The exchanges share the pipe; whoever
// sends them learns of its beginning through `opened`, and sees every piece through `piece`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace gregale::stdlib {

class BodyPipe {
 public:
  struct Observer {
    // Called once, before the first piece, or at the end of an empty body; never for a response without a
    // body (204). The time to send the request that reads. [size]: of the body, in bytes, where the response
    // told it.
    std::function<void(std::optional<uint64_t> size)> opened;
    // Called for every piece, in order.
    std::function<void(std::string_view piece)> piece;
  };

  // [capacity]: bytes beyond which the writer rests.
  explicit BodyPipe(Observer observer, size_t capacity = kCapacity)
      : observer_(std::move(observer)), capacity_(capacity) {}

  // The writer.
  bool opened() const noexcept { return opened_; }
  void open(std::optional<uint64_t> size);
  bool full() const noexcept { return buffer_.size() - begin_ >= capacity_; }
  void write(std::string_view piece);
  // No more will come: all of it has, or (without [whole]) the rest is lost.
  void close(bool whole);

  // The reader.
  // How many bytes were put into [buffer]; 0: there are none at the moment.
  size_t read(char* buffer, size_t size);
  bool at_end() const noexcept { return closed_ && begin_ == buffer_.size(); }
  bool broken() const noexcept { return closed_ && !whole_; }
  bool readable() const noexcept { return closed_ || begin_ < buffer_.size(); }
  // Nothing will be read any more.
  void abandon() noexcept { abandoned_ = true; }
  bool abandoned() const noexcept { return abandoned_; }

  static constexpr size_t kCapacity = size_t{1} << 20;

 private:
  Observer observer_;
  const size_t capacity_;
  std::string buffer_;
  size_t begin_ = 0;  // of what has not been read
  bool opened_ = false;
  bool closed_ = false;
  bool whole_ = false;
  bool abandoned_ = false;
};

}  // namespace gregale::stdlib
