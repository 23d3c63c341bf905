// Many executions of one workflow in one process: gregale run --count and --each.
//
// The summary: {"count", "not_started", "seconds", "states": {STATE: number}, "executions": [{"id", "state",
// "state_info", "output"}]}, in the order of the inputs. One whose start is refused has no id; its state is
// REFUSED.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/stored_execution.hpp"
#include "core/value.hpp"
#include "interpreter/runtime.hpp"

namespace gregale::cli {

// What is added to the input of each execution: one for each line of @FILE, a JSON mapping; empty lines are
// none. [count]: only so many (0: all). Throws core::Error(invalid) that names the line.
std::vector<core::Map> read_inputs(std::string_view option, const std::string& argument, uint64_t count);

class ManyExecutions {
 public:
  // [common]: what is the same for all.
  ManyExecutions(interpreter::StartRequest common, std::vector<core::Map> inputs);

  // Works until all have been started and none can move by itself, or until [limit] (0: none), and gives the
  // summary. Those that are complete leave memory, so that it does not matter how many there are.
  core::Value run(interpreter::SqliteStore& store, const World& world, CarryOnOptions options,
                  const std::shared_ptr<const interpreter::LoadedProgram>& program, std::string_view binary,
                  core::Microseconds limit);

 private:
  struct End {
    std::optional<core::Uuid> id;
    std::string state;
    core::Value state_info;
    core::Value output;
  };

  void start_some(interpreter::Runtime& runtime, const std::string& digest);
  void note(size_t number, const interpreter::ExecutionTree& tree);

  interpreter::StartRequest common_;
  std::vector<core::Map> inputs_;
  std::vector<End> ends_;                             // of those that were started or refused
  std::unordered_map<core::Uuid, size_t> under_way_;  // started, not complete: its place in ends_
};

std::string many_text(const core::Value& summary);
// SUCCESS of all is 0; otherwise the code of the worst.
int exit_code_of_many(const core::Value& summary);

}  // namespace gregale::cli
