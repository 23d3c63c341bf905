// Definitions with their inheritance resolved, for the commands that show them.
#pragma once

#include <string>
#include <vector>

#include "cli/file_library.hpp"
#include "compiler/inheritance/family.hpp"
#include "core/value.hpp"

namespace gregale::cli {

class FlatDefinitions {
 public:
  // Prints the findings about `extends`. Throws core::Error for files that cannot be read.
  FlatDefinitions(const std::vector<std::string>& files, const std::vector<std::string>& library);

  // Whether there was no error.
  bool sound() const { return !findings_.has_errors(); }
  // Throws core::Error(not_found) that names near ones.
  const compiler::FlatWorkflow& workflow(const std::string& name);
  // The value at WORKFLOW.KEY... and the places that it comes from. Throws core::Error(not_found).
  std::string origin_text(const std::string& path);

 private:
  FileLibrary library_;
  core::Diagnostics findings_;
  compiler::Family family_;
};

// The differences of two workflows for people, and as a JSON list of {"path", "change", "first", "second",
// "file", "line"}.
std::string difference_text(const std::vector<compiler::Difference>& differences);
core::Value difference_document(const std::vector<compiler::Difference>& differences);

}  // namespace gregale::cli
