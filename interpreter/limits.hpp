// Limits: how large executions may become. What would exceed one is an ERROR of the task, with a message that
// names the limit.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/value.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::interpreter {

struct Limits {
  uint64_t sub_workflow_depth = 100;              // executions within each other
  uint64_t tasks = 10'000'000;                    // task executions of one tree
  uint64_t items = 10'000'000;                    // of one with-items
  uint64_t result_bytes = uint64_t{64} << 20;     // of one action's result, roughly as it is in JSON
  uint64_t published_bytes = uint64_t{64} << 20;  // of what one task publishes, as above
  expression::Budget evaluation = {};             // of each expression
};

// By its name in text: sub-workflow-depth, tasks, items, result-bytes, published-bytes. Throws
// core::Error(invalid) for another name.
void set_limit(Limits& limits, std::string_view name, uint64_t number);

// Whether the value takes more than so many bytes, roughly as it does in JSON. Looks no further than that.
bool is_larger(const core::Value& value, uint64_t bytes);

}  // namespace gregale::interpreter
