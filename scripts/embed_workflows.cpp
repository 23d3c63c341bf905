// Turns the workflows that come with the program into a C++ source of it, with the names in each file.
//
// usage: embed_workflows OUTPUT.cpp FILE.yaml...
//
// Names begin with that of their file, up to its first underscore: "database.cluster_create" may stand in
// database_clusters.yaml. Exits with 1 and a
// message for the first mistake.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "core/json.hpp"
#include "grammar/yaml.hpp"

namespace {

using gregale::core::Error;
using gregale::core::ErrorKind;
using gregale::core::Value;

constexpr const char* kDelimiter = "GREGALE";

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(ErrorKind::not_found, path + " cannot be read");
  return text.str();
}

// The names and the text of one file; [index] makes the table's name unique.
std::string embed_file(const std::string& path, size_t index, std::string& files) {
  const std::string text = read_file(path);
  const std::filesystem::path file(path);
  const std::string stem = file.stem().string();
  const std::string prefix = stem.substr(0, stem.find('_')) + ".";
  const Value document = gregale::grammar::load_yaml(text);
  std::string out = fmt::format("constexpr std::string_view kWorkflows{}[] = {{\n", index);
  for (const auto& [key, definition] : document.as_map()) {
    const std::string& name = key.as_string();
    if (!definition.is_map()) continue;  // version, dialect
    if (!name.starts_with(prefix)) {
      throw Error(ErrorKind::invalid, fmt::format("`{}` does not begin with `{}`", name, prefix));
    }
    out += fmt::format("    {},\n", gregale::core::to_json(key));
  }
  files += fmt::format("    {{\"{0}\", R\"{1}({2}){1}\", kWorkflows{3}}},\n", file.filename().string(),
                       kDelimiter, text, index);
  return out + "};\n\n";
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: embed_workflows OUTPUT.cpp FILE.yaml...\n", stderr);
    return 2;
  }
  std::string tables;
  std::string files;
  for (int i = 2; i < count; ++i) {
    try {
      tables += embed_file(arguments[i], static_cast<size_t>(i), files);
    } catch (const Error& error) {
      fmt::print(stderr, "{}: {}\n", arguments[i], error.what());
      return 1;
    }
  }
  std::ofstream out(arguments[1], std::ios::binary);
  out << "// Made from stdlib/workflows/ by embed_workflows.\n"
      << "#include \"stdlib/shipped_workflows.hpp\"\n\n"
      << "namespace gregale::stdlib {\n\nnamespace {\n\n"
      << tables << "constexpr ShippedFile kFiles[] = {\n"
      << files << "};\n\n}  // namespace\n\n"
      << "std::span<const ShippedFile> shipped_files() { return kFiles; }\n\n"
      << "}  // namespace gregale::stdlib\n";
  out.close();
  if (!out) {
    fmt::print(stderr, "{} cannot be written\n", arguments[1]);
    return 1;
  }
  return 0;
}
