// gregale validate: all findings about definitions, nothing else.
#include <unistd.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_library.hpp"
#include "cli/output.hpp"
#include "cli/program_files.hpp"
#include "cli/world.hpp"

namespace gregale::cli {

namespace {

struct Options {
  ProgramPaths paths;
  std::vector<std::string> library;
  bool strict = false;
  Format format = Format::text;
};

int validate(const Options& options) {
  const World world;
  ProgramFiles read = read_program(options.paths, {&world.actions()}, options.library);
  if (options.strict) read.diagnostics.make_strict();
  const auto findings = read.diagnostics.sorted();
  switch (options.format) {
    case Format::json:
      print(core::to_json(findings) + "\n");
      break;
    case Format::sarif:
      print(core::to_sarif(findings, GREGALE_VERSION) + "\n");
      break;
    case Format::text:
      print_findings(read.diagnostics);
      if (findings.empty())
        print(options.paths.files.size() + options.paths.in_namespaces.size() == 1
                  ? "The file is valid.\n"
                  : "The files are valid.\n");
      break;
  }
  return read.diagnostics.has_errors() ? kDefinition : kDone;
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("validate", "Check workflows, workbooks and ad-hoc actions");
  add_program_options(*command, options->paths);
  add_library_option(*command, options->library);
  command->add_flag("--strict", options->strict, "Warnings are errors");
  command->add_option("--format", options->format, "text, json or sarif")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{
          {"text", Format::text}, {"json", Format::json}, {"sarif", Format::sarif}}));
  command->callback([options, &exit_code] { exit_code = validate(*options); });
}

}  // namespace gregale::cli
