#include "interpreter/dry_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <map>

#include "core/error.hpp"
#include "core/leaves.hpp"
#include "interpreter/custom_context.hpp"
#include "interpreter/expression/unknown.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/store.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::List;

namespace {

// More pauses than that in one execution: it pauses itself for ever.
constexpr int kMostResumes = 1000;

// Keeps nothing: a dry run is over when its process is.
class NoStore : public Store {
 public:
  void save_program(const std::string&, std::string_view) override {}
  std::string load_program(const std::string& digest) override { none(digest); }
  void commit(const std::vector<TreeChange>&) override {}
  ExecutionTree load(const Uuid& root) override { none(root.text()); }
  std::vector<ExecutionSummary> list() override { return {}; }
  std::vector<Uuid> unfinished() override { return {}; }
  std::optional<ExecutionAddress> find_execution(const Uuid&) override { return std::nullopt; }
  std::optional<ActionAddress> find_action(const Uuid&) override { return std::nullopt; }
  std::vector<HistoryRecord> history(const Uuid& root) override { none(root.text()); }
  std::vector<LedgerResource> resources(const std::optional<Uuid>&) override { return {}; }
  void resource_found(const ExecutionTree&, Index, const ResourceChange&, Microseconds) override {}
  void resource_deleted(const ResourceIdentity&, Microseconds) override {}

 private:
  [[noreturn]] static void none(const std::string& what) {
    throw Error(ErrorKind::not_found, fmt::format("a dry run keeps nothing, {} neither", what));
  }
};

// Stands for unknown values where actions make requests: as ids, which is what most of them are, and which
// requests leave as they are.
class Placeholders {
 public:
  Value put_into(const Value& value) {
    return core::with_leaves(value, [this](const Value& leaf) {
      const std::string* text = expression::unknown_text(leaf);
      if (text == nullptr) return leaf;
      texts_.emplace_back(Uuid::random().text(), *text);
      return Value(texts_.back().first);
    });
  }
  // With the texts of the values again.
  Value taken_out_of(const Value& value) const {
    const auto restore = [this](const Value& leaf) {
      return leaf.is_string() ? Value(restored(leaf.as_string())) : leaf;
    };
    return core::with_leaves(value, restore, restore);
  }
  bool empty() const noexcept { return texts_.empty(); }

 private:
  std::string restored(std::string text) const {
    for (const auto& [placeholder, original] : texts_) {
      for (size_t at = text.find(placeholder); at != std::string::npos;
           at = text.find(placeholder, at + original.size())) {
        text.replace(at, placeholder.size(), original);
      }
    }
    return text;
  }

  std::vector<std::pair<std::string, std::string>> texts_;  // placeholder, what it stands for
};

struct Rehearsal {
  List requests;
  std::string refusal;
};

using Rehearsals = std::map<Uuid, Rehearsal>;  // by action execution

class RehearsedAction : public Action {
 public:
  RehearsedAction(const Action& action, Rehearsals& rehearsals) : action_(action), rehearsals_(rehearsals) {}

  std::string_view name() const override { return action_.name(); }
  const ir::ActionSignature& signature() const override { return action_.signature(); }
  ActionMode mode() const override {
    return action_.mode() == ActionMode::in_place ? ActionMode::in_place : ActionMode::started;
  }

  ActionResult evaluate(const Value& input) const override {
    const expression::UnknownWatch watch;
    try {
      ActionResult result = action_.evaluate(input);
      if (!watch.looked_into()) return result;
    } catch (const Error&) {
      if (!expression::holds_unknown(input)) throw;
    }
    return ActionResult::success(expression::unknown(fmt::format("the result of {}", name())));
  }

  void start(ActionCall call, ActionCompletion completion) const override {
    if (name() == kRegionsAction) return action_.start(std::move(call), std::move(completion));
    Placeholders placeholders;
    call.input = placeholders.put_into(call.input);
    const Uuid id = call.context.action_execution_id;
    const std::string task = call.context.task_name;
    ActionResult result = tested(std::move(call));
    Rehearsal& rehearsal = rehearsals_[id];
    // What is not possible for a placeholder may well be for the value that it stands for.
    if (result.state != ActionResult::State::success && placeholders.empty()) {
      rehearsal.refusal = result.message;
    }
    for (const Value& request : result.requests) {
      rehearsal.requests.push_back(placeholders.taken_out_of(request));
    }
    const bool told = result.state == ActionResult::State::success && !result.data.is_null();
    completion(ActionResult::success(told ? placeholders.taken_out_of(result.data)
                                          : expression::unknown(fmt::format("<% task({}).result %>", task))));
  }

 private:
  ActionResult tested(ActionCall call) const {
    const auto promise = std::make_shared<std::promise<ActionResult>>();
    std::future<ActionResult> result = promise->get_future();
    try {
      action_.test(std::move(call), [promise](ActionResult r) { promise->set_value(std::move(r)); });
    } catch (const Error& error) {
      return ActionResult::failure(error.what());
    }
    return result.get();
  }

  const Action& action_;
  Rehearsals& rehearsals_;
};

// By task execution and target: the guard that was taken to hold.
using Assumptions = std::map<std::pair<Index, Index>, std::string>;

// Of each task: which guards had to be assumed to hold for it to run, its own and those of what led to it.
std::vector<std::vector<std::string>> guards_of_tasks(const ExecutionTree& tree,
                                                      const Assumptions& assumptions) {
  std::vector<std::vector<std::string>> guards(tree.tasks.size());
  bool changed = true;
  const auto add = [&](Index task, const std::string& guard) {
    std::vector<std::string>& own = guards[task];
    if (std::find(own.begin(), own.end(), guard) != own.end()) return;
    own.push_back(guard);
    changed = true;
  };
  // Again, as long as something came: a join may stand before what leads to it.
  while (std::exchange(changed, false)) {
    for (Index index = 0; index < tree.tasks.size(); ++index) {
      const TaskExecution& task = tree.tasks[index];
      if (const Index parent = tree.executions[task.execution].parent_task; parent != kNone) {
        for (const std::string& guard : guards[parent]) add(index, guard);
      }
      for (const Trigger& trigger : task.triggered_by) {
        for (const std::string& guard : guards[trigger.task]) add(index, guard);
        const auto found = assumptions.find({trigger.task, task.task});
        if (found != assumptions.end()) add(index, found->second);
      }
    }
  }
  return guards;
}

Value with_unknown_texts(const Value& value) {
  return core::with_leaves(value, [](const Value& leaf) {
    const std::string* text = expression::unknown_text(leaf);
    return text == nullptr ? leaf : Value(*text);
  });
}

RehearsedCall rehearsed_call(const ExecutionTree& tree, const ActionExecution& action,
                             const Rehearsal& rehearsal) {
  const TaskExecution& task = tree.tasks[action.task];
  const SecretList secrets = secrets_known_to(tree, action);
  RehearsedCall call;
  call.workflow = tree.executions[task.execution].workflow_name;
  call.task = task.name;
  if (!task.items.is_null()) call.item = action.item;
  call.action = action.called_name();
  call.region = action.region;
  call.input =
      without_named_secrets(with_unknown_texts(action.base_name.empty() ? action.input : action.base_input));
  for (const Value& request : rehearsal.requests) call.requests.push_back(secrets.concealed(request));
  call.refusal = secrets.concealed(rehearsal.refusal);
  return call;
}

void run_through_pauses(Runtime& runtime, const Uuid& id) {
  runtime.run();
  for (int i = 0; i < kMostResumes && runtime.tree(id).root().state == State::paused; ++i) {
    runtime.resume(id, 0, Value());
    runtime.run();
  }
}

}  // namespace

DryRun dry_run(const std::shared_ptr<const LoadedProgram>& program, const ActionRegistry& registry,
               const core::Clock& clock, const StartRequest& request, const Limits& limits) {
  Rehearsals rehearsals;
  ActionRegistry rehearsed;
  for (const std::string& name : registry.action_names()) {
    rehearsed.add(std::make_unique<RehearsedAction>(*registry.find(name), rehearsals));
  }
  core::VirtualClock virtual_clock(clock.now());
  Assumptions assumptions;
  RuntimeOptions options;
  options.limits = limits;
  options.observer = [&](const ExecutionTree&, const StepOutput& output) {
    for (const Assumption& assumption : output.assumptions) {
      assumptions[{assumption.task, assumption.target}] = assumption.guard;
    }
  };
  options.wait = [&](std::optional<Microseconds> until) {
    if (!until) return false;
    virtual_clock.advance_to(*until);
    return true;
  };
  NoStore store;
  Runtime runtime(store, rehearsed, virtual_clock, std::move(options));
  runtime.add_program(program, {});
  const Uuid id = runtime.start(program->digest(), request);
  run_through_pauses(runtime, id);

  const ExecutionTree& tree = runtime.tree(id);
  const std::vector<std::vector<std::string>> guards = guards_of_tasks(tree, assumptions);
  DryRun told;
  told.state = tree.root().state;
  told.state_info = tree.root().state_info.value_or("");
  for (const ActionExecution& action : tree.actions) {
    const auto rehearsal = rehearsals.find(action.id);
    if (rehearsal == rehearsals.end()) continue;
    told.calls.push_back(rehearsed_call(tree, action, rehearsal->second));
    told.calls.back().guards = guards[action.task];
  }
  return told;
}

}  // namespace gregale::interpreter
