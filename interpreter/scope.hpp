// What expressions of a running workflow see: data (TaskData) and executions (TreeQueries).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "interpreter/context.hpp"
#include "interpreter/execution_directory.hpp"
#include "interpreter/expression/evaluator.hpp"
#include "interpreter/program.hpp"
#include "interpreter/state.hpp"

namespace gregale::interpreter {

// The data context of a task or a workflow. A name is looked up, in this order: the engine's own keys
// (__task_execution, __env, __execution), [extra] (item variables, parameters), the branch's context, the
// workflow's context (globals, then vars), the input.
class TaskData : public expression::DataContext {
 public:
  struct Layers {
    const core::Map* extra = nullptr;
    const Context* branch = nullptr;
    const core::Map* workflow = nullptr;
    const core::Map* input = nullptr;
  };
  // [execution] may be null (an environment is evaluated before there is one); [task], too.
  TaskData(const Layers& layers, const Value& env, const WorkflowExecution* execution,
           const TaskExecution* task);

  const Value* find(std::string_view name) const override;
  const Value& whole() const override;

 private:
  const core::Map& own() const;

  Layers layers_;
  const Value& env_;
  const WorkflowExecution* execution_;
  const TaskExecution* task_;
  mutable std::optional<core::Map> own_;  // the engine's own keys, made when asked for
  mutable std::optional<Value> whole_;
};

// Functions like task() and execution(), answered from one tree as seen by one of its executions;
// executions() and tasks() also from the other trees of a directory.
class TreeQueries : public expression::ExecutionQueries {
 public:
  // [task]: the current one, or kNone. [others] may be null: then only this tree is known. [region]: of the
  // call that is evaluated; empty: none of its own.
  TreeQueries(const LoadedProgram& program, const ExecutionTree& tree, Index execution, Index task,
              ExecutionDirectory* others = nullptr, std::string region = {})
      : program_(program),
        tree_(tree),
        execution_(execution),
        task_(task),
        others_(others),
        region_(std::move(region)) {}

  Value task(const std::optional<std::string>& name) const override;
  Value tasks(const expression::TaskFilter& filter) const override;
  Value execution() const override;
  Value executions(const expression::ExecutionFilter& filter) const override;
  Value global(std::string_view variable) const override;
  Value env() const override { return environment(tree_); }
  Value region() const override;
  ContextValue custom_context(std::string_view key) const override;

 private:
  Value describe(const TaskExecution& task) const;
  Value describe_row(const WorkflowExecution& execution) const;
  const ir::Workflow& workflow_of(const WorkflowExecution& execution) const;
  // Calls [visit] with the queries of each tree that may hold the execution [id] (none: of every tree), in
  // order of creation.
  template <typename Visit>
  void each_tree(const std::optional<std::string>& id, Visit visit) const;
  void collect_executions(const expression::ExecutionFilter& filter, core::List& found) const;
  void collect_tree_tasks(const expression::TaskFilter& filter, core::List& found) const;
  void collect_tasks(const WorkflowExecution& execution, const expression::TaskFilter& filter,
                     core::List& found) const;

  const LoadedProgram& program_;
  const ExecutionTree& tree_;
  Index execution_;
  Index task_;
  ExecutionDirectory* others_;
  std::string region_;
};

}  // namespace gregale::interpreter
