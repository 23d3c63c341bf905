// The security context as actions of others are told it.
#pragma once

#include "interpreter/action.hpp"
#include "stdlib/openstack/keystone_session.hpp"

namespace gregale::stdlib {

// {user, project, roles, token, auth_url, service_catalog, expires_at, region, interface, is_target,
// verify_tls, ca_file}; docs/custom-actions.md tells what each is. It has a token: it must not be shown.
core::Value security_context(const Credentials& credentials, const Access& access,
                             const interpreter::ActionContext& context);

}  // namespace gregale::stdlib
