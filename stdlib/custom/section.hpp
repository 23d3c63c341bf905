// Section: a mapping that a person wrote, read key by key; a key that nobody asked for is a mistake.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::stdlib {

class Section {
 public:
  // [place]: how messages begin. A null counts as an empty mapping. All methods throw core::Error(invalid).
  Section(std::string place, core::Value value);

  // Null where it is missing; so are the text "" and the flag false.
  core::Value take(std::string_view key);
  std::string text(std::string_view key);
  bool flag(std::string_view key);
  // A number from 1 to [largest].
  int64_t count(std::string_view key, int64_t if_missing, int64_t largest);
  bool has(std::string_view key) const { return map_.find(key) != nullptr; }
  // To be called behind all others.
  void end() const;

  [[noreturn]] void wrong(const std::string& message) const;

 private:
  std::string place_;
  core::Value map_;
  std::vector<std::string> known_;
};

}  // namespace gregale::stdlib
