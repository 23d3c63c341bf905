// Turns the catalogue's YAML into a C++ source of the program, and checks every entry on the way.
//
// usage: embed_catalogue OUTPUT.cpp SERVICE.yaml...
//
// Exits with 1 and a message for the first mistake.
#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/error.hpp"
#include "core/json.hpp"
#include "grammar/yaml.hpp"
#include "stdlib/openstack/catalogue_file.hpp"

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

std::string literal(const Value& value) {
  return fmt::format("R\"{0}({1}){0}\"", kDelimiter, gregale::core::to_json(value));
}

// The tables of one service; [index] makes their names unique.
std::string embed_service(const std::string& path, size_t index, std::string& services) {
  const auto file = gregale::stdlib::read_catalogue_file(gregale::grammar::load_yaml(read_file(path)));
  std::string out = fmt::format("constexpr EmbeddedAction kActions{}[] = {{\n", index);
  for (const auto& [key, description] : file.actions) {
    out += fmt::format("    {{\"{}.{}\", {}}},\n", file.prefix, key, literal(description));
  }
  services += fmt::format("    {{{}, kActions{}}},\n", literal(file.service), index);
  return out + "};\n\n";
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fputs("usage: embed_catalogue OUTPUT.cpp SERVICE.yaml...\n", stderr);
    return 2;
  }
  std::string tables;
  std::string services;
  for (int i = 2; i < count; ++i) {
    try {
      tables += embed_service(arguments[i], static_cast<size_t>(i), services);
    } catch (const Error& error) {
      fmt::print(stderr, "{}: {}\n", arguments[i], error.what());
      return 1;
    }
  }
  std::ofstream out(arguments[1], std::ios::binary);
  out << "// Made from stdlib/openstack/catalogue/ by embed_catalogue.\n"
      << "#include \"stdlib/openstack/catalogue.hpp\"\n\n"
      << "namespace gregale::stdlib {\n\nnamespace {\n\n"
      << tables << "constexpr EmbeddedService kServices[] = {\n"
      << services << "};\n\n}  // namespace\n\n"
      << "std::span<const EmbeddedService> embedded_catalogue() { return kServices; }\n\n"
      << "}  // namespace gregale::stdlib\n";
  out.close();
  if (!out) {
    fmt::print(stderr, "{} cannot be written\n", arguments[1]);
    return 1;
  }
  return 0;
}
