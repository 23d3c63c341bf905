#include "stdlib/custom/manifest.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <map>

#include "core/error.hpp"
#include "stdlib/custom/section.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Value;

namespace {

namespace fs = std::filesystem;

constexpr int64_t kProtocol = 1;
constexpr int64_t kMegabyte = int64_t{1} << 20;
constexpr const char* kUsualPath = "/usr/local/bin:/usr/bin:/bin";

// A name without a slash is looked up in PATH, any other one from the folder on.
std::string program_path(const std::string& name, const fs::path& folder) {
  if (name.find('/') != std::string::npos) {
    return (fs::path(name).is_absolute() ? fs::path(name) : folder / name).lexically_normal().string();
  }
  const char* given = std::getenv("PATH");
  std::string_view rest = given == nullptr ? kUsualPath : given;
  while (!rest.empty()) {
    const size_t colon = std::min(rest.find(':'), rest.size());
    const std::string candidate = fmt::format("{}/{}", rest.substr(0, colon), name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest.remove_prefix(std::min(colon + 1, rest.size()));
  }
  throw Error(ErrorKind::invalid, fmt::format("there is no program {}", name));
}

// The modules for programs in Python: beside this program, or in ../lib/gregale. Empty: there are none.
std::string python_folder() {
  std::error_code ignored;
  const fs::path here = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  for (const fs::path& path : {here / "python", here / "../lib/gregale/python"}) {
    if (fs::exists(path / "gregale_action.py", ignored)) return path.lexically_normal().string();
  }
  return {};
}

// What every program may know; everything else of ours, credentials above all, stays here.
std::map<std::string, std::string> usual_environment() {
  std::map<std::string, std::string> environment;
  for (const char* name : {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR"}) {
    if (const char* value = std::getenv(name)) environment[name] = value;
  }
  if (const std::string folder = python_folder(); !folder.empty()) environment["PYTHONPATH"] = folder;
  environment["GREGALE_PROTOCOL"] = std::to_string(kProtocol);
  return environment;
}

std::vector<std::string> read_command(Section& section, const fs::path& folder) {
  const Value value = section.take("command");
  std::vector<std::string> command;
  if (value.is_string()) command.push_back(value.as_string());
  if (value.is_list()) {
    for (const Value& word : value.as_list()) {
      if (!word.is_string()) section.wrong("`command` is a list of texts");
      command.push_back(word.as_string());
    }
  }
  if (command.empty() || command.front().empty()) section.wrong("`command` is the program and its arguments");
  for (const std::string& word : command) {
    if (word.find('\0') != std::string::npos) section.wrong("`command` has a zero byte");
  }
  command.front() = program_path(command.front(), folder);
  return command;
}

std::vector<std::string> read_environment(Section& section) {
  auto environment = usual_environment();
  const Value given = section.take("environment");
  if (!given.is_null() && !given.is_map()) section.wrong("`environment` is a mapping of names to texts");
  if (given.is_map()) {
    for (const auto& [key, value] : given.as_map()) {
      if (!key.is_string() || !value.is_string())
        section.wrong("`environment` is a mapping of names to texts");
      std::string& entry = environment[key.as_string()];
      // Ours stays behind theirs.
      const bool both = key == Value("PYTHONPATH") && !entry.empty();
      entry = both ? fmt::format("{}:{}", value.as_string(), entry) : value.as_string();
    }
  }
  const Value passed = section.take("pass");
  if (!passed.is_null() && !passed.is_list()) section.wrong("`pass` is a list of names");
  if (passed.is_list()) {
    for (const Value& name : passed.as_list()) {
      if (!name.is_string()) section.wrong("`pass` is a list of names");
      if (const char* value = std::getenv(name.as_string().c_str())) environment[name.as_string()] = value;
    }
  }
  std::vector<std::string> lines;
  for (const auto& [name, value] : environment) lines.push_back(fmt::format("{}={}", name, value));
  return lines;
}

}  // namespace

Manifest read_manifest(const std::string& file, const Value& document) {
  try {
    Section section("manifest", document);
    Manifest manifest;
    manifest.file = file;
    const fs::path folder = fs::absolute(file).parent_path().lexically_normal();
    manifest.folder = folder.string();
    if (const Value protocol = section.take("protocol"); protocol != Value(kProtocol)) {
      section.wrong(fmt::format("`protocol` must be {}", kProtocol));
    }
    manifest.command = read_command(section, folder);
    manifest.environment = read_environment(section);
    manifest.processes = static_cast<size_t>(section.count("processes", 4, 1000));
    manifest.memory_bytes = static_cast<size_t>(section.count("memory", 1024, 1 << 20) * kMegabyte);
    manifest.output_bytes = static_cast<size_t>(section.count("output", 16, 1024) * kMegabyte);
    manifest.longest_call = std::chrono::seconds(section.count("timeout", 600, int64_t{7} * 24 * 3600));
    if (section.has("actions")) manifest.actions = read_declarations(section.take("actions"));
    section.end();
    return manifest;
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid, fmt::format("{}: {}", file, error.what()));
  }
}

}  // namespace gregale::stdlib
