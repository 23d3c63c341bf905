#include "cli/database_options.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace gregale::cli {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;
using core::Value;

namespace {

using Settings = std::vector<std::pair<std::string, std::string>>;

// "key=value,key='value, with commas'".
Settings settings_in(std::string_view option, std::string_view text) {
  Settings settings;
  while (!text.empty()) {
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw Error(ErrorKind::invalid, fmt::format("{}: KEY=VALUE,... is expected, not '{}'", option, text));
    }
    const std::string key(text.substr(0, equals));
    text.remove_prefix(equals + 1);
    const bool quoted = text.starts_with('\'') || text.starts_with('"');
    const size_t end = quoted ? text.find(text.front(), 1) : text.find(',');
    if (quoted && end == std::string_view::npos) {
      throw Error(ErrorKind::invalid, fmt::format("{}: the quote behind {}= is not closed", option, key));
    }
    settings.emplace_back(key, quoted ? text.substr(1, end - 1) : text.substr(0, end));
    text.remove_prefix(quoted ? end + 1 : std::min(end, text.size()));
    if (text.empty()) break;
    if (!text.starts_with(',')) {
      throw Error(ErrorKind::invalid, fmt::format("{}: a comma is expected before '{}'", option, text));
    }
    text.remove_prefix(1);
  }
  return settings;
}

Value number_in(std::string_view option, const std::string& key, const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return Value(number);
  throw Error(ErrorKind::invalid, fmt::format("{}: {}={} is no whole number", option, key, text));
}

}  // namespace

Value read_member(const std::string& text) {
  constexpr std::string_view kOption = "--instance";
  Map member;
  Map volume;
  List nics;
  List types;
  for (const auto& [key, value] : settings_in(kOption, text)) {
    if (key == "volume") {
      volume.set("size", number_in(kOption, key, value));
    } else if (key == "volume_type") {
      volume.set("type", value);
    } else if (key == "nic") {
      nics.push_back(read_nic(value));
    } else if (key == "type") {
      types.emplace_back(value);
    } else if (key == "flavor" || key == "region" || key == "availability_zone" || key == "related_to" ||
               key == "name") {
      member.set(Value(key), value);
    } else {
      throw Error(
          ErrorKind::invalid,
          fmt::format("{}: '{}' is none of flavor, volume, volume_type, nic, availability_zone, region, "
                      "type, related_to, name",
                      kOption, key));
    }
  }
  if (member.find("flavor") == nullptr) {
    throw Error(ErrorKind::invalid, fmt::format("{}: '{}' has no flavor", kOption, text));
  }
  if (volume.size() > 0) member.set("volume", std::move(volume));
  if (!nics.empty()) member.set("nics", std::move(nics));
  if (types.size() == 1) member.set("type", types.front());
  if (types.size() > 1) member.set("type", std::move(types));
  return member;
}

Value read_nic(const std::string& text) {
  Map nic;
  for (const auto& [key, value] : settings_in("--nic", text)) nic.set(Value(key), value);
  return nic;
}

Value read_user(const std::string& text, const std::vector<std::string>& databases) {
  const size_t colon = text.find(':');
  if (colon == std::string::npos || colon == 0) {
    throw Error(ErrorKind::invalid, "--users: NAME:PASSWORD is expected");
  }
  List access;
  for (const std::string& database : databases) access.push_back(Map{{"name", database}});
  return Map{{"name", text.substr(0, colon)},
             {"password", text.substr(colon + 1)},
             {"databases", Value(std::move(access))}};
}

Value read_properties(const std::string& text) {
  Map properties;
  for (const auto& [key, value] : settings_in("--extended-properties", text))
    properties.set(Value(key), value);
  return properties;
}

}  // namespace gregale::cli
