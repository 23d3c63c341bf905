// Executions and tasks from a recorded document instead of a running workflow.
#pragma once

#include "interpreter/expression/evaluator.hpp"

namespace gregale::expression {

// [record] is {"workflow_executions": [...], "task_executions": [...]}; rows may leave members out. The
// current execution and task are those that [data] names in __execution and __task_execution.
class RecordedExecutions : public ExecutionQueries {
 public:
  RecordedExecutions(Value record, Value data);

  Value task(const std::optional<std::string>& name) const override;
  Value tasks(const TaskFilter& filter) const override;
  Value execution() const override;
  Value executions(const ExecutionFilter& filter) const override;
  Value global(std::string_view variable) const override;
  Value env() const override;

 private:
  const core::List& rows(std::string_view table) const;
  // Throws core::Error(not_found) when there is no such row.
  const Value& row(std::string_view table, const Value& id) const;
  void collect_tasks(const TaskFilter& filter, const std::optional<std::string>& execution, core::List& found,
                     size_t depth) const;
  core::List nested_executions(const Value& task) const;

  Value record_;
  Value data_;
};

}  // namespace gregale::expression
