// --budget: what the evaluation of one expression may use at most.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "interpreter/expression/evaluator.hpp"

namespace gregale::cli {

using BudgetSettings = std::vector<std::string>;  // NAME=NUMBER each

void add_budget_option(CLI::App& command, BudgetSettings& settings);
// The defaults with the settings. Throws core::Error(invalid) for a name or number that is none.
expression::Budget read_budget(const BudgetSettings& settings);

}  // namespace gregale::cli
