// The analyses: what can be told of a program's runs without running it. Each is a pass of its own over the
// graph of the IR and the references of its expressions; findings point into the definitions.
//
// All of them report only what holds for every run, or (notes) what holds for some run that the definition
// allows. Where something cannot be known (dynamic names, whole contexts), they say nothing.
#pragma once

#include "compiler/analysis/flow_graph.hpp"
#include "compiler/analysis/reference.hpp"
#include "compiler/definition.hpp"
#include "compiler/directory.hpp"
#include "compiler/ir/action_signature.hpp"
#include "compiler/lowering.hpp"
#include "compiler/report.hpp"

namespace gregale::compiler {

struct Analysis {
  const Definitions& definitions;
  const Directory& directory;
  const Lowered& lowered;
  const FlowGraphs& flows;
  const ir::ActionCatalogue* catalogue;  // may be nullptr
  const References& references;
  Report& report;
};

// Loops that nothing ends, tasks and joins that parallel branches run several times, workflows that always
// call themselves, tasks apart from the others.
void analyse_graph(const Analysis& analysis);

// Constant expressions: operators that always fail, guards that are never true.
void analyse_constants(const Analysis& analysis);

// Results of tasks: read before there can be one, read though they are not kept, members that they cannot
// have.
void analyse_results(const Analysis& analysis);

// Variables that are published and never read, or published over something that is lost.
void analyse_publishing(const Analysis& analysis);

// Ids of resources of one region that are used in another.
void analyse_origins(const Analysis& analysis);

}  // namespace gregale::compiler
