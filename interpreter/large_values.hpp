// Large values are kept apart from the records that hold them, once each.
//
// In a record {"$large": "DIGEST"} stands for one; a map of the user's that looks like that is written as
// {"$large": {the map}}. A value that goes from task to task unchanged, as part of others or by itself, is
// told by its place in memory, so that it is written and hashed only once.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <unordered_map>

#include "core/json_substitution.hpp"
#include "core/value.hpp"

namespace gregale::interpreter {

class LargeValues : private core::JsonSubstitution {
 public:
  // Keeps the JSON [text] under [digest]; doing it again does nothing.
  using Keep = std::function<void(const std::string& digest, const std::string& text)>;
  // The text under [digest]; throws core::Error where there is none.
  using Find = std::function<std::string(const std::string& digest)>;

  LargeValues(Keep keep, Find find) : keep_(std::move(keep)), find_(std::move(find)) {}

  // Appends the value as JSON; large parts of it are kept.
  void append(std::string& out, const core::Value& value) { core::append_json(out, value, this); }
  // The value that was appended. Throws core::Error(unusable) for one whose text has changed.
  core::Value restored(core::Value value);
  // What is known of values in memory, after a transaction that did not come to its end.
  void forget();

 private:
  struct Known {
    core::Value value;  // keeps its place in memory
    std::string digest;
    size_t size;
  };

  bool instead(const core::Value& value, std::string& out) override;
  void written(const core::Value& value, std::string& out, size_t start) override;
  void remember(const core::Value& value, const std::string& digest, size_t size);
  core::Value found(const std::string& digest);

  Keep keep_;
  Find find_;
  std::unordered_map<const void*, std::string> digests_;  // of what is in known_, by place in memory
  std::deque<Known> known_;                               // the oldest first
  size_t known_size_ = 0;
};

}  // namespace gregale::interpreter
