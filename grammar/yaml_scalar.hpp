// What a plain (unquoted) YAML scalar means by the rules of YAML 1.1 as PyYAML reads them, which is
// what workflows are written against: `yes` is true, `010` is 8, `1:30` is 90, `1e3` is text.
#pragma once

#include <optional>
#include <string_view>

#include "core/value.hpp"

namespace gregale::grammar {

// The value of a plain scalar; text that means nothing else is a string. Dates and times become
// date_time values. What PyYAML recognizes but cannot convert (2024-13-40, a lone `0x_`, numbers of
// more than 4300 digits) stays text.
core::Value resolve_plain_scalar(std::string_view text);

// The value of a scalar that carries one of YAML's own tags: "null", "bool", "int", "float", "str"
// or "timestamp" (the part after "tag:yaml.org,2002:"). None when the tag is another one or the
// text does not fit it.
std::optional<core::Value> resolve_tagged_scalar(std::string_view tag, std::string_view text);

// Whether a plain scalar is a number in a notation that few expect: octal `0755` or base-60
// `22:30`.
bool is_surprising_number(std::string_view text) noexcept;

}  // namespace gregale::grammar
