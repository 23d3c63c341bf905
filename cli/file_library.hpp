// The library of definitions: folders given by --library, files of folders of actions, and files that
// definitions name by their paths.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "compiler/library.hpp"

namespace gregale::cli {

class FileLibrary final : public compiler::Library {
 public:
  // [folders] and single files.
  explicit FileLibrary(std::vector<std::string> folders) : folders_(std::move(folders)) {}

  core::SourcePtr file(const std::string& path, const core::Source& from) override;
  // Throws core::Error for a folder that cannot be read.
  std::vector<core::SourcePtr> files() override;

 private:
  std::vector<std::string> folders_;
};

// Adds --library DIR, which may be given several times.
void add_library_option(CLI::App& command, std::vector<std::string>& folders);

}  // namespace gregale::cli
