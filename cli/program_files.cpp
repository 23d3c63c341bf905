#include "cli/program_files.hpp"

#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/file_library.hpp"
#include "compiler/ir/serialization.hpp"
#include "core/error.hpp"

namespace gregale::cli {

void add_program_options(CLI::App& command, ProgramPaths& paths) {
  command
      .add_option("FILE", paths.files,
                  "Definitions, one compiled program, or the name of a workflow that comes with Gregale")
      ->required();
  command.add_option("--namespace", paths.in_namespaces,
                     "NAME=FILE, definitions of a namespace; more than once for more");
}

ProgramFiles read_program(const ProgramPaths& paths, compiler::Options options,
                          const std::vector<std::string>& library) {
  std::vector<core::SourcePtr> sources;
  for (const std::string& path : paths.files) {
    if (names_shipped_workflow(path)) {
      options.workflows.push_back(path);
    } else {
      sources.push_back(read_source(path));
    }
  }
  options.namespaces.resize(sources.size());
  for (const std::string& pair : paths.in_namespaces) {
    const size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw core::Error(core::ErrorKind::invalid,
                        fmt::format("--namespace: NAME=FILE is expected, not '{}'", pair));
    }
    options.namespaces.push_back(pair.substr(0, equals));
    sources.push_back(read_source(pair.substr(equals + 1)));
  }
  for (const core::SourcePtr& source : sources) {
    if (!ir::is_binary(source->text())) continue;
    if (sources.size() > 1) {
      throw core::Error(core::ErrorKind::invalid,
                        fmt::format("{} is compiled already and cannot be given together with other files",
                                    source->name()));
    }
    ProgramFiles files{{}, ir::from_binary(source->text())};
    for (const ir::Workflow& one : files.program->workflows) {
      files.own_workflows.push_back(files.program->name(one.name));
    }
    return files;
  }
  FileLibrary files(library);
  options.library = &files;
  compiler::Compilation compilation = compiler::compile(sources, options);
  return {std::move(compilation.diagnostics), std::move(compilation.program),
          std::move(compilation.abstract_workflows), std::move(compilation.own_workflows),
          options.workflows.empty() ? std::string() : options.workflows.front()};
}

}  // namespace gregale::cli
