#include "interpreter/runtime.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <stop_token>

#include "compiler/ir/serialization.hpp"
#include "interpreter/custom_context.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

// What came in, from any thread. Shared with the completions of actions, which may outlive the
// runtime.
struct Runtime::Inbox {
  struct Item {
    Uuid root;
    Index action;
    ActionResult result;
  };

  void put(Item item) {
    {
      const std::lock_guard lock(mutex);
      items.push_back(std::move(item));
    }
    arrived.notify_one();
  }

  void post(std::function<void()> work) {
    {
      const std::lock_guard lock(mutex);
      posted.push_back(std::move(work));
    }
    arrived.notify_one();
  }
  // With the mutex held.
  bool empty() const { return items.empty() && posted.empty(); }

  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<Item> items;
  std::vector<std::function<void()>> posted;
  bool interrupted = false;
};

struct Runtime::Loaded {
  Loaded(std::shared_ptr<const LoadedProgram> loaded_program, const ActionRegistry& registry,
         const Limits& limits, ExecutionTree loaded_tree, ExecutionDirectory* others)
      : program(std::move(loaded_program)),
        tree(std::move(loaded_tree)),
        machine(*program, registry, tree, limits, others) {}

  std::shared_ptr<const LoadedProgram> program;
  ExecutionTree tree;
  Machine machine;
  uint64_t number = 0;  // in order of loading
  bool ready = false;
  bool stopped = false;  // by request: nobody waits for what is still under way
  std::optional<Microseconds> timer;
  std::unordered_set<Index> sent_before;  // actions that a process before this one may have sent
  std::unordered_map<Index, std::stop_source> in_flight;  // actions under way, and how to end them
};

Runtime::Runtime(Store& store, const ActionRegistry& registry, const core::Clock& clock,
                 RuntimeOptions options)
    : store_(store),
      registry_(registry),
      clock_(clock),
      options_(std::move(options)),
      inbox_(std::make_shared<Inbox>()) {}

Runtime::~Runtime() = default;

void Runtime::add_program(std::shared_ptr<const LoadedProgram> program, std::string_view binary) {
  store_.save_program(program->digest(), binary);
  programs_[program->digest()] = std::move(program);
}

std::shared_ptr<const LoadedProgram> Runtime::program(const std::string& digest) {
  auto& slot = programs_[digest];
  if (slot == nullptr) {
    const std::string binary = store_.load_program(digest);
    slot = std::make_shared<const LoadedProgram>(ir::from_binary(binary), digest);
  }
  return slot;
}

Runtime::Loaded& Runtime::adopt(std::unique_ptr<Loaded> tree) {
  Loaded& adopted = *tree;
  trees_[adopted.tree.root().id] = std::move(tree);
  adopted.number = trees_loaded_++;
  adopted.ready = true;
  ready_.push_back(&adopted);
  return adopted;
}

Runtime::Loaded& Runtime::loaded(const Uuid& root) const {
  const auto found = trees_.find(root);
  if (found == trees_.end()) {
    throw Error(ErrorKind::not_found, fmt::format("execution {} is not loaded", root.text()));
  }
  return *found->second;
}

const ExecutionTree& Runtime::tree(const Uuid& root) const {
  return loaded(root).tree;
}

const LoadedProgram& Runtime::program_of(const Uuid& root) const {
  return *loaded(root).program;
}

bool Runtime::settled(const Uuid& root) const {
  const auto found = trees_.find(root);
  return found == trees_.end() || (!found->second->ready && settled(*found->second));
}

Uuid Runtime::start(const std::string& program_digest, const StartRequest& request) {
  auto tree = std::make_unique<Loaded>(program(program_digest), registry_, options_.limits, ExecutionTree(),
                                       directory());
  const Uuid id = Uuid::random();
  tree->machine.start(request, id, clock_.now());
  adopt(std::move(tree));
  return id;
}

void Runtime::load(const Uuid& root) {
  if (trees_.contains(root)) return;
  ExecutionTree tree = store_.load(root);
  const auto loaded_program = program(tree.program_digest);
  Loaded& adopted = adopt(
      std::make_unique<Loaded>(loaded_program, registry_, options_.limits, std::move(tree), directory()));
  const Microseconds now = clock_.now();
  adopted.machine.recover(now);
  for (const Index index : adopted.machine.interrupted_actions()) {
    const ActionExecution& action = adopted.tree.actions[index];
    const Action* kind = registry_.find(action.called_name());
    if (adopted.tree.root().marks_creations && kind->findable(action.called_input())) {
      adopted.sent_before.insert(index);
      adopted.machine.restart_action(index);
    } else if (action.safe_rerun || kind->idempotent(action.called_input())) {
      adopted.machine.restart_action(index);
    } else {
      adopted.machine.complete_action(
          index,
          ActionResult::failure(fmt::format(
              "The process ended while the action '{}' was under way, so it is not known whether it was "
              "carried out. (A task with `safe-rerun: true` has its action sent again.)",
              action.name)),
          now);
    }
  }
}

void Runtime::load_unfinished() {
  for (const Uuid& root : store_.unfinished()) load(root);
}

bool Runtime::unload(const Uuid& root) {
  const Loaded& tree = loaded(root);
  if (!is_completed(tree.tree.root().state) || tree.ready || tree.timer || !tree.in_flight.empty()) {
    return false;
  }
  trees_.erase(root);
  return true;
}

// ---- what expressions see of other executions

std::vector<Uuid> Runtime::roots() {
  std::vector<Uuid> found;
  for (const ExecutionSummary& execution : store_.list()) found.push_back(execution.id);
  std::reverse(found.begin(), found.end());
  return found;
}

std::optional<Uuid> Runtime::root_of(const Uuid& execution) {
  const auto address = store_.find_execution(execution);
  return address ? std::optional(address->root) : std::nullopt;
}

ExecutionDirectory::Tree Runtime::open(const Uuid& root) {
  // A tree that is loaded may be ahead of the store.
  if (const auto found = trees_.find(root); found != trees_.end()) {
    return {{std::shared_ptr<void>(), &found->second->tree}, found->second->program};
  }
  auto tree = std::make_shared<const ExecutionTree>(store_.load(root));
  auto loaded_program = program(tree->program_digest);
  return {std::move(tree), std::move(loaded_program)};
}

// ---- requests

void Runtime::apply(const Uuid& root, const std::function<void(Machine&)>& request) {
  Loaded& target = loaded(root);
  request(target.machine);
  if (!target.ready) {
    target.ready = true;
    ready_.push_back(&target);
  }
  store_and_start();
}

void Runtime::pause(const Uuid& root, Index execution, const std::optional<std::string>& message) {
  apply(root, [&](Machine& machine) { machine.pause(execution, message, clock_.now()); });
}

void Runtime::resume(const Uuid& root, Index execution, const Value& env) {
  apply(root, [&](Machine& machine) { machine.resume(execution, env, clock_.now()); });
}

void Runtime::stop(const Uuid& root, Index execution, State state,
                   const std::optional<std::string>& message) {
  apply(root, [&](Machine& machine) { machine.stop(execution, state, message, clock_.now()); });
  Loaded& tree = loaded(root);
  tree.stopped = is_completed(tree.tree.root().state);
  for (auto& [action, under_way] : tree.in_flight) {
    const Index owner = tree.tree.tasks[tree.tree.actions[action].task].execution;
    if (is_completed(tree.tree.executions[owner].state)) under_way.request_stop();
  }
}

void Runtime::rerun(const Uuid& root, Index execution, std::string_view task, bool reset, const Value& env) {
  apply(root, [&](Machine& machine) { machine.rerun(execution, task, reset, env, clock_.now()); });
}

void Runtime::skip(const Uuid& root, Index execution, std::string_view task, const Value& env) {
  apply(root, [&](Machine& machine) { machine.skip(execution, task, env, clock_.now()); });
}

void Runtime::complete_action(const Uuid& root, Index action, ActionResult result) {
  apply(root, [&](Machine& machine) { machine.complete_action(action, std::move(result), clock_.now()); });
}

void Runtime::post(std::function<void()> work) {
  inbox_->post(std::move(work));
}

void Runtime::interrupt() {
  {
    const std::lock_guard lock(inbox_->mutex);
    inbox_->interrupted = true;
  }
  inbox_->arrived.notify_all();
}

// ---- rounds

void Runtime::collect_arrivals() {
  std::vector<Inbox::Item> items;
  std::vector<std::function<void()>> posted;
  {
    const std::lock_guard lock(inbox_->mutex);
    items.swap(inbox_->items);
    posted.swap(inbox_->posted);
  }
  const Microseconds now = clock_.now();
  for (Inbox::Item& item : items) {
    const auto found = trees_.find(item.root);
    if (found == trees_.end()) continue;
    Loaded& tree = *found->second;
    tree.in_flight.erase(item.action);
    const ActionExecution& action = tree.tree.actions[item.action];
    // Completed from outside meanwhile: the first result stays.
    if (is_completed(action.state)) continue;
    const bool set_going = item.result.state == ActionResult::State::success &&
                           registry_.find(action.called_name())->mode() == ActionMode::outside;
    if (set_going) continue;
    tree.machine.complete_action(item.action, std::move(item.result), now);
    if (!std::exchange(tree.ready, true)) ready_.push_back(&tree);
  }
  for (const std::function<void()>& work : posted) work();
}

// One round; true when there is more to do at once.
bool Runtime::round() {
  collect_arrivals();
  const Microseconds now = clock_.now();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    Loaded& tree = *timers_.begin()->second;
    timers_.erase(timers_.begin());
    tree.timer.reset();
    tree.machine.fire_timers(now);
    if (!std::exchange(tree.ready, true)) ready_.push_back(&tree);
  }
  for (Loaded* tree : ready_) tree->machine.work(now, options_.operations_per_round);
  store_and_start();
  return !ready_.empty();
}

// Stores what the ready machines have changed, then carries out what they ask for.
void Runtime::store_and_start() {
  std::vector<std::pair<Loaded*, StepOutput>> outputs;
  for (Loaded* tree : ready_) {
    StepOutput output = tree->machine.take_output();
    if (!output.empty()) outputs.emplace_back(tree, std::move(output));
    const auto next = tree->machine.next_timer();
    if (next != tree->timer) {
      if (tree->timer) timers_.erase({*tree->timer, tree->number});
      if (next) timers_.emplace(std::pair(*next, tree->number), tree);
      tree->timer = next;
    }
  }
  std::erase_if(ready_, [](Loaded* tree) { return !(tree->ready = tree->machine.has_work()); });
  if (outputs.empty()) return;
  std::vector<TreeChange> changes;
  for (const auto& [tree, output] : outputs) changes.push_back({&tree->tree, &output});
  store_.commit(changes);
  for (const auto& [tree, output] : outputs) {
    if (options_.observer) options_.observer(tree->tree, output);
    for (const Index action : output.actions_to_start) start_action(*tree, action);
    for (const Index task : output.tasks) cancel_actions(*tree, task);
  }
}

// Tells the actions of a task that ended before them that nobody waits any more.
void Runtime::cancel_actions(Loaded& loaded, Index task) {
  const ExecutionTree& tree = loaded.tree;
  if (!is_completed(tree.tasks[task].state) || loaded.in_flight.empty()) return;
  for (const Index index : tree.tasks[task].actions) {
    const auto under_way = loaded.in_flight.find(index);
    if (under_way != loaded.in_flight.end()) under_way->second.request_stop();
  }
}

void Runtime::start_action(Loaded& loaded, Index index) {
  const ExecutionTree& tree = loaded.tree;
  const ActionExecution& action = tree.actions[index];
  if (is_completed(action.state)) return;
  const TaskExecution& task = tree.tasks[action.task];
  const WorkflowExecution& execution = tree.executions[task.execution];
  ActionCall call;
  call.name = action.called_name();
  call.input = action.called_input();
  call.context.workflow_execution_id = execution.id;
  call.context.task_execution_id = task.id;
  call.context.action_execution_id = action.id;
  call.context.workflow_name = execution.workflow_name;
  call.context.task_name = task.name;
  call.context.item_index = action.item;
  call.context.attempt = action.attempt;
  call.context.safe_rerun = action.safe_rerun;
  call.context.region = action.region;
  call.context.marked = tree.root().marks_creations;
  if (loaded.sent_before.erase(index) != 0) {
    // What has been stopped meanwhile is not made any more, only taken note of.
    call.context.search = is_completed(execution.state) ? Search::only : Search::first;
  }
  call.context.deadline = task.timeout_at;
  const CustomContext& context =
      action.custom_context ? *action.custom_context : custom_context_of(tree, task.execution);
  call.context.custom_context = context.values;
  call.context.security = context.security;
  call.context.stop = loaded.in_flight[index].get_token();
  const Action* kind = registry_.find(call.name);
  const auto completion = [inbox = inbox_, root = tree.root().id, index](ActionResult result) {
    inbox->put({root, index, std::move(result)});
  };
  try {
    kind->start(std::move(call), completion);
  } catch (const Error& error) {
    completion(ActionResult::failure(error.what()));
  }
}

// Nothing of this execution can move by itself: no timer, and no action under way that a task waits for; or
// it was stopped.
bool Runtime::settled(const Loaded& tree) const {
  if (tree.stopped && is_completed(tree.tree.root().state)) return true;
  if (tree.timer) return false;
  return std::none_of(tree.in_flight.begin(), tree.in_flight.end(), [&](const auto& under_way) {
    return !is_completed(tree.tree.tasks[tree.tree.actions[under_way.first].task].state);
  });
}

bool Runtime::run(Microseconds deadline) {
  while (true) {
    while (round()) {
    }
    const bool all_settled =
        std::all_of(trees_.begin(), trees_.end(), [&](const auto& entry) { return settled(*entry.second); });
    std::optional<Microseconds> until;
    if (!timers_.empty()) until = timers_.begin()->first.first;
    std::unique_lock lock(inbox_->mutex);
    if (inbox_->interrupted) return false;
    if (!inbox_->empty()) continue;
    if (all_settled) return true;
    if (deadline != 0 && clock_.now() >= deadline) return false;
    if (deadline != 0 && (!until || *until > deadline)) until = deadline;
    if (options_.wait) {
      lock.unlock();
      if (!options_.wait(until)) return true;
      continue;
    }
    const auto something = [&] { return !inbox_->empty() || inbox_->interrupted; };
    if (until) {
      const Microseconds span = std::max<Microseconds>(0, *until - clock_.now());
      inbox_->arrived.wait_for(lock, std::chrono::microseconds(span), something);
    } else {
      inbox_->arrived.wait(lock, something);
    }
  }
}

}  // namespace gregale::interpreter
