// gregale validate: all findings about definitions, nothing else.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_library.hpp"
#include "cli/live_cloud.hpp"
#include "cli/output.hpp"
#include "cli/program_files.hpp"
#include "cli/world.hpp"
#include "compiler/fixes.hpp"
#include "core/error.hpp"

namespace gregale::cli {

namespace {

struct ValidateOptions {
  ProgramPaths paths;
  std::vector<std::string> library;
  std::vector<std::string> actions;
  bool strict = false;
  bool fix = false;
  std::vector<std::string> allow;
  std::vector<std::string> warn;
  std::vector<std::string> deny;
  std::string environment;
  std::string cloud;  // empty: definitions are not checked against one
  Format format = Format::text;
};

compiler::SeverityPolicy policy_of(const ValidateOptions& options) {
  compiler::SeverityPolicy policy;
  if (options.strict) policy.make_strict();
  const auto set = [&](const std::vector<std::string>& codes, compiler::SeverityPolicy::Level level) {
    for (const std::string& code : codes) {
      const std::string problem = policy.set(code, level);
      if (!problem.empty()) throw core::Error(core::ErrorKind::invalid, problem);
    }
  };
  set(options.allow, compiler::SeverityPolicy::Level::allow);
  set(options.warn, compiler::SeverityPolicy::Level::warn);
  set(options.deny, compiler::SeverityPolicy::Level::deny);
  return policy;
}

// Writes the files with the certain suggestions taken; how many.
size_t fix_files(const std::vector<core::Diagnostic>& findings) {
  std::vector<core::SourcePtr> sources;
  for (const core::Diagnostic& finding : findings) {
    const core::SourcePtr& source = finding.span.source;
    if (source && std::find(sources.begin(), sources.end(), source) == sources.end())
      sources.push_back(source);
  }
  size_t count = 0;
  for (const core::SourcePtr& source : sources) {
    const compiler::Fixed fixed = compiler::fix(source, findings);
    if (fixed.count > 0) write_file(source->name(), fixed.text);
    count += fixed.count;
  }
  return count;
}

void show(const core::Diagnostics& diagnostics, const ValidateOptions& options) {
  const auto findings = diagnostics.sorted();
  switch (options.format) {
    case Format::json:
      print(core::to_json(findings) + "\n");
      break;
    case Format::sarif:
      print(core::to_sarif(findings, GREGALE_VERSION) + "\n");
      break;
    case Format::github:
      print(core::to_github(findings));
      break;
    case Format::text:
      print_findings(diagnostics);
      if (findings.empty()) {
        print(options.paths.files.size() + options.paths.in_namespaces.size() == 1
                  ? "The file is valid.\n"
                  : "The files are valid.\n");
      }
      break;
  }
}

int validate(const ValidateOptions& options) {
  const std::vector<std::string>& files = options.paths.files;
  if (options.fix && std::find(files.begin(), files.end(), "-") != files.end()) {
    throw core::Error(core::ErrorKind::invalid, "--fix changes files; standard input is none");
  }
  const World world({options.cloud, options.actions});
  std::unique_ptr<LiveCloud> cloud;
  if (!options.cloud.empty()) cloud = std::make_unique<LiveCloud>(world.openstack());
  const core::Value environment =
      options.environment.empty() ? core::Value() : read_mapping("--env", options.environment);
  compiler::Options compile{&world.actions()};
  if (environment.is_map()) compile.environment = &environment;
  compile.cloud = cloud.get();
  compile.severities = policy_of(options);
  ProgramFiles read = read_program(options.paths, compile, world.library(options.library));
  if (options.fix) {
    if (const size_t count = fix_files(read.diagnostics.sorted())) {
      print_error(fmt::format("{} suggestion{} taken\n", count, count == 1 ? "" : "s"));
      read = read_program(options.paths, compile, world.library(options.library));
    }
  }
  show(read.diagnostics, options);
  return read.diagnostics.has_errors() ? kDefinition : kDone;
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ValidateOptions>();
  CLI::App* command = app.add_subcommand("validate", "Check workflows, workbooks and ad-hoc actions");
  add_program_options(*command, options->paths);
  add_library_option(*command, options->library);
  add_actions_option(*command, options->actions);
  command->add_option("--cloud", options->cloud,
                      "Also check regions and services against this cloud of clouds.yaml");
  command->add_flag("--strict", options->strict, "Warnings are errors");
  const auto add_codes = [&](const char* name, std::vector<std::string>& codes, const char* help) {
    command->add_option(name, codes, help)
        ->type_name("CODE,...")
        ->delimiter(',')
        ->take_all()
        ->allow_extra_args(false);
  };
  add_codes("--allow", options->allow, "Do not report these warnings and notes");
  add_codes("--warn", options->warn, "Report these as warnings, also under --strict");
  add_codes("--deny", options->deny, "Report these as errors");
  command->add_flag("--fix", options->fix, "Write the files with the suggestions that are certain");
  command->add_option("--env", options->environment,
                      "The environment, to check names that env() reads: JSON or @FILE");
  command->add_option("--format", options->format, "text, json, sarif or github")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{{"text", Format::text},
                                                                        {"json", Format::json},
                                                                        {"sarif", Format::sarif},
                                                                        {"github", Format::github}}));
  command->callback([options, &exit_code] { exit_code = validate(*options); });
}

}  // namespace gregale::cli
