#include "interpreter/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "core/code_points.hpp"
#include "core/json.hpp"
#include "core/secret_names.hpp"
#include "interpreter/scope.hpp"
#include "interpreter/task_contexts.hpp"

namespace gregale::interpreter {

namespace {

constexpr size_t kLongestValue = 200;      // bytes of a value in a text
constexpr size_t kMostNames = 10;          // names in one text
constexpr size_t kMostReasonsOfKind = 20;  // actions of one task

std::string shortened(std::string_view text) {
  return core::shortened(text, kLongestValue);
}

// The value without what is secret in it, so far as names tell it.
Value shown(std::string_view name, const Value& value) {
  if (core::may_name_a_secret(name)) return Value("(not shown)");
  if (!value.is_map()) return value;
  core::Map members;
  for (const core::Map::Entry& entry : value.as_map()) {
    members.set(entry.key, entry.key.is_string() ? shown(entry.key.as_string(), entry.value) : entry.value);
  }
  return Value(std::move(members));
}

std::string duration(Microseconds span) {
  const int64_t seconds = std::max<Microseconds>(0, span) / core::kSecond;
  if (seconds < 120) return fmt::format("{} s", seconds);
  if (seconds < 7200) return fmt::format("{} min", seconds / 60);
  return fmt::format("{} h", seconds / 3600);
}

// Remembers which variables an expression has asked for.
class RecordingData : public expression::DataContext {
 public:
  explicit RecordingData(const expression::DataContext& data) : data_(data) {}
  const Value* find(std::string_view name) const override {
    const Value* found = data_.find(name);
    if (std::none_of(read_.begin(), read_.end(), [&](const auto& r) { return r.first == name; })) {
      read_.emplace_back(name, found == nullptr ? Value() : *found);
    }
    return found;
  }
  const Value& whole() const override { return data_.whole(); }
  const std::vector<std::pair<std::string, Value>>& read() const { return read_; }

 private:
  const expression::DataContext& data_;
  mutable std::vector<std::pair<std::string, Value>> read_;
};

class Explanation {
 public:
  Explanation(const LoadedProgram& program, const ActionRegistry& registry, const ExecutionTree& tree,
              Microseconds now)
      : program_(program), registry_(registry), tree_(tree), contexts_(tree), now_(now) {}

  void execution(Index index) {
    // Without recursion of its own depth: sub-workflows are only as deep as the limit on them allows.
    const WorkflowExecution& e = tree_.executions[index];
    const size_t before = reasons_.size();
    if (is_completed(e.state)) {
      ended(index);
      return;
    }
    if (e.state == State::paused) {
      add(Reason::Kind::paused, index, kNone,
          fmt::format("The execution of '{}' is PAUSED{}. It goes on after `execution resume`.",
                      e.workflow_name, e.state_info ? fmt::format(" ({})", *e.state_info) : ""));
    }
    for (const Index task : e.tasks) {
      const TaskExecution& t = tree_.tasks[task];
      if (!is_completed(t.state)) waiting_task(task);
    }
    if (reasons_.size() == before) {
      add(Reason::Kind::queued, index, kNone,
          fmt::format("Nothing holds the execution of '{}' up; it goes on when a process carries it.",
                      e.workflow_name));
    }
  }

  void task(Index index) {
    const TaskExecution& t = tree_.tasks[index];
    if (!is_completed(t.state)) {
      waiting_task(index);
      return;
    }
    if (t.state == State::error) {
      failed_task(index);
    } else {
      add(Reason::Kind::ended, t.execution, index,
          fmt::format("Task '{}' ended in {}{}.", t.name, to_string(t.state),
                      t.state_info ? fmt::format(": {}", shortened(*t.state_info)) : ""));
    }
    false_guards(index);
  }

  std::vector<Reason> take() { return std::move(reasons_); }

 private:
  const ir::Workflow& workflow_of(Index execution) const {
    return *program_.find_workflow(tree_.executions[execution].workflow_namespace,
                                   tree_.executions[execution].workflow_name);
  }
  const ir::Task& definition_of(Index task) const {
    return workflow_of(tree_.tasks[task].execution).tasks[tree_.tasks[task].task];
  }

  void add(Reason::Kind kind, Index execution, Index task, std::string text, Index action = kNone) {
    reasons_.push_back({kind, execution, task, action, std::move(text)});
  }

  std::string in_how_long(Microseconds moment) const {
    if (moment <= now_) return fmt::format("due since {}", core::database_text(moment));
    return fmt::format("until {}, in {}", core::database_text(moment), duration(moment - now_));
  }

  // ---- what is still under way

  void waiting_task(Index index) {
    const TaskExecution& t = tree_.tasks[index];
    const size_t before = reasons_.size();
    if (t.state == State::waiting) {
      missing_branches(index);
      return;
    }
    if (t.state == State::idle) {
      add(Reason::Kind::paused, t.execution, index,
          fmt::format("Task '{}' has not started: {}. It starts when the execution is resumed.", t.name,
                      t.state_info.value_or("the execution was paused before it")));
      return;
    }
    if (t.wake != Wake::none) {
      constexpr std::array<const char*, 4> kWhy = {"", "`wait-before`", "`wait-after`",
                                                   "the delay of `retry`"};
      add(Reason::Kind::timer, t.execution, index,
          fmt::format("Task '{}' waits for {} {}{}.", t.name, kWhy[static_cast<size_t>(t.wake)],
                      in_how_long(t.wake_at),
                      t.wake == Wake::retry ? fmt::format(" (attempt {} follows)", t.attempt) : ""));
      return;
    }
    size_t actions = 0;
    for (const Index action : t.actions) {
      const ActionExecution& a = tree_.actions[action];
      if (is_completed(a.state) || a.attempt != t.attempt) continue;
      if (++actions <= kMostReasonsOfKind) running_action(index, action);
    }
    if (actions > kMostReasonsOfKind) {
      add(Reason::Kind::action, t.execution, index,
          fmt::format("Task '{}' waits for {} more actions.", t.name, actions - kMostReasonsOfKind));
    }
    for (const Index sub : t.sub_executions) {
      const WorkflowExecution& e = tree_.executions[sub];
      if (!is_completed(e.state) && e.attempt == t.attempt) execution(sub);
    }
    if (reasons_.size() == before) {
      add(Reason::Kind::queued, t.execution, index,
          fmt::format("Task '{}' is {}; it goes on when a process carries the execution.", t.name,
                      to_string(t.state)));
    } else if (t.timeout_at != 0) {
      add(Reason::Kind::timer, t.execution, index,
          fmt::format("Task '{}' is given up by its `timeout`, {}.", t.name, in_how_long(t.timeout_at)));
    }
  }

  void running_action(Index task, Index index) {
    const TaskExecution& t = tree_.tasks[task];
    const ActionExecution& a = tree_.actions[index];
    const std::string region = a.region.empty() ? "" : fmt::format(" in region {}", a.region);
    const bool with_items = !definition_of(task).with_items.empty();
    const std::string item = with_items ? fmt::format(" for item {}", a.item) : "";
    if (a.due_at != 0) {
      add(Reason::Kind::timer, t.execution, task,
          fmt::format("Task '{}' waits for the delay of action {}{}, {}.", t.name, a.name, item,
                      in_how_long(a.due_at)),
          index);
      return;
    }
    const Action* kind = registry_.find(a.called_name());
    if (kind != nullptr && kind->mode() == ActionMode::outside) {
      add(Reason::Kind::outside, t.execution, task,
          fmt::format("Task '{}' waits since {} for somebody to give the result of action {}{}: "
                      "`gregale action complete {}`.",
                      t.name, core::database_text(a.created_at), a.name, item, a.id.text()),
          index);
      return;
    }
    add(Reason::Kind::action, t.execution, task,
        fmt::format("Task '{}' waits for the result of action {} ({}){}{}, under way since {}, for {}.",
                    t.name, a.name, a.id.text(), item, region, core::database_text(a.created_at),
                    duration(now_ - a.created_at)),
        index);
  }

  // ---- joins

  void missing_branches(Index index) {
    const TaskExecution& t = tree_.tasks[index];
    const ir::Workflow& workflow = workflow_of(t.execution);
    const ir::Task& definition = workflow.tasks[t.task];
    std::vector<Index> missing;
    for (const Index source : definition.inbound) {
      if (!has_arrived(t.execution, t.task, source)) missing.push_back(source);
    }
    const size_t here = definition.inbound.size() - missing.size();
    const size_t needed =
        definition.join.kind == ir::Join::Kind::all ? definition.inbound.size() : definition.join.count;
    std::string text = fmt::format("Task '{}' is a join that waits for {} of its {} inbound tasks; {} came.",
                                   t.name, needed, definition.inbound.size(), here);
    size_t named = 0;
    for (const Index source : missing) {
      if (++named > kMostNames) {
        text += fmt::format(" {} more are missing.", missing.size() - kMostNames);
        break;
      }
      text += " " + missing_source(t.execution, source);
    }
    add(Reason::Kind::join, t.execution, index, std::move(text));
  }

  bool has_arrived(Index execution, Index join, Index source) const {
    for (const Index task : tree_.executions[execution].tasks) {
      const TaskExecution& t = tree_.tasks[task];
      if (t.task != source || !t.processed) continue;
      for (const NextTask& next : t.next_tasks) {
        if (next.task == join) return true;
      }
    }
    return false;
  }

  // What has become of an inbound task of a join, and which tasks decide whether it comes.
  std::string missing_source(Index execution, Index source) const {
    const ir::Workflow& workflow = workflow_of(execution);
    const std::string& name = program_.name(workflow.tasks[source].name);
    const TaskExecution* last = last_run(execution, source);
    if (last != nullptr && !is_completed(last->state)) {
      return fmt::format("Missing '{}', which is {}.", name, to_string(last->state));
    }
    // Backwards from the source: the incomplete tasks from which it can still be reached.
    std::vector<std::string> deciding;
    std::unordered_set<Index> seen{source};
    std::vector<Index> open{source};
    while (!open.empty()) {
      const Index task = open.back();
      open.pop_back();
      for (const Index before : workflow.tasks[task].inbound) {
        if (!seen.insert(before).second) continue;
        const TaskExecution* run = last_run(execution, before);
        if (run != nullptr && !is_completed(run->state)) {
          deciding.push_back(fmt::format("'{}' ({})", run->name, to_string(run->state)));
        } else {
          open.push_back(before);
        }
      }
    }
    const std::string state =
        last == nullptr ? "which has not started"
                        : fmt::format("which ended in {} without leading here", to_string(last->state));
    if (deciding.empty()) return fmt::format("Missing '{}', {}.", name, state);
    if (deciding.size() > kMostNames) deciding.resize(kMostNames);
    return fmt::format("Missing '{}', {}; decided by {}.", name, state, fmt::join(deciding, ", "));
  }

  const TaskExecution* last_run(Index execution, Index task) const {
    const auto& tasks = tree_.executions[execution].tasks;
    const auto found = std::find_if(tasks.rbegin(), tasks.rend(),
                                    [&](Index index) { return tree_.tasks[index].task == task; });
    return found == tasks.rend() ? nullptr : &tree_.tasks[*found];
  }

  // ---- what has ended

  void ended(Index index) {
    const WorkflowExecution& e = tree_.executions[index];
    std::string text = fmt::format("The execution of '{}' ended in {}", e.workflow_name, to_string(e.state));
    const size_t own = reasons_.size();
    if (e.state != State::success) {
      for (const Index task : e.tasks) {
        const TaskExecution& t = tree_.tasks[task];
        if (t.state == State::error && !t.error_handled) failed_task(task);
      }
    }
    if (e.state == State::error && reasons_.size() > own) {
      text += " because of errors that nobody handled";
    } else if (e.state_info) {
      text += ": " + shortened(*e.state_info);
    }
    reasons_.insert(reasons_.begin() + static_cast<std::ptrdiff_t>(own),
                    Reason{Reason::Kind::ended, index, kNone, kNone, text + "."});
    for (const Index task : e.tasks) {
      if (is_completed(tree_.tasks[task].state)) false_guards(task);
    }
  }

  void failed_task(Index index) {
    const TaskExecution& t = tree_.tasks[index];
    const ir::Clause& handler = definition_of(index).clauses[ir::on_error];
    std::string text = fmt::format("Task '{}' failed", t.name);
    if (t.attempt > 1) text += fmt::format(" after {} attempts", t.attempt);
    for (const Index action : t.actions) {
      const ActionExecution& a = tree_.actions[action];
      if (a.state != State::error || !a.accepted) continue;
      text += fmt::format(" in action {}", a.name);
      if (!a.region.empty()) text += fmt::format(" in region {}", a.region);
      break;
    }
    text += ": " + shortened(t.state_info.value_or("it gave no message")) + ".";
    if (t.error_handled) {
      text += " Its `on-error` handled that.";
    } else if (handler.targets.empty()) {
      text += " It has no `on-error`, so the error was handled by nobody.";
    } else if (!t.processed) {
      text += " The error is one of the workflow itself, which `on-error` is not given.";
    } else {
      text += " No guard of its `on-error` was true, so the error was handled by nobody.";
    }
    add(Reason::Kind::error, t.execution, index, std::move(text));
    for (const Index sub : t.sub_executions) {
      const WorkflowExecution& e = tree_.executions[sub];
      if (e.accepted && e.state == State::error) ended(sub);
    }
  }

  // The targets that a task did not lead to because of their guards. Guards are evaluated again, so a
  // global that has changed meanwhile shows its present value.
  void false_guards(Index index) {
    const TaskExecution& t = tree_.tasks[index];
    if (!t.processed) return;
    const ir::Workflow& workflow = workflow_of(t.execution);
    const ir::Task& definition = definition_of(index);
    std::vector<ir::ClauseKind> clauses;
    if (t.state == State::error) clauses = {ir::on_error, ir::on_complete};
    if (t.state == State::success) clauses = {ir::on_success, ir::on_complete};
    for (const ir::ClauseKind clause : clauses) {
      for (const ir::Target& target : definition.clauses[clause].targets) {
        if (target.guard == kNone || fired(t, clause, target)) continue;
        const std::string to =
            target.kind == ir::TargetKind::task
                ? fmt::format("to task '{}'", program_.name(workflow.tasks[target.task].name))
                : "to a command of the engine";
        if (const auto text = false_guard(index, target.guard)) {
          add(Reason::Kind::guard, t.execution, index,
              fmt::format("Task '{}' did not lead {} by its {}: {}.", t.name, to, ir::to_string(clause),
                          *text));
        }
      }
    }
  }

  static bool fired(const TaskExecution& t, ir::ClauseKind clause, const ir::Target& target) {
    return std::any_of(t.next_tasks.begin(), t.next_tasks.end(), [&](const NextTask& next) {
      return target.kind == ir::TargetKind::task && next.task == target.task && next.clause == clause;
    });
  }

  // "the guard `...` was false with a = 1", or nothing when it is true.
  std::optional<std::string> false_guard(Index index, Index guard) {
    const TaskExecution& t = tree_.tasks[index];
    const WorkflowExecution& owner = tree_.executions[t.execution];
    const Context branch = contexts_.outbound(index);
    const TaskData data({nullptr, &branch, &owner.context.as_map(), &owner.input.as_map()},
                        environment(tree_), &owner, &t);
    const RecordingData recording(data);
    const TreeQueries queries(program_, tree_, t.execution, index);
    const core::VirtualClock clock(now_);
    const ir::Template& form = program_.program().templates[guard];
    const std::string expression = form.kind == ir::Template::Kind::expression
                                       ? program_.program().expressions[form.expression].expression.text
                                       : core::to_json(form.constant);
    try {
      if (program_.evaluate(guard, {recording, &queries, &clock, {}, {}}).truthy()) return std::nullopt;
    } catch (const core::Error& error) {
      return fmt::format("its guard `{}` cannot be evaluated: {}", expression, error.what());
    }
    std::vector<std::string> values;
    for (const auto& [name, value] : recording.read()) {
      values.push_back(fmt::format("{} = {}", name, shortened(core::to_json(shown(name, value)))));
    }
    return fmt::format("its guard `{}` was false{}{}", expression, values.empty() ? "" : " with ",
                       fmt::join(values, ", "));
  }

  const LoadedProgram& program_;
  const ActionRegistry& registry_;
  const ExecutionTree& tree_;
  TaskContexts contexts_;
  Microseconds now_;
  std::vector<Reason> reasons_;
};

}  // namespace

std::string_view to_string(Reason::Kind kind) noexcept {
  constexpr std::array<std::string_view, 9> kNames = {"queued", "action", "outside", "timer", "join",
                                                      "paused", "error",  "guard",   "ended"};
  return kNames[static_cast<size_t>(kind)];
}

std::vector<Reason> explain(const LoadedProgram& program, const ActionRegistry& registry,
                            const ExecutionTree& tree, Index execution, Microseconds now) {
  Explanation explanation(program, registry, tree, now);
  explanation.execution(execution);
  return explanation.take();
}

std::vector<Reason> explain_task(const LoadedProgram& program, const ActionRegistry& registry,
                                 const ExecutionTree& tree, Index task, Microseconds now) {
  Explanation explanation(program, registry, tree, now);
  explanation.task(task);
  return explanation.take();
}

}  // namespace gregale::interpreter
