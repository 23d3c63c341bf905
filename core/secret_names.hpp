// Names that tell that a value is secret.
#pragma once

#include <string_view>

namespace gregale::core {

// Whether what has that name is a password, a token or a key: "adminPass", "OS_TOKEN", "private-key".
bool names_a_secret(std::string_view name);

}  // namespace gregale::core
