// Library: where definitions come from that are not in the files at hand. The compiler itself reads no files.
#pragma once

#include <string>
#include <string_view>
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

  // Workflows that come with the program stand behind all others: their text is asked for by one name, and no
  // other of them is read.
  // The file that has the workflow of that full name; nullptr when none comes with the program.
  virtual core::SourcePtr shipped(std::string_view workflow) {
    (void)workflow;
    return nullptr;
  }
  // Their full names, ascending.
  virtual std::vector<std::string> shipped_names() { return {}; }
};

}  // namespace gregale::compiler
