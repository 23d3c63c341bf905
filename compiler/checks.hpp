// The checks of what definitions mean, beyond their structure: names, graph, calls, expressions.
#pragma once

#include "compiler/analysis/flow_graph.hpp"
#include "compiler/analysis/reference.hpp"
#include "compiler/cloud_view.hpp"
#include "compiler/definition.hpp"
#include "compiler/directory.hpp"
#include "compiler/ir/action_signature.hpp"
#include "compiler/lowering.hpp"
#include "compiler/report.hpp"

namespace gregale::compiler {

// Targets and requirements that name no task, tasks that nothing can name.
void check_task_names(const Definitions& definitions, Report& report);

// Start tasks, joins that cannot be met, tasks that cannot be reached, cycles of requirements.
void check_graphs(const Definitions& definitions, const ir::Program& program, const FlowGraphs& flows,
                  Report& report);

// Actions and workflows that are called, and their parameters; actions only where there is a catalogue.
void check_calls(const Definitions& definitions, const Directory& directory,
                 const ir::ActionCatalogue* catalogue, Report& report);

// Regions that tasks name; against the live cloud only where [cloud] is not nullptr.
void check_regions(const Definitions& definitions, const Directory& directory,
                   const ir::ActionCatalogue* catalogue, const CloudView* cloud, Report& report);

// Passwords and keys that stand in the text.
void check_secrets(const Definitions& definitions, Report& report);

// Functions, filters, variables and tasks that expressions refer to; the references of the workflows. They
// belong to [lowered].
// [environment]: what env() gives, or nullptr where that is not known.
References check_expressions(const Definitions& definitions, const Lowered& lowered, const FlowGraphs& flows,
                             const core::Value* environment, Report& report);

}  // namespace gregale::compiler
