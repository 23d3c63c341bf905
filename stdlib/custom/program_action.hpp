// The actions of a program, as the interpreter sees them.
#pragma once

#include <memory>

#include "stdlib/custom/program_host.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::stdlib {

// [host] and [session] must outlive what is carried out.
std::unique_ptr<interpreter::Action> program_action(ProgramHost& host, OpenstackSession& session,
                                                    std::shared_ptr<const Manifest> manifest,
                                                    Declaration declaration);

}  // namespace gregale::stdlib
