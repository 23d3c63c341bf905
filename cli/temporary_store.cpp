#include "cli/temporary_store.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/error.hpp"

namespace gregale::cli {

TemporaryStore::TemporaryStore() {
  std::error_code error;
  const std::filesystem::path base = std::filesystem::temp_directory_path(error);
  folder_ = (base / "gregale-XXXXXX").string();
  if (error || ::mkdtemp(folder_.data()) == nullptr) {
    throw core::Error(core::ErrorKind::limit,
                      fmt::format("cannot make a temporary folder {}: {}", folder_, std::strerror(errno)));
  }
  path_ = folder_ + "/store.db";
}

TemporaryStore::~TemporaryStore() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace gregale::cli
