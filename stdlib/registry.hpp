// What main calls to fill the registry of actions. Nothing here is global, and nothing is read, sent or
// started before the first action needs it.
#pragma once

#include "interpreter/action.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::stdlib {

// std.*; [client] and [pool] (for those that block) must outlive what is carried out.
void register_standard_actions(interpreter::ActionRegistry& registry, HttpClient& client, WorkerPool& pool);

// The catalogue's actions (nova.*, glance.*, ...) openstack.request and its kin; [session] must
// outlive [registry].
void register_openstack_actions(interpreter::ActionRegistry& registry, OpenstackSession& session);

}  // namespace gregale::stdlib
