// Which names are those of secrets: one list for what is said about definitions and for what is kept out of
// sight.
#pragma once

#include <string_view>

namespace gregale::core {

// Whether whatever has this name is a secret: `admin_password`, `X-Auth-Token`. Letters of any case will do,
// and `-` for `_`.
bool names_a_secret(std::string_view name);

// Whether it may be one: all of those, and `auth_header`, `key`, `tokens`. For what is better not shown.
bool may_name_a_secret(std::string_view name);

}  // namespace gregale::core
