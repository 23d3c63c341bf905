// std.http and std.mistral_http.
//
// Parameters, result and what counts as an error are Mistral's; see docs/standard-actions.md.
#pragma once

#include "interpreter/action.hpp"
#include "stdlib/http/http_client.hpp"

namespace gregale::stdlib {

// [client] must outlive the registry.
void add_http_actions(interpreter::ActionRegistry& registry, HttpClient& client);

}  // namespace gregale::stdlib
