// Builds the tables of a Program: interned names, parsed expressions, templates. Internal to
// lowering.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "compiler/first_seen.hpp"
#include "compiler/lowering.hpp"

namespace gregale::compiler {

class ProgramBuilder {
 public:
  explicit ProgramBuilder(Report& report) : report_(report) {}

  Lowered& result() { return result_; }

  ir::Index name(std::string_view text);
  ir::Index source(const core::Source& source);
  ir::Location location(const core::Span& span);

  // A template for any value; texts may hold expressions. The finding for a text that does not
  // parse is made here, and the text then stands for itself. kNone for no node.
  ir::Index value(const YamlNode* node, const ExpressionSite& site);
  // As above for a text of which blanks at the end do not count (guards, policies).
  ir::Index condition(const YamlNode* node, const ExpressionSite& site);
  // A stretch of a scalar: [text] stands at [offset] of the node's text.
  ir::Index text(const YamlNode& node, size_t offset, std::string_view text, const ExpressionSite& site);
  // The values of a one-line call as a map; kNone when there are none.
  ir::Index arguments(const YamlNode& node, const grammar::InlineCall& call, const ExpressionSite& site);
  // The members of a mapping with the values of a one-line call over them; kNone when there are none.
  ir::Index merged(const YamlNode* mapping, const YamlNode& node, const grammar::InlineCall& call,
                   const ExpressionSite& site);
  ir::Index argument(const YamlNode& node, const grammar::InlineArgument& argument,
                     const ExpressionSite& site);
  // Data from a JSON list or mapping in [node]; texts in it may hold expressions.
  ir::Index data(const YamlNode& node, size_t offset, const core::Value& value, const ExpressionSite& site);
  ir::Index constant(core::Value value);

  // Plain data of a node, keys as text. Dates are refused.
  core::Value plain(const YamlNode& node);

 private:
  // Keys and values of a map template to be.
  struct Members {
    core::List keys;
    std::vector<ir::Index> children;
    FirstSeen<size_t> position;  // by the texts of the keys
    // For a key that is not there yet.
    void append(core::Value key, ir::Index child);
    // A key that is set again keeps its place.
    void set(core::Value key, ir::Index child);
  };

  void check_keys_of_data(const YamlNode& mapping);
  void check_surprise(const YamlNode& scalar);
  void check_closed(const YamlNode& node, size_t offset, std::string_view text);
  ir::Index add(ir::Template entry);
  ir::Index collection(ir::Template::Kind kind, core::List keys, std::vector<ir::Index> children);

  Report& report_;
  Lowered result_;
  std::unordered_map<std::string, ir::Index> name_index_;
  std::unordered_map<const core::Source*, ir::Index> source_index_;
};

}  // namespace gregale::compiler
