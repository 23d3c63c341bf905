#include "cli/stored_execution.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "compiler/ir/serialization.hpp"

namespace gregale::cli {

std::string key_file() {
  const char* path = std::getenv("GREGALE_KEY_FILE");
  return path == nullptr ? std::string() : std::string(path);
}

interpreter::ExecutionAddress find_execution(interpreter::Store& store, const std::string& id) {
  const auto found = core::Uuid::looks_like(id) ? store.find_execution(core::Uuid::parse(id)) : std::nullopt;
  if (!found) throw core::Error(core::ErrorKind::not_found, fmt::format("no execution {}", id));
  return *found;
}

interpreter::LoadedProgram load_program(interpreter::Store& store, const std::string& digest) {
  return interpreter::LoadedProgram(ir::from_binary(store.load_program(digest)), digest);
}

namespace {

interpreter::RuntimeOptions runtime_options(Progress* progress, const expression::Budget& budget) {
  interpreter::RuntimeOptions options;
  options.limits.evaluation = budget;
  if (progress != nullptr) {
    options.observer = [progress](const auto& tree, const auto& output) { progress->observe(tree, output); };
  }
  return options;
}

}  // namespace

CarriedOn::CarriedOn(interpreter::Store& store, const World& world, bool show_progress,
                     const expression::Budget& budget)
    : progress_(show_progress ? std::make_unique<Progress>(::isatty(STDERR_FILENO) != 0) : nullptr),
      runtime_(store, world.actions(), world.clock(), runtime_options(progress_.get(), budget)),
      interrupts_([this] { runtime_.interrupt(); }) {}

void CarriedOn::run(core::Microseconds deadline) {
  runtime_.run(deadline);
  if (progress_) progress_->finish();
}

}  // namespace gregale::cli
