// Reading what options carry: files, JSON given in place or as @FILE, NAME=VALUE pairs.
// Everything here throws core::Error(invalid) with a message that names the option or file.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/source.hpp"
#include "core/time.hpp"
#include "core/value.hpp"

namespace gregale::cli {

using core::Value;

// "-" is standard input.
std::string read_file(const std::string& path);
core::SourcePtr read_source(const std::string& path);
void write_file(const std::string& path, std::string_view content);

// JSON text, or @FILE with JSON or YAML in it. [option] is for messages.
Value read_value(std::string_view option, const std::string& text);
// The same, and a mapping.
Value read_mapping(std::string_view option, const std::string& text);
// NAME=VALUE with VALUE as YAML, added to [input].
void add_pair(std::string_view option, const std::string& pair, core::Map& input);
// NAME=NUMBER.
std::pair<std::string, uint64_t> read_setting(std::string_view option, const std::string& setting);
// A moment in UTC, "2030-01-31", "2030-01-31T12:00" or "2030-01-31T12:00:30", perhaps with a Z, or so long
// before [now]: "90s", "15m", "2h", "7d".
core::Microseconds parse_moment(std::string_view option, const std::string& text, core::Microseconds now);

}  // namespace gregale::cli
