// Executions in words, for people.
#pragma once

#include <string>

#include "core/value.hpp"

namespace gregale::cli {

// The end of a run: state, message and output of an execution document.
std::string summary_text(const core::Value& document);
// Its tasks with their states, actions and sub-workflows, indented.
std::string tasks_text(const core::Value& document);
// All of an execution document.
std::string execution_text(const core::Value& document);

}  // namespace gregale::cli
