// A manifest: a program that carries out actions, how it is started, and what it may use up.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/value.hpp"
#include "stdlib/custom/declaration.hpp"

namespace gregale::stdlib {

struct Manifest {
  std::string file;                      // for messages
  std::vector<std::string> command;      // the program's path, then its arguments
  std::string folder;                    // the manifest's, in which the program is started
  std::vector<std::string> environment;  // NAME=VALUE, all that it gets
  size_t processes = 4;                  // at the same time; calls beyond wait
  size_t memory_bytes = size_t{1} << 30;
  size_t output_bytes = size_t{16} << 20;  // of one call, all messages together
  std::chrono::seconds longest_call{600};
  // Empty: the program is asked.
  std::vector<Declaration> actions;
};

// [document] is what is in [file]. Throws core::Error(invalid) that names the file and the mistake.
Manifest read_manifest(const std::string& file, const core::Value& document);

}  // namespace gregale::stdlib
