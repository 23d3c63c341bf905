// What runs one workflow to its end, for `gregale run` and for commands that stand before workflows of their
// own.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/output.hpp"
#include "cli/program_files.hpp"
#include "cli/stored_execution.hpp"

namespace gregale::cli {

// Texts are as the command line has them; empty: not given.
struct RunOptions {
  ProgramPaths paths;
  std::vector<std::string> library;
  std::vector<std::string> actions;
  std::string workflow;
  std::string input;
  std::vector<std::string> pairs;
  std::string env;
  std::string params;
  std::string region;
  std::string cloud;
  std::string custom_context;
  std::string db;
  bool no_marks = false;
  EngineOptions engine;
  uint64_t count = 0;
  std::string each;
  bool dry_run = false;
  double timeout = 0;
  Format format = Format::text;
  // Where the output alone is shown: how, to people. In JSON it is then the output, or {"error": message}.
  std::function<std::string(const core::Value& output)> show = {};
};

// Shows the execution; the exit code. Throws core::Error for what cannot be read.
int run(const RunOptions& options);

// --cloud and --custom-context.
void add_credential_options(CLI::App& command, RunOptions& options);
// --db, --timeout, --format and those of the engine.
void add_store_options(CLI::App& command, RunOptions& options);

}  // namespace gregale::cli
