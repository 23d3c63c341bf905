#include "interpreter/scope.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "interpreter/custom_context.hpp"

namespace gregale::interpreter {

using core::List;
using core::Map;

namespace {

// Of a store that one expression looks through: all are read, so more would only hold up everything else.
constexpr size_t kMostTrees = 1000;

}  // namespace

TaskData::TaskData(const Layers& layers, const Value& env, const WorkflowExecution* execution,
                   const TaskExecution* task)
    : layers_(layers), env_(env), execution_(execution), task_(task) {}

const Map& TaskData::own() const {
  if (!own_) {
    own_.emplace();
    if (task_ != nullptr) {
      own_->set(Value("__task_execution"), Map{{"id", task_->id.text()}, {"name", task_->name}});
    }
    own_->set(Value("__env"), env_);
    if (execution_ != nullptr) own_->set(Value("__execution"), Map{{"id", execution_->id.text()}});
  }
  return *own_;
}

const Value* TaskData::find(std::string_view name) const {
  if (name.size() > 2 && name[0] == '_' && name[1] == '_') {
    if (const Value* found = own().find(name)) return found;
  }
  if (layers_.extra != nullptr) {
    if (const Value* found = layers_.extra->find(name)) return found;
  }
  if (layers_.branch != nullptr) {
    if (const Value* found = layers_.branch->find(name)) return found;
  }
  if (layers_.workflow != nullptr) {
    if (const Value* found = layers_.workflow->find(name)) return found;
  }
  return layers_.input != nullptr ? layers_.input->find(name) : nullptr;
}

const Value& TaskData::whole() const {
  if (!whole_) {
    Map all;
    if (layers_.input != nullptr) all.update(*layers_.input);
    if (layers_.workflow != nullptr) all.update(*layers_.workflow);
    if (layers_.branch != nullptr) all.update(layers_.branch->flatten());
    if (layers_.extra != nullptr) all.update(*layers_.extra);
    all.update(own());
    whole_ = Value(std::move(all));
  }
  return *whole_;
}

const ir::Workflow& TreeQueries::workflow_of(const WorkflowExecution& execution) const {
  return *program_.find_workflow(execution.workflow_namespace, execution.workflow_name);
}

Value TreeQueries::describe(const TaskExecution& task) const {
  const WorkflowExecution& owner = tree_.executions[task.execution];
  const ir::Task& definition = workflow_of(owner).tasks[task.task];
  const bool workflow_call = definition.call.kind == ir::CallKind::workflow;
  Map members{{"id", task.id.text()},
              {"name", task.name},
              {"spec", definition.spec},
              {"state", Value(to_string(task.state))},
              {"state_info", task.state_info ? Value(*task.state_info) : Value()},
              {"result", task_result(tree_, task, definition)},
              {"published", task.published.is_null() ? Value(Map()) : task.published},
              {"type", workflow_call ? "WORKFLOW" : "ACTION"},
              {"workflow_execution_id", owner.id.text()},
              {"created_at", core::database_text(task.created_at)},
              {"updated_at", core::database_text(task.updated_at)}};
  if (definition.with_regions.present()) members.set(Value("region_errors"), region_errors(tree_, task));
  return Value(std::move(members));
}

// task('x'): the current task if that is its name, otherwise the last execution of the task in the current
// workflow execution.
Value TreeQueries::task(const std::optional<std::string>& name) const {
  if (!name) return task_ == kNone ? Value() : describe(tree_.tasks[task_]);
  if (task_ != kNone && tree_.tasks[task_].name == *name) return describe(tree_.tasks[task_]);
  const WorkflowExecution& current = tree_.executions[execution_];
  for (auto index = current.tasks.rbegin(); index != current.tasks.rend(); ++index) {
    if (tree_.tasks[*index].name == *name) return describe(tree_.tasks[*index]);
  }
  return Value();
}

void TreeQueries::collect_tasks(const WorkflowExecution& execution, const expression::TaskFilter& filter,
                                List& found) const {
  for (const Index index : execution.tasks) {
    const TaskExecution& task = tree_.tasks[index];
    const bool wanted = !filter.state || *filter.state == to_string(task.state);
    // `flat` leaves out a task whose state is only that of a sub-workflow.
    const bool passed_on =
        filter.flat && std::any_of(task.sub_executions.begin(), task.sub_executions.end(),
                                   [&](Index sub) { return tree_.executions[sub].state == task.state; });
    if (wanted && !passed_on) found.push_back(describe(task));
    if (!filter.recursive) continue;
    for (const Index sub : task.sub_executions) collect_tasks(tree_.executions[sub], filter, found);
  }
}

void TreeQueries::collect_tree_tasks(const expression::TaskFilter& filter, List& found) const {
  for (const WorkflowExecution& execution : tree_.executions) {
    const bool wanted = filter.workflow_execution_id ? execution.id.text() == *filter.workflow_execution_id
                                                     : (!filter.recursive || execution.parent_task == kNone);
    if (wanted) collect_tasks(execution, filter, found);
  }
}

template <typename Visit>
void TreeQueries::each_tree(const std::optional<std::string>& id, Visit visit) const {
  const auto is_own = [&](const WorkflowExecution& execution) { return execution.id.text() == *id; };
  const bool only_own = id && std::any_of(tree_.executions.begin(), tree_.executions.end(), is_own);
  if (others_ == nullptr || only_own) {
    visit(*this);
    return;
  }
  std::vector<Uuid> roots;
  if (!id) {
    roots = others_->roots();
    if (roots.size() > kMostTrees) {
      throw core::Error(
          core::ErrorKind::limit,
          fmt::format("there are more than {} executions to look at; name one by its id", kMostTrees));
    }
  } else if (core::Uuid::looks_like(*id)) {
    if (const auto root = others_->root_of(Uuid::parse(*id))) roots.push_back(*root);
  }
  bool own_seen = id.has_value();
  for (const Uuid& root : roots) {
    if (root == tree_.root().id) {
      visit(*this);
      own_seen = true;
      continue;
    }
    const ExecutionDirectory::Tree other = others_->open(root);
    visit(TreeQueries(*other.program, *other.tree, 0, kNone));
  }
  if (!own_seen) visit(*this);  // it is not stored yet
}

Value TreeQueries::tasks(const expression::TaskFilter& filter) const {
  List found;
  each_tree(filter.workflow_execution_id,
            [&](const TreeQueries& queries) { queries.collect_tree_tasks(filter, found); });
  return Value(std::move(found));
}

Value TreeQueries::execution() const {
  const WorkflowExecution& current = tree_.executions[execution_];
  const bool root = current.parent_task == kNone;
  return Map{{"id", current.id.text()},
             {"name", current.workflow_name},
             {"spec", workflow_of(current).spec},
             {"input", current.input},
             {"params", current.params},
             {"created_at", core::database_text(current.created_at)},
             {"updated_at", core::database_text(current.updated_at)},
             {"root_execution_id", root ? Value() : Value(tree_.root().id.text())}};
}

Value TreeQueries::describe_row(const WorkflowExecution& execution) const {
  const bool root = execution.parent_task == kNone;
  return Map{{"id", execution.id.text()},
             {"name", execution.workflow_name},
             {"workflow_name", execution.workflow_name},
             {"state", Value(to_string(execution.state))},
             {"state_info", execution.state_info ? Value(*execution.state_info) : Value()},
             {"input", execution.input},
             {"output", execution.output},
             {"params", execution.params},
             {"created_at", core::database_text(execution.created_at)},
             {"updated_at", core::database_text(execution.updated_at)},
             {"root_execution_id", root ? Value() : Value(tree_.root().id.text())},
             {"task_execution_id", root ? Value() : Value(tree_.tasks[execution.parent_task].id.text())}};
}

void TreeQueries::collect_executions(const expression::ExecutionFilter& filter, List& found) const {
  for (const WorkflowExecution& execution : tree_.executions) {
    const std::string created = core::database_text(execution.created_at);
    if (filter.id && execution.id.text() != *filter.id) continue;
    if (filter.root_execution_id &&
        (execution.parent_task == kNone || tree_.root().id.text() != *filter.root_execution_id)) {
      continue;
    }
    if (filter.state && to_string(execution.state) != *filter.state) continue;
    if (filter.from_time && created < *filter.from_time) continue;
    if (filter.to_time && created >= *filter.to_time) continue;
    found.push_back(describe_row(execution));
  }
}

Value TreeQueries::executions(const expression::ExecutionFilter& filter) const {
  List found;
  each_tree(filter.id ? filter.id : filter.root_execution_id,
            [&](const TreeQueries& queries) { queries.collect_executions(filter, found); });
  return Value(std::move(found));
}

Value TreeQueries::region() const {
  std::string region = region_;
  if (region.empty() && task_ != kNone) region = common_region(tree_, tree_.tasks[task_]);
  if (region.empty()) region = tree_.executions[execution_].region;
  return region.empty() ? Value() : Value(region);
}

TreeQueries::ContextValue TreeQueries::custom_context(std::string_view key) const {
  const CustomContext& context = custom_context_of(tree_, execution_);
  const auto& secrets = context.secrets;
  return {context.values.get(key), std::find(secrets.begin(), secrets.end(), key) != secrets.end()};
}

Value TreeQueries::global(std::string_view variable) const {
  return Value(tree_.executions[execution_].context).get(variable);
}

}  // namespace gregale::interpreter
