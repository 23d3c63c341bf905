#include "stdlib/registry.hpp"

#include "stdlib/openstack/catalogue.hpp"
#include "stdlib/standard/email_action.hpp"
#include "stdlib/standard/http_action.hpp"
#include "stdlib/standard/javascript_action.hpp"
#include "stdlib/standard/simple_actions.hpp"
#include "stdlib/standard/ssh_action.hpp"

namespace gregale::stdlib {

void register_standard_actions(interpreter::ActionRegistry& registry, HttpClient& client, WorkerPool& pool) {
  add_simple_actions(registry);
  add_http_actions(registry, client);
  add_email_action(registry, pool);
  add_ssh_actions(registry, pool);
  add_javascript_actions(registry, pool);
}

void register_openstack_actions(interpreter::ActionRegistry& registry, OpenstackSession& session) {
  add_catalogue_actions(registry, session, embedded_catalogue());
  add_generic_openstack_action(registry, session);
  add_regions_action(registry, session);
  add_copy_image_action(registry, session);
}

}  // namespace gregale::stdlib
