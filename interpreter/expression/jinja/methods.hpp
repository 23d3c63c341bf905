// Methods of Python's types, by type, and what they share. Private to interpreter/expression/jinja.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

std::span<const NamedFunction<Method>> string_search_methods();
std::span<const NamedFunction<Method>> string_change_methods();
std::span<const NamedFunction<Method>> list_methods();
std::span<const NamedFunction<Method>> tuple_methods();
std::span<const NamedFunction<Method>> dict_methods();
std::span<const NamedFunction<Method>> set_methods();
std::span<const NamedFunction<Method>> set_like_view_methods();

// Without whitespace (as Python sees it) at an end.
std::string_view python_rstrip(std::string_view text);
std::string_view python_lstrip(std::string_view text);
// As str.splitlines.
std::vector<std::string_view> lines_of(std::string_view text, bool keep_ends);
// Centred in [width] code points.
std::string centred(std::string_view text, int64_t width, std::string_view fill);
// All (or the first [most]) occurrences replaced, as str.replace.
std::string replaced(std::string_view text, std::string_view old_part, std::string_view new_part,
                     int64_t most);
std::string_view stripped(std::string_view text, const Value* characters);

// dict(source): a map, or a sequence of pairs.
Map make_map(Runtime& runtime, const Value& source);

}  // namespace gregale::expression::jinja
