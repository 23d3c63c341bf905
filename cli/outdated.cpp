// gregale outdated: which compiled workflows inherit from something that says another thing by now.
#include <fmt/format.h>

#include <map>
#include <memory>
#include <set>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/flat_definitions.hpp"
#include "cli/output.hpp"
#include "compiler/ir/serialization.hpp"
#include "core/error.hpp"

namespace gregale::cli {

namespace {

using core::Value;

struct OutdatedOptions {
  std::vector<std::string> files;
  Format format = Format::text;
};

// What became of an ancestor since; empty when it is the same.
std::string change_of(const std::string& file, const std::string& workflow, const std::string& digest) {
  try {
    core::Diagnostics findings;
    FileLibrary library({});
    compiler::Family family({read_source(file)}, &library, findings);
    const compiler::FlatWorkflow* now = family.find(workflow);
    if (now == nullptr) return findings.has_errors() ? "has mistakes now" : "is not there any more";
    return compiler::digest_of(*now) == digest ? "" : "has changed";
  } catch (const core::Error& error) {
    return fmt::format("cannot be looked at: {}", error.what());
  }
}

int outdated(const OutdatedOptions& options) {
  core::List list;
  for (const std::string& file : options.files) {
    const core::SourcePtr source = read_source(file);
    if (!ir::is_binary(source->text())) {
      throw core::Error(
          core::ErrorKind::invalid,
          fmt::format("{} is not compiled; `gregale compile` makes what can be outdated", file));
    }
    const ir::Program program = ir::from_binary(source->text());
    for (const ir::Workflow& workflow : program.workflows) {
      for (const ir::Ancestor& ancestor : workflow.ancestors) {
        if (ancestor.source == ir::kNone) continue;
        const std::string& place = program.sources[ancestor.source];
        const std::string change = change_of(place, program.name(ancestor.name), ancestor.digest);
        if (change.empty()) continue;
        list.push_back(Value(core::Map{{"file", Value(file)},
                                       {"workflow", Value(program.name(workflow.name))},
                                       {"ancestor", Value(program.name(ancestor.name))},
                                       {"ancestor_file", Value(place)},
                                       {"change", Value(change)}}));
      }
    }
  }
  const bool stale = !list.empty();
  if (options.format == Format::json) {
    print_json(Value(std::move(list)));
  } else {
    for (const Value& one : list) {
      const auto text = [&](const char* key) { return one.as_map().find(key)->as_string(); };
      print(fmt::format("{}: {} is outdated: {} ({}) {}\n", text("file"), text("workflow"), text("ancestor"),
                        text("ancestor_file"), text("change")));
    }
    if (!stale) print("Nothing is outdated.\n");
  }
  return stale ? kFailed : kDone;
}

}  // namespace

void add_outdated(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<OutdatedOptions>();
  CLI::App* command =
      app.add_subcommand("outdated", "Which compiled workflows extend something that has changed since");
  command->add_option("FILE", options->files, "Compiled programs")->required();
  command->add_option("--format", options->format, "text or json")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
  command->callback([options, &exit_code] { exit_code = outdated(*options); });
}

}  // namespace gregale::cli
