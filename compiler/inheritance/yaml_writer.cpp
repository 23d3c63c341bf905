#include "compiler/inheritance/yaml_writer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::compiler {

namespace {

constexpr size_t kCommentColumn = 72;

// Whether [text] as the value of a key reads back as [value].
bool reads_back(const std::string& text, const core::Value& value) {
  try {
    const core::Value read = grammar::load_yaml("k: " + text + "\n");
    if (!read.is_map() || read.as_map().size() != 1) return false;
    const core::Value& again = read.as_map().begin()->value;
    return again == value && again.is_string() == value.is_string() &&
           again.is_boolean() == value.is_boolean() && again.is_float() == value.is_float();
  } catch (const core::Error&) {
    return false;
  }
}

std::string single_quoted(std::string_view text) {
  std::string result = "'";
  for (char c : text) {
    result += c;
    if (c == '\'') result += c;
  }
  return result + "'";
}

// The shortest way of writing it on one line.
std::string scalar_text(const YamlNode& node) {
  const bool one_line = node.text.find('\n') == std::string::npos;
  if (one_line) {
    if (reads_back(node.text, node.scalar)) return node.text;
    if (node.scalar.is_string() && reads_back(single_quoted(node.text), node.scalar))
      return single_quoted(node.text);
  }
  if (node.scalar.is_string()) return core::quote_json(node.text);
  return node.text.empty() ? "null" : node.text;
}

// The lines of a block text (`|`), with its first line; empty where the text cannot be written so.
std::vector<std::string> block_text(const YamlNode& node, size_t indent) {
  const std::string& text = node.text;
  if (!node.scalar.is_string() || text.find('\n') == std::string::npos ||
      text.find('\r') != std::string::npos)
    return {};
  const size_t last = text.find_last_not_of('\n');
  if (last == std::string::npos || text[0] == ' ' || text[0] == '\n') return {};
  const size_t breaks = text.size() - 1 - last;
  std::vector<std::string> lines = {breaks == 0 ? "|-" : breaks == 1 ? "|" : "|+"};
  std::string whole = lines[0] + "\n";
  size_t begin = 0;
  while (begin < text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    std::string line = text.substr(begin, end - begin);
    lines.push_back(line.empty() ? line : std::string(indent, ' ') + line);
    whole += (line.empty() ? line : "  " + line) + "\n";
    begin = end + 1;
  }
  return reads_back(whole, node.scalar) ? lines : std::vector<std::string>();
}

std::string place(const core::Span& span) {
  return span.known() ? fmt::format("{}:{}", span.source->name(), span.first().line) : std::string();
}

}  // namespace

void YamlWriter::line(std::string text, const core::Span& origin) {
  lines_.push_back({std::move(text), place(origin), false});
}

void YamlWriter::value(std::string head, const YamlNode& value, size_t indent, const core::Span& origin) {
  if (value.kind == YamlNode::Kind::scalar) {
    const std::vector<std::string> block = block_text(value, indent);
    if (block.empty()) {
      line(head + scalar_text(value), origin);
      return;
    }
    line(head + block[0], origin);
    for (size_t i = 1; i < block.size(); ++i) lines_.push_back({block[i], {}, true});
    return;
  }
  const bool empty = value.items.empty() && value.members.empty();
  if (empty) {
    line(head + (value.kind == YamlNode::Kind::sequence ? "[]" : "{}"), origin);
    return;
  }
  if (!head.ends_with("- ")) {
    while (head.ends_with(' ')) head.pop_back();
    line(std::move(head), origin);
    node(value, indent);
    return;
  }
  // The first line of a collection within a list stands behind the dash.
  const size_t first = lines_.size();
  node(value, indent);
  lines_[first].text = head + lines_[first].text.substr(indent);
}

void YamlWriter::member(const YamlNode& key, const YamlNode& value, size_t indent) {
  this->value(std::string(indent, ' ') + scalar_text(key) + ": ", value, indent + 2,
              key.span.known() ? key.span : value.span);
}

void YamlWriter::node(const YamlNode& node, size_t indent) {
  if (node.kind == YamlNode::Kind::scalar) {
    value(std::string(indent, ' '), node, indent, node.span);
    return;
  }
  for (const YamlNode& item : node.items) {
    value(std::string(indent, ' ') + "- ", item, indent + 2, item.span);
  }
  // Of equal keys the last one counts.
  for (const YamlNode::Member& one : node.members) {
    if (one.key.scalar.is_string() && node.find(one.key.text) != &one) continue;
    member(one.key, one.value, indent);
  }
}

std::string YamlWriter::text(bool origins) const {
  std::string result;
  for (const Line& line : lines_) {
    result += line.text;
    if (origins && !line.origin.empty() && !line.within_text) {
      // Columns are counted in bytes: good enough for comments.
      result.append(
          std::max<size_t>(2, kCommentColumn > line.text.size() ? kCommentColumn - line.text.size() : 0),
          ' ');
      result += "# " + line.origin;
    }
    result += '\n';
  }
  return result;
}

}  // namespace gregale::compiler
