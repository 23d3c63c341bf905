// What can be asked of an execution in a store, in a form that another process can be given:
//
//   {"request": "resume", "id", "env"?}
//   {"request": "pause", "id"}
//   {"request": "stop", "id", "state", "message"?}
//   {"request": "rerun", "id", "task", "reset"?, "env"?}
//   {"request": "skip", "id", "task", "env"?}
//   {"request": "complete", "id" (of an action execution), "state", "data"?}
#pragma once

#include <string>

#include "cli/stored_execution.hpp"
#include "cli/world.hpp"
#include "core/value.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/sqlite_store.hpp"

namespace gregale::cli {

// Which execution the request is for. Throws core::Error(not_found).
interpreter::ExecutionAddress address_of(const core::Value& request, interpreter::Store& store);

// Loads the execution if it is not loaded, and does what is asked; whoever calls carries it on. Throws
// core::Error, and nothing is changed, for what is refused.
interpreter::ExecutionAddress carry_out(const core::Value& request, interpreter::Store& store,
                                        interpreter::Runtime& runtime);

// What a process that carries executions on tells others about itself; throws core::Error(unimplemented) for
// a question that it does not know. "services": those that hold requests up, a mapping from "service compute
// in region RegionTwo" to {"circuit", "failures", "under_way", "waiting", "seconds_to_next"}.
core::Value answer(const std::string& question, const World& world);
inline constexpr const char* kServicesQuestion = "services";

// What became of a request: the execution's document and state when nothing of it moves any more.
struct Outcome {
  core::Value document;
  interpreter::State state;
};

// Carries [request] out and the execution on, in this process or, while another one works on the store at
// [db], in that one. Throws core::Error for what is refused.
Outcome request(const core::Value& request, const std::string& db, const EngineOptions& engine,
                const World& world, bool show_progress);

}  // namespace gregale::cli
