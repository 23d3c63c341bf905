// What a person sees while a workflow runs, on standard error: on a terminal the tasks under way with
// their regions and elapsed times, updated in place, above them those that have ended; elsewhere a plain
// line for each task that ends.
#pragma once

#include <memory>

#include "interpreter/machine.hpp"

namespace gregale::cli {

class Progress {
 public:
  explicit Progress(bool terminal);
  ~Progress();

  // Takes note of a step. Called on the runtime's thread.
  void observe(const interpreter::ExecutionTree& tree, const interpreter::StepOutput& output);
  // Clears what is not final.
  void finish();

 private:
  class Display;
  std::unique_ptr<Display> display_;
};

}  // namespace gregale::cli
