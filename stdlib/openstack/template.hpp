// Template: data with holes, as the catalogue describes requests and results.
//
// A template is YAML data in which text may hold references and a few mappings have a meaning
// (docs/openstack-catalogue.md has the language):
//
//   "{server}"            a variable with its type; what it stands in is left out when it is null
//   "{server!}"           kept although null      "{meta?}"  left out when empty in Python's sense
//   "{nic.port-id}"       a member                "{userdata|base64}"  through a filter
//   "{a|or:b}"            with another variable   "{a|without:'b','c'}" with text
//   "/servers/{server}"   text with holes
//   {case: [{when: CONDITIONS, then: TEMPLATE}, ...]}   the first whose conditions hold; without `then`:
//   nothing {each: TEMPLATE, as: NAME, do: TEMPLATE}            a list made of a list
//   {"*": TEMPLATE, ...}  the members of a mapping, put in here
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/value.hpp"

namespace gregale::stdlib {

// The variables that references see.
using Scope = core::Map;

struct Reference {
  enum class Empty { drop_null, keep_null, drop_falsy };
  // Of a filter: a variable, or text.
  struct Argument {
    std::vector<std::string> path;
    std::optional<std::string> text;
  };
  struct Filter {
    std::string name;
    std::vector<Argument> arguments;
  };

  std::vector<std::string> path;
  Empty empty = Empty::drop_null;
  std::vector<Filter> filters;

  // The value at the path, or null; without filters.
  core::Value look_up(const Scope& scope) const;
  // Nothing: what it stands in is left out.
  std::optional<core::Value> evaluate(const Scope& scope) const;
  std::string name() const;  // "nic.port-id", for messages
};

// One demand on a variable; see Conditions.
struct Condition {
  enum class Test {
    truthy,
    falsy,
    missing,
    given,
    one_of,
    equals,
    among,
    ends_with,
    is_list,
    is_map,
    is_text,
    is_uuid,
    is_name,
    version
  };
  std::vector<std::string> path;
  Test test = Test::truthy;
  bool negated = false;
  core::Value values;              // one_of: a list; ends_with: text
  std::vector<std::string> other;  // equals, among: another variable
  std::string relation;            // version: "<", "<=", ">", ">="
  std::string version;
};

// All must hold; none: always. From a mapping of variables to true, false, null (missing), `given`,
// `list`, `map`, `text`, `uuid`, `name`, "*END", a list of values, {equals: VARIABLE},
// {differs: VARIABLE}, {among: VARIABLE}, or, for versions, "<2.37"; "not DEMAND" for those that are
// text. A list of such mappings: one of them must hold.
class Conditions {
 public:
  Conditions() = default;
  static Conditions parse(const core::Value& description);
  bool hold(const Scope& scope) const;

 private:
  std::vector<std::vector<Condition>> alternatives_;
};

class Template {
 public:
  // Null.
  Template() = default;
  // [value] as it is, braces and all.
  static Template constant(core::Value value);
  // Throws core::Error(invalid).
  static Template parse(const core::Value& description);

  // Nothing: absent. Throws core::Error(invalid) when a filter cannot take its value.
  std::optional<core::Value> evaluate(const Scope& scope) const;

  // Of text: with every reference percent-encoded as one segment of a URL's path. Throws
  // core::Error(invalid) when one is missing, empty or no text or number.
  std::string evaluate_path(const Scope& scope) const;

 private:
  enum class Kind { constant, reference, text, list, map, choice, each };
  struct Part {
    std::string literal;
    std::optional<Reference> reference;
  };
  static Template absent();
  static Template parse_text(const std::string& text);
  static Template parse_map(const core::Map& map);
  std::optional<core::Value> evaluate_map(const Scope& scope) const;
  std::optional<core::Value> evaluate_each(const Scope& scope) const;

  Kind kind_ = Kind::constant;
  core::Value constant_;
  std::vector<Part> parts_;                             // reference (one), text
  std::vector<Template> items_;                         // list; choice: thens; each: source, body
  std::vector<std::pair<Template, Template>> members_;  // map
  std::vector<Conditions> conditions_;                  // choice
  std::string variable_;                                // each
};

// The text that Python's str() gives for plain data: "True", "None", ...
std::string python_text(const core::Value& value);

// "2.9" < "2.10"; negative, 0 or positive.
int compare_versions(std::string_view a, std::string_view b);

}  // namespace gregale::stdlib
