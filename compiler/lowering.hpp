// Lowering: definitions to IR. Parses every expression (findings about their syntax are made here),
// applies task-defaults, merges inline parameters, resolves targets.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/definition.hpp"
#include "compiler/ir/ir.hpp"
#include "compiler/report.hpp"

namespace gregale::compiler {

// What an expression is for, and where it stands: for the checks of expressions.
enum class Usage : uint8_t {
  task,             // seen before the task's action runs: input, policies, names
  task_result,      // after it: publish, fail-on
  guard,            // after its publish: guards, messages of commands, break-on, continue-on
  workflow_start,   // vars
  workflow_output,  // output, output-on-error
  action,           // of an ad-hoc action
  action_output,    // its `output`, where `$` is the base's result
};

struct ExpressionSite {
  ir::Index expression = ir::kNone;  // of Program::expressions
  const YamlNode* node = nullptr;    // the scalar that holds it
  size_t offset = 0;                 // of the expression's text in the scalar's text
  Usage usage = Usage::task;
  bool own_key = false;            // of a key that stock Mistral does not have
  ir::Index workflow = ir::kNone;  // of Program::workflows
  ir::Index task = ir::kNone;      // of Workflow::tasks
  ir::Index action = ir::kNone;    // of Program::actions
};

struct Lowered {
  ir::Program program;
  // Where expressions are used, workflow by workflow. One in a task that several workflows inherit as it is
  // has a site for each of them.
  std::vector<ExpressionSite> sites;
};

// [sources]: names for Program::sources come from the nodes' spans.
Lowered lower(const Definitions& definitions, Report& report);

}  // namespace gregale::compiler
