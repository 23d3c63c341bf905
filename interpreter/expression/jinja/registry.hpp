// The names that expressions may use: filters, tests, global functions. Private to
// interpreter/expression/jinja.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

std::span<const NamedFilter> text_filters();
std::span<const NamedFilter> html_filters();
std::span<const NamedFilter> link_filters();
std::span<const NamedFilter> number_filters();
std::span<const NamedFilter> sequence_filters();
std::span<const NamedFilter> lazy_filters();
// Mistral's functions; the first argument is the context.
std::span<const NamedFilter> mistral_functions();

// Each fails with an error that names the nearest known name.
[[noreturn]] void unknown_filter(std::string_view name);
[[noreturn]] void unknown_test(std::string_view name);
[[noreturn]] void throw_unknown(std::string_view what, std::string_view name,
                                const std::vector<std::string>& names);

}  // namespace gregale::expression::jinja
