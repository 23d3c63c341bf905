// The security context of an execution: for whom its OpenStack actions are carried out, as `os` of its custom
// context says.
#pragma once

#include "core/value.hpp"
#include "stdlib/openstack/credentials.hpp"

namespace gregale::stdlib {

// [os] has an `auth`, in one of two forms: that of an entry of clouds.yaml (`os` as a whole: auth, auth_type,
// region_name, interface, verify, ...), or Mistral's X-Target-* headers as keys of `auth`, without regard to
// case. With X-Target-Service-Catalog the token is used as it is, with that catalog; otherwise Keystone is
// asked. Throws core::Error(unauthorized, invalid) that names what is missing, never a value.
Credentials credentials_of_security(const core::Value& os);

}  // namespace gregale::stdlib
