// What `run --dry-run` tells.
#pragma once

#include <string>

#include "core/value.hpp"
#include "interpreter/dry_run.hpp"

namespace gregale::cli {

// {"state", "state_info"?, "calls": [{"workflow", "task", "item"?, "action", "region"?, "input", "requests",
// "error"?, "when"?}]}
core::Value dry_run_document(const interpreter::DryRun& told);
std::string dry_run_text(const interpreter::DryRun& told);
// Of one request that an action has told (request_description.hpp); indented lines.
std::string request_text(const core::Value& request);

}  // namespace gregale::cli
