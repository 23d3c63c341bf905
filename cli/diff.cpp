// gregale diff: what one workflow says otherwise than another, inheritance resolved.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/flat_definitions.hpp"
#include "cli/output.hpp"

namespace gregale::cli {

namespace {

struct DiffOptions {
  std::string parent;
  std::string child;
  std::vector<std::string> files;
  std::vector<std::string> library;
  Format format = Format::text;
};

int diff(const DiffOptions& options) {
  FlatDefinitions definitions(options.files, options.library);
  if (!definitions.sound()) return kDefinition;
  const auto differences =
      compiler::differences(definitions.workflow(options.parent), definitions.workflow(options.child));
  if (options.format == Format::json) {
    print_json(difference_document(differences));
  } else {
    print(differences.empty() ? "They say the same.\n" : difference_text(differences));
  }
  return kDone;
}

}  // namespace

void add_diff(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<DiffOptions>();
  CLI::App* command =
      app.add_subcommand("diff", "What a workflow says otherwise than the one that it extends");
  command->add_option("PARENT", options->parent, "A workflow")->required();
  command->add_option("CHILD", options->child, "The one to compare with it")->required();
  command->add_option("FILE", options->files, "Files that define them")->required();
  add_library_option(*command, options->library);
  command->add_option("--format", options->format, "text or json")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
  command->callback([options, &exit_code] { exit_code = diff(*options); });
}

}  // namespace gregale::cli
