// Runtime: carries events to machines and commands to the world.
//
// It works in rounds. A round takes what has happened (results, timers), lets every machine that has
// something to do take a step, stores all changes in one transaction, and only then starts the actions
// that were asked for. Actions answer from any thread; everything else happens on the thread that calls.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/clock.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/store.hpp"

namespace gregale::interpreter {

struct RuntimeOptions {
  Limits limits;
  size_t operations_per_round = 10'000;  // of one machine, so that one does not keep others waiting
  // Told of every stored change, before its commands are carried out.
  std::function<void(const ExecutionTree&, const StepOutput&)> observer;
  // Waits until something arrives or the moment comes; tests with a virtual clock set it. Returns false
  // when nothing will ever arrive.
  std::function<bool(std::optional<Microseconds> until)> wait;
};

class Runtime : private ExecutionDirectory {
 public:
  Runtime(Store& store, const ActionRegistry& registry, const core::Clock& clock,
          RuntimeOptions options = {});
  ~Runtime() override;

  // Makes [program] known under its digest and stores its [binary] form. The machine runs the program as
  // it was loaded; executions that are loaded again find theirs in the store.
  void add_program(std::shared_ptr<const LoadedProgram> program, std::string_view binary);

  // Throws Error when the start is refused; then nothing is stored.
  Uuid start(const std::string& program_digest, const StartRequest& request);
  // Loads an execution so that it goes on. Actions that were under way when the process ended are sent
  // again if that is known to do no harm (`safe-rerun`, idempotent actions); otherwise they are ERROR with
  // a message that says so.
  void load(const Uuid& root);
  // load() of every execution that is neither complete nor paused.
  void load_unfinished();
  // Takes an execution that is complete out of memory; false where something of it is still under way.
  bool unload(const Uuid& root);

  // Requests for the workflow execution of that number in a loaded tree, see Machine. They are stored when
  // they return.
  void pause(const Uuid& root, Index execution, const std::optional<std::string>& message);
  void resume(const Uuid& root, Index execution, const Value& env);
  // Actions under way are asked to end: for a stopped execution nobody waits.
  void stop(const Uuid& root, Index execution, State state, const std::optional<std::string>& message);
  void rerun(const Uuid& root, Index execution, std::string_view task, bool reset, const Value& env);
  void skip(const Uuid& root, Index execution, std::string_view task, const Value& env);
  void complete_action(const Uuid& root, Index action, ActionResult result);

  // Works until nothing can move by itself any more: every loaded execution is complete, paused, or waits
  // for something from outside. Returns false when [deadline] (0: none) came first, or interrupt().
  bool run(Microseconds deadline = 0);
  // Ends run() soon; may be called from any thread and from a signal handler's thread.
  void interrupt();
  // Has [work] called on the thread of run(), between its rounds; never, when run() has ended for good. What
  // it throws comes out of run(). From any thread.
  void post(std::function<void()> work);

  const ExecutionTree& tree(const Uuid& root) const;
  const LoadedProgram& program_of(const Uuid& root) const;
  // Nothing of this execution can move by itself: it has ended, is paused, waits for something outside, or
  // is not loaded. For an execution that was stopped nobody waits: what is under way then may come to
  // nothing.
  bool settled(const Uuid& root) const;

 private:
  struct Loaded;
  struct Inbox;

  ExecutionDirectory* directory() { return this; }
  std::vector<Uuid> roots() override;
  std::optional<Uuid> root_of(const Uuid& execution) override;
  Tree open(const Uuid& root) override;

  Loaded& loaded(const Uuid& root) const;
  Loaded& adopt(std::unique_ptr<Loaded> tree);
  std::shared_ptr<const LoadedProgram> program(const std::string& digest);
  bool round();
  void collect_arrivals();
  void store_and_start();
  void start_action(Loaded& tree, Index action);
  void cancel_actions(Loaded& tree, Index task);
  bool settled(const Loaded& tree) const;
  void apply(const Uuid& root, const std::function<void(Machine&)>& request);

  Store& store_;
  const ActionRegistry& registry_;
  const core::Clock& clock_;
  RuntimeOptions options_;
  std::unordered_map<std::string, std::shared_ptr<const LoadedProgram>> programs_;
  std::unordered_map<Uuid, std::unique_ptr<Loaded>> trees_;
  std::vector<Loaded*> ready_;  // have operations to do
  // The next timer of each tree that has one; at one moment in the order of loading.
  std::map<std::pair<Microseconds, uint64_t>, Loaded*> timers_;
  uint64_t trees_loaded_ = 0;
  std::shared_ptr<Inbox> inbox_;
};

}  // namespace gregale::interpreter
