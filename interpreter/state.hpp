// The state of one execution tree: a workflow execution, its tasks, their actions, and the sub-workflow
// executions below it, at any depth.
//
// It is what the store keeps and what the machine changes; nothing in it points into a program, so it can
// be loaded without one. Things refer to each other by their index in the tree, in order of creation.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "core/time.hpp"
#include "core/uuid.hpp"
#include "core/value.hpp"

namespace gregale::interpreter {

using core::Microseconds;
using core::Uuid;
using core::Value;
using ir::Index;
using ir::kNone;

// Mistral's states; not every kind of thing has every state.
enum class State : uint8_t { idle, waiting, running, delayed, paused, success, error, cancelled, skipped };

std::string_view to_string(State state) noexcept;  // "RUNNING", ...
std::optional<State> parse_state(std::string_view text) noexcept;
inline bool is_completed(State state) noexcept {
  return state >= State::success;
}
// Whether a task of a reverse workflow that ended so lets those that require it run.
inline bool fulfils_requirement(State state) noexcept {
  return state == State::success || state == State::skipped;
}

// Data that belongs to an execution and reaches every action of it and of its sub-workflows, outside of
// inputs and variables (custom_context.hpp). It holds secrets: documents and history leave it out, records
// have it sealed.
struct CustomContext {
  Value values = Value::map({});     // what custom_context() gives
  Value security;                    // `os` with its `auth`; null: the program's own credentials
  std::vector<std::string> secrets;  // keys of the values that must never be seen
  bool empty() const noexcept { return values.size() == 0 && security.is_null() && secrets.empty(); }
};

struct ActionExecution {
  Uuid id;
  Index task = kNone;  // of tasks
  std::string name;    // as the task calls it; an ad-hoc action's own name
  Value input;         // a map; masked where it holds a secret
  State state = State::running;
  Value output;           // the result, once completed
  std::string message;    // of an error, what the action said
  bool accepted = false;  // whether the task's result counts it
  uint32_t item = 0;      // index of the item; 0 without with-items
  uint32_t attempt = 1;
  bool safe_rerun = false;
  std::string region;          // of OpenStack actions
  bool lists_regions = false;  // only asked which regions there are, for `with-regions: all`
  // What is really sent where `name` is an ad-hoc action; otherwise empty and null.
  std::string base_name;
  Value base_input;
  std::vector<Index> adhoc;  // ad-hoc actions of the program, outermost first
  Value sent_input;          // what is really sent where `input` or `base_input` is masked; otherwise null
  std::optional<CustomContext> custom_context;  // where the task adds to that of its execution
  std::vector<std::string> request_ids;         // by which services know what was sent to them
  Value calls;              // what it has called in turn (ActionResult::calls); a list or null
  Microseconds due_at = 0;  // when the result of a delayed action counts; 0: not delayed
  Microseconds created_at = 0;
  Microseconds updated_at = 0;

  // The action that is carried out and its input: the base's, where `name` is an ad-hoc action.
  const std::string& called_name() const { return base_name.empty() ? name : base_name; }
  const Value& called_input() const {
    return !sent_input.is_null() ? sent_input : base_name.empty() ? input : base_input;
  }
};

// An edge that fired: to a task, by a clause.
struct NextTask {
  Index task = kNone;  // of Workflow::tasks
  ir::ClauseKind clause = ir::on_success;
};

// What set a task going: a task execution and its clause.
struct Trigger {
  Index task = kNone;  // of tasks
  ir::ClauseKind clause = ir::on_success;
  bool overtaken = false;  // that task has been run again since
};

// What the task's timer is for.
enum class Wake : uint8_t { none, start, finish, retry };

struct TaskExecution {
  Uuid id;
  Index execution = kNone;  // of executions
  Index task = kNone;       // of Workflow::tasks
  std::string name;
  State state = State::idle;
  std::optional<std::string> state_info;
  Value published;         // a map, or null: nothing
  bool processed = false;  // what follows it has been decided
  bool error_handled = false;
  bool result_dropped = false;  // keep-result: false
  std::vector<NextTask> next_tasks;
  std::vector<Trigger> triggered_by;
  // Task executions whose outbound contexts make up this task's inbound context.
  std::vector<Index> context_sources;
  uint32_t attempt = 1;
  uint32_t earlier_attempts = 0;   // those before it was last run again by request: no retries of it
  uint32_t published_attempt = 0;  // the last attempt that has published
  bool waited_before = false;
  bool waited_after = false;
  // Once known, with-items: variable -> list of its values; with-regions: the list of regions. How many may
  // be under way (0: no bound).
  Value items;
  uint32_t item_count = 0;
  uint32_t concurrency = 0;
  Wake wake = Wake::none;
  Microseconds wake_at = 0;
  Microseconds timeout_at = 0;  // 0: none
  Value timeout_seconds;        // for the message
  // What the task is completed with after wait-after.
  State end_state = State::success;
  std::optional<std::string> end_info;
  std::vector<Index> actions;         // of actions
  std::vector<Index> sub_executions;  // of executions
  Microseconds created_at = 0;
  Microseconds updated_at = 0;
};

// A command that a paused execution keeps for later.
struct BacklogCommand {
  ir::TargetKind kind = ir::TargetKind::task;
  Index task = kNone;  // of Workflow::tasks
  Trigger trigger;
  std::optional<std::string> message;
};

struct WorkflowExecution {
  Uuid id;
  std::string workflow_name;       // full name in the program
  std::string workflow_namespace;  // where it was found; empty: the default one
  std::string description;         // text for people
  Index parent_task = kNone;       // of tasks; none: the root
  uint32_t item = 0;               // with-items and with-regions over sub-workflows
  std::string region;              // its workflow's or its caller's: for calls that name none; may be empty
  std::optional<CustomContext> custom_context;  // where it is not simply its caller's
  uint32_t attempt = 1;
  State state = State::idle;
  std::optional<std::string> state_info;
  bool accepted = false;
  Value input = Value::map({});
  Value params = Value::map({});  // env, namespace, task_name, description, ...
  // Of a root, for its whole tree: what actions create carries the action execution's id where there is a
  // place for it, so that it is found again after a crash.
  bool marks_creations = false;
  Value context = Value::map({});  // vars and globals
  Value output;                    // null: not known yet
  std::vector<Index> tasks;        // of tasks
  std::vector<BacklogCommand> backlog;
  Microseconds created_at = 0;
  Microseconds updated_at = 0;
};

struct ExecutionTree {
  std::string program_digest;
  std::deque<WorkflowExecution> executions;  // 0 is the root
  std::deque<TaskExecution> tasks;
  std::deque<ActionExecution> actions;

  const WorkflowExecution& root() const { return executions.front(); }
};

// The result as the language defines it: the accepted output; of a task with items the list of them; of one
// with regions those of success, by region.
Value task_result(const ExecutionTree& tree, const TaskExecution& task, const ir::Task& definition);

// Of a task with regions: what went wrong where, by region.
Value region_errors(const ExecutionTree& tree, const TaskExecution& task);

// The region that all calls of the task have in common; empty when there is none.
std::string common_region(const ExecutionTree& tree, const TaskExecution& task);

// What is said of a failed call: its result as text; nothing when there is nothing to say.
std::optional<std::string> error_info(const Value& result);

// The environment of the whole tree: a map, from the root's parameters.
const Value& environment(const ExecutionTree& tree);

}  // namespace gregale::interpreter
