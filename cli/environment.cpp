// gregale environment: named environments in a store.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "interpreter/environment_store.hpp"
#include "interpreter/sqlite_store.hpp"

namespace gregale::cli {

namespace {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::EnvironmentStore;
using interpreter::StoredEnvironment;

struct EnvironmentOptions {
  std::string name;
  std::string db;
  std::string variables;
  std::string description;
  Format format = Format::text;
};

Value document(const StoredEnvironment& environment) {
  return Map{{"name", environment.name},
             {"description", environment.description},
             {"variables", environment.variables},
             {"created_at", core::iso_local_text(environment.created_at, true) + "Z"},
             {"updated_at", core::iso_local_text(environment.updated_at, true) + "Z"}};
}

[[noreturn]] void not_found(const std::string& name) {
  throw Error(ErrorKind::not_found, fmt::format("Environment is not found: {}", name));
}

int show_one(const StoredEnvironment& environment, Format format) {
  print(format == Format::json ? core::to_json(document(environment)) + "\n"
                               : core::to_json(environment.variables, 2) + "\n");
  return kDone;
}

int create(const EnvironmentOptions& options) {
  // The store comes into being with the first thing that is kept in it.
  if (!std::filesystem::exists(options.db)) {
    const interpreter::SqliteStore made(options.db, interpreter::StoreAccess::write);
  }
  EnvironmentStore store(options.db);
  if (store.find(options.name)) {
    throw Error(ErrorKind::conflict, fmt::format("there is an environment '{}' already", options.name));
  }
  const core::Microseconds now = core::RealClock().now();
  const StoredEnvironment made{options.name, options.description,
                               read_mapping("--variables", options.variables), now, now};
  store.save(made);
  return show_one(made, options.format);
}

int update(const EnvironmentOptions& options) {
  EnvironmentStore store(options.db);
  std::optional<StoredEnvironment> environment = store.find(options.name);
  if (!environment) not_found(options.name);
  if (!options.variables.empty()) environment->variables = read_mapping("--variables", options.variables);
  if (!options.description.empty()) environment->description = options.description;
  environment->updated_at = core::RealClock().now();
  store.save(*environment);
  return show_one(*environment, options.format);
}

int list_environments(const EnvironmentOptions& options) {
  EnvironmentStore store(options.db);
  core::List items;
  for (const StoredEnvironment& environment : store.list()) {
    if (options.format == Format::text) {
      print(fmt::format("{}{}{}\n", environment.name, environment.description.empty() ? "" : "  ",
                        environment.description));
    }
    items.push_back(document(environment));
  }
  if (options.format == Format::json) print_json(Value(std::move(items)));
  return kDone;
}

int show_environment(const EnvironmentOptions& options) {
  const std::optional<StoredEnvironment> environment = EnvironmentStore(options.db).find(options.name);
  if (!environment) not_found(options.name);
  return show_one(*environment, options.format);
}

int remove(const EnvironmentOptions& options) {
  if (!EnvironmentStore(options.db).remove(options.name)) not_found(options.name);
  if (options.format == Format::json) print_json(Map{{"name", options.name}});
  return kDone;
}

}  // namespace

void add_environment(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<EnvironmentOptions>();
  CLI::App* command = app.add_subcommand("environment", "Named environments in a store");
  command->require_subcommand(1);
  const auto sub = [&](const char* name, const char* help, bool names_one,
                       int (*run)(const EnvironmentOptions&)) {
    CLI::App* made = command->add_subcommand(name, help);
    if (names_one) made->add_option("NAME", options->name, "The environment")->required();
    made->add_option("--db", options->db, "The store")->required();
    made->add_option("--format", options->format, "text or json")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
    made->callback([options, &exit_code, run] { exit_code = run(*options); });
    return made;
  };
  const auto with_content = [&](CLI::App* made) {
    made->add_option("--description", options->description, "Text for people");
    return made->add_option("--variables", options->variables, "The variables: JSON, or @FILE");
  };
  with_content(sub("create", "Keep variables under a name", true, create))->required();
  with_content(sub("update", "Replace an environment's variables; what runs is not touched", true, update));
  sub("list", "All environments", false, list_environments);
  sub("show", "One environment's variables", true, show_environment);
  sub("delete", "Remove an environment", true, remove);
}

}  // namespace gregale::cli
