// The flat list of what a YAML document consists of, as yaml-cpp reads it. Internal to
// grammar/yaml.cpp: the only place that knows yaml-cpp, its positions and its messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gregale::grammar::detail {

struct YamlEvent {
  enum class Kind : uint8_t { null, alias, scalar, sequence_start, map_start, end };
  Kind kind = Kind::null;
  bool flow = false;    // collections: written with brackets
  size_t offset = 0;    // bytes; of the node's tag or anchor where it has one
  uint64_t anchor = 0;  // 0: none; of an alias: what it stands for
  std::string tag;      // "?" for plain, "!" for quoted and block scalars
  std::string text;     // scalars
};

struct YamlProblem {
  std::string code;
  std::string message;
  size_t offset = 0;
  std::string note;
};

struct YamlEvents {
  std::vector<YamlEvent> events;
  std::vector<YamlProblem> warnings;
  std::optional<YamlProblem> problem;  // then the events end before it
};

struct YamlEventLimits {
  size_t depth = 0;
  size_t nodes = 0;
};

// [text] is UTF-8 without a byte order mark.
YamlEvents read_yaml_events(std::string_view text, const YamlEventLimits& limits);

}  // namespace gregale::grammar::detail
