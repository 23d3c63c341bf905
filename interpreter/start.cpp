// How an execution begins: input, environment, vars, and the first tasks.
#include <fmt/format.h>

#include <algorithm>

#include "interpreter/custom_context.hpp"
#include "interpreter/environment.hpp"
#include "interpreter/expression/unknown.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/policies.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::Map;

namespace {

std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "'" : ", '") + name + "'";
  return text;
}

// The input with defaults filled in. Throws for what is missing, and for what is not declared.
Value prepare_input(const ir::Program& program, const ir::Workflow& workflow, const Value& given) {
  std::vector<std::string> missing;
  std::vector<std::string> unexpected;
  Map input;
  for (const ir::Parameter& parameter : workflow.input) {
    const std::string& name = program.name(parameter.name);
    if (const Value* value = given.find(name)) {
      input.set(Value(name), *value);
    } else if (parameter.required) {
      missing.push_back(name);
    } else {
      input.set(Value(name), parameter.default_value);
    }
  }
  for (const Map::Entry& entry : given.as_map()) {
    if (!input.contains(entry.key.as_string())) unexpected.push_back(entry.key.as_string());
  }
  if (missing.empty() && unexpected.empty()) return Value(std::move(input));
  std::string text = fmt::format("Invalid input [workflow='{}'", program.name(workflow.name));
  if (!missing.empty()) text += fmt::format(", missing: {}", quoted(missing));
  if (!unexpected.empty()) text += fmt::format(", unexpected: {}", quoted(unexpected));
  throw Error(ErrorKind::invalid, text + "]");
}

void check_target_task(const LoadedProgram& program, const ir::Workflow& workflow, const Value& params) {
  if (workflow.type != ir::Workflow::Type::reverse) return;
  const Value target = params.get("task_name");
  const std::string& name = program.name(workflow.name);
  if (target.is_null()) {
    throw Error(ErrorKind::invalid,
                fmt::format("The reverse workflow '{}' needs the parameter task_name", name));
  }
  const auto& tasks = program.graph(workflow).task_by_name;
  if (!target.is_string() || !tasks.contains(target.as_string())) {
    throw Error(ErrorKind::invalid,
                fmt::format("Invalid task name [workflow='{}', task_name='{}']", name,
                            target.is_string() ? target.as_string() : std::string(target.kind_name())));
  }
}

}  // namespace

Index Machine::create_execution(const ir::Workflow& workflow, const Uuid& id, Value input, Value params,
                                Origin origin) {
  WorkflowExecution execution;
  execution.id = id;
  execution.workflow_name = program_.name(workflow.name);
  execution.workflow_namespace = program_.namespace_of(workflow);
  execution.parent_task = origin.parent_task;
  execution.item = origin.item;
  execution.region = std::move(origin.region);
  execution.custom_context = std::move(origin.custom_context);
  execution.input = std::move(input);
  execution.params = std::move(params);
  execution.created_at = now_;
  const Index index = static_cast<Index>(tree_.executions.size());
  tree_.executions.push_back(std::move(execution));
  try {
    if (workflow.vars != kNone) {
      tree_.executions[index].context = evaluate(workflow.vars, index, kNone, Context());
      if (!tree_.executions[index].context.is_map()) {
        throw Error(ErrorKind::invalid, "`vars` must give a mapping");
      }
    }
    if (workflow.region != kNone) {
      std::string own = region_name(evaluate(workflow.region, index, kNone, Context()));
      if (!own.empty()) tree_.executions[index].region = std::move(own);
    }
  } catch (...) {
    tree_.executions.pop_back();
    throw;
  }
  execution_changed(index);
  enqueue(Operation::Kind::launch, index);
  return index;
}

void Machine::start(const StartRequest& request, const Uuid& id, Microseconds now) {
  now_ = now;
  const Value wanted_namespace = request.params.get("namespace");
  if (!wanted_namespace.is_null() && !wanted_namespace.is_string()) {
    throw Error(ErrorKind::invalid,
                fmt::format("The parameter namespace must be text, not a {}", wanted_namespace.kind_name()));
  }
  const std::string name_space = wanted_namespace.is_string() ? wanted_namespace.as_string() : std::string();
  const ir::Workflow* workflow = program_.resolve_workflow(name_space, {}, request.workflow);
  if (workflow == nullptr) {
    throw Error(ErrorKind::not_found, fmt::format("Workflow not found: '{}'", request.workflow));
  }
  Value input = prepare_input(program_.program(), *workflow, request.input);
  check_target_task(program_, *workflow, request.params);

  Map params = request.params.as_map();
  params.set(Value("namespace"), Value(name_space));
  const Value description = request.params.get("description");
  if (!description.is_null() && !description.is_string()) {
    throw Error(ErrorKind::invalid,
                fmt::format("The parameter description must be text, not a {}", description.kind_name()));
  }
  params.erase(Value("description"));
  const Value env = request.params.get("env");
  if (!env.is_null() && !env.is_map()) {
    throw Error(ErrorKind::invalid,
                fmt::format("Unexpected type of environment: {} instead of a mapping", env.kind_name()));
  }
  const bool as_written = params.contains("evaluate_env") && !params.find("evaluate_env")->truthy();
  params.set(Value("env"), env.is_null() ? Value(Map())
                           : as_written  ? env
                                         : evaluate_environment(env, now, limits_.evaluation));
  tree_.program_digest = program_.digest();
  CustomContext context = extended({}, request.custom_context.as_map());
  apply_declarations(program_.program(), *workflow, context);
  Origin origin{request.region, std::nullopt, kNone, 0};
  if (!context.empty()) origin.custom_context = std::move(context);
  create_execution(*workflow, id, std::move(input), Value(std::move(params)), std::move(origin));
  if (description.is_string()) tree_.executions.front().description = description.as_string();
  tree_.executions.front().marks_creations = request.marks_creations;
}

void Machine::launch(Index execution) {
  WorkflowExecution& launched = tree_.executions[execution];
  if (launched.state != State::idle) return;
  set_execution_state(execution, State::running, std::nullopt);
  const ir::Workflow& workflow = workflow_of(execution);
  Progress& counts = progress(execution);
  std::vector<Command> commands;
  if (workflow.type == ir::Workflow::Type::direct) {
    for (const Index task : workflow.start_tasks) {
      commands.push_back({ir::TargetKind::task, task, kNone, std::nullopt, std::nullopt});
      // Counted as active until all of them are started.
      if (counts.counts_joins) begin_activity(execution, task);
    }
    settle_inactive(execution, counts);
    dispatch(execution, commands);
    if (counts.counts_joins) {
      for (const Command& command : commands) end_activity(execution, command.task);
    }
  } else {
    for (Index task = 0; task < workflow.tasks.size(); ++task) {
      if (counts.open_requirements[task] == 0) {
        commands.push_back({ir::TargetKind::task, task, kNone, std::nullopt, std::nullopt});
      }
    }
    dispatch(execution, std::move(commands));
  }
  enqueue(Operation::Kind::check, execution);
}

void Machine::start_sub_workflow(Index task, const Item& item, const std::string& name, Value input) {
  const Index parent = execution_of(task);
  // Where the execution was started, not where its own definition was found, is where others are looked for.
  const Value name_space = tree_.executions[parent].params.get("namespace");
  const ir::Workflow* workflow =
      program_.resolve_workflow(name_space.is_string() ? name_space.as_string() : std::string_view(),
                                program_.workbook_of(workflow_of(parent)), name);
  if (workflow == nullptr) {
    throw Error(ErrorKind::not_found, fmt::format("Failed to find workflow [name='{}']", name));
  }
  uint32_t depth = 1;
  for (Index up = parent; tree_.executions[up].parent_task != kNone;
       up = execution_of(tree_.executions[up].parent_task)) {
    ++depth;
  }
  if (depth >= limits_.sub_workflow_depth) {
    throw Error(ErrorKind::limit,
                fmt::format("More than {} workflows within each other", limits_.sub_workflow_depth));
  }
  // What the workflow does not declare becomes a parameter of the execution.
  Map declared;
  Map params{{"root_execution_id", tree_.root().id.text()},
             {"task_execution_id", tree_.tasks[task].id.text()},
             {"index", int64_t{item.index}},
             {"namespace", tree_.executions[parent].params.get("namespace")},
             {"env", Value(Map())}};
  if (expression::unknown_text(input) != nullptr) {  // it counts as each parameter that must be given
    Map members;
    for (const ir::Parameter& parameter : workflow->input) {
      if (parameter.required) members.set(Value(program_.name(parameter.name)), input);
    }
    input = Value(std::move(members));
  }
  for (const Map::Entry& entry : input.as_map()) {
    const bool known =
        std::any_of(workflow->input.begin(), workflow->input.end(), [&](const ir::Parameter& parameter) {
          return program_.name(parameter.name) == entry.key.as_string();
        });
    (known ? declared : params).set(entry.key, entry.value);
  }
  Value prepared = prepare_input(program_.program(), *workflow, Value(std::move(declared)));
  const Value execution_params(std::move(params));
  check_target_task(program_, *workflow, execution_params);
  std::optional<CustomContext> context = added_context(task, item);
  if (!workflow->custom_context.empty()) {
    if (!context) context = custom_context_of(tree_, parent);
    apply_declarations(program_.program(), *workflow, *context);
  }
  const Uuid id = Uuid::derived(tree_.root().id, 3 * uint64_t{tree_.executions.size()});
  const Index sub =
      create_execution(*workflow, id, std::move(prepared), execution_params,
                       {resolve_region(task, item, Value()), std::move(context), task, item.index});
  tree_.executions[sub].attempt = tree_.tasks[task].attempt;
  tree_.executions[sub].description = "sub-workflow execution";
  tree_.tasks[task].sub_executions.push_back(sub);
}

}  // namespace gregale::interpreter
