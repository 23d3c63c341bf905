// JSON and YAML as Python's json and yaml modules read and write them.
//
// Dumping throws ValueError for what the format cannot hold, parsing ValueError for text that is not in
// the format.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::expression::python {

using core::Value;

// json.dumps(value, indent=indent): ASCII only, members in their order; without [indent], which is the text
// that a level is moved in by, one line, with ", " and ": ". Sets become arrays, date-times
// YYYY-MM-DDTHH:MM:SS.ffffff without offset. With [ensure_ascii] false other characters stay as they are.
std::string dump_json(const Value& value, const std::optional<std::string>& indent = {},
                      bool ensure_ascii = true);
Value parse_json(std::string_view text);

// yaml.safe_dump(value, default_flow_style=False): keys sorted, lines of 80 characters.
std::string dump_yaml(const Value& value);
// yaml.safe_load.
Value parse_yaml(std::string_view text);

}  // namespace gregale::expression::python
