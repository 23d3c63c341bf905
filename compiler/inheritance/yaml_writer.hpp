// Writes nodes of YAML as text in block style that reads back as the same values, with a comment beside each
// line that says where it was written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grammar/yaml.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

class YamlWriter {
 public:
  void line(std::string text, const core::Span& origin = {});
  void blank() { lines_.push_back({}); }
  // `key: value` at that indentation, with the value below where it is a collection.
  void member(const YamlNode& key, const YamlNode& value, size_t indent);
  // The node by itself.
  void node(const YamlNode& node, size_t indent);

  // All lines; [origins]: with the comments.
  std::string text(bool origins) const;

 private:
  struct Line {
    std::string text;
    std::string origin;
    bool within_text = false;  // of a block text, which cannot hold comments
  };
  void value(std::string head, const YamlNode& value, size_t indent, const core::Span& origin);

  std::vector<Line> lines_;
};

}  // namespace gregale::compiler
