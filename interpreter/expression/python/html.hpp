// Characters that HTML writes by name or number, as Python's html module reads them.
#pragma once

#include <string>
#include <string_view>

namespace gregale::expression::python {

// What "amp;" (or "amp", where HTML allows that) stands for, as UTF-8; empty for a name that there is not.
std::string_view named_character(std::string_view name) noexcept;

// html.unescape().
std::string unescape_html(std::string_view text);

}  // namespace gregale::expression::python
