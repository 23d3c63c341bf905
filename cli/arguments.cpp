#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

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

namespace {

constexpr size_t kMostDigits = 7;  // as many days are still a moment

// Takes digits off the front of [text]: [count] of them, or all (0). Nothing: there are none.
std::optional<int64_t> take_number(std::string_view& text, size_t count) {
  size_t length = 0;
  while (length < text.size() && text[length] >= '0' && text[length] <= '9') ++length;
  if (length == 0 || length > kMostDigits || (count != 0 && length != count)) return std::nullopt;
  int64_t number = 0;
  std::from_chars(text.data(), text.data() + length, number);
  text.remove_prefix(length);
  return number;
}

bool take(std::string_view& text, std::string_view wanted) {
  if (text.empty() || wanted.find(text.front()) == std::string_view::npos) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<core::Microseconds> ago(std::string_view text, core::Microseconds now) {
  const auto count = take_number(text, 0);
  if (!count || text.size() != 1) return std::nullopt;
  switch (text.front()) {
    case 's':
      return now - *count * core::kSecond;
    case 'm':
      return now - *count * 60 * core::kSecond;
    case 'h':
      return now - *count * 3600 * core::kSecond;
    case 'd':
      return now - *count * 86400 * core::kSecond;
    default:
      return std::nullopt;
  }
}

std::optional<core::Microseconds> in_calendar(std::string_view text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, "-")) return std::nullopt;
  const auto month = take_number(text, 2);
  if (!month || !take(text, "-")) return std::nullopt;
  const auto day = take_number(text, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  int64_t seconds = int64_t{std::chrono::sys_days(date).time_since_epoch().count()} * 86400;
  if (take(text, "T ")) {
    const auto hour = take_number(text, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
    const auto minute = take_number(text, 2);
    if (!minute || *minute > 59) return std::nullopt;
    seconds += *hour * 3600 + *minute * 60;
    if (take(text, ":")) {
      const auto second = take_number(text, 2);
      if (!second || *second > 60) return std::nullopt;
      seconds += *second;
    }
  }
  take(text, "Z");
  if (!text.empty()) return std::nullopt;
  return seconds * core::kSecond;
}

}  // namespace

std::pair<std::string, uint64_t> read_setting(std::string_view option, const std::string& setting) {
  const size_t equals = std::min(setting.find('='), setting.size());
  uint64_t number = 0;
  const char* end = setting.data() + setting.size();
  const auto [stop, error] = std::from_chars(std::min(setting.data() + equals + 1, end), end, number);
  if (error != std::errc() || stop != end) {
    throw Error(ErrorKind::invalid, fmt::format("{} {}: write NAME=NUMBER", option, setting));
  }
  return {setting.substr(0, equals), number};
}

core::Microseconds parse_moment(std::string_view option, const std::string& text, core::Microseconds now) {
  if (const auto moment = ago(text, now)) return *moment;
  if (const auto moment = in_calendar(text)) return *moment;
  throw Error(ErrorKind::invalid,
              fmt::format("{}: a moment is written 2030-01-31, 2030-01-31T12:00 or 2h (ago), not '{}'",
                          option, text));
}

}  // namespace gregale::cli
