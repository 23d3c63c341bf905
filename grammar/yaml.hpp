// YAML 1.1 as PyYAML reads it (Mistral's reader), with the place of every node and key.
//
// libyaml does the parsing; the meaning of plain scalars (yes, 010, 1:30, 1_000, 2024-01-01, ...)
// is PyYAML's, by grammar/yaml_scalar.hpp. Anchors and aliases are resolved, merge keys (<<) as
// well.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostic.hpp"
#include "core/source.hpp"
#include "core/value.hpp"

namespace gregale::grammar {

enum class ScalarStyle : uint8_t { plain, single_quoted, double_quoted, literal, folded };

struct YamlNode {
  enum class Kind : uint8_t { scalar, sequence, mapping };
  struct Member;

  Kind kind = Kind::scalar;
  ScalarStyle style = ScalarStyle::plain;
  core::Value scalar;           // scalars: the value by YAML 1.1's rules
  std::string text;             // scalars: the text, before it was given a meaning
  core::Span span;              // from the first character (the quote, the block's "|") to the end
  std::vector<YamlNode> items;  // sequences
  std::vector<Member> members;  // mappings, in order; a duplicate key is kept, the last one wins
  bool is_set = false;          // mappings: tagged !!set, the keys are the members
  bool from_alias = false;      // stands for an anchored node; `span` is the alias's

  // The last member of that name, or nullptr. Keys that are not text never match.
  const Member* find(std::string_view key) const noexcept;
  // The node as plain data.
  core::Value to_value() const;
  // The stretch of source for bytes [begin, end) of a scalar's `text`: through quotes, escapes,
  // folded and block scalars.
  core::Span span_of(size_t begin, size_t end) const;
};

struct YamlNode::Member {
  YamlNode key;
  YamlNode value;
};

struct YamlLimits {
  size_t bytes = 64u << 20;
  size_t depth = 200;
  size_t nodes = 20'000'000;       // after aliases are expanded
  size_t alias_nodes = 1'000'000;  // that come from aliases
  bool sets = false;               // accept mappings tagged !!set
};

// One document; more than one, tags that name code and everything that is not YAML are errors in
// [diagnostics] (codes GR01xx) and give nothing. An empty document gives a null scalar.
std::optional<YamlNode> parse_yaml(const core::SourcePtr& source, core::Diagnostics& diagnostics,
                                   const YamlLimits& limits = {});

// Plain data from YAML text; throws core::Error(invalid) with line and column, and without a piece of the
// text, which may be a secret.
core::Value load_yaml(std::string_view text, const YamlLimits& limits = {});

}  // namespace gregale::grammar
