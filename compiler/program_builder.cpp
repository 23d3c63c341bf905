#include "compiler/program_builder.hpp"

#include <fmt/format.h>

#include "core/json.hpp"
#include "grammar/expression.hpp"
#include "grammar/yaml_scalar.hpp"

namespace gregale::compiler {

using core::Value;
using ir::Index;
using ir::kNone;
using ir::Template;

Index ProgramBuilder::name(std::string_view text) {
  const auto [entry, is_new] =
      name_index_.emplace(std::string(text), static_cast<Index>(result_.program.names.size()));
  if (is_new) result_.program.names.emplace_back(text);
  return entry->second;
}

Index ProgramBuilder::source(const core::Source& source) {
  const auto [entry, is_new] =
      source_index_.emplace(&source, static_cast<Index>(result_.program.sources.size()));
  if (is_new) result_.program.sources.push_back(source.name());
  return entry->second;
}

ir::Location ProgramBuilder::location(const core::Span& span) {
  if (!span.known()) return {};
  const core::Position place = span.first();
  return {source(*span.source), place.line, place.column};
}

Index ProgramBuilder::add(Template entry) {
  result_.program.templates.push_back(std::move(entry));
  return static_cast<Index>(result_.program.templates.size() - 1);
}

Index ProgramBuilder::constant(Value value) {
  Template entry;
  entry.constant = std::move(value);
  return add(std::move(entry));
}

namespace {

// Keys of mappings as JSON writes them.
Value key_text(const YamlNode& key) {
  if (key.scalar.is_string()) return key.scalar;
  if (key.scalar.is_null()) return Value("null");
  if (key.scalar.is_boolean() || key.scalar.is_number()) return Value(core::to_json(key.scalar));
  return Value(key.text);
}

// A member of the author's data and its key as text.
struct DataMember {
  Value key;
  const YamlNode* value;
};

// The members of a mapping, each key once, with its last value at its first place.
std::vector<DataMember> last_members(const YamlNode& node) {
  std::vector<DataMember> result;
  result.reserve(node.members.size());
  FirstSeen<size_t> position;
  for (const YamlNode::Member& member : node.members) {
    result.push_back({key_text(member.key), &member.value});
    // The text belongs to the value, which stays where it is when the list grows.
    const auto [first, is_new] = position.insert(result.back().key.as_string(), result.size() - 1);
    if (is_new) continue;
    result[first].value = &member.value;
    result.pop_back();
  }
  return result;
}

}  // namespace

// A list or map whose children are all constant is one constant: the children are the last ones
// that were added, and nothing refers to them.
Index ProgramBuilder::collection(Template::Kind kind, core::List keys, std::vector<Index> children) {
  std::vector<Template>& templates = result_.program.templates;
  bool constant_only = true;
  for (Index child : children)
    constant_only = constant_only && templates[child].kind == Template::Kind::constant;
  Template entry;
  if (constant_only) {
    if (kind == Template::Kind::list) {
      core::List items;
      items.reserve(children.size());
      for (Index child : children) items.push_back(templates[child].constant);
      entry.constant = Value(std::move(items));
    } else {
      core::Map map;
      map.reserve(children.size());
      for (size_t i = 0; i < children.size(); ++i) map.set(keys[i], templates[children[i]].constant);
      entry.constant = Value(std::move(map));
    }
    templates.resize(templates.size() - children.size());
    return add(std::move(entry));
  }
  entry.kind = kind;
  if (kind == Template::Kind::map) entry.constant = Value(std::move(keys));
  entry.children = std::move(children);
  return add(std::move(entry));
}

Index ProgramBuilder::value(const YamlNode* node, const ExpressionSite& site) {
  if (node == nullptr) return kNone;
  if (node->kind == YamlNode::Kind::scalar) {
    if (node->scalar.is_string()) return text(*node, 0, node->text, site);
    check_surprise(*node);
    return constant(plain(*node));
  }
  if (node->kind == YamlNode::Kind::sequence) {
    std::vector<Index> children;
    children.reserve(node->items.size());
    for (const YamlNode& item : node->items) children.push_back(value(&item, site));
    return collection(Template::Kind::list, {}, std::move(children));
  }
  check_keys_of_data(*node);
  Members members;
  for (DataMember& member : last_members(*node)) {
    members.append(std::move(member.key), value(member.value, site));
  }
  return collection(Template::Kind::map, std::move(members.keys), std::move(members.children));
}

void ProgramBuilder::Members::append(Value key, Index child) {
  position.insert(key.as_string(), children.size());
  keys.push_back(std::move(key));
  children.push_back(child);
}

void ProgramBuilder::Members::set(Value key, Index child) {
  const auto [known, is_new] = position.insert(key.as_string(), children.size());
  if (!is_new) {
    children[known] = child;
    return;
  }
  keys.push_back(std::move(key));
  children.push_back(child);
}

Index ProgramBuilder::condition(const YamlNode* node, const ExpressionSite& site) {
  if (node == nullptr) return kNone;
  if (node->kind != YamlNode::Kind::scalar || !node->scalar.is_string()) return value(node, site);
  std::string_view trimmed = node->text;
  while (!trimmed.empty() && (trimmed.back() == ' ' || trimmed.back() == '\n' || trimmed.back() == '\t')) {
    trimmed.remove_suffix(1);
  }
  return text(*node, 0, trimmed, site);
}

// Keys of the author's data: each once, and without expressions, which are never evaluated there.
void ProgramBuilder::check_keys_of_data(const YamlNode& mapping) {
  FirstSeen<const YamlNode*> seen;
  for (const YamlNode::Member& member : mapping.members) {
    const YamlNode& key = member.key;
    const auto [first, is_new] = seen.insert(key.text, &key);
    if (!is_new) {
      core::Diagnostic& finding = report_.add(
          "GR0109", key.span, fmt::format("`{}` stands here twice; only the last one counts", key.text));
      finding.related.push_back({first->span, "first here"});
    }
    if (key.text.find("<%") != std::string::npos || key.text.find("{{") != std::string::npos) {
      report_.add("GR0507", key.span,
                  fmt::format("an expression as a key is not evaluated; the name will be `{}`", key.text));
    }
  }
}

void ProgramBuilder::check_surprise(const YamlNode& scalar) {
  if (scalar.style != grammar::ScalarStyle::plain) return;
  const bool word = scalar.scalar.is_boolean() && scalar.text.size() <= 3;  // yes, no, on, off
  if (!word && !(scalar.scalar.is_number() && grammar::is_surprising_number(scalar.text))) return;
  report_.add("GR0112", scalar.span,
              fmt::format("YAML reads `{}` as {}; put it in quotes if it is meant as text", scalar.text,
                          core::to_json(scalar.scalar)));
}

// Plain text that begins an expression and does not end it.
void ProgramBuilder::check_closed(const YamlNode& node, size_t offset, std::string_view text) {
  struct Delimiters {
    std::string_view open;
    std::string_view close;
  };
  for (const Delimiters& d : {Delimiters{"<%", "%>"}, Delimiters{"{{", "}}"}}) {
    const size_t at = text.find(d.open);
    if (at == std::string_view::npos) continue;
    const size_t end = text.find(d.close, at);
    if (end != std::string_view::npos) {
      if (text.substr(at, end - at).find('\n') == std::string_view::npos) continue;
      report_.add("GR0508", node.span_of(offset + at, offset + at + 2),
                  "an expression with a line break in it is plain text; write it on one line");
      continue;
    }
    report_.add("GR0504", node.span_of(offset + at, offset + at + 2),
                fmt::format("this expression has no end (`{}`), so all of it is plain text", d.close));
  }
}

Index ProgramBuilder::text(const YamlNode& node, size_t offset, std::string_view text,
                           const ExpressionSite& site) {
  grammar::ParsedText parsed = grammar::parse_text(text);
  for (const grammar::SyntaxError& error : parsed.errors) {
    core::Diagnostic& finding =
        report_.add("GR0501", node.span_of(offset + error.begin, offset + error.end), error.message);
    if (text.size() <= 120 && text.find('\n') == std::string_view::npos) {
      finding.note = fmt::format("in `{}`", text);
    }
  }
  if (!parsed.expression) {
    if (parsed.errors.empty()) check_closed(node, offset, text);
    return constant(Value(text));
  }
  ir::SourcedExpression expression;
  expression.expression = std::move(*parsed.expression);
  expression.location = location(offset == 0 ? node.span : node.span_of(offset, offset + text.size()));
  Template entry;
  entry.kind = Template::Kind::expression;
  entry.expression = static_cast<Index>(result_.program.expressions.size());
  result_.program.expressions.push_back(std::move(expression));
  ExpressionSite here = site;
  here.expression = entry.expression;
  here.node = &node;
  here.offset = offset;
  result_.sites.push_back(here);
  return add(std::move(entry));
}

Index ProgramBuilder::data(const YamlNode& node, size_t offset, const Value& value,
                           const ExpressionSite& site) {
  std::vector<Index> children;
  if (value.is_string()) return text(node, offset, value.as_string(), site);
  if (value.is_list()) {
    for (const Value& item : value.as_list()) children.push_back(data(node, offset, item, site));
    return collection(Template::Kind::list, {}, std::move(children));
  }
  if (value.is_map()) {
    core::List keys;
    for (const core::Map::Entry& entry : value.as_map()) {
      keys.push_back(entry.key);
      children.push_back(data(node, offset, entry.value, site));
    }
    return collection(Template::Kind::map, std::move(keys), std::move(children));
  }
  return constant(value);
}

Index ProgramBuilder::argument(const YamlNode& node, const grammar::InlineArgument& argument,
                               const ExpressionSite& site) {
  if (argument.form == grammar::InlineArgument::Form::data && !argument.value.is_string()) {
    return data(node, argument.begin, argument.value, site);
  }
  return text(node, argument.begin, argument.value.as_string(), site);
}

Index ProgramBuilder::arguments(const YamlNode& node, const grammar::InlineCall& call,
                                const ExpressionSite& site) {
  return merged(nullptr, node, call, site);
}

Index ProgramBuilder::merged(const YamlNode* mapping, const YamlNode& node, const grammar::InlineCall& call,
                             const ExpressionSite& site) {
  Members members;
  if (mapping != nullptr) {
    for (DataMember& member : last_members(*mapping)) {
      if (call.find(member.key.as_string()) != nullptr) continue;  // the one-line value wins
      members.append(std::move(member.key), value(member.value, site));
    }
  }
  for (const grammar::InlineArgument& one : call.arguments) {
    members.set(Value(one.name), argument(node, one, site));
  }
  if (members.keys.empty()) return kNone;
  return collection(Template::Kind::map, std::move(members.keys), std::move(members.children));
}

Value ProgramBuilder::plain(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::scalar:
      if (node.scalar.is_date_time()) {
        report_.add(
            "GR0110", node.span,
            fmt::format("`{}` is a date in YAML, which workflows cannot hold; put it in quotes", node.text));
        return Value(node.text);
      }
      return node.scalar;
    case YamlNode::Kind::sequence: {
      core::List items;
      for (const YamlNode& item : node.items) items.push_back(plain(item));
      return Value(std::move(items));
    }
    case YamlNode::Kind::mapping: {
      core::Map map;
      for (const YamlNode::Member& member : node.members) map.set(key_text(member.key), plain(member.value));
      return Value(std::move(map));
    }
  }
  return Value();
}

}  // namespace gregale::compiler
