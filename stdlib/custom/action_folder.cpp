#include "stdlib/custom/action_folder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "grammar/yaml.hpp"
#include "stdlib/custom/declared_action.hpp"
#include "stdlib/openstack/catalogue.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Value;

namespace {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(ErrorKind::invalid, "cannot be read");
  return text.str();
}

std::vector<fs::path> files_of(const std::string& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    const fs::path& path = entry->path();
    const fs::path extension = path.extension();
    if (extension == ".so" || extension == ".yaml" || extension == ".yml") paths.push_back(path);
  }
  if (error) {
    throw Error(ErrorKind::invalid, fmt::format("cannot read the folder {}: {}", folder, error.message()));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void add_program(interpreter::ActionRegistry& registry, Manifest manifest, const ActionHosts& hosts) {
  if (manifest.actions.empty()) manifest.actions = describe_program(manifest);
  const auto shared = std::make_shared<const Manifest>(std::move(manifest));
  for (const Declaration& declaration : shared->actions) {
    registry.add(declared_action(declaration, hosts.openstack,
                                 [&host = hosts.programs, shared](DeclaredCall call, auto completion) {
                                   host.carry_out(shared, std::move(call), std::move(completion));
                                 }));
  }
}

void add_file(interpreter::ActionRegistry& registry, const fs::path& path, const ActionHosts& hosts,
              std::vector<std::string>& definitions) {
  if (path.extension() == ".so") {
    return add_plugin(registry, fs::absolute(path).string(), hosts.plugins, hosts.openstack);
  }
  const Value document = grammar::load_yaml(read_text(path));
  if (document.find("command") != nullptr) {
    add_program(registry, read_manifest(path.string(), document), hosts);
  } else if (document.find("service") != nullptr && document.get("actions").is_map()) {
    add_catalogue_file(registry, hosts.openstack, document);
  } else {
    definitions.push_back(path.string());
  }
}

}  // namespace

void add_action_folder(interpreter::ActionRegistry& registry, const std::string& folder,
                       const ActionHosts& hosts, std::vector<std::string>& definitions) {
  for (const fs::path& path : files_of(folder)) {
    try {
      add_file(registry, path, hosts, definitions);
    } catch (const Error& error) {
      const std::string_view message = error.what();
      const bool named = message.starts_with(path.string());
      throw Error(error.kind(), named ? std::string(message) : fmt::format("{}: {}", path.string(), message));
    }
  }
}

std::vector<std::string> usual_action_folders() {
  std::vector<std::string> candidates;
  if (const char* given = std::getenv("GREGALE_ACTIONS")) {
    std::istringstream folders(given);
    for (std::string folder; std::getline(folders, folder, ':');) candidates.push_back(folder);
  }
  if (const char* home = std::getenv("HOME"))
    candidates.push_back(fmt::format("{}/.config/gregale/actions", home));
  candidates.emplace_back("/usr/lib/gregale/actions");
  std::error_code ignored;
  std::erase_if(candidates, [&](const std::string& folder) { return !fs::is_directory(folder, ignored); });
  return candidates;
}

}  // namespace gregale::stdlib
