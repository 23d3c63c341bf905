// The keys of the language: where each may stand, what shape its value has, what it is for. Checks,
// suggestions and the JSON schema all come from this one table.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/report.hpp"
#include "grammar/yaml.hpp"

namespace gregale::compiler {

enum class Place : uint8_t {
  workbook,
  workflow,
  action,
  task,
  task_defaults,
  retry,
  clause,
  publish,
  context_key
};

enum class Shape : uint8_t {
  any,           // whatever YAML can say
  text,          // not empty
  prose,         // as text; a number will do
  boolean,       // or an expression
  flag,          // true or false, nothing else
  whole_number,  // not negative, or an expression
  expression,
  mapping,          // not empty
  mapping_or_text,  // a mapping, or an expression that gives one
  names,            // a list of texts that are not empty, each once
  name_or_names,    // one text, or such a list
  parameters,       // a list of names, and of names with their defaults
  text_or_mapping,  // retry
  clause,           // a target, a list of targets, or a mapping
  join,             // all, one, or a number
  workflow_type,    // direct or reverse
  region_error,     // fail or continue
  context_type,     // the type of a key of the custom context
  version,
  inheritance,  // looked at where `extends` is resolved
};

// Which workflows a task's key is for.
enum class For : uint8_t { both, direct, reverse };

struct Key {
  std::string_view name;
  Place place;
  Shape shape;
  For type = For::both;
  bool own = false;  // Gregale's; stock Mistral does not know it
  std::string_view meaning = {};
};

std::span<const Key> all_keys();
const Key* find_key(Place place, std::string_view name);
std::vector<std::string> key_names(Place place);
std::string_view to_string(Place place);

// Checks a mapping's keys (text, known, each once) and the shapes of their values.
void check_keys(Place place, const grammar::YamlNode& mapping, Report& report);

// Keys that are text, and each once. For mappings whose keys the author chooses; [what] names them
// ("task", "published variable").
void check_names(std::string_view what, const grammar::YamlNode& mapping, Report& report);

// Whether the value fits the shape; if not, that is reported. [name] is the key's.
// Findings about the value as a whole stand at [key] where the value begins on a line below it.
bool check_shape(std::string_view name, Shape shape, const grammar::YamlNode& value, Report& report,
                 const grammar::YamlNode* key = nullptr);

// "a list", "a number", "nothing", ...: what a node is, for messages.
std::string_view describe(const grammar::YamlNode& node);

// Whether the whole text is one expression by its delimiters, blanks behind it aside.
bool looks_like_expression(std::string_view text);

}  // namespace gregale::compiler
