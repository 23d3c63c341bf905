// Library: where definitions come from that are not in the files at hand. The compiler itself reads no files.
#pragma once

#include <string>
#include <vector>

#include "core/source.hpp"

namespace gregale::compiler {

class Library {
 public:
  virtual ~Library() = default;
  // The file that a definition in [from] names: a relative path counts from the folder of that file.
  // Throws core::Error when it cannot be read.
  virtual core::SourcePtr file(const std::string& path, const core::Source& from) = 0;
  // All files of the library's folders, in a fixed order. What cannot be read is left out.
  virtual std::vector<core::SourcePtr> files() = 0;
};

}  // namespace gregale::compiler
