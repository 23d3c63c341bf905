// The program that a command works on: source files compiled together, or one file of IR.
#pragma once

#include <string>
#include <vector>

#include "compiler/compiler.hpp"

namespace gregale::cli {

struct ProgramFiles {
  core::Diagnostics diagnostics;
  std::optional<ir::Program> program;  // none: the diagnostics have errors
};

// Throws core::Error for files that cannot be read and for IR that is not whole.
ProgramFiles read_program(const std::vector<std::string>& paths, const compiler::Options& options);

}  // namespace gregale::cli
