#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>

#include "compiler/analysis/dominators.hpp"
#include "compiler/checks.hpp"

namespace gregale::compiler {

using ir::Index;

namespace {

class GraphChecker {
 public:
  GraphChecker(const WorkflowDefinition& definition, const ir::Workflow& workflow, const FlowGraph& graph,
               Report& report)
      : definition_(definition), workflow_(workflow), graph_(graph), report_(report) {}

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
    find_single_ways();
    std::unique_ptr<Dominators> dominators;  // made when they are needed
    for (Index index = 0; index < workflow_.tasks.size(); ++index) {
      if (workflow_.tasks[index].join.kind == ir::Join::Kind::none) continue;
      check_exclusive_branches(index);
      if (workflow_.tasks[index].join.kind != ir::Join::Kind::all) continue;
      if (dominators == nullptr) dominators = std::make_unique<Dominators>(graph_);
      check_waits_for_itself(index, *dominators);
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

  // What must have happened to the task before for a transition to be taken.
  enum class Outcome : uint8_t { any, success, error };

  // Of edges from one task to another: on-complete, or several, tell nothing about success or error.
  static Outcome outcome_of(std::span<const FlowEdge> edges) {
    if (edges.size() != 1) return Outcome::any;
    if (edges.front().kind == ir::on_success) return Outcome::success;
    return edges.front().kind == ir::on_error ? Outcome::error : Outcome::any;
  }

  // A task that one way only leads to, from a start task on.
  struct SingleWay {
    bool single = false;
    size_t length = 0;         // tasks on the way
    Index before = ir::kNone;  // the task before it; none: it is a start task
    Outcome outcome = Outcome::any;
  };

  void find_single_ways() {
    ways_.resize(graph_.size());
    sides_.resize(graph_.size());
    std::vector<Index> open = graph_.starts();
    for (Index start : open) ways_[start].single = true;
    for (size_t next = 0; next < open.size(); ++next) {
      for (const FlowEdge& edge : graph_.out(open[next])) {
        if (workflow_.tasks[edge.to].inbound.size() != 1 || ways_[edge.to].single) continue;
        ways_[edge.to] = {true, ways_[edge.from].length + 1, edge.from, outcome_of(graph_.in(edge.to))};
        open.push_back(edge.to);
      }
    }
  }

  // Tasks that lead to a join: how many, and the first of them.
  struct Branches {
    size_t count = 0;
    Index first = ir::kNone;

    void add(const Branches& others) {
      count += others.count;
      first = std::min(first, others.first);
    }
  };

  // By way of a task: all, and those that follow its success and its error.
  struct Sides {
    bool seen = false;
    Branches all;
    Branches success;
    Branches error;

    void add(const Branches& branches, Outcome outcome) {
      all.add(branches);
      if (outcome == Outcome::success) success.add(branches);
      if (outcome == Outcome::error) error.add(branches);
    }
  };

  // Two branches, one after the success and one after the error of the same task, never both arrive. That is
  // certain only where one way leads to that task, which then runs once.
  void check_exclusive_branches(Index join) {
    std::vector<Index> seen;
    const auto see = [&](Index task) {
      if (!sides_[task].seen) seen.push_back(task);
      sides_[task].seen = true;
    };
    const std::span<const FlowEdge> in = graph_.in(join);
    for (size_t begin = 0, end = 0; begin < in.size(); begin = end) {
      const Index from = in[begin].from;
      while (end < in.size() && in[end].from == from) ++end;
      if (!ways_[from].single) continue;
      see(from);
      sides_[from].add({1, from}, outcome_of(in.subspan(begin, end - begin)));
    }
    for (size_t next = 0; next < seen.size() && walked_ < kMostWalked; ++next, ++walked_) {
      if (ways_[seen[next]].before != ir::kNone) see(ways_[seen[next]].before);
    }
    // The farthest first: what comes by way of a task has been counted when its turn is.
    std::sort(seen.begin(), seen.end(), [&](Index a, Index b) { return ways_[a].length > ways_[b].length; });
    for (Index task : seen) {
      const SingleWay& way = ways_[task];
      if (way.before != ir::kNone) sides_[way.before].add(sides_[task].all, way.outcome);
    }
    if (walked_ < kMostWalked) report_exclusive_branches(join, seen);
    for (Index task : seen) {
      if (ways_[task].before != ir::kNone) sides_[ways_[task].before] = {};
      sides_[task] = {};
    }
  }

  void report_exclusive_branches(Index join, const std::vector<Index>& seen) {
    const ir::Task& task = workflow_.tasks[join];
    const size_t inbound = task.inbound.size();
    const size_t needed = task.join.kind == ir::Join::Kind::all ? inbound : task.join.count;
    Index found = ir::kNone;
    for (Index one : seen) {
      const size_t lost = std::min(sides_[one].success.count, sides_[one].error.count);
      if (lost != 0 && needed > inbound - lost && needed <= inbound) found = std::min(found, one);
    }
    if (found == ir::kNone) return;
    report_.add("GR0407", definition_.tasks[join]->value("join")->span,
                fmt::format("this join is never met: `{}` follows the success of `{}` and `{}` its error, so "
                            "they never both arrive",
                            name(sides_[found].success.first), name(found), name(sides_[found].error.first)));
  }

  // A task that leads to the join and is only reached by way of it.
  void check_waits_for_itself(Index join, const Dominators& dominators) {
    for (Index from : workflow_.tasks[join].inbound) {
      if (!dominators.on_every_way(join, from)) continue;
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
    const std::vector<bool> reached = graph_.reached();
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

  static constexpr size_t kMostWalked = 5'000'000;  // tasks on the ways to all joins; keeps many joins linear

  const WorkflowDefinition& definition_;
  const ir::Workflow& workflow_;
  const FlowGraph& graph_;
  Report& report_;
  std::vector<SingleWay> ways_;  // of each task
  std::vector<Sides> sides_;     // of each task, for the join that is looked at
  size_t walked_ = 0;
};

}  // namespace

void check_graphs(const Definitions& definitions, const ir::Program& program, const FlowGraphs& flows,
                  Report& report) {
  for (size_t i = 0; i < definitions.workflows.size(); ++i) {
    const Report::About about(report, definitions.workflows[i].flat);
    GraphChecker(definitions.workflows[i], program.workflows[i], flows[i], report).check();
  }
}

}  // namespace gregale::compiler
