// gregale explain: the long form of a finding's code, or where a value of a workflow comes from.
#include <fmt/format.h>

#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_library.hpp"
#include "cli/flat_definitions.hpp"
#include "cli/output.hpp"
#include "compiler/codes.hpp"
#include "core/error.hpp"

namespace gregale::cli {

namespace {

struct ExplainOptions {
  std::string code;
  std::string path;
  std::vector<std::string> files;
  std::vector<std::string> library;
};

int explain_code(const std::string& code) {
  const std::string text = compiler::explain(code);
  if (text.empty()) {
    print_error(fmt::format("gregale: there is no code '{}'\n", code));
    return kUsage;
  }
  print(text);
  return kDone;
}

int explain(const ExplainOptions& options) {
  if (options.path.empty()) return explain_code(options.code);
  // With --at the first word is a file like the others.
  std::vector<std::string> files = options.files;
  files.insert(files.begin(), options.code);
  FlatDefinitions definitions(files, options.library);
  if (!definitions.sound()) return kDefinition;
  print(definitions.origin_text(options.path));
  return kDone;
}

}  // namespace

void add_explain(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExplainOptions>();
  CLI::App* command =
      app.add_subcommand("explain", "What a finding's code means, or where a value of a workflow comes from");
  command->add_option("CODE", options->code, "A code such as GR0203; with --at a file")->required();
  command->add_option("FILE", options->files, "Further files, with --at");
  command->add_option("--at", options->path, "WORKFLOW.KEY..., such as deploy.tasks.create.retry");
  add_library_option(*command, options->library);
  command->callback([options, &exit_code] { exit_code = explain(*options); });
}

}  // namespace gregale::cli
