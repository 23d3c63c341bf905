// gregale workflow: the workflows that come with the program, for reading.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_library.hpp"
#include "cli/output.hpp"
#include "core/error.hpp"
#include "core/similar.hpp"
#include "grammar/yaml.hpp"
#include "stdlib/shipped_workflows.hpp"

namespace gregale::cli {

namespace {

using core::Map;
using core::Value;

// {"name", "description", "file", "input"}, ascending by name.
core::List shipped_workflows() {
  core::List all;
  for (const stdlib::ShippedFile& file : stdlib::shipped_files()) {
    const Value document = grammar::load_yaml(std::string(file.text));
    for (const std::string_view name : file.workflows) {
      const Value definition = document.get(name);
      all.push_back(Map{{"name", std::string(name)},
                        {"description", definition.get("description")},
                        {"file", std::string(file.name)},
                        {"input", definition.get("input")}});
    }
  }
  std::sort(all.begin(), all.end(), [](const Value& first, const Value& second) {
    return first.get("name").as_string() < second.get("name").as_string();
  });
  return all;
}

int list(Format format) {
  core::List all = shipped_workflows();
  if (format == Format::json) {
    print_json(Value(std::move(all)));
    return kDone;
  }
  for (const Value& one : all) {
    print(fmt::format("{}\n    {}\n", one.get("name").as_string(), one.get("description").as_string()));
  }
  return kDone;
}

int show(const std::string& name) {
  const stdlib::ShippedFile* file = stdlib::find_shipped_file(name);
  if (file == nullptr) {
    const std::string near = core::nearest_name(name, FileLibrary({}).shipped_names());
    throw core::Error(core::ErrorKind::not_found,
                      fmt::format("no workflow {} comes with the program{}", name,
                                  near.empty() ? std::string() : fmt::format("; did you mean {}?", near)));
  }
  print(file->text);
  return kDone;
}

}  // namespace

void add_workflow(CLI::App& app, int& exit_code) {
  CLI::App* command = app.add_subcommand("workflow", "The workflows that come with Gregale");
  command->require_subcommand(1);
  auto format = std::make_shared<Format>(Format::text);
  CLI::App* all = command->add_subcommand("list", "All of them, and what they do");
  all->add_option("--format", *format, "text or json")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
  all->callback([format, &exit_code] { exit_code = list(*format); });
  auto name = std::make_shared<std::string>();
  CLI::App* one = command->add_subcommand("show", "The file that one stands in, to read or to copy");
  one->add_option("NAME", *name, "The workflow")->required();
  one->callback([name, &exit_code] { exit_code = show(*name); });
}

}  // namespace gregale::cli
