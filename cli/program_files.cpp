#include "cli/program_files.hpp"

#include <fmt/format.h>

#include "cli/arguments.hpp"
#include "cli/file_library.hpp"
#include "compiler/ir/serialization.hpp"
#include "core/error.hpp"

namespace gregale::cli {

ProgramFiles read_program(const std::vector<std::string>& paths, compiler::Options options,
                          const std::vector<std::string>& library) {
  std::vector<core::SourcePtr> sources;
  for (const std::string& path : paths) sources.push_back(read_source(path));
  for (const core::SourcePtr& source : sources) {
    if (!ir::is_binary(source->text())) continue;
    if (sources.size() > 1) {
      throw core::Error(core::ErrorKind::invalid,
                        fmt::format("{} is compiled already and cannot be given together with other files",
                                    source->name()));
    }
    return {{}, ir::from_binary(source->text())};
  }
  FileLibrary files(library);
  options.library = &files;
  compiler::Compilation compilation = compiler::compile(sources, options);
  return {std::move(compilation.diagnostics), std::move(compilation.program),
          std::move(compilation.abstract_workflows)};
}

}  // namespace gregale::cli
