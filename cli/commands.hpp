// The sub-commands. Each adds itself, its options and its help to the command line; when it is chosen, it
// runs and leaves its exit code in [exit_code].
#pragma once

#include <CLI/CLI.hpp>

namespace gregale::cli {

void add_validate(CLI::App& app, int& exit_code);
void add_compile(CLI::App& app, int& exit_code);
void add_run(CLI::App& app, int& exit_code);
void add_environment(CLI::App& app, int& exit_code);
void add_execution(CLI::App& app, int& exit_code);
void add_action(CLI::App& app, int& exit_code);
void add_resource(CLI::App& app, int& exit_code);
void add_eval(CLI::App& app, int& exit_code);
void add_explain(CLI::App& app, int& exit_code);
void add_database(CLI::App& app, int& exit_code);
void add_diff(CLI::App& app, int& exit_code);
void add_outdated(CLI::App& app, int& exit_code);
void add_workflow(CLI::App& app, int& exit_code);

}  // namespace gregale::cli
