// std.ssh and std.ssh_proxied.
#pragma once

#include "interpreter/action.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::stdlib {

// [pool] must outlive what is carried out.
void add_ssh_actions(interpreter::ActionRegistry& registry, WorkerPool& pool);

}  // namespace gregale::stdlib
