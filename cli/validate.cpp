// gregale validate: all findings about definitions, nothing else.
#include <unistd.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_library.hpp"
#include "cli/live_cloud.hpp"
#include "cli/output.hpp"
#include "cli/program_files.hpp"
#include "cli/world.hpp"

namespace gregale::cli {

namespace {

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> library;
  bool strict = false;
  std::string cloud;  // empty: definitions are not checked against one
  Format format = Format::text;
};

int validate(const Options& options) {
  const World world({options.cloud});
  std::unique_ptr<LiveCloud> cloud;
  if (!options.cloud.empty()) cloud = std::make_unique<LiveCloud>(world.openstack());
  ProgramFiles read = read_program(options.files, {&world.actions(), nullptr, cloud.get()}, options.library);
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
        print(options.files.size() == 1 ? "The file is valid.\n" : "The files are valid.\n");
      break;
  }
  return read.diagnostics.has_errors() ? kDefinition : kDone;
}

}  // namespace

void add_validate(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("validate", "Check workflows, workbooks and ad-hoc actions");
  command->add_option("FILE", options->files, "Files to check together")->required();
  add_library_option(*command, options->library);
  command->add_option("--cloud", options->cloud,
                      "Also check regions and services against this cloud of clouds.yaml");
  command->add_flag("--strict", options->strict, "Warnings are errors");
  command->add_option("--format", options->format, "text, json or sarif")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{
          {"text", Format::text}, {"json", Format::json}, {"sarif", Format::sarif}}));
  command->callback([options, &exit_code] { exit_code = validate(*options); });
}

}  // namespace gregale::cli
