// Why an execution is where it is: what it waits for, or what made it end so, in plain words.
#pragma once

#include <string>
#include <vector>

#include "interpreter/action.hpp"
#include "interpreter/program.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

// One thing that holds an execution up, or that decided how it ended.
struct Reason {
  enum class Kind : uint8_t {
    queued,   // it can go on by itself: nothing holds it up but the process that carries it
    action,   // an action is under way
    outside,  // a result must come from outside
    timer,    // a wait, a retry or a delay
    join,     // branches are missing
    paused,
    error,  // of a task, handled by nobody
    guard,  // a guard was false, so what stands behind it did not run
    ended,  // the execution's own end
  };
  Kind kind = Kind::queued;
  Index execution = kNone;
  Index task = kNone;    // none: it concerns the execution as a whole
  Index action = kNone;  // none: no single action
  std::string text;
};

std::string_view to_string(Reason::Kind kind) noexcept;

// Reasons for the workflow execution of that number and, where it waits for them or failed by them, those
// below it. Never empty. Values whose names say that they are secret are not shown.
std::vector<Reason> explain(const LoadedProgram& program, const ActionRegistry& registry,
                            const ExecutionTree& tree, Index execution, Microseconds now);
// The same of one task execution only.
std::vector<Reason> explain_task(const LoadedProgram& program, const ActionRegistry& registry,
                                 const ExecutionTree& tree, Index task, Microseconds now);

}  // namespace gregale::interpreter
