#include "tests/simulator/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/compiler.hpp"
#include "core/json.hpp"
#include "interpreter/document.hpp"
#include "interpreter/explanation.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/sqlite_store.hpp"
#include "tests/simulator/faulty_store.hpp"
#include "tests/simulator/invariants.hpp"
#include "tests/simulator/world.hpp"

namespace gregale::simulator {

using core::List;
using core::Map;
using core::Uuid;
using core::Value;
using interpreter::ActionResult;
using interpreter::ExecutionTree;
using interpreter::Index;
using interpreter::LoadedProgram;
using interpreter::Runtime;
using interpreter::State;

namespace {

constexpr uint32_t kStepsWithFaults = 60;  // then the world becomes kind, so that everything can end
constexpr uint32_t kMostSteps = 2000;      // more than any program needs to end in a kind world
constexpr uint32_t kMostTasks = 300;

std::shared_ptr<const LoadedProgram> compile_program(const std::string& text, std::string& problem) {
  const auto source = std::make_shared<const core::Source>("generated.yaml", text);
  compiler::Compilation compilation = compiler::compile({source}, {});
  if (!compilation.program) {
    problem = "refused by the compiler: " + core::to_text(compilation.diagnostics.sorted(), false);
    return nullptr;
  }
  return std::make_shared<const LoadedProgram>(std::move(*compilation.program), "generated");
}

// Text without the identities in it; also without one that was cut off with the end of the text ("...").
std::string without_ids(const std::string& text) {
  constexpr size_t kLength = 36;
  constexpr std::string_view kCut = "...\n";
  const size_t end = text.ends_with(kCut) ? text.size() - kCut.size() : text.size();
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (end != text.size() && end - i < kLength && text.substr(0, i).ends_with("_ex_id=") &&
        text.find_first_not_of("0123456789abcdef-", i) >= end) {
      out += "ID";
      i = end;
      continue;
    }
    if (i + kLength <= text.size() && Uuid::looks_like(text.substr(i, kLength))) {
      out += "ID";
      i += kLength;
    } else {
      out += text[i++];
    }
  }
  return out;
}

// Members that differ between equal runs are left out; lists of tasks and actions are sorted.
Value canonical(const Value& value) {
  if (value.is_string()) return Value(without_ids(value.as_string()));
  if (value.is_list()) {
    List items;
    for (const Value& item : value.as_list()) items.push_back(canonical(item));
    return Value(std::move(items));
  }
  if (!value.is_map()) return value;
  Map members;
  for (const Map::Entry& entry : value.as_map()) {
    const std::string& key = entry.key.as_string();
    if (key == "id" || key == "created_at" || key == "updated_at") continue;
    if (key == "next_tasks") continue;  // in a reverse workflow the last of several requirements has it
    Value member = canonical(entry.value);
    if (key == "tasks" || key == "action_executions" || key == "workflow_executions") {
      std::sort(member.writable_list().begin(), member.writable_list().end(),
                [](const Value& a, const Value& b) { return core::to_json(a) < core::to_json(b); });
    }
    members.set(entry.key, std::move(member));
  }
  return Value(std::move(members));
}

// Where two values differ first: a path and what stands there.
std::string difference(const Value& a, const Value& b, const std::string& path) {
  if (a.is_map() && b.is_map()) {
    for (const Map::Entry& entry : a.as_map()) {
      const std::string here = fmt::format("{}.{}", path, entry.key.as_string());
      const Value* other = b.find(entry.key.as_string());
      if (other == nullptr) return here + " is missing in the second";
      if (!(entry.value == *other)) return difference(entry.value, *other, here);
    }
  }
  if (a.is_list() && b.is_list()) {
    for (size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
      if (!(a.as_list()[i] == b.as_list()[i])) {
        return difference(a.as_list()[i], b.as_list()[i], fmt::format("{}[{}]", path, i));
      }
    }
  }
  return fmt::format("{}: {} and {}", path, core::to_json(a), core::to_json(b));
}

void print_changes(const ExecutionTree& tree, const interpreter::StepOutput& output) {
  for (const interpreter::HistoryRecord& record : output.history) {
    using Subject = interpreter::HistoryRecord::Subject;
    const auto line = [&](std::string_view subject, const std::string& name) {
      fmt::print("{:>12.3f}  {} {} '{}' {}{}\n", static_cast<double>(record.time) / core::kSecond, subject,
                 record.index, name, to_string(record.state),
                 record.published.is_null() ? "" : " published " + core::to_json(record.published));
    };
    if (record.subject == Subject::execution) line("execution", tree.executions[record.index].workflow_name);
    if (record.subject == Subject::task) line("task", tree.tasks[record.index].name);
    if (record.subject == Subject::action) line("action", tree.actions[record.index].name);
  }
}

class Simulation {
 public:
  Simulation(std::shared_ptr<const LoadedProgram> program, const SimulationOptions& options)
      : program_(std::move(program)),
        options_(options),
        random_(options.seed),
        world_(random_.split(), {options.lost_replies, options.duplicate_replies}),
        inner_(":memory:", interpreter::StoreAccess::write, interpreter::Durability::none),
        store_(inner_, random_.split(), options.crashes),
        invariants_(*program_) {
    executions_ = options.confluent ? 1 : 1 + random_.below(2);
    operations_per_round_ = random_.chance(60) ? 1 : random_.chance(50) ? 3 : 10'000;
  }

  Outcome run() {
    for (uint32_t step = 0; invariants_.violation().empty(); ++step) {
      if (step == kStepsWithFaults) be_kind();
      if (step == kMostSteps) {
        invariants_.report("no end in sight: " + reasons());
        break;
      }
      try {
        if (this->step(step < kStepsWithFaults)) break;
      } catch (const Crash&) {
        end_process();
      } catch (const core::Error& error) {
        if (std::string_view(error.what()) != "the disk is full") throw;
        end_process();
      }
    }
    invariants_.requests(world_);
    Outcome outcome;
    outcome.violation = invariants_.violation();
    outcome.events = commits_ + requests_ + world_.replies() + store_.crashes();
    if (outcome.violation.empty()) {
      for (const Uuid& root : roots_) {
        const ExecutionTree tree = inner_.load(root);
        outcome.documents.push_back(canonical(interpreter::execution_document(*program_, tree, 0)));
      }
    }
    return outcome;
  }

 private:
  void be_kind() {
    store_.set_percent(0);
    world_.set_faults({});
    end_process();  // what was lost is found out
  }

  void end_process() {
    runtime_.reset();
    world_.forget_replies();
  }

  void begin_process() {
    interpreter::RuntimeOptions runtime_options;
    runtime_options.operations_per_round = operations_per_round_;
    runtime_options.limits.tasks = kMostTasks;
    runtime_options.observer = [this](const ExecutionTree& tree, const interpreter::StepOutput& output) {
      ++commits_;
      if (options_.trace) print_changes(tree, output);
      invariants_.observe(tree, output);
    };
    runtime_options.wait = [this](std::optional<core::Microseconds> until) { return world_.wait(until); };
    runtime_ =
        std::make_unique<Runtime>(store_, world_.actions(), world_.clock(), std::move(runtime_options));
    runtime_->add_program(program_, "");
    roots_.clear();
    for (const auto& stored : inner_.list()) {
      roots_.push_back(stored.id);
      runtime_->load(stored.id);
    }
    while (roots_.size() < executions_) start();
  }

  void start() {
    interpreter::StartRequest request;
    request.workflow = "w0";
    const ir::Workflow& workflow = *program_->find_workflow("", "w0");
    if (workflow.type == ir::Workflow::Type::reverse) {
      request.params = Map{{"task_name", Value(program_->name(workflow.tasks.back().name))}};
    }
    roots_.push_back(runtime_->start(program_->digest(), request));
  }

  // True when everything has ended and stays so.
  bool step(bool faults) {
    if (runtime_ == nullptr) begin_process();
    if (faults && random_.chance(3)) jump();
    const core::Microseconds until =
        world_.clock().now() + static_cast<core::Microseconds>(random_.below(6 * core::kSecond));
    if (!runtime_->run(faults ? until : 0)) {
      if (random_.chance(options_.requests)) request();
      return false;
    }
    bool ended = true;
    bool acted = false;
    for (const Uuid& root : roots_) {
      const ExecutionTree& tree = runtime_->tree(root);
      invariants_.at_rest(world_.actions(), tree, world_.clock().now());
      invariants_.stored(tree, inner_);
      if (is_completed(tree.root().state)) {
        if (faults && !options_.confluent && random_.chance(20)) acted = rerun_something(root) || acted;
        continue;
      }
      ended = false;
      const bool moved = resume_something(root) || answer_something(root);
      acted = moved || acted;
      if (!moved && lost_something(tree)) {
        end_process();
        return false;
      }
      if (!moved) {
        invariants_.report("stuck: " + reasons());
        return true;
      }
    }
    return ended && !acted;
  }

  // Clocks are set, machines sleep.
  void jump() {
    const auto span = static_cast<core::Microseconds>(random_.below(100 * core::kSecond));
    world_.clock().advance(random_.chance(50) ? span : -span);
  }

  std::string reasons() {
    std::string text;
    for (const Uuid& root : roots_) {
      for (const auto& reason : explain(*program_, world_.actions(), inner_.load(root), 0, 0)) {
        text += reason.text + "\n";
      }
    }
    return text;
  }

  // ---- requests from outside; refusals are answers, too

  template <typename Request>
  bool attempt(Request request) {
    ++requests_;
    try {
      request();
      return true;
    } catch (const core::Error& error) {
      if (error.kind() == core::ErrorKind::conflict) return false;
      throw;
    }
  }

  void request() {
    const Uuid root = roots_[random_.below(static_cast<uint32_t>(roots_.size()))];
    const ExecutionTree& tree = runtime_->tree(root);
    const Index execution = random_.below(static_cast<uint32_t>(tree.executions.size()));
    const uint32_t dice = random_.below(100);
    if (dice < 45) {
      attempt([&] { runtime_->pause(root, execution, std::nullopt); });
    } else if (dice < 80) {
      attempt([&] { runtime_->resume(root, execution, Value()); });
    } else if (options_.confluent) {
      return;
    } else if (dice < 86) {
      constexpr State kEnds[] = {State::success, State::error, State::cancelled};
      const State end = kEnds[random_.below(3)];
      attempt([&] { runtime_->stop(root, execution, end, "stopped by the simulator"); });
    } else if (dice < 93) {
      rerun_something(root);
    } else {
      answer_something(root);
    }
  }

  bool rerun_something(const Uuid& root) {
    const ExecutionTree& tree = runtime_->tree(root);
    for (Index index = 0; index < tree.tasks.size(); ++index) {
      const interpreter::TaskExecution& task = tree.tasks[index];
      if (task.state != State::error || !random_.chance(50)) continue;
      invariants_.allow_reruns(root);
      const Index execution = task.execution;
      const std::string name = task.name;
      if (random_.chance(25)) {
        return attempt([&] { runtime_->skip(root, execution, name, Value()); });
      }
      const bool reset = random_.chance(50);
      return attempt([&] { runtime_->rerun(root, execution, name, reset, Value()); });
    }
    return false;
  }

  bool resume_something(const Uuid& root) {
    const ExecutionTree& tree = runtime_->tree(root);
    for (Index index = 0; index < tree.executions.size(); ++index) {
      if (tree.executions[index].state != State::paused) continue;
      return attempt([&] { runtime_->resume(root, index, Value()); });
    }
    return false;
  }

  bool answer_something(const Uuid& root) {
    const ExecutionTree& tree = runtime_->tree(root);
    for (Index index = 0; index < tree.actions.size(); ++index) {
      const interpreter::ActionExecution& action = tree.actions[index];
      if (action.state != State::running || action.name != "sim.outside") continue;
      const uint32_t dice = random_.below(10);
      ActionResult result = dice < 6   ? ActionResult::success(Value("done"))
                            : dice < 9 ? ActionResult::failure("refused")
                                       : ActionResult{ActionResult::State::cancelled, Value(), {}};
      return attempt([&] { runtime_->complete_action(root, index, result); });
    }
    return false;
  }

  static bool lost_something(const ExecutionTree& tree) {
    return std::any_of(tree.actions.begin(), tree.actions.end(), [](const auto& action) {
      return action.state == State::running && action.name == "sim.work";
    });
  }

  std::shared_ptr<const LoadedProgram> program_;
  SimulationOptions options_;
  Random random_;
  SimulatedWorld world_;
  interpreter::SqliteStore inner_;
  FaultyStore store_;
  Invariants invariants_;
  std::unique_ptr<Runtime> runtime_;
  std::vector<Uuid> roots_;
  uint32_t executions_ = 1;
  size_t operations_per_round_ = 1;
  uint64_t commits_ = 0;
  uint64_t requests_ = 0;
};

}  // namespace

Outcome simulate(const std::string& text, const SimulationOptions& options) {
  Outcome outcome;
  try {
    const auto program = compile_program(text, outcome.violation);
    if (program == nullptr) return outcome;
    return Simulation(program, options).run();
  } catch (const std::exception& error) {
    outcome.violation = fmt::format("thrown out of the runtime: {}", error.what());
  }
  return outcome;
}

Outcome simulate_confluent(const std::string& text, uint64_t seed) {
  SimulationOptions options;
  options.confluent = true;
  options.seed = seed;
  options.crashes = options.requests = options.lost_replies = options.duplicate_replies = 0;
  Outcome calm = simulate(text, options);
  if (!calm.violation.empty()) return calm;
  options.seed = ~seed;
  options.crashes = 8;
  options.requests = 20;
  options.lost_replies = options.duplicate_replies = 5;
  Outcome disturbed = simulate(text, options);
  disturbed.events += calm.events;
  if (!disturbed.violation.empty() || calm.documents == disturbed.documents) return disturbed;
  // A join fails as soon as one branch cannot come any more: it inherits from those that came before that.
  if (core::to_json(calm.documents.front()).find("Failed by tasks") != std::string::npos) return disturbed;
  disturbed.violation = "two ends of one program: " +
                        difference(calm.documents.front(), disturbed.documents.front(), "execution");
  return disturbed;
}

}  // namespace gregale::simulator
