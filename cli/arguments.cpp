#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "core/error.hpp"
#include "core/json.hpp"
#include "grammar/yaml.hpp"

namespace gregale::cli {

using core::Error;
using core::ErrorKind;

std::string read_file(const std::string& path) {
  struct Close {
    void operator()(std::FILE* file) const {
      if (file != stdin) std::fclose(file);
    }
  };
  const std::unique_ptr<std::FILE, Close> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    throw Error(ErrorKind::invalid, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  std::string text;
  char buffer[1 << 16];
  size_t count = 0;
  while ((count = std::fread(buffer, 1, sizeof buffer, file.get())) > 0) text.append(buffer, count);
  if (std::ferror(file.get()) != 0) {
    throw Error(ErrorKind::invalid, fmt::format("cannot read {}: {}", path, std::strerror(errno)));
  }
  return text;
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

core::SourcePtr read_source(const std::string& path) {
  return std::make_shared<const core::Source>(path, read_file(path));
}

Value read_value(std::string_view option, const std::string& text) {
  const bool in_file = text.starts_with('@');
  try {
    return in_file ? grammar::load_yaml(read_file(text.substr(1))) : core::parse_json(text);
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid,
                fmt::format("{}{}{}: {}", option, in_file ? " " : "", in_file ? text : "", error.what()));
  }
}

Value read_mapping(std::string_view option, const std::string& text) {
  Value value = read_value(option, text);
  if (!value.is_map()) {
    throw Error(ErrorKind::invalid,
                fmt::format("{}: an object is expected, not a {}", option, value.kind_name()));
  }
  return value;
}

void add_pair(std::string_view option, const std::string& pair, core::Map& input) {
  const size_t equals = pair.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw Error(ErrorKind::invalid, fmt::format("{}: NAME=VALUE is expected", option));
  }
  try {
    input.set(Value(pair.substr(0, equals)), grammar::load_yaml(pair.substr(equals + 1)));
  } catch (const Error& error) {
    throw Error(ErrorKind::invalid, fmt::format("{} {}: {}", option, pair.substr(0, equals), error.what()));
  }
}

}  // namespace gregale::cli
