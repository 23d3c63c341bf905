#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "compiler/checks.hpp"

namespace gregale::compiler {

using ir::Index;

namespace {

class GraphChecker {
 public:
  GraphChecker(const WorkflowDefinition& definition, const ir::Workflow& workflow, Report& report)
      : definition_(definition), workflow_(workflow), report_(report) {}

  void check() {
    if (workflow_.tasks.empty()) return;
    if (workflow_.type == ir::Workflow::Type::reverse) {
      check_own_requirements();
      check_requires_cycles();
      return;
    }
    if (workflow_.start_tasks.empty()) {
      report_.add(
          "GR0401", definition_.name->span,
          fmt::format("the workflow `{}` has no task to start with: a transition leads to each of its "
                      "tasks",
                      definition_.name->text));
      return;
    }
    check_joins();
    check_reachable();
    check_commands();
    for (Index index = 0; index < workflow_.tasks.size(); ++index) {
      if (workflow_.tasks[index].join.kind == ir::Join::Kind::none) continue;
      check_exclusive_branches(index);
      check_waits_for_itself(index);
    }
  }

 private:
  void check_joins() {
    for (Index index = 0; index < workflow_.tasks.size(); ++index) {
      const ir::Task& task = workflow_.tasks[index];
      const YamlNode* join = definition_.tasks[index]->value("join");
      if (join == nullptr) continue;
      if (join->scalar.is_small_integer() && join->scalar.as_integer() == 0) {
        report_.add("GR0403", join->span, "`join: 0` waits for nothing, as if there were no `join`");
      }
      const size_t inbound = task.inbound.size();
      if (task.join.kind == ir::Join::Kind::all && inbound == 0) {
        report_.add("GR0402", join->span,
                    fmt::format("`join: all`, but no transition leads to the task `{}`",
                                definition_.tasks[index]->name->text));
      }
      if (task.join.kind == ir::Join::Kind::count && task.join.count > inbound) {
        report_.add("GR0402", join->span,
                    fmt::format("`join: {}`, but {} to the task `{}`", join->text,
                                inbound == 0   ? std::string("no transition leads")
                                : inbound == 1 ? std::string("only one task leads")
                                               : fmt::format("only {} tasks lead", inbound),
                                definition_.tasks[index]->name->text));
      }
    }
  }

  struct Edge {
    Index from;
    ir::ClauseKind kind;
  };

  // The only transition to a task, if it has just one; on-complete tells nothing about success or error.
  std::optional<Edge> only_edge(Index from, Index to) const {
    std::optional<Edge> edge;
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      for (const ir::Target& target : workflow_.tasks[from].clauses[kind].targets) {
        if (target.kind != ir::TargetKind::task || target.task != to) continue;
        if (edge) return std::nullopt;
        edge = Edge{from, static_cast<ir::ClauseKind>(kind)};
      }
    }
    return edge;
  }

  // What must have happened for the task [from] to lead to [to]: of which tasks the success, of which the
  // error. Empty where that is not certain, as in loops.
  std::map<Index, ir::ClauseKind> conditions(Index from, Index to) const {
    std::map<Index, ir::ClauseKind> result;
    for (size_t step = 0; step < kLongestChain; ++step) {
      const std::optional<Edge> edge = only_edge(from, to);
      if (edge && edge->kind != ir::on_complete && !result.emplace(edge->from, edge->kind).second) return {};
      const std::vector<Index>& inbound = workflow_.tasks[from].inbound;
      if (inbound.empty()) return result;
      if (inbound.size() > 1) return {};
      to = from;
      from = inbound.front();
    }
    return {};
  }

  // Two branches, one after the success and one after the error of the same task, never both arrive.
  void check_exclusive_branches(Index index) {
    const ir::Task& task = workflow_.tasks[index];
    struct Sides {
      std::vector<Index> success;
      std::vector<Index> error;
    };
    std::map<Index, Sides> sides;
    for (Index from : task.inbound) {
      for (const auto& [condition, kind] : conditions(from, index)) {
        if (kind == ir::on_success) sides[condition].success.push_back(from);
        if (kind == ir::on_error) sides[condition].error.push_back(from);
      }
    }
    const size_t needed = task.join.kind == ir::Join::Kind::all ? task.inbound.size() : task.join.count;
    for (const auto& [condition, side] : sides) {
      const size_t lost = std::min(side.success.size(), side.error.size());
      if (lost == 0 || needed <= task.inbound.size() - lost || needed > task.inbound.size()) continue;
      report_.add(
          "GR0407", definition_.tasks[index]->value("join")->span,
          fmt::format("this join is never met: `{}` follows the success of `{}` and `{}` its error, so "
                      "they never both arrive",
                      name(side.success.front()), name(condition), name(side.error.front())));
      return;
    }
  }

  // A task that leads to the join and is only reached by way of it.
  void check_waits_for_itself(Index join) {
    const ir::Task& task = workflow_.tasks[join];
    if (task.join.kind != ir::Join::Kind::all) return;
    if ((walked_ += workflow_.tasks.size()) > kMostWalked) return;
    std::vector<bool> reached(workflow_.tasks.size());
    std::vector<Index> open = workflow_.start_tasks;
    for (Index start : open) reached[start] = true;
    while (!open.empty()) {
      const Index from = open.back();
      open.pop_back();
      for (const ir::Clause& clause : workflow_.tasks[from].clauses) {
        for (const ir::Target& target : clause.targets) {
          if (target.kind != ir::TargetKind::task || target.task == join || reached[target.task]) continue;
          reached[target.task] = true;
          open.push_back(target.task);
        }
      }
    }
    for (Index from : task.inbound) {
      if (reached[from]) continue;
      report_.add("GR0408", definition_.tasks[join]->value("join")->span,
                  fmt::format("the join `{}` waits for `{}`, which is only reached by way of the join itself",
                              name(join), name(from)));
      return;
    }
  }

  const std::string& name(Index index) const { return definition_.tasks[index]->name->text; }

  // Targets behind a `fail` or `succeed` without a guard. A clause of task-defaults is looked at with the
  // first task that has it.
  void check_commands() {
    for (const TaskDefinition* task : definition_.tasks) check_clauses(*task);
    if (definition_.defaults) check_clauses(*definition_.defaults);
  }

  void check_clauses(const TaskPart& part) {
    for (const ClauseDefinition& clause : part.clauses) {
      const TargetDefinition* end = nullptr;
      for (const TargetDefinition& target : clause.targets) {
        if (end != nullptr) {
          report_.add("GR0406", target.text->span,
                      fmt::format("`{}` is never started: it stands behind `{}`, which ends the workflow",
                                  target.text->text, end->command.name));
          break;
        }
        const bool ends = target.command.name == "fail" || target.command.name == "succeed";
        if (ends && target.guard == nullptr) end = &target;
      }
    }
  }

  // What no chain of transitions from a start task leads to: cycles of their own.
  void check_reachable() {
    std::vector<bool> reached(workflow_.tasks.size());
    std::vector<Index> open = workflow_.start_tasks;
    for (Index start : open) reached[start] = true;
    while (!open.empty()) {
      const Index from = open.back();
      open.pop_back();
      for (const ir::Clause& clause : workflow_.tasks[from].clauses) {
        for (const ir::Target& target : clause.targets) {
          if (target.kind == ir::TargetKind::task && !reached[target.task]) {
            reached[target.task] = true;
            open.push_back(target.task);
          }
        }
      }
    }
    for (Index index = 0; index < workflow_.tasks.size(); ++index) {
      if (reached[index]) continue;
      report_.add(
          "GR0404", definition_.tasks[index]->name->span,
          fmt::format("the task `{}` is never reached: it is only led to by tasks that are not reached "
                      "themselves",
                      definition_.tasks[index]->name->text));
    }
  }

  void check_own_requirements() {
    for (const TaskDefinition* one : definition_.tasks) {
      const TaskDefinition& task = *one;
      for (const YamlNode* name : task.requires_tasks) {
        if (name->text != task.name->text) continue;
        report_.add("GR0405", name->span, fmt::format("the task `{}` requires itself", name->text));
      }
    }
  }

  // Depth-first without recursion; each cycle is reported once, at the task where it closes.
  void check_requires_cycles() {
    enum class Mark : uint8_t { unseen, open, done };
    std::vector<Mark> marks(workflow_.tasks.size(), Mark::unseen);
    struct Frame {
      Index task;
      size_t next;
    };
    for (Index root = 0; root < workflow_.tasks.size(); ++root) {
      if (marks[root] != Mark::unseen) continue;
      std::vector<Frame> stack{{root, 0}};
      marks[root] = Mark::open;
      while (!stack.empty()) {
        Frame& frame = stack.back();
        const std::vector<Index>& needed = workflow_.tasks[frame.task].requires_tasks;
        if (frame.next == needed.size()) {
          marks[frame.task] = Mark::done;
          stack.pop_back();
          continue;
        }
        const Index next = needed[frame.next++];
        if (marks[next] == Mark::unseen) {
          marks[next] = Mark::open;
          stack.push_back({next, 0});
        } else if (marks[next] == Mark::open) {
          report_cycle(stack.back().task, next);
        }
      }
    }
  }

  void report_cycle(Index from, Index to) {
    const TaskDefinition& task = *definition_.tasks[from];
    const YamlNode* place = task.name;
    for (const YamlNode* name : task.requires_tasks) {
      if (name->text == definition_.tasks[to]->name->text) place = name;
    }
    report_.add("GR0405", place->span,
                fmt::format("the tasks `{}` and `{}` require each other in a cycle, so none of them can run",
                            task.name->text, definition_.tasks[to]->name->text));
  }

  static constexpr size_t kLongestChain = 1000;      // tasks that are followed back from a join
  static constexpr size_t kMostWalked = 20'000'000;  // tasks in all walks; keeps many joins linear

  const WorkflowDefinition& definition_;
  const ir::Workflow& workflow_;
  Report& report_;
  size_t walked_ = 0;
};

}  // namespace

void check_graphs(const Definitions& definitions, const ir::Program& program, Report& report) {
  for (size_t i = 0; i < definitions.workflows.size(); ++i) {
    const Report::About about(report, definitions.workflows[i].flat);
    GraphChecker(definitions.workflows[i], program.workflows[i], report).check();
  }
}

}  // namespace gregale::compiler
