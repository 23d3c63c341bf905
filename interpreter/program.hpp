// LoadedProgram: a Program made ready to run - expressions bound, names and graphs indexed.
//
// Immutable and shared by everything that runs it; expressions are bound when first used.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/ir/ir.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::interpreter {

using core::Value;
using ir::Index;
using ir::kNone;

// What the engine needs to know of a workflow beside its definition.
//
// Tasks that can reach each other form a component; between components there are no cycles. Whether a
// join can still fire is counted over components (see joins.cpp).
struct WorkflowGraph {
  bool has_joins = false;
  std::unordered_map<std::string_view, Index> task_by_name;
  std::vector<Index> component;             // of each task
  std::vector<std::vector<Index>> members;  // tasks of each component
  std::vector<bool> cyclic;                 // of each component: more than one task, or a loop
  // Components that each component leads to, one entry for each edge between tasks.
  std::vector<std::vector<Index>> successors;
  std::vector<uint32_t> inbound_edges;       // of each component, from other components
  std::vector<std::vector<Index>> outbound;  // of each task: tasks it has edges to, each once
  // Of each task: for a join in a loop, its sources that only it leads to (the back edges); otherwise none.
  std::vector<std::vector<Index>> back_sources;
  // Of each task in a reverse workflow: the tasks that require it.
  std::vector<std::vector<Index>> dependents;
};

class LoadedProgram {
 public:
  // [digest]: the program's address.
  LoadedProgram(ir::Program program, std::string digest);

  const ir::Program& program() const noexcept { return program_; }
  const std::string& digest() const noexcept { return digest_; }

  // The workflow of that full name in that namespace ("": the default one), or nullptr.
  const ir::Workflow* find_workflow(std::string_view name_space, std::string_view name) const;
  // As a workflow refers to another: within [workbook] first (empty: none), each time in [name_space], then
  // in the default one.
  const ir::Workflow* resolve_workflow(std::string_view name_space, std::string_view workbook,
                                       std::string_view name) const;
  // Index of the ad-hoc action, or kNone; looked up in the same way.
  Index resolve_action(std::string_view name_space, std::string_view workbook, std::string_view name) const;
  std::string_view workbook_of(const ir::Workflow& workflow) const;
  std::string_view namespace_of(const ir::Workflow& workflow) const;
  const WorkflowGraph& graph(const ir::Workflow& workflow) const;
  const std::string& name(Index index) const { return program_.name(index); }

  // Values as workflows keep them. Throws core::Error whose message says where the expression stands.
  // What is made of a secret is wrapped (custom_context.hpp) and [holds_secret] set to true; where that is
  // nullptr, a secret is refused.
  Value evaluate(Index template_index, const expression::Scope& scope, bool* holds_secret = nullptr) const;
  // Constant text of a template, or nullptr.
  const std::string* constant_text(Index template_index) const;

 private:
  const expression::BoundExpression& bound(Index expression) const;
  Value evaluate_expression(Index expression, const expression::Scope& scope, bool* holds_secret) const;

  ir::Program program_;
  std::string digest_;
  // Namespace and full name, both views into the program.
  using Name = std::pair<std::string_view, std::string_view>;
  std::map<Name, Index> workflows_;
  std::map<Name, Index> actions_;
  std::vector<WorkflowGraph> graphs_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<expression::BoundExpression>> bound_;
};

}  // namespace gregale::interpreter
