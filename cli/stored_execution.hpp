// Executions that are in a store already: found by id, and carried on.
#pragma once

#include <memory>
#include <string>

#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "cli/world.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/sqlite_store.hpp"

namespace gregale::cli {

// Throws core::Error(not_found) for text that is no id, or the id of nothing.
// The file with the key to what the store has sealed: GREGALE_KEY_FILE; empty where that is not set.
std::string key_file();

interpreter::ExecutionAddress find_execution(interpreter::Store& store, const std::string& id);
interpreter::LoadedProgram load_program(interpreter::Store& store, const std::string& digest);

// A runtime over a store with its display and its reaction to Ctrl-C. [budget] holds for each expression that
// is evaluated.
class CarriedOn {
 public:
  CarriedOn(interpreter::Store& store, const World& world, bool show_progress,
            const expression::Budget& budget);
  interpreter::Runtime& runtime() noexcept { return runtime_; }
  // Until nothing can move by itself, or [deadline] (0: none).
  void run(core::Microseconds deadline = 0);

 private:
  std::unique_ptr<Progress> progress_;
  interpreter::Runtime runtime_;
  Interrupts interrupts_;
};

}  // namespace gregale::cli
