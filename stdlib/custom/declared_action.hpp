// Actions that others have written, as the interpreter sees them: what was declared of them, and a host that
// carries their calls out.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "interpreter/action.hpp"
#include "stdlib/custom/declaration.hpp"
#include "stdlib/custom/protocol.hpp"
#include "stdlib/openstack/openstack_session.hpp"

namespace gregale::stdlib {

struct DeclaredCall {
  Purpose purpose = Purpose::run;
  bool asynchronous = false;              // the result is delivered from outside
  interpreter::ActionCall call;           // with a complete input
  core::Value security = {};              // told to the action; or null
  std::vector<std::string> secrets = {};  // texts that it was told and that must not come back
};

// [completion] is called once.
using DeclaredHost = std::function<void(DeclaredCall call, interpreter::ActionCompletion completion)>;

// [session], and what [host] refers to, must outlive what is carried out.
std::unique_ptr<interpreter::Action> declared_action(Declaration declaration, OpenstackSession& session,
                                                     DeclaredHost host);

}  // namespace gregale::stdlib
