#include "cli/stored_execution.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "cli/arguments.hpp"
#include "cli/execution_request.hpp"
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

interpreter::RuntimeOptions runtime_options(const CarryOnOptions& options, Progress* progress) {
  interpreter::RuntimeOptions made;
  made.limits = options.limits;
  made.observer = options.observer;
  if (progress != nullptr) {
    made.observer = [progress, next = options.observer](const auto& tree, const auto& output) {
      progress->observe(tree, output);
      if (next) next(tree, output);
    };
  }
  return made;
}

}  // namespace

CarriedOn::CarriedOn(interpreter::Store& store, const World& world, const CarryOnOptions& options)
    : progress_(options.show_progress ? std::make_unique<Progress>(::isatty(STDERR_FILENO) != 0) : nullptr),
      runtime_(store, world.actions(), world.clock(), runtime_options(options, progress_.get())),
      interrupts_([this] { runtime_.interrupt(); }) {
  if (options.db.empty()) return;
  control_ = std::make_unique<ControlSocket>(
      options.db, runtime_,
      [this, &store](const core::Value& request) { return carry_out(request, store, runtime_); },
      [&world](const std::string& question) { return answer(question, world); });
}

bool CarriedOn::run(core::Microseconds deadline) {
  const bool settled = runtime_.run(deadline);
  if (progress_) progress_->finish();
  return settled;
}

void add_engine_options(CLI::App& command, EngineOptions& options) {
  command
      .add_option("--durability", options.durability,
                  "full: what is stored survives a loss of power; relaxed: faster, its last moments may not")
      ->transform(CLI::CheckedTransformer(std::map<std::string, interpreter::Durability>{
          {"full", interpreter::Durability::full}, {"relaxed", interpreter::Durability::relaxed}}));
  command.add_option("--limit", options.limits,
                     "NAME=NUMBER, how large executions may become; NAME: sub-workflow-depth, tasks, items, "
                     "result-bytes, published-bytes");
  add_budget_option(command, options.budget);
}

interpreter::Limits limits_of(const EngineOptions& options) {
  interpreter::Limits limits;
  for (const std::string& setting : options.limits) {
    const auto [name, number] = read_setting("--limit", setting);
    interpreter::set_limit(limits, name, number);
  }
  limits.evaluation = read_budget(options.budget);
  return limits;
}

}  // namespace gregale::cli
