// Compiles and runs workflows within a test: virtual clock, store in memory, standard actions.
#pragma once

#include <memory>
#include <string>

#include "core/clock.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/sqlite_store.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::interpreter {

// Compiles [text]; a definition with errors fails the test and gives nullptr.
std::shared_ptr<const LoadedProgram> compile_text(const std::string& text);

// The standard actions.
class TestActions {
 public:
  TestActions();
  const ActionRegistry& registry() const { return registry_; }

 private:
  stdlib::HttpClient http_;
  stdlib::WorkerPool workers_;
  ActionRegistry registry_;
};

// A runtime whose waiting moves the virtual clock.
class Workbench {
 public:
  Workbench(Store& store, core::VirtualClock& clock, const ActionRegistry& registry,
            const Limits& limits = {});
  Runtime& runtime() { return runtime_; }

 private:
  Runtime runtime_;
};

// The execution document without ids and times, so that two runs can be compared.
Value comparable_document(const LoadedProgram& program, const ExecutionTree& tree);

// Runs the only or first workflow of [text] to its end and gives its document.
Value run_to_end(const std::string& text, const Value& input = Value::map({}), const Limits& limits = {});

}  // namespace gregale::interpreter
