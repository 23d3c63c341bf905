// The program that a command works on: source files compiled together, or one file of IR.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "compiler/compiler.hpp"

namespace gregale::cli {

struct ProgramFiles {
  core::Diagnostics diagnostics;
  std::optional<ir::Program> program;  // none: the diagnostics have errors
  std::vector<std::string> abstract_workflows = {};
  std::vector<std::string> own_workflows = {};  // see Compilation; of a compiled program all
  std::string wanted = {};                      // the workflow that stood in the place of a file, if one did
};

// What the command line names: files, workflows that come with the program, and NAME=FILE for definitions of
// a namespace.
struct ProgramPaths {
  std::vector<std::string> files;
  std::vector<std::string> in_namespaces;
};

// Adds both as options of a command.
void add_program_options(CLI::App& command, ProgramPaths& paths);

// Throws core::Error for files that cannot be read and for IR that is not whole. [options] without their
// library, which is that of the [library] folders.
ProgramFiles read_program(const ProgramPaths& paths, compiler::Options options,
                          const std::vector<std::string>& library = {});

}  // namespace gregale::cli
