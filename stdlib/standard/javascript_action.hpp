// std.javascript and std.js.
#pragma once

#include <string>

#include "interpreter/action.hpp"
#include "stdlib/worker_pool.hpp"

namespace gregale::stdlib {

// [pool] must outlive what is carried out.
void add_javascript_actions(interpreter::ActionRegistry& registry, WorkerPool& pool);

// The program that evaluates scripts: beside this one, or in ../libexec/gregale. Throws core::Error(unusable)
// where there is none.
std::string javascript_worker_path();

}  // namespace gregale::stdlib
