// The flat list of what a YAML document consists of, as libyaml reads it. Internal to grammar/yaml.cpp:
// the only place that knows libyaml, its positions and its messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/yaml.hpp"

namespace gregale::grammar::detail {

struct YamlEvent {
  enum class Kind : uint8_t { alias, scalar, sequence_start, map_start, end };
  Kind kind = Kind::scalar;
  bool flow = false;                       // collections: written with brackets
  ScalarStyle style = ScalarStyle::plain;  // scalars
  uint32_t anchor = 0;                     // 0: none; of an alias: what it stands for
  size_t offset = 0;                       // bytes; of the node's tag or anchor where it has one
  size_t end = 0;                          // bytes; scalars and aliases
  std::string tag;                         // empty where none is written
  std::string text;                        // scalars
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
  uint32_t anchors = 0;                // how many there are
};

struct YamlEventLimits {
  size_t depth = 0;
  size_t nodes = 0;
};

// [text] is UTF-8 without a byte order mark.
YamlEvents read_yaml_events(std::string_view text, const YamlEventLimits& limits);

}  // namespace gregale::grammar::detail
