// Plan: a generated program, as a structure that can be written as YAML and made smaller.
//
// Every task publishes variables of its own (b_<task> for its branch, g_<task> for all) and hands the names
// that it sees to its action, so that the invariants can tell what has leaked or was lost.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulator/random.hpp"

namespace gregale::simulator {

enum class Call : uint8_t { noop, echo, fail, sleep, work, outside, workflow, broken };
enum class Target : uint8_t { task, fail, succeed, pause, noop };
enum class Guard : uint8_t { none, holds, fails, first_rounds };

struct Edge {
  Target target = Target::task;
  uint32_t task = 0;
  Guard guard = Guard::none;
};

struct Clause {
  std::vector<Edge> edges;
  bool publishes_branch = false;
  bool publishes_global = false;
};

struct TaskPlan {
  std::string name;
  Call call = Call::noop;
  uint32_t workflow = 0;  // of call workflow
  uint32_t failures = 0;  // of call work: how many attempts fail
  bool safe_rerun = false;
  uint32_t items = 0;  // with-items over so many; 0: without
  uint32_t concurrency = 0;
  uint32_t retries = 0;
  uint32_t retry_delay = 0;
  uint32_t wait_before = 0;
  uint32_t wait_after = 0;
  uint32_t timeout = 0;
  bool pause_before = false;
  bool fail_on = false;
  bool drops_result = false;
  bool publishes = true;
  bool publishes_on_error = false;
  bool joins = false;
  uint32_t join_count = 0;             // 0: all
  std::array<Clause, 3> clauses;       // on-success, on-error, on-complete
  std::vector<uint32_t> requirements;  // of a reverse workflow
};

struct WorkflowPlan {
  bool reverse = false;
  std::vector<TaskPlan> tasks;
};

struct Plan {
  std::vector<WorkflowPlan> workflows;  // the first is run; each calls only later ones

  std::string yaml() const;
  // Programs that are a little smaller, the boldest cuts first.
  std::vector<Plan> smaller() const;
};

// [confluent]: only what ends the same whatever the order in which actions complete, and however often the
// process ends: no partial joins, no globals, no commands that end the execution, no time limits, safe-rerun
// everywhere.
Plan generate_plan(Random random, bool confluent);

}  // namespace gregale::simulator
