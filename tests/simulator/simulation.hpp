// Simulation: one program run in a simulated world, all of its choices from one seed.
#pragma once

#include <string>
#include <vector>

#include "core/value.hpp"

namespace gregale::simulator {

struct SimulationOptions {
  uint64_t seed = 1;
  // What may befall the executions, in percent. A confluent program is only paused, resumed and crashed.
  uint32_t crashes = 8;    // of the commits
  uint32_t requests = 20;  // of the pauses between steps: pause, resume, stop, rerun, skip
  uint32_t lost_replies = 5;
  uint32_t duplicate_replies = 5;
  bool confluent = false;
  bool trace = false;  // prints every change of state
};

struct Outcome {
  std::string violation;  // empty: every invariant held
  uint64_t events = 0;    // commits, replies, requests from outside, crashes
  // The end of each execution, without what differs between equal runs (identities, times, order of tasks).
  std::vector<core::Value> documents;
};

// [text]: a program whose first workflow is called w0. Never throws: what is thrown is a violation.
Outcome simulate(const std::string& text, const SimulationOptions& options);

// Twice with different timing, the second time with crashes; the ends must be equal.
Outcome simulate_confluent(const std::string& text, uint64_t seed);

}  // namespace gregale::simulator
