// The grammar of text with references: "/servers/{server}/os-interface/{port|path}".
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "stdlib/openstack/template.hpp"

namespace gregale::stdlib {

// Literal text and references in their order. "{{" and "}}" are braces. Throws core::Error(invalid)
// with the place of the mistake.
std::vector<std::variant<std::string, Reference>> parse_template_text(const std::string& text);

}  // namespace gregale::stdlib
