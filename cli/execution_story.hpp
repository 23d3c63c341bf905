// What execution why and execution history tell of a stored execution.
#pragma once

#include <optional>
#include <string>

#include "core/value.hpp"
#include "interpreter/action.hpp"
#include "interpreter/store.hpp"

namespace gregale::cli {

// {"id", "state", "reasons": [{"kind", "execution_id", "task"?, "action_id"?, "text"}]}; of the last
// execution of [task], if that is not empty. Throws core::Error(not_found).
core::Value why_document(interpreter::Store& store, const interpreter::ActionRegistry& actions,
                         const std::string& id, const std::string& task, core::Microseconds now);
std::string why_text(const core::Value& document);
// The document with a reason of kind "service" for each of [services], as the process that carries the
// execution on tells them (execution_request.hpp).
core::Value with_services(const core::Value& why, const core::Value& services);

// The state changes of the tree that the execution belongs to: [{"event", "time", "subject", "id", "name",
// "state", "published"?}], events counted from 1.
core::Value history_document(interpreter::Store& store, const std::string& id);
std::string history_text(const core::Value& document);

// The execution document after so many events, with "context": what was published by then.
core::Value past_document(interpreter::Store& store, const std::string& id, size_t events);

}  // namespace gregale::cli
