// What the compiler asks of nodes of YAML in many places. A node that is not there (nullptr) is nothing of
// all that.
#pragma once

#include <string_view>

#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

inline bool is_null(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && node.scalar.is_null();
}

inline bool is_text(const YamlNode& node) {
  return node.kind == YamlNode::Kind::scalar && node.scalar.is_string();
}

inline bool is_mapping(const YamlNode& node) {
  return node.kind == YamlNode::Kind::mapping;
}

inline bool is_text(const YamlNode* node) {
  return node != nullptr && is_text(*node);
}

inline bool is_mapping(const YamlNode* node) {
  return node != nullptr && is_mapping(*node);
}

// Whether a text holds an expression or a template, so that only a run can tell what it says.
inline bool has_expression(std::string_view text) {
  return text.find("<%") != std::string_view::npos || text.find("{{") != std::string_view::npos ||
         text.find("{%") != std::string_view::npos;
}

// The value of a mapping's last member of that name, or nullptr.
inline const YamlNode* value_of(const YamlNode& node, std::string_view key) {
  const YamlNode::Member* member = node.find(key);
  return member == nullptr ? nullptr : &member->value;
}

// The name of an item of `input`, which is written `name` or `name: default`; nullptr for anything else.
inline const YamlNode* parameter_name(const YamlNode& item) {
  if (is_text(item)) return &item;
  if (is_mapping(item) && item.members.size() == 1) return &item.members.front().key;
  return nullptr;
}

}  // namespace gregale::compiler
