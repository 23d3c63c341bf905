// Cleanup: takes away what an execution has left behind, by the ledger.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "interpreter/action_caller.hpp"
#include "interpreter/ledger.hpp"
#include "interpreter/state.hpp"
#include "interpreter/store.hpp"

namespace gregale::interpreter {

// What is to be deleted of [resources] (in the order of making), in the order in which it is: region by
// region, beginning with the one that something was made in last, the newest first.
std::vector<LedgerResource> cleanup_order(const std::vector<LedgerResource>& resources);

// The actions that were under way when their execution ended, and whose creations can be found: what they
// have made is not in the ledger.
std::vector<Index> lost_creations(const ExecutionTree& tree, const ActionRegistry& registry);

// In whose name the action of an action execution was carried out.
const CustomContext& context_of_action(const ExecutionTree& tree, const ActionExecution& action);

struct SearchOutcome {
  Index action = kNone;
  size_t found = 0;        // things, which are in the ledger now
  std::string error = {};  // why it cannot be known
};

// Asks the services, all at once, what the actions have made. [contexts]: in whose name, for each. Throws
// core::Error when the store fails.
std::vector<SearchOutcome> search(const ExecutionTree& tree, const std::vector<Index>& actions,
                                  const std::vector<CustomContext>& contexts, Store& store,
                                  const ActionCaller& caller, const core::Clock& clock);

struct CleanupOutcome {
  enum class Kind : uint8_t {
    deleted,  // or it was gone already
    kept,     // no action deletes it
    failed
  };
  LedgerResource resource;
  Kind kind = Kind::deleted;
  std::string error = {};  // of a failure
};

struct CleanupOptions {
  core::Microseconds patience = 600 * core::kSecond;  // for one thing to be gone
  // In whose name a thing is deleted; what it holds does not come out in errors.
  std::function<CustomContext(const LedgerResource&)> context_of = {};
  // Told of each outcome but failures that are tried again.
  std::function<void(const CleanupOutcome&)> observer = {};
};

// Deletes [resources] in their order; each deletion is over, and in the ledger, before the next begins. What
// could not be deleted is tried again as long as something else could be. The outcomes in the order of
// [resources]. Throws core::Error when the store fails.
std::vector<CleanupOutcome> clean_up(const std::vector<LedgerResource>& resources, Store& store,
                                     const ActionCaller& caller, const core::Clock& clock,
                                     const CleanupOptions& options);

}  // namespace gregale::interpreter
