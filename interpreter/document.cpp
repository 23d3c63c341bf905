#include "interpreter/document.hpp"

namespace gregale::interpreter {

namespace {

using core::List;
using core::Map;

Value optional_text(const std::optional<std::string>& text) {
  return text ? Value(*text) : Value();
}

Value moment(Microseconds time) {
  return Value(core::iso_local_text(time, true) + "Z");
}

Value action_document(const ActionExecution& action) {
  Map members{{"id", action.id.text()},
              {"name", action.name},
              {"state", Value(to_string(action.state))},
              {"input", action.input},
              {"output", is_completed(action.state) ? Value(Map{{"result", action.output}}) : Value()},
              {"accepted", action.accepted},
              {"index", int64_t{action.item}}};
  if (!action.region.empty()) members.set(Value("region"), Value(action.region));
  if (!action.message.empty()) members.set(Value("message"), Value(action.message));
  if (!action.request_ids.empty()) {
    List ids;
    for (const std::string& id : action.request_ids) ids.emplace_back(id);
    members.set(Value("request_ids"), Value(std::move(ids)));
  }
  if (action.calls.size() > 0) members.set(Value("calls"), action.calls);
  members.set(Value("created_at"), moment(action.created_at));
  members.set(Value("updated_at"), moment(action.updated_at));
  return Value(std::move(members));
}

Value task_document(const LoadedProgram& program, const ExecutionTree& tree, const ir::Workflow& workflow,
                    const TaskExecution& task) {
  const ir::Task& definition = workflow.tasks[task.task];
  List next;
  for (const NextTask& target : task.next_tasks) {
    next.push_back(
        List{Value(program.name(workflow.tasks[target.task].name)), Value(ir::to_string(target.clause))});
  }
  List actions;
  for (const Index action : task.actions) actions.push_back(action_document(tree.actions[action]));
  List subs;
  for (const Index sub : task.sub_executions) subs.push_back(execution_document(program, tree, sub));
  Map members{{"id", task.id.text()},
              {"name", task.name},
              {"type", definition.call.kind == ir::CallKind::workflow ? "WORKFLOW" : "ACTION"},
              {"state", Value(to_string(task.state))},
              {"state_info", optional_text(task.state_info)},
              {"published", task.published.is_null() ? Value(Map()) : task.published},
              {"result", task_result(tree, task, definition)}};
  if (definition.with_regions.present()) members.set(Value("region_errors"), region_errors(tree, task));
  const std::string region = common_region(tree, task);
  if (!region.empty()) members.set(Value("region"), Value(region));
  members.set(Value("processed"), Value(task.processed));
  members.set(Value("next_tasks"), Value(std::move(next)));
  members.set(Value("action_executions"), Value(std::move(actions)));
  members.set(Value("workflow_executions"), Value(std::move(subs)));
  members.set(Value("created_at"), moment(task.created_at));
  members.set(Value("updated_at"), moment(task.updated_at));
  return Value(std::move(members));
}

}  // namespace

Value execution_document(const LoadedProgram& program, const ExecutionTree& tree, Index index) {
  const WorkflowExecution& execution = tree.executions[index];
  const ir::Workflow& workflow =
      *program.find_workflow(execution.workflow_namespace, execution.workflow_name);
  List tasks;
  for (const Index task : execution.tasks) {
    tasks.push_back(task_document(program, tree, workflow, tree.tasks[task]));
  }
  return Map{{"id", execution.id.text()},
             {"workflow_name", execution.workflow_name},
             {"workflow_namespace", execution.workflow_namespace},
             {"description", execution.description},
             {"state", Value(to_string(execution.state))},
             {"state_info", optional_text(execution.state_info)},
             {"input", execution.input},
             {"output", execution.output},
             {"params", execution.params},
             {"created_at", moment(execution.created_at)},
             {"updated_at", moment(execution.updated_at)},
             {"tasks", Value(std::move(tasks))}};
}

}  // namespace gregale::interpreter
