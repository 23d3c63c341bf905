// A store in a file of its own that is removed at the end.
#pragma once

#include <string>

namespace gregale::cli {

class TemporaryStore {
 public:
  TemporaryStore();  // throws core::Error when no folder for it can be made
  ~TemporaryStore();
  TemporaryStore(const TemporaryStore&) = delete;
  TemporaryStore& operator=(const TemporaryStore&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string folder_;
  std::string path_;
};

}  // namespace gregale::cli
