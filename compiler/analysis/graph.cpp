// Loops, forks and recursion: what the transitions alone tell of every run.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "compiler/analysis/analysis.hpp"

namespace gregale::compiler {

using ir::Index;

namespace {

constexpr size_t kLongestChain = 200;      // tasks that are followed back from where branches meet
constexpr size_t kMostWalked = 5'000'000;  // tasks in all those chains; keeps large workflows linear
constexpr size_t kMostBranches = 100;      // that meet in one task

// What a task calls, where that is written down; empty for names that are expressions.
std::string_view static_name(const ir::Program& program, const ir::Call& call) {
  if (call.name == ir::kNone) return {};
  const ir::Template& name = program.templates[call.name];
  if (name.kind != ir::Template::Kind::constant || !name.constant.is_string()) return {};
  return name.constant.as_string();
}

class GraphAnalysis {
 public:
  GraphAnalysis(const Analysis& analysis, size_t index)
      : definition_(analysis.definitions.workflows[index]),
        program_(analysis.lowered.program),
        workflow_(program_.workflows[index]),
        report_(analysis.report),
        graph_(analysis.flows[index]) {}

  void run() {
    find_endless_loops();
    find_repeated_tasks();
    find_early_joins();
    find_islands();
  }

 private:
  const std::string& name(Index task) const { return definition_.tasks[task]->name->text; }

  // Whether the task ends in success, as far as can be told from what it calls.
  bool cannot_fail(Index index) const {
    const ir::Task& task = workflow_.tasks[index];
    if (task.call.kind != ir::CallKind::action || !task.with_items.empty()) return false;
    if (task.policies.timeout != ir::kNone || task.policies.fail_on != ir::kNone) return false;
    const std::string_view action = static_name(program_, task.call);
    return action == "std.noop" || action == "std.sleep";
  }

  // Whether a command can end or hold the workflow after this task.
  bool can_end(Index index) const {
    for (const ir::Clause& clause : workflow_.tasks[index].clauses) {
      for (const ir::Target& target : clause.targets) {
        if (target.kind != ir::TargetKind::task && target.kind != ir::TargetKind::noop) return true;
      }
    }
    return workflow_.tasks[index].policies.pause_before != ir::kNone;
  }

  // A loop of transitions each of which fires whenever its task has run.
  void find_endless_loops() {
    std::vector<std::vector<Index>> certain(graph_.size());
    const std::vector<bool> reached = graph_.reached();
    std::vector<bool> goes_on(graph_.size());
    for (Index task = 0; task < graph_.size(); ++task) goes_on[task] = reached[task] && !can_end(task);
    for (Index from = 0; from < graph_.size(); ++from) {
      if (!goes_on[from]) continue;  // what is not reached is a mistake of its own
      const bool succeeds = cannot_fail(from);
      for (const FlowEdge& edge : graph_.out(from)) {
        const bool fires = edge.kind == ir::on_complete || (edge.kind == ir::on_success && succeeds);
        if (fires && !edge.guarded && goes_on[edge.to]) certain[from].push_back(edge.to);
      }
    }
    for (const std::vector<Index>& loop : find_cycles(certain)) {
      std::string names;
      for (size_t i = 0; i < loop.size() && i < 5; ++i)
        names += fmt::format("{}`{}`", i == 0 ? "" : ", ", name(loop[i]));
      if (loop.size() > 5) names += ", ...";
      report_
          .add("GR0409", definition_.tasks[loop.front()]->name->span,
               loop.size() == 1
                   ? fmt::format("the task {} starts itself again for ever: nothing ends the loop", names)
                   : fmt::format("the tasks {} start each other for ever: nothing ends the loop", names))
          .note = "give one of the transitions a guard";
    }
  }

  struct Step {
    Index task;
    Index child;  // the task that the way goes on with
    ir::ClauseKind kind;
  };

  // The tasks that a way by [edge] surely came through, the nearest first, and how it left each of them.
  std::vector<Step> way_back(const FlowEdge& edge) {
    std::vector<Step> result;
    const FlowEdge* at = &edge;
    for (size_t step = 0; step < kLongestChain && !at->guarded && walked_ < kMostWalked; ++step) {
      ++walked_;
      result.push_back({at->from, at->to, at->kind});
      if (graph_.in(at->from).size() != 1) break;
      at = &graph_.in(at->from).front();
    }
    return result;
  }

  // A task without a join that two branches of one fork both lead to.
  void find_repeated_tasks() {
    for (Index index = 0; index < graph_.size(); ++index) {
      const std::span<const FlowEdge> in = graph_.in(index);
      if (in.size() < 2 || in.size() > kMostBranches || definition_.tasks[index]->value("join") != nullptr)
        continue;
      report_repeated(index, in);
    }
  }

  void report_repeated(Index index, std::span<const FlowEdge> in) {
    std::unordered_map<Index, Step> seen;
    for (const FlowEdge& edge : in) {
      for (const Step& step : way_back(edge)) {
        const auto [other, is_new] = seen.emplace(step.task, step);
        const bool together = other->second.kind == step.kind;
        if (is_new || !together || other->second.child == step.child || step.task == index) continue;
        report_
            .add("GR0411", definition_.tasks[index]->name->span,
                 fmt::format(
                     "the task `{}` runs once for each of the branches that `{}` starts, since it has no "
                     "`join`",
                     name(index), name(step.task)))
            .note = "write `join: all` if it is to run once";
        return;
      }
    }
  }

  // A join that waits for fewer branches than one fork surely starts.
  void find_early_joins() {
    for (Index index = 0; index < graph_.size(); ++index) {
      const ir::Join& join = workflow_.tasks[index].join;
      const std::span<const FlowEdge> in = graph_.in(index);
      if (join.kind != ir::Join::Kind::count || join.count == 0) continue;
      if (in.size() <= join.count || in.size() > kMostBranches) continue;
      std::map<std::pair<Index, ir::ClauseKind>, std::set<Index>> started;  // by a fork: the branches
      for (const FlowEdge& edge : in) {
        for (const Step& step : way_back(edge)) started[{step.task, step.kind}].insert(step.child);
      }
      const auto fork = std::find_if(started.begin(), started.end(),
                                     [&](const auto& one) { return one.second.size() > join.count; });
      if (fork == started.end()) continue;
      report_
          .add("GR0413", definition_.tasks[index]->value("join")->span,
               fmt::format(
                   "the join `{}` waits for {} of the {} branches that `{}` starts; stock Mistral runs "
                   "it, and what follows it, again for each later one",
                   name(index), join.count, fork->second.size(), name(fork->first.first)))
          .note = "here a branch that comes later changes nothing";
    }
  }

  // A task without transitions beside tasks that have some.
  void find_islands() {
    const auto alone = [&](Index index) { return graph_.in(index).empty() && graph_.out(index).empty(); };
    bool connected = false;
    for (Index index = 0; index < graph_.size(); ++index) connected = connected || !alone(index);
    if (!connected) return;
    for (Index index = 0; index < graph_.size(); ++index) {
      if (!alone(index)) continue;
      report_.add(
          "GR0412", definition_.tasks[index]->name->span,
          fmt::format("no transition leads to the task `{}` or from it: it runs at the start, beside the "
                      "others",
                      name(index)));
    }
  }

  const WorkflowDefinition& definition_;
  const ir::Program& program_;
  const ir::Workflow& workflow_;
  Report& report_;
  const FlowGraph& graph_;
  size_t walked_ = 0;
};

// Workflows that call each other in a circle, whatever happens.
class RecursionAnalysis {
 public:
  explicit RecursionAnalysis(const Analysis& analysis)
      : analysis_(analysis), program_(analysis.lowered.program) {}

  void run() {
    const auto& definitions = analysis_.definitions.workflows;
    std::vector<std::vector<Index>> calls(definitions.size());
    std::vector<std::vector<const YamlNode*>> places(definitions.size());
    for (Index i = 0; i < definitions.size(); ++i) {
      for (Index task : certain_tasks(program_.workflows[i])) {
        const CallDefinition& call = definitions[i].tasks[task]->call;
        if (call.kind != ir::CallKind::workflow || call.text == nullptr) continue;
        const Callable* called =
            analysis_.directory.workflow(*definitions[i].flat->declaration, call.call.name).certain();
        if (called == nullptr || called->workflow == ir::kNone) continue;
        calls[i].push_back(called->workflow);
        places[i].push_back(call.text);
      }
    }
    for (const std::vector<Index>& circle : find_cycles(calls)) {
      const Index first = circle.front();
      const std::string& own = definitions[first].full_name;
      const Report::About about(analysis_.report, definitions[first].flat);
      analysis_.report.add(
          "GR0313", places[first].front()->span,
          circle.size() == 1
              ? fmt::format("the workflow `{}` calls itself each time it runs, so it never ends", own)
              : fmt::format(
                    "the workflow `{}` calls itself by way of `{}` each time it runs, so it never ends", own,
                    definitions[circle[1]].full_name));
    }
  }

 private:
  // Tasks that run whenever nothing fails.
  std::vector<Index> certain_tasks(const ir::Workflow& workflow) const {
    if (workflow.type == ir::Workflow::Type::reverse) return {};
    std::vector<Index> result = workflow.start_tasks;
    std::vector<bool> known(workflow.tasks.size());
    for (Index start : result) known[start] = true;
    for (size_t next = 0; next < result.size(); ++next) {
      for (ir::ClauseKind kind : {ir::on_success, ir::on_complete}) {
        for (const ir::Target& target : workflow.tasks[result[next]].clauses[kind].targets) {
          if (target.kind == ir::TargetKind::fail || target.kind == ir::TargetKind::succeed) break;
          if (target.kind != ir::TargetKind::task || target.guard != ir::kNone || known[target.task])
            continue;
          if (workflow.tasks[target.task].join.kind != ir::Join::Kind::none) continue;
          known[target.task] = true;
          result.push_back(target.task);
        }
      }
    }
    result.erase(std::remove_if(result.begin(), result.end(),
                                [&](Index task) { return !workflow.tasks[task].with_items.empty(); }),
                 result.end());
    return result;
  }

  const Analysis& analysis_;
  const ir::Program& program_;
};

}  // namespace

void analyse_graph(const Analysis& analysis) {
  const auto& workflows = analysis.lowered.program.workflows;
  for (size_t i = 0; i < workflows.size(); ++i) {
    const Report::About about(analysis.report, analysis.definitions.workflows[i].flat);
    if (workflows[i].type == ir::Workflow::Type::direct) GraphAnalysis(analysis, i).run();
  }
  RecursionAnalysis(analysis).run();
}

}  // namespace gregale::compiler
