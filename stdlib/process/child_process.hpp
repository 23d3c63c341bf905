// Runs another program: text in, text out, within a time and bounds of memory.
#pragma once

#include <string>
#include <vector>

#include "stdlib/standard/blocking_action.hpp"

namespace gregale::stdlib {

struct ChildOutcome {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  std::string output;  // standard output
};

// Writes [input] to the program's standard input and takes what it writes, up to [largest_output] bytes.
// The child gets an empty environment and no other files. When [allowance] is over or the output too large,
// it is killed and an Error says so (disconnected, limit). Throws Error(unusable) when it cannot be started.
ChildOutcome run_child(const std::vector<std::string>& command, std::string_view input, size_t largest_output,
                       const Allowance& allowance);

}  // namespace gregale::stdlib
