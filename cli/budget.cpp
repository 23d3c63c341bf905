#include "cli/budget.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/arguments.hpp"

namespace gregale::cli {

void add_budget_option(CLI::App& command, BudgetSettings& settings) {
  command
      .add_option("--budget", settings,
                  "Limit of the evaluation of an expression, NAME=NUMBER: steps, memory or output (bytes), "
                  "recursion; may be repeated")
      ->allow_extra_args(false);
}

expression::Budget read_budget(const BudgetSettings& settings) {
  expression::Budget budget;
  for (const std::string& setting : settings) {
    const auto [name, number] = read_setting("--budget", setting);
    if (name == "steps") {
      budget.steps = number;
    } else if (name == "memory") {
      budget.memory = number;
    } else if (name == "output") {
      budget.output = number;
    } else if (name == "recursion") {
      budget.recursion = static_cast<uint32_t>(std::min<uint64_t>(number, UINT32_MAX));
    } else {
      throw core::Error(
          core::ErrorKind::invalid,
          fmt::format("there is no budget '{}': it is one of steps, memory, output, recursion", name));
    }
  }
  return budget;
}

}  // namespace gregale::cli
