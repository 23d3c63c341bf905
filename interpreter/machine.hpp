// Machine: the rules by which an execution moves.
//
// A Machine works on one execution tree. It is told what happened (a start, a result, a timer, a request
// from outside) and at what moment; it changes the tree, notes what changed, and says which actions are
// to be carried out. It has no clock, does no I/O and knows no threads or randomness: the same events give
// the same states. The runtime around it stores the changes before it carries out the commands.
//
// Work that follows from an event is queued and done in small operations by work(); between operations the
// tree is consistent, so the runtime may store it there and go on later, or in another process by
// recover().
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "interpreter/action.hpp"
#include "interpreter/context.hpp"
#include "interpreter/limits.hpp"
#include "interpreter/program.hpp"
#include "interpreter/scope.hpp"
#include "interpreter/state.hpp"
#include "interpreter/task_contexts.hpp"

namespace gregale::interpreter {

// Ad-hoc actions on ad-hoc actions.
inline constexpr size_t kAdhocDepthLimit = 32;

struct StartRequest {
  std::string workflow;  // full name
  Value input = Value::map({});
  Value params = Value::map({});          // env (a map), evaluate_env, task_name, namespace, ...
  std::string region;                     // of actions that name none; may be empty
  Value custom_context = Value::map({});  // with `os.auth`, if there is one
  bool marks_creations = false;           // WorkflowExecution::marks_creations
};

// One state change, as the history shows it.
struct HistoryRecord {
  enum class Subject : uint8_t { execution, task, action };
  Microseconds time = 0;
  Subject subject = Subject::task;
  Index index = kNone;  // in the tree
  State state = State::idle;
  Value published;  // of a task that published; otherwise null
};

// A transition that was followed although only a run can know whether its guard holds (dry_run.hpp).
struct Assumption {
  Index task = kNone;    // whose clause it stands in
  Index target = kNone;  // of Workflow::tasks
  std::string guard;     // as its author wrote it
};

// What an action of the tree made or deleted.
struct LedgerEntry {
  Index action = kNone;  // of actions
  Microseconds time = 0;
  ResourceChange change;
};

// What a step changed and wants done. Indices are ascending, each once.
struct StepOutput {
  std::vector<Index> executions;
  std::vector<Index> tasks;
  std::vector<Index> actions;
  std::vector<HistoryRecord> history;
  std::vector<LedgerEntry> ledger;      // in the order in which it happened
  std::vector<Index> actions_to_start;  // to be carried out once the changes are stored
  std::vector<Assumption> assumptions;
  bool empty() const noexcept {
    return executions.empty() && tasks.empty() && actions.empty() && actions_to_start.empty();
  }
};

class Machine {
 public:
  // [others], for expressions, may be null and must outlive the machine.
  Machine(const LoadedProgram& program, const ActionRegistry& registry, ExecutionTree& tree,
          const Limits& limits = {}, ExecutionDirectory* others = nullptr);

  // On an empty tree. Throws Error (nothing is changed) when the start is refused: unknown workflow,
  // missing or unexpected input, failing vars, no valid task_name.
  void start(const StartRequest& request, const Uuid& id, Microseconds now);
  // After the tree was loaded: queues what was under way. Actions with effects that were started are
  // given by interrupted_actions(); what becomes of them is the runtime's decision.
  void recover(Microseconds now);
  std::vector<Index> interrupted_actions() const;
  // Starts an interrupted action once more.
  void restart_action(Index action);

  // Throws Error(conflict) when the action has its result already.
  void complete_action(Index action, ActionResult result, Microseconds now);
  void fire_timers(Microseconds now);

  // Requests from outside for one workflow execution of the tree; each throws Error(conflict), and changes
  // nothing, where the state does not allow it.
  void pause(Index execution, const std::optional<std::string>& message, Microseconds now);
  void resume(Index execution, const Value& env, Microseconds now);
  void stop(Index execution, State state, const std::optional<std::string>& message, Microseconds now);
  void rerun(Index execution, std::string_view task, bool reset, const Value& env, Microseconds now);
  void skip(Index execution, std::string_view task, const Value& env, Microseconds now);

  // Does up to [limit] operations; true when there are more.
  bool work(Microseconds now, size_t limit);
  bool has_work() const noexcept { return !queue_.empty(); }
  StepOutput take_output();
  // The earliest moment at which fire_timers() has something to do.
  std::optional<Microseconds> next_timer();

 private:
  struct Operation {
    enum class Kind : uint8_t { launch, evaluate, action_done, sub_done, check, refresh_join, wake };
    Kind kind;
    Index index;
    ActionResult result = {};
  };
  struct Command {
    ir::TargetKind kind = ir::TargetKind::task;
    Index task = kNone;      // of Workflow::tasks
    Index existing = kNone;  // a task execution to go on with
    std::optional<Trigger> trigger;
    std::optional<std::string> message;
  };
  // One of the calls of a task.
  struct Item {
    uint32_t index = 0;
    const core::Map* variables = nullptr;  // with-items
    std::string region = {};               // that the task names for it; empty: none
  };
  // With-items and with-regions: which are still to be started, how many are under way and done.
  struct ItemProgress {
    enum class Item : uint8_t { pending, running, accepted };
    std::vector<Item> items;
    std::deque<uint32_t> pending;
    uint32_t running = 0;
    uint32_t accepted = 0;
    uint32_t failed = 0;  // of those accepted
    bool cancelled = false;

    void accept(State state) {
      ++accepted;
      failed += state == State::error;
      cancelled = cancelled || state == State::cancelled;
    }
  };
  // Counts about one workflow execution, derived from its tasks (joins.cpp).
  struct Progress {
    uint32_t incomplete = 0;
    uint32_t unhandled_errors = 0;
    uint32_t cancelled = 0;
    bool counts_joins = false;
    std::vector<uint32_t> activity;               // of each component
    std::vector<bool> dead;                       // of each component
    std::vector<uint32_t> arrivals;               // of each join, in this round
    std::vector<uint32_t> dead_sources;           // of each join
    std::vector<uint32_t> rounds;                 // of each join: how often it has fired
    std::vector<Index> waiting;                   // of each join: its waiting task execution
    std::vector<Index> failed;                    // of each join: one that failed for want of branches
    std::unordered_map<uint64_t, Index> arrived;  // (join, source) -> task execution, in this round
    std::unordered_set<uint64_t> used_up;     // of joins in loops: (join, task execution), in rounds before
    std::vector<uint32_t> open_requirements;  // reverse: of each task; kNone: not needed or started
  };
  enum class TimerKind : uint8_t { wake, timeout, action };
  struct Timer {
    TimerKind kind;
    Index index;
  };

  // machine.cpp
  void run(Operation& operation);
  void enqueue(Operation::Kind kind, Index index) { queue_.push_back({kind, index, {}}); }
  void set_timer(Microseconds when, TimerKind kind, Index index);
  void abandon_delayed(Index action);
  void task_changed(Index task);
  void action_changed(Index action);
  void execution_changed(Index execution);
  void note(HistoryRecord::Subject subject, Index index, State state, Value published = {});
  const ir::Workflow& workflow_of(Index execution) const;
  const ir::Task& definition_of(Index task) const;
  const Index& execution_of(Index task) const { return tree_.tasks[task].execution; }
  Progress& progress(Index execution);
  // [task] may be kNone: then for the execution as a whole.
  // [item]: the call that it is for; nullptr: the task as a whole. [holds_secret]: see LoadedProgram.
  Value evaluate(Index template_index, Index execution, Index task, const Context& branch,
                 const Item* item = nullptr, bool* holds_secret = nullptr);
  // With the task's inbound context.
  Value evaluate(Index template_index, Index task, const Item* item = nullptr, bool* holds_secret = nullptr);

  // start.cpp
  // What an execution has from whoever starts it.
  struct Origin {
    std::string region;
    std::optional<CustomContext> custom_context;
    Index parent_task = kNone;
    uint32_t item = 0;
  };
  Index create_execution(const ir::Workflow& workflow, const Uuid& id, Value input, Value params,
                         Origin origin);
  void launch(Index execution);

  // dispatch.cpp
  void dispatch(Index execution, std::vector<Command> commands);
  void process(Index execution, std::vector<Command> commands);
  std::vector<Command> next_commands(Index task);
  std::vector<Command> next_of_clauses(Index task);
  bool is_open(Index task, const ir::Target& target, const Context& context);
  std::vector<Command> next_of_requirements(Index task);

  // tasks.cpp
  Index create_task(Index execution, Index definition, State state);
  void set_task_state(Index task, State state, std::optional<std::string> info);
  void run_task(Index execution, const Command& command);
  void start_task(Index task);
  void begin(Index task);
  void continue_task(Index task, bool timed);
  void complete_task(Index task, State state, std::optional<std::string> info);
  void publish(Index task);
  void decide_next(Index task);
  void satisfy_requirements(Index task);
  void force_fail(Index task, const std::string& message);
  void wake(Index task);

  // policies.cpp
  void validate_policies(Index task);
  void before_start(Index task);
  void arm_timeout(Index task);
  // True when the task is not complete yet (wait-after, retry).
  bool after_complete(Index task);
  bool wants_retry(Index task);

  // items.cpp
  bool has_items(Index task) const;
  void schedule_actions(Index task);
  bool choose_items(Index task);
  void set_items(Index task, Value items, size_t count);
  void set_regions(Index task, const Value& source);
  void ask_for_regions(Index task);
  void take_region_list(Index task, const ActionExecution& action);
  std::string called_service(Index task);
  std::string task_region(Index task, const core::Map* variables);
  std::string resolve_region(Index task, const Item& item, const Value& given);
  ItemProgress& item_progress(Index task);
  void start_pending_items(Index task);
  void item_done(Index task, uint32_t item, State state);
  void finish_items(Index task);
  uint32_t regions_needed(Index task);
  std::string failed_regions(Index task) const;

  // calls.cpp
  Value call_input(Index task, const Item& item, bool& holds_secret);
  std::optional<CustomContext> added_context(Index task, const Item& item);
  void conceal(Index action, ActionResult& result) const;
  void start_call(Index task, const Item& item);
  void start_action(Index task, const Item& item, const std::string& name, const Value& input,
                    bool holds_secret);
  void start_sub_workflow(Index task, const Item& item, const std::string& name, Value input);
  void evaluate_action(Index action);
  void finish_action(Index action, ActionResult result);
  void finish_sub_workflow(Index execution);

  // joins.cpp
  void build_progress(Index execution, Progress& progress);
  void recount(Index execution) { progress_.erase(execution); }
  void arrive(Index execution, Index join, const Trigger& trigger);
  void begin_activity(Index execution, Index task);
  void end_activity(Index execution, Index task);
  static void use_up(Progress& progress, const TaskExecution& join);
  void settle_inactive(Index execution, Progress& progress);
  void settle_component(Index execution, Progress& progress, Index component);
  void wait_again(Index execution, Index join);
  void refresh_join(Index task);
  uint32_t arrivals_needed(const ir::Workflow& workflow, Index join) const;
  void fire_join(Index task, Progress& progress);
  void fail_join(Index task, Progress& progress);

  // completion.cpp
  void set_execution_state(Index execution, State state, std::optional<std::string> info);
  void check(Index execution);
  Context final_context(Index execution, Index commanding_task = kNone);
  Value evaluate_output(Index execution, Index output, const Context& final);
  void succeed(Index execution, const std::optional<std::string>& message, Index commanding_task);
  void fail(Index execution, std::optional<std::string> message, Index commanding_task);
  void cancel(Index execution, const std::optional<std::string>& message);
  void finish(Index execution);
  std::string failure_message(Index execution);

  // control.cpp
  void pause_tree(Index execution, const std::optional<std::string>& message);
  void resume_tree(Index execution);
  void resume_parent(Index execution);
  void go_on(Index execution);
  void merge_environment(const Value& env);
  Index reopen_failed_task(Index execution, std::string_view name, const Value& env);
  void reopen(Index execution);
  void overtake(Index task);

  const LoadedProgram& program_;
  const ActionRegistry& registry_;
  ExecutionTree& tree_;
  TaskContexts contexts_;
  Limits limits_;
  ExecutionDirectory* others_;
  Microseconds now_ = 0;
  bool has_reruns_ = false;  // a task may publish after others have inherited from it
  std::deque<Operation> queue_;
  std::multimap<Microseconds, Timer> timers_;
  std::unordered_map<Index, Progress> progress_;
  std::unordered_map<Index, ItemProgress> items_;
  StepOutput output_;
  std::vector<bool> dirty_executions_;
  std::vector<bool> dirty_tasks_;
  std::vector<bool> dirty_actions_;
};

}  // namespace gregale::interpreter
