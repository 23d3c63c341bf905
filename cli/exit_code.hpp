// Exit codes of the program; docs/cli.md explains them to users.
#pragma once

#include "core/error.hpp"
#include "interpreter/state.hpp"

namespace gregale::cli {

enum ExitCode : int {
  kDone = 0,        // workflow SUCCESS
  kFailed = 1,      // workflow or action ended in ERROR
  kUsage = 2,       // the command or what it was given is wrong
  kDefinition = 3,  // the definition has errors
  kUnfinished = 4,  // PAUSED, or waiting for something from outside
  kCancelled = 5,
  kWorld = 6,  // store, network, credentials failed before anything started
  kInternal = 70,
};

ExitCode exit_code_of(interpreter::State state) noexcept;
ExitCode exit_code_of(const core::Error& error) noexcept;

}  // namespace gregale::cli
