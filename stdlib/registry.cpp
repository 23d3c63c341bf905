#include "stdlib/registry.hpp"

#include "stdlib/standard/http_action.hpp"
#include "stdlib/standard/simple_actions.hpp"

namespace gregale::stdlib {

void register_standard_actions(interpreter::ActionRegistry& registry, HttpClient& client) {
  add_simple_actions(registry);
  add_http_actions(registry, client);
}

}  // namespace gregale::stdlib
