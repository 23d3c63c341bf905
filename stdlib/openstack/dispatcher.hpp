// The dispatcher: carries out what an ActionDescription says, in the right region.
#pragma once

#include <memory>

#include "interpreter/action.hpp"
#include "stdlib/openstack/action_description.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::stdlib {

// Starts the call; [completion] is called once, now or on the client's thread. The region is, in
// this order: `action_region` or `region` of the input, the context's, the credentials'; the
// endpoint that of the service catalog (or the credentials' *_endpoint_override). Reads are sent
// again after failed connections; after a 401 everything is, once, with a new token.
void dispatch(OpenstackSession& session, std::shared_ptr<const ServiceDescription> service,
              std::shared_ptr<const ActionDescription> action, interpreter::ActionCall call,
              interpreter::ActionCompletion completion);

// The same up to the first request, which is told and not sent (Action::test), with the service type and the
// region beside what request_description() tells. Only Keystone, and the service for its versions, are
// asked; without credentials, or for a region that only a run can know, "{compute}" stands for the endpoint.
void rehearse(OpenstackSession& session, std::shared_ptr<const ServiceDescription> service,
              std::shared_ptr<const ActionDescription> action, interpreter::ActionCall call,
              interpreter::ActionCompletion completion);

}  // namespace gregale::stdlib
