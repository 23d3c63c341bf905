// Executions that are in a store already: found by id, and carried on.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>

#include "cli/budget.hpp"
#include "cli/control_socket.hpp"
#include "cli/interrupts.hpp"
#include "cli/progress.hpp"
#include "cli/world.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/sqlite_store.hpp"

namespace gregale::cli {

// The file with the key to what the store has sealed: GREGALE_KEY_FILE; empty where that is not set.
std::string key_file();

// Throws core::Error(not_found) for text that is no id, or the id of nothing.
interpreter::ExecutionAddress find_execution(interpreter::Store& store, const std::string& id);
interpreter::LoadedProgram load_program(interpreter::Store& store, const std::string& digest);

struct CarryOnOptions {
  bool show_progress = false;
  // Of the store: other processes may ask of its executions while this one works. Empty: nobody may.
  std::string db = {};
  interpreter::Limits limits = {};
  // Told of every stored change, see Runtime.
  std::function<void(const interpreter::ExecutionTree&, const interpreter::StepOutput&)> observer = {};
};

// A runtime over a store with its display, its reaction to Ctrl-C, and its ear for other processes.
class CarriedOn {
 public:
  CarriedOn(interpreter::Store& store, const World& world, const CarryOnOptions& options);
  interpreter::Runtime& runtime() noexcept { return runtime_; }
  // Until nothing can move by itself, or [deadline] (0: none); false when that came first, or Ctrl-C.
  bool run(core::Microseconds deadline = 0);

 private:
  std::unique_ptr<Progress> progress_;
  interpreter::Runtime runtime_;
  Interrupts interrupts_;
  std::unique_ptr<ControlSocket> control_;
};

// Of every command that writes to a store: --durability full|relaxed, --limit NAME=NUMBER, --budget
// NAME=NUMBER.
struct EngineOptions {
  interpreter::Durability durability = interpreter::Durability::full;
  std::vector<std::string> limits;
  BudgetSettings budget;
};
void add_engine_options(CLI::App& command, EngineOptions& options);
// Throws core::Error(invalid) for what is no limit and no budget.
interpreter::Limits limits_of(const EngineOptions& options);

}  // namespace gregale::cli
