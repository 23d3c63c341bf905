// gregale compile: definitions to IR, or to a form that people read.
#include <fmt/format.h>

#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_library.hpp"
#include "cli/output.hpp"
#include "cli/program_files.hpp"
#include "cli/world.hpp"
#include "compiler/inheritance/flat_text.hpp"
#include "compiler/ir/serialization.hpp"
#include "compiler/json_schema.hpp"
#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::cli {

namespace {

enum class Emit { ir, text, flat, dot, json_schema };

struct CompileOptions {
  ProgramPaths paths;
  std::vector<std::string> library;
  std::vector<std::string> actions;
  bool mistral = false;
  std::string output;
  Emit emit = Emit::ir;
};

std::string emit(const ir::Program& program, Emit form) {
  switch (form) {
    case Emit::ir:
      return ir::to_binary(program);
    case Emit::text:
      return ir::to_text(program);
    case Emit::dot: {
      std::string graphs;
      for (const ir::Workflow& workflow : program.workflows) graphs += ir::to_dot(program, workflow);
      return graphs;
    }
    case Emit::flat:
      break;  // made of the definitions, not of the program
    case Emit::json_schema:
      return core::to_json(compiler::json_schema(), 2) + "\n";
  }
  return {};
}

// The definitions with their inheritance resolved; what cannot be said to [target] is among the findings.
std::string flat(const CompileOptions& options, const World& world, core::Diagnostics& findings) {
  const std::vector<core::SourcePtr> sources = sources_of(options.paths.files);
  FileLibrary library(options.library);
  core::Diagnostics told;  // with the program
  compiler::Family family(sources, &library, told);
  compiler::FlatTextOptions how;
  how.mistral = options.mistral;
  how.catalogue = &world.actions();
  compiler::Report report(findings);
  return compiler::to_flat_text(family, how, report);
}

void write(const std::string& content, const CompileOptions& options) {
  if (options.output.empty() || options.output == "-") {
    print(content);
  } else {
    write_file(options.output, content);
  }
}

int compile(const CompileOptions& options) {
  if (options.emit == Emit::json_schema) {  // of the language, whatever the files are
    write(emit({}, options.emit), options);
    return kDone;
  }
  if (options.paths.files.empty()) throw core::Error(core::ErrorKind::invalid, "there is no file to compile");
  const World world({{}, options.actions});
  const ProgramFiles read = read_program(options.paths, {&world.actions()}, world.library(options.library));
  print_findings(read.diagnostics);
  if (!read.program) return kDefinition;
  core::Diagnostics refused;
  const std::string content =
      options.emit == Emit::flat ? flat(options, world, refused) : emit(*read.program, options.emit);
  if (refused.has_errors()) {
    print_findings(refused);
    return kDefinition;
  }
  write(content, options);
  return kDone;
}

}  // namespace

void add_compile(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CompileOptions>();
  CLI::App* command = app.add_subcommand("compile", "Compile definitions to the intermediate representation");
  add_program_options(*command, options->paths);
  command->get_option("FILE")->required(false);  // of no use to json-schema
  add_library_option(*command, options->library);
  add_actions_option(*command, options->actions);
  command->add_option("-o,--output", options->output, "File to write; otherwise standard output");
  command
      ->add_option("--emit", options->emit,
                   "ir (binary), text (readable), flat (YAML with inheritance resolved), dot (Graphviz), "
                   "json-schema (of the language)")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Emit>{{"ir", Emit::ir},
                                                                      {"text", Emit::text},
                                                                      {"flat", Emit::flat},
                                                                      {"dot", Emit::dot},
                                                                      {"json-schema", Emit::json_schema}}));
  command
      ->add_option_function<std::string>(
          "--target", [options](const std::string&) { options->mistral = true; },
          "mistral-v2: flat text that stock Mistral runs as well")
      ->check(CLI::IsMember({"mistral-v2"}));
  command->callback([options, &exit_code] { exit_code = compile(*options); });
}

}  // namespace gregale::cli
