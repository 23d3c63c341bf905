// What main calls to fill the registry of actions. Nothing here is global, and nothing is read,
// sent or started before the first action needs it.
#pragma once

#include "interpreter/action.hpp"
#include "stdlib/http/http_client.hpp"

namespace gregale::stdlib {

// std.*; [client] must outlive [registry].
void register_standard_actions(interpreter::ActionRegistry& registry, HttpClient& client);

}  // namespace gregale::stdlib
