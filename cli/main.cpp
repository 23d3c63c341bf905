// The `gregale` command: reads the command line and hands over to a sub-command.
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/core_dumps.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"

namespace {

using namespace gregale;

int run(int argc, char** argv) {
  CLI::App app("Workflows for OpenStack operators: the Mistral language, compiled and run durably.",
               "gregale");
  app.set_version_flag("--version", "gregale " GREGALE_VERSION);
  app.require_subcommand(1);
  app.footer("`gregale COMMAND --help` tells more about a command.");
  int exit_code = cli::kDone;
  cli::add_validate(app, exit_code);
  cli::add_compile(app, exit_code);
  cli::add_run(app, exit_code);
  cli::add_environment(app, exit_code);
  cli::add_execution(app, exit_code);
  cli::add_action(app, exit_code);
  cli::add_resource(app, exit_code);
  cli::add_database(app, exit_code);
  cli::add_workflow(app, exit_code);
  cli::add_eval(app, exit_code);
  cli::add_explain(app, exit_code);
  cli::add_diff(app, exit_code);
  cli::add_outdated(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);  // prints the help, the version or what is wrong
    return code == 0 ? cli::kDone : cli::kUsage;
  }
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  cli::forbid_core_dumps();
  try {
    return run(argc, argv);
  } catch (const core::Error& error) {
    cli::print_error(fmt::format("gregale: {}\n", error.what()));
    return cli::exit_code_of(error);
  } catch (const std::exception& error) {
    cli::print_error(fmt::format("gregale: internal error: {}\n", error.what()));
    return cli::kInternal;
  }
}
