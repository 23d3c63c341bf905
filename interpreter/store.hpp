// Store: where executions are kept. One transaction takes the changes of any number of executions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/ledger.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

// What one step changed in one tree.
struct TreeChange {
  const ExecutionTree* tree;
  const StepOutput* output;
};

struct ExecutionSummary {
  Uuid id;
  std::string workflow_name;
  State state = State::idle;
  Microseconds created_at = 0;
  Microseconds updated_at = 0;
  std::string program_digest = {};
};

struct ActionAddress {
  Uuid root;
  Index action = kNone;
};

struct ExecutionAddress {
  Uuid root;
  Index execution = kNone;
};

// Every method throws core::Error when the store fails; a commit() that throws has changed nothing.
class Store {
 public:
  virtual ~Store() = default;

  // A program's binary form under its digest; saving it again does nothing.
  virtual void save_program(const std::string& digest, std::string_view binary) = 0;
  virtual std::string load_program(const std::string& digest) = 0;

  virtual void commit(const std::vector<TreeChange>& changes) = 0;

  virtual ExecutionTree load(const Uuid& root) = 0;
  // Root executions, the newest first.
  virtual std::vector<ExecutionSummary> list() = 0;
  // Root executions that are neither complete nor paused.
  virtual std::vector<Uuid> unfinished() = 0;
  virtual std::optional<ExecutionAddress> find_execution(const Uuid& id) = 0;
  virtual std::optional<ActionAddress> find_action(const Uuid& id) = 0;
  virtual std::vector<HistoryRecord> history(const Uuid& root) = 0;

  // The ledger of one tree, or of all, in the order of making.
  virtual std::vector<LedgerResource> resources(const std::optional<Uuid>& root) = 0;
  // Notes what an action has made, of which there will be no result.
  virtual void resource_found(const ExecutionTree& tree, Index action, const ResourceChange& change,
                              Microseconds time) = 0;
  // Notes that a thing is gone, which no action of an execution here has deleted.
  virtual void resource_deleted(const ResourceIdentity& resource, Microseconds time) = 0;
};

}  // namespace gregale::interpreter
