#include "cli/file_library.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/arguments.hpp"
#include "core/error.hpp"
#include "stdlib/shipped_workflows.hpp"

namespace gregale::cli {

namespace {

namespace fs = std::filesystem;

bool is_definition(const fs::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

core::SourcePtr shipped_source(std::string_view workflow) {
  const stdlib::ShippedFile* file = stdlib::find_shipped_file(workflow);
  if (file == nullptr) return nullptr;
  return std::make_shared<const core::Source>(fmt::format("gregale:{}", file->name), std::string(file->text));
}

}  // namespace

core::SourcePtr FileLibrary::file(const std::string& path, const core::Source& from) {
  const fs::path whole =
      fs::path(path).is_absolute() ? fs::path(path) : fs::path(from.name()).parent_path() / path;
  return read_source(whole.lexically_normal().string());
}

std::vector<core::SourcePtr> FileLibrary::files() {
  std::vector<core::SourcePtr> sources;
  for (const std::string& folder : folders_) {
    std::error_code error;
    if (fs::is_regular_file(folder, error)) {
      sources.push_back(read_source(folder));
      continue;
    }
    std::vector<std::string> paths;
    for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->is_regular_file(error) && is_definition(entry->path())) {
        paths.push_back(entry->path().lexically_normal().string());
      }
    }
    if (error) {
      throw core::Error(core::ErrorKind::invalid,
                        fmt::format("cannot read the library {}: {}", folder, error.message()));
    }
    std::sort(paths.begin(), paths.end());
    for (const std::string& path : paths) sources.push_back(read_source(path));
  }
  return sources;
}

core::SourcePtr FileLibrary::shipped(std::string_view workflow) {
  return shipped_source(workflow);
}

std::vector<std::string> FileLibrary::shipped_names() {
  std::vector<std::string> names;
  for (const stdlib::ShippedFile& file : stdlib::shipped_files()) {
    names.insert(names.end(), file.workflows.begin(), file.workflows.end());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool names_shipped_workflow(const std::string& argument) {
  std::error_code error;
  return stdlib::find_shipped_file(argument) != nullptr && !fs::exists(argument, error);
}

std::vector<core::SourcePtr> sources_of(const std::vector<std::string>& arguments) {
  std::vector<core::SourcePtr> sources;
  for (const std::string& argument : arguments) {
    sources.push_back(names_shipped_workflow(argument) ? shipped_source(argument) : read_source(argument));
  }
  return sources;
}

void add_library_option(CLI::App& command, std::vector<std::string>& folders) {
  command.add_option("--library", folders, "Folder of definitions that the files may extend and call")
      ->type_name("DIR");
}

}  // namespace gregale::cli
