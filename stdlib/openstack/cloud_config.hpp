// Where credentials are looked for: clouds.yaml and OS_* variables, as python-openstackclient does.
//
// clouds.yaml is the first of: the file named by OS_CLIENT_CONFIG_FILE, ./clouds.yaml,
// $XDG_CONFIG_HOME/openstack (or ~/.config/openstack), /etc/openstack. A secure.yaml in the same
// places (OS_CLIENT_SECURE_FILE) is merged over it, so that passwords can live in a file of their
// own. An entry may name a `profile`: an entry of `public-clouds` in clouds-public.yaml
// (OS_CLIENT_VENDOR_FILE), over which it is merged.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "stdlib/openstack/credentials.hpp"

namespace gregale::stdlib {

// A variable of the environment; empty text counts as not set.
using Environment = std::function<std::optional<std::string>(const std::string& name)>;

// The process's own.
Environment process_environment();

// The credentials of [cloud]; of OS_CLOUD, if that is empty; then of the OS_* variables; then of
// the only entry of clouds.yaml. OS_REGION_NAME and OS_INTERFACE count wherever the cloud itself
// does not say. Throws Error(unauthorized) when there are none or something is missing,
// Error(invalid) for a file that cannot be read.
Credentials load_credentials(const std::string& cloud, const Environment& environment);

}  // namespace gregale::stdlib
