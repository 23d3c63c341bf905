#include "tests/simulator/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gregale::simulator {

namespace {

constexpr std::array<const char*, 3> kClauseNames = {"on-success", "on-error", "on-complete"};

class Generator {
 public:
  Generator(Random random, bool confluent) : random_(random), confluent_(confluent) {}

  Plan plan() {
    Plan plan;
    plan.workflows.resize(1 + random_.below(3));
    for (uint32_t i = 0; i < plan.workflows.size(); ++i) {
      make_workflow(plan.workflows[i], i, static_cast<uint32_t>(plan.workflows.size()));
    }
    return plan;
  }

 private:
  void make_workflow(WorkflowPlan& workflow, uint32_t number, uint32_t count) {
    workflow.reverse = random_.chance(15);
    workflow.tasks.resize(1 + random_.below(number == 0 ? 10 : 4));
    const auto size = static_cast<uint32_t>(workflow.tasks.size());
    for (uint32_t i = 0; i < size; ++i) {
      TaskPlan& task = workflow.tasks[i];
      task.name = fmt::format("t{}", i);
      make_call(task, number, count);
      make_policies(task);
    }
    if (workflow.reverse) {
      for (uint32_t i = 1; i < size; ++i) {
        for (uint32_t other = 0; other < i; ++other) {
          if (random_.chance(30)) workflow.tasks[i].requirements.push_back(other);
        }
      }
      return;
    }
    make_edges(workflow);
    make_joins(workflow);
  }

  void make_call(TaskPlan& task, uint32_t workflow, uint32_t workflows) {
    const uint32_t dice = random_.below(100);
    task.call = dice < 15   ? Call::noop
                : dice < 35 ? Call::echo
                : dice < 43 ? Call::fail
                : dice < 50 ? Call::sleep
                : dice < 85 ? Call::work
                : dice < 88 ? Call::outside
                : dice < 90 ? Call::broken
                            : Call::workflow;
    if (confluent_ && (task.call == Call::outside || task.call == Call::broken)) task.call = Call::work;
    if (task.call == Call::workflow) {
      if (workflow + 1 == workflows) {
        task.call = Call::echo;
      } else {
        task.workflow = workflow + 1 + random_.below(workflows - workflow - 1);
      }
    }
    if (task.call == Call::work && random_.chance(40)) task.failures = 1 + random_.below(3);
    task.safe_rerun = confluent_ || random_.chance(50);
    if (random_.chance(20)) {
      task.items = random_.below(6);
      if (random_.chance(60)) task.concurrency = 1 + random_.below(3);
    }
  }

  void make_policies(TaskPlan& task) {
    if (random_.chance(25)) {
      task.retries = 1 + random_.below(3);
      task.retry_delay = random_.below(3);
    }
    if (random_.chance(15)) task.wait_before = 1 + random_.below(5);
    if (random_.chance(15)) task.wait_after = 1 + random_.below(5);
    if (!confluent_ && random_.chance(15)) task.timeout = 1 + random_.below(6);
    if (!confluent_ && random_.chance(6)) task.pause_before = true;
    if (random_.chance(5)) task.fail_on = true;
    if (random_.chance(5)) task.drops_result = true;
    task.publishes = random_.chance(70);
    task.publishes_on_error = random_.chance(30);
  }

  void make_edges(WorkflowPlan& workflow) {
    const auto size = static_cast<uint32_t>(workflow.tasks.size());
    for (uint32_t i = 0; i < size; ++i) {
      for (uint32_t kind = 0; kind < 3; ++kind) {
        Clause& clause = workflow.tasks[i].clauses[kind];
        clause.publishes_branch = random_.chance(15);
        clause.publishes_global = !confluent_ && random_.chance(10);
        const uint32_t wanted = random_.below(kind == 0 ? 4 : 2);
        for (uint32_t n = 0; n < wanted; ++n) add_edge(clause, i, size);
      }
    }
  }

  void add_edge(Clause& clause, uint32_t from, uint32_t size) {
    Edge edge;
    const uint32_t dice = random_.below(100);
    if (dice < 6) {
      edge.target = confluent_ ? Target::noop : static_cast<Target>(1 + random_.below(4));
    } else if (!confluent_ && dice < 11 && from > 0) {  // a loop, left after some rounds
      edge.task = 1 + random_.below(from);
      edge.guard = Guard::first_rounds;
    } else {
      if (from + 1 >= size) return;
      edge.task = from + 1 + random_.below(std::min(4u, size - from - 1));
    }
    if (edge.guard == Guard::none && random_.chance(25)) {
      edge.guard = random_.chance(60) ? Guard::holds : Guard::fails;
    }
    const bool known = std::any_of(clause.edges.begin(), clause.edges.end(), [&](const Edge& other) {
      return other.target == edge.target && (edge.target != Target::task || other.task == edge.task);
    });
    if (!known) clause.edges.push_back(edge);
  }

  // Tasks that several others lead to are joins, mostly: each edge would run them anew otherwise.
  void make_joins(WorkflowPlan& workflow) {
    for (uint32_t i = 0; i < workflow.tasks.size(); ++i) {
      uint32_t sources = 0;
      uint32_t edges = 0;
      for (const TaskPlan& other : workflow.tasks) {
        uint32_t of_other = 0;
        for (const Clause& clause : other.clauses) {
          of_other += static_cast<uint32_t>(
              std::count_if(clause.edges.begin(), clause.edges.end(),
                            [&](const Edge& e) { return e.target == Target::task && e.task == i; }));
        }
        sources += of_other > 0;
        edges += of_other;
      }
      TaskPlan& task = workflow.tasks[i];
      const bool wanted = edges > 1 ? confluent_ || random_.chance(85) : random_.chance(20);
      if (edges == 0 || !wanted) continue;
      task.joins = true;
      if (!confluent_ && random_.chance(35)) task.join_count = 1 + random_.below(sources);
    }
  }

  Random random_;
  bool confluent_;
};

void add_call(std::string& out, const TaskPlan& task, const Plan& plan) {
  constexpr const char* kSeen = "<% $.keys().toList() %>";
  switch (task.call) {
    case Call::noop:
      out += "      action: std.noop\n";
      break;
    case Call::echo:
      out += fmt::format("      action: std.echo\n      input: {{output: \"{}\"}}\n", kSeen);
      break;
    case Call::fail:
      out += fmt::format("      action: std.fail\n      input: {{error_data: \"no: {}\"}}\n", task.name);
      break;
    case Call::sleep:
      out += "      action: std.sleep seconds=2\n";
      break;
    case Call::work:
      out += fmt::format("      action: sim.work\n      input: {{key: {}, failures: {}, seen: \"{}\"}}\n",
                         task.name, task.failures, kSeen);
      break;
    case Call::outside:
      out += fmt::format("      action: sim.outside\n      input: {{seen: \"{}\"}}\n", kSeen);
      break;
    case Call::broken:
      out += "      action: std.echo output=<% $.nowhere.nothing %>\n";
      break;
    case Call::workflow: {
      const WorkflowPlan& called = plan.workflows[task.workflow];
      out += fmt::format("      workflow: w{}\n", task.workflow);
      if (called.reverse) out += fmt::format("      input: {{task_name: {}}}\n", called.tasks.back().name);
      break;
    }
  }
}

std::string guard_text(Guard guard, const std::string& loop) {
  switch (guard) {
    case Guard::none:
      return {};
    case Guard::holds:
      return "<% 1 + 1 = 2 %>";
    case Guard::fails:
      return "<% $.get(nothing) != null %>";
    case Guard::first_rounds:
      return fmt::format("<% $.get({}, 0) < 3 %>", loop);
  }
  return {};
}

void add_clause(std::string& out, const TaskPlan& task, uint32_t kind, const WorkflowPlan& workflow) {
  const Clause& clause = task.clauses[kind];
  if (clause.edges.empty() && !clause.publishes_branch && !clause.publishes_global) return;
  out += fmt::format("      {}:\n", kClauseNames[kind]);
  if (clause.publishes_branch || clause.publishes_global) {
    out += "        publish:\n";
    if (clause.publishes_branch) out += fmt::format("          branch: {{b_{}_{}: 1}}\n", task.name, kind);
    if (clause.publishes_global) out += fmt::format("          global: {{g_{}_{}: 1}}\n", task.name, kind);
  }
  if (clause.edges.empty()) return;
  out += "        next:\n";
  constexpr std::array<const char*, 5> kCommands = {"", "fail", "succeed", "pause", "noop"};
  for (const Edge& edge : clause.edges) {
    const std::string target = edge.target == Target::task ? workflow.tasks[edge.task].name
                                                           : kCommands[static_cast<size_t>(edge.target)];
    const std::string guard = guard_text(edge.guard, "n_" + task.name);
    out += guard.empty() ? fmt::format("          - {}\n", target)
                         : fmt::format("          - {}: \"{}\"\n", target, guard);
  }
}

void add_task(std::string& out, const TaskPlan& task, const WorkflowPlan& workflow, const Plan& plan) {
  out += fmt::format("    {}:\n", task.name);
  add_call(out, task, plan);
  if (task.safe_rerun) out += "      safe-rerun: true\n";
  if (task.items > 0) {
    out += fmt::format("      with-items: i in <% range({}).toList() %>\n", task.items);
    if (task.concurrency > 0) out += fmt::format("      concurrency: {}\n", task.concurrency);
  }
  if (task.retries > 0) {
    out += fmt::format("      retry: {{count: {}, delay: {}}}\n", task.retries, task.retry_delay);
  }
  if (task.wait_before > 0) out += fmt::format("      wait-before: {}\n", task.wait_before);
  if (task.wait_after > 0) out += fmt::format("      wait-after: {}\n", task.wait_after);
  if (task.timeout > 0) out += fmt::format("      timeout: {}\n", task.timeout);
  if (task.pause_before) out += "      pause-before: true\n";
  if (task.fail_on) out += "      fail-on: <% true %>\n";
  if (task.drops_result) out += "      keep-result: false\n";
  if (task.publishes) {
    out += fmt::format("      publish: {{b_{0}: 1, n_{0}: \"<% $.get(n_{0}, 0) + 1 %>\"}}\n", task.name);
  }
  if (task.publishes_on_error) {
    out += fmt::format("      publish-on-error: {{b_{0}_e: 1, n_{0}: \"<% $.get(n_{0}, 0) + 1 %>\"}}\n",
                       task.name);
  }
  if (task.joins) {
    out += task.join_count == 0 ? "      join: all\n" : fmt::format("      join: {}\n", task.join_count);
  }
  for (uint32_t kind = 0; kind < 3; ++kind) add_clause(out, task, kind, workflow);
  if (task.requirements.empty()) return;
  std::vector<std::string> names;
  for (const uint32_t other : task.requirements) names.push_back(workflow.tasks[other].name);
  out += fmt::format("      requires: [{}]\n", fmt::join(names, ", "));
}

// Without task [gone]: edges to it go, and so do requirements.
WorkflowPlan without_task(const WorkflowPlan& workflow, uint32_t gone) {
  WorkflowPlan smaller = workflow;
  smaller.tasks.erase(smaller.tasks.begin() + gone);
  for (TaskPlan& task : smaller.tasks) {
    for (Clause& clause : task.clauses) {
      std::erase_if(clause.edges, [&](const Edge& e) { return e.target == Target::task && e.task == gone; });
      for (Edge& edge : clause.edges) edge.task -= edge.target == Target::task && edge.task > gone;
    }
    std::erase(task.requirements, gone);
    for (uint32_t& other : task.requirements) other -= other > gone;
  }
  return smaller;
}

std::vector<TaskPlan> simpler(const TaskPlan& task) {
  std::vector<TaskPlan> found;
  const auto attempt = [&](auto change) {
    TaskPlan copy = task;
    change(copy);
    found.push_back(std::move(copy));
  };
  for (size_t kind = 0; kind < 3; ++kind) {
    for (size_t i = 0; i < task.clauses[kind].edges.size(); ++i) {
      attempt([&](TaskPlan& t) {
        t.clauses[kind].edges.erase(t.clauses[kind].edges.begin() + static_cast<std::ptrdiff_t>(i));
      });
      if (task.clauses[kind].edges[i].guard != Guard::none) {
        attempt([&](TaskPlan& t) { t.clauses[kind].edges[i].guard = Guard::none; });
      }
    }
    if (task.clauses[kind].publishes_branch || task.clauses[kind].publishes_global) {
      attempt(
          [&](TaskPlan& t) { t.clauses[kind].publishes_branch = t.clauses[kind].publishes_global = false; });
    }
  }
  if (task.joins) attempt([](TaskPlan& t) { t.joins = false; });
  if (task.items > 0) attempt([](TaskPlan& t) { t.items = t.concurrency = 0; });
  if (task.retries > 0) attempt([](TaskPlan& t) { t.retries = 0; });
  if (task.wait_before > 0) attempt([](TaskPlan& t) { t.wait_before = 0; });
  if (task.wait_after > 0) attempt([](TaskPlan& t) { t.wait_after = 0; });
  if (task.timeout > 0) attempt([](TaskPlan& t) { t.timeout = 0; });
  if (task.pause_before) attempt([](TaskPlan& t) { t.pause_before = false; });
  if (task.fail_on) attempt([](TaskPlan& t) { t.fail_on = false; });
  if (task.drops_result) attempt([](TaskPlan& t) { t.drops_result = false; });
  if (task.publishes_on_error) attempt([](TaskPlan& t) { t.publishes_on_error = false; });
  if (task.publishes) attempt([](TaskPlan& t) { t.publishes = false; });
  if (task.call != Call::noop) attempt([](TaskPlan& t) { t.call = Call::noop; });
  return found;
}

}  // namespace

std::string Plan::yaml() const {
  std::string out = "version: '2.0'\n";
  for (size_t number = 0; number < workflows.size(); ++number) {
    const WorkflowPlan& workflow = workflows[number];
    out += fmt::format("w{}:\n{}  tasks:\n", number, workflow.reverse ? "  type: reverse\n" : "");
    for (const TaskPlan& task : workflow.tasks) add_task(out, task, workflow, *this);
  }
  return out;
}

std::vector<Plan> Plan::smaller() const {
  std::vector<Plan> found;
  for (size_t w = 0; w < workflows.size(); ++w) {
    for (uint32_t t = 0; t < workflows[w].tasks.size(); ++t) {
      if (workflows[w].tasks.size() > 1) {
        Plan copy = *this;
        copy.workflows[w] = without_task(workflows[w], t);
        found.push_back(std::move(copy));
      }
      for (TaskPlan& task : simpler(workflows[w].tasks[t])) {
        Plan copy = *this;
        copy.workflows[w].tasks[t] = std::move(task);
        found.push_back(std::move(copy));
      }
    }
  }
  return found;
}

Plan generate_plan(Random random, bool confluent) {
  return Generator(random, confluent).plan();
}

}  // namespace gregale::simulator
