// std.email.
#pragma once

#include "interpreter/action.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::stdlib {

// [pool] must outlive what is carried out.
void add_email_action(interpreter::ActionRegistry& registry, WorkerPool& pool);

}  // namespace gregale::stdlib
