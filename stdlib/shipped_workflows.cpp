#include "stdlib/shipped_workflows.hpp"

#include <algorithm>

namespace gregale::stdlib {

const ShippedFile* find_shipped_file(std::string_view workflow) {
  for (const ShippedFile& file : shipped_files()) {
    const auto& names = file.workflows;
    if (std::find(names.begin(), names.end(), workflow) != names.end()) return &file;
  }
  return nullptr;
}

}  // namespace gregale::stdlib
