// A dry run: a workflow runs as ever, but its actions only tell what they would do.
//
// What an action would give is unknown (expression/unknown.hpp) unless the action's test() tells it, every
// action is taken to succeed, and time passes at once. A guard that depends on an unknown value is taken to
// hold where it leads on; one that ends the execution, or leads back to a task that has run, is not.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "interpreter/machine.hpp"

namespace gregale::interpreter {

// One action that would be carried out. Secrets are masked; what only a run can know is there as text, the
// expression that would give it.
struct RehearsedCall {
  std::string workflow;
  std::string task;
  std::optional<uint32_t> item;  // with-items, with-regions
  std::string action;
  std::string region;  // empty: it has none, or leaves it to the credentials
  Value input;
  core::List requests;              // request_description(), with `service` and `region` of OpenStack ones
  std::string refusal;              // why the call would be refused; empty: it would not
  std::vector<std::string> guards;  // that only a run can know, of transitions on the way to it
};

struct DryRun {
  State state = State::idle;  // of the execution, if all goes as it is assumed
  std::string state_info;
  std::vector<RehearsedCall> calls;  // in order
};

// Throws Error when the start is refused. Actions that list regions are carried out. Blocks.
DryRun dry_run(const std::shared_ptr<const LoadedProgram>& program, const ActionRegistry& registry,
               const core::Clock& clock, const StartRequest& request, const Limits& limits);

}  // namespace gregale::interpreter
