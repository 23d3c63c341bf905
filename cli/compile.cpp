// gregale compile: definitions to IR, or to a form that people read.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/program_files.hpp"
#include "cli/world.hpp"
#include "compiler/ir/serialization.hpp"
#include "core/error.hpp"

namespace gregale::cli {

namespace {

enum class Emit { ir, text, dot };

struct Options {
  std::vector<std::string> files;
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
  }
  return {};
}

void write_file(const std::string& path, std::string_view content) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  bool whole = file != nullptr && std::fwrite(content.data(), 1, content.size(), file) == content.size();
  if (file != nullptr) whole = std::fclose(file) == 0 && whole;
  if (!whole) {
    throw core::Error(core::ErrorKind::invalid,
                      fmt::format("cannot write {}: {}", path, std::strerror(errno)));
  }
}

int compile(const Options& options) {
  const World world;
  const ProgramFiles read = read_program(options.files, {&world.actions()});
  print_findings(read.diagnostics);
  if (!read.program) return kDefinition;
  const std::string content = emit(*read.program, options.emit);
  if (options.output.empty() || options.output == "-") {
    print(content);
  } else {
    write_file(options.output, content);
  }
  return kDone;
}

}  // namespace

void add_compile(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("compile", "Compile definitions to the intermediate representation");
  command->add_option("FILE", options->files, "Files to compile together")->required();
  command->add_option("-o,--output", options->output, "File to write; otherwise standard output");
  command->add_option("--emit", options->emit, "ir (binary), text (readable), dot (Graphviz)")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Emit>{{"ir", Emit::ir}, {"text", Emit::text}, {"dot", Emit::dot}}));
  command->callback([options, &exit_code] { exit_code = compile(*options); });
}

}  // namespace gregale::cli
