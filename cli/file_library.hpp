// The library of definitions: folders given by --library, files of folders of actions, files that definitions
// name by their paths, and the workflows that come with the program.
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
  core::SourcePtr shipped(std::string_view workflow) override;
  std::vector<std::string> shipped_names() override;

 private:
  std::vector<std::string> folders_;
};

// Whether a FILE of the command line is the name of a workflow that comes with the program; a file of that
// name comes first.
bool names_shipped_workflow(const std::string& argument);
// The files that the arguments name, and for a workflow that comes with the program the file that it stands
// in.
std::vector<core::SourcePtr> sources_of(const std::vector<std::string>& arguments);

// Adds --library DIR, which may be given several times.
void add_library_option(CLI::App& command, std::vector<std::string>& folders);

}  // namespace gregale::cli
