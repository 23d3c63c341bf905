// What a task calls: its input, actions (ad-hoc ones unfolded), and what comes back.
#include <fmt/format.h>

#include <cmath>

#include "interpreter/custom_context.hpp"
#include "interpreter/expression/unknown.hpp"
#include "interpreter/machine.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;

// ---- input and call

// A mapping that may hold Secrets; then [holds_secret] is set. Or one that only a run can know.
Value Machine::call_input(Index task, const Item& item, bool& holds_secret) {
  const ir::Call& call = definition_of(task).call;
  Value input{Map()};
  if (call.input != kNone) {
    input = evaluate(call.input, task, &item, &holds_secret);
    // One expression for all of it: each member counts as secret.
    if (const Value whole = holds_secret ? revealed(input) : input; !input.is_map() && whole.is_map()) {
      Map members;
      for (const auto& [key, value] : whole.as_map()) members.set(key, secret(value));
      input = Value(std::move(members));
    }
    if (expression::unknown_text(input) != nullptr) return input;
    if (!input.is_map()) {
      throw Error(ErrorKind::invalid,
                  fmt::format("Wrong dynamic input for task '{}': a mapping is expected, not a {}",
                              tree_.tasks[task].name, input.kind_name()));
    }
  }
  if (call.inline_input != kNone) {
    const Value parameters = evaluate(call.inline_input, task, &item, &holds_secret);
    if (input.as_map().empty()) {
      input = parameters;
    } else {
      Map merged = input.as_map();
      merged.update(parameters.as_map());
      input = Value(std::move(merged));
    }
  }
  // The environment's defaults for the action, which the task's own values override.
  if (call.kind == ir::CallKind::action) {
    if (const std::string* name = program_.constant_text(call.name)) {
      const Value defaults = environment(tree_).get("__actions").get(*name);
      if (defaults.is_map()) input = core::merge_maps(defaults, input);
    }
  }
  return input;
}

void Machine::start_call(Index task, const Item& item) {
  const ir::Call& call = definition_of(task).call;
  bool holds_secret = false;
  Value input = call_input(task, item, holds_secret);
  Value name;
  if (call.kind != ir::CallKind::none) name = evaluate(call.name, task);
  if (call.kind == ir::CallKind::workflow) {
    if (!name.is_string()) {
      throw Error(ErrorKind::invalid,
                  fmt::format("The name of a workflow must be text, not a {}", name.kind_name()));
    }
    if (holds_secret) {
      throw Error(ErrorKind::invalid,
                  fmt::format("The input of the workflow '{}' would show a secret of the custom context; a "
                              "sub-workflow reads it by custom_context()",
                              name.as_string()));
    }
    start_sub_workflow(task, item, name.as_string(), std::move(input));
    return;
  }
  if (name.truthy() && !name.is_string()) {
    throw Error(ErrorKind::invalid,
                fmt::format("The name of an action must be text, not a {}", name.kind_name()));
  }
  start_action(task, item, name.truthy() ? name.as_string() : "std.noop", input, holds_secret);
}

namespace {

// The input as a mapping: what only a run can know counts as each of the parameters that must be given.
Value input_members(const ir::ActionSignature& signature, const Value& input) {
  if (expression::unknown_text(input) == nullptr) return input;
  Map members;
  for (const ir::ActionParameter& parameter : signature.parameters) {
    if (parameter.required) members.set(Value(parameter.name), input);
  }
  return Value(std::move(members));
}

std::string check_adhoc_input(const ir::Program& program, const ir::AdhocAction& action, const Value& given,
                              Map& input) {
  ir::ActionSignature signature;
  signature.name = program.name(action.name);
  for (const ir::Parameter& parameter : action.input) {
    const std::string& name = program.name(parameter.name);
    signature.parameters.push_back({name, parameter.required, parameter.default_value, {}});
    if (!parameter.required) input.set(Value(name), parameter.default_value);
  }
  const Value members = input_members(signature, given);
  input.update(members.as_map());
  return check_input(signature, members);
}

}  // namespace

// What a task adds to the custom context for what it calls.
std::optional<CustomContext> Machine::added_context(Index task, const Item& item) {
  const Index source = definition_of(task).custom_context;
  if (source == kNone) return std::nullopt;
  bool holds_secret = false;
  const Value additions = evaluate(source, task, &item, &holds_secret);
  if (!additions.is_map()) {
    throw Error(ErrorKind::invalid,
                fmt::format("`custom_context` must give a mapping, not a {}", additions.kind_name()));
  }
  return extended(custom_context_of(tree_, execution_of(task)), additions.as_map());
}

// [given] may hold Secrets.
void Machine::start_action(Index task, const Item& item, const std::string& name, const Value& given,
                           bool holds_secret) {
  const Index execution = execution_of(task);
  ActionExecution action;
  action.name = name;
  Value shown = holds_secret ? masked(given) : given;
  Value input = holds_secret ? revealed(given) : given;
  std::string called = name;
  const std::string_view workbook = program_.workbook_of(workflow_of(execution));
  const std::string& name_space = tree_.executions[execution].workflow_namespace;
  // Ad-hoc actions are unfolded until a real one is met.
  for (Index adhoc = program_.resolve_action(name_space, workbook, called); adhoc != kNone;
       adhoc = program_.resolve_action(name_space, workbook, called)) {
    if (action.adhoc.size() >= kAdhocDepthLimit) {
      throw Error(ErrorKind::limit, fmt::format("The ad-hoc action '{}' stands on more than {} others", name,
                                                kAdhocDepthLimit));
    }
    const ir::AdhocAction& definition = program_.program().actions[adhoc];
    Map parameters;
    const std::string problem = check_adhoc_input(program_.program(), definition, input, parameters);
    if (!problem.empty()) throw Error(ErrorKind::invalid, problem);
    if (action.adhoc.empty()) {
      action.name = program_.name(definition.name);  // with its workbook
      action.input = shown;
    }
    action.adhoc.push_back(adhoc);
    called = definition.base;
    const bool hides_all = holds_secret;  // any expression may have used the secret parameter
    Value base{Map()};
    if (definition.base_input != kNone) {
      // It sees its parameters, what the branch published, vars and globals, but not the workflow's input.
      const WorkflowExecution& owner = tree_.executions[execution];
      const Context branch = contexts_.inbound(task);
      const TaskData data({&parameters, &branch, &owner.context.as_map(), nullptr}, environment(tree_),
                          &owner, &tree_.tasks[task]);
      const TreeQueries queries(program_, tree_, execution, task, others_, item.region);
      const core::VirtualClock clock(now_);
      try {
        base = program_.evaluate(definition.base_input, {data, &queries, &clock, {}, {}}, &holds_secret);
      } catch (const Error& error) {
        if (!hides_all) throw;
        throw Error(error.kind(), fmt::format("Failed to evaluate the input of '{}': it has a secret, so the "
                                              "reason is not shown",
                                              definition.base));
      }
    }
    input = holds_secret ? revealed(base) : base;
    shown = holds_secret ? masked(base) : base;
    if (hides_all) {
      Map hidden;
      for (const auto& [key, value] : input.as_map()) hidden.set(key, Value(kMask));
      shown = Value(std::move(hidden));
    }
  }
  const Action* kind = registry_.find(called);
  if (kind == nullptr) {
    throw Error(ErrorKind::not_found, fmt::format("Failed to find action [action_name='{}']", called));
  }
  input = input_members(kind->signature(), input);
  shown = input_members(kind->signature(), shown);
  const std::string problem = check_input(kind->signature(), input);
  if (!problem.empty()) throw Error(ErrorKind::invalid, problem);
  if (action.adhoc.empty()) {
    action.input = shown;
  } else {
    action.base_name = called;
    action.base_input = shown;
  }
  if (holds_secret) action.sent_input = input;
  action.custom_context = added_context(task, item);
  if (kind->signature().takes_region) {
    action.region = resolve_region(task, item, region_input(kind->signature(), input));
  } else {
    action.region = item.region;
  }
  if (const Index safe = definition_of(task).safe_rerun; safe != kNone) {
    action.safe_rerun = evaluate(safe, task).truthy();
  }
  const ActionMode mode = kind->mode();
  double delay = 0;
  if (mode == ActionMode::in_place) delay = kind->delay_seconds(input);

  const Index index = static_cast<Index>(tree_.actions.size());
  action.id = Uuid::derived(tree_.root().id, 3 * uint64_t{index} + 2);
  action.task = task;
  action.item = item.index;
  action.attempt = tree_.tasks[task].attempt;
  action.created_at = now_;
  if (delay > 0) {
    action.due_at = now_ + static_cast<Microseconds>(std::ceil(delay * 1e6));
    set_timer(action.due_at, TimerKind::action, index);
  }
  tree_.actions.push_back(std::move(action));
  tree_.tasks[task].actions.push_back(index);
  action_changed(index);
  note(HistoryRecord::Subject::action, index, State::running);
  if (mode != ActionMode::in_place) {
    output_.actions_to_start.push_back(index);
  } else if (delay <= 0) {
    enqueue(Operation::Kind::evaluate, index);
  }
}

// ---- results

void Machine::evaluate_action(Index index) {
  const ActionExecution& action = tree_.actions[index];
  if (is_completed(action.state)) return;
  const Action* kind = registry_.find(action.called_name());
  ActionResult result;
  try {
    result = kind->evaluate(action.called_input());
  } catch (const Error& error) {
    result = ActionResult::failure(error.what());
  }
  finish_action(index, std::move(result));
}

void Machine::complete_action(Index action, ActionResult result, Microseconds now) {
  now_ = now;
  if (is_completed(tree_.actions[action].state)) {
    throw Error(ErrorKind::conflict,
                fmt::format("The action {} is completed already", tree_.actions[action].id.text()));
  }
  finish_action(action, std::move(result));
}

// Takes the secrets that the action knew out of what it gives back.
void Machine::conceal(Index index, ActionResult& result) const {
  const SecretList secrets = secrets_known_to(tree_, tree_.actions[index]);
  if (secrets.empty()) return;
  result.data = secrets.concealed(result.data);
  for (Value& call : result.calls) call = secrets.concealed(call);
  for (ResourceChange& change : result.resources) {
    interpreter::conceal(change, [&](auto seen) { return secrets.concealed(std::move(seen)); });
  }
  result.message = secrets.concealed(std::move(result.message));
}

void Machine::finish_action(Index index, ActionResult result) {
  ActionExecution& action = tree_.actions[index];
  if (is_completed(action.state)) return;
  const Index task = action.task;
  // What was made is there, whatever else becomes of the result.
  ResourceChanges resources = std::exchange(result.resources, {});
  std::optional<std::string> transformation_error;
  if (result.state == ActionResult::State::success) {
    // Outputs of ad-hoc actions, the innermost first; `$` is the result.
    for (auto adhoc = action.adhoc.rbegin(); adhoc != action.adhoc.rend(); ++adhoc) {
      const ir::AdhocAction& definition = program_.program().actions[*adhoc];
      if (definition.output == kNone) continue;
      try {
        const expression::ValueContext data(result.data);
        const TreeQueries queries(program_, tree_, execution_of(task), task, others_);
        const core::VirtualClock clock(now_);
        result.data = program_.evaluate(definition.output, {data, &queries, &clock, {}, {}});
      } catch (const Error& error) {
        transformation_error = error.what();
        result = ActionResult::failure(*transformation_error);
        break;
      }
    }
  }
  if (is_larger(result.data, limits_.result_bytes)) {
    result = ActionResult::failure(fmt::format("The result of the action '{}' is larger than {} bytes",
                                               action.name, limits_.result_bytes));
  }
  result.resources = std::move(resources);
  conceal(index, result);
  for (ResourceChange& change : result.resources) output_.ledger.push_back({index, now_, std::move(change)});
  switch (result.state) {
    case ActionResult::State::success:
      action.state = State::success;
      break;
    case ActionResult::State::error:
      action.state = State::error;
      break;
    case ActionResult::State::cancelled:
      action.state = State::cancelled;
      break;
  }
  action.output = std::move(result.data);
  action.message = std::move(result.message);
  action.request_ids = std::move(result.request_ids);
  if (!result.calls.empty()) action.calls = Value(std::move(result.calls));
  // A result that comes after its task was completed (a timeout, a cancelled item) or tried again is kept
  // with the action, but no longer changes the task.
  const bool late = is_completed(tree_.tasks[task].state) || action.attempt != tree_.tasks[task].attempt;
  action.accepted = !late && !action.lists_regions;
  action.due_at = 0;
  const State state = action.state;
  action_changed(index);
  note(HistoryRecord::Subject::action, index, state);
  if (late) return;
  if (transformation_error) {
    force_fail(task, *transformation_error);
    return;
  }
  try {
    if (tree_.actions[index].lists_regions) {
      take_region_list(task, tree_.actions[index]);
    } else if (!has_items(task)) {
      complete_task(task, state,
                    state == State::success ? std::nullopt : error_info(tree_.actions[index].output));
    } else {
      item_done(task, tree_.actions[index].item, state);
    }
  } catch (const Error& error) {
    force_fail(task, fmt::format("Failed to handle the completion of action '{}': {}",
                                 tree_.actions[index].name, error.what()));
  }
}

void Machine::finish_sub_workflow(Index index) {
  const WorkflowExecution& sub = tree_.executions[index];
  const Index task = sub.parent_task;
  if (task == kNone || !is_completed(sub.state) || is_completed(tree_.tasks[task].state)) return;
  if (sub.attempt != tree_.tasks[task].attempt) return;
  std::optional<std::string> info;
  if (sub.state != State::success) {
    info = sub.state_info.value_or(fmt::format("{} subworkflow [execution_id={}]",
                                               sub.state == State::error ? "Failed" : "Cancelled",
                                               sub.id.text()));
  }
  const State state = sub.state;
  try {
    if (!has_items(task)) {
      complete_task(task, state, std::move(info));
    } else {
      item_done(task, sub.item, state);
    }
  } catch (const Error& error) {
    force_fail(task, fmt::format("Failed to handle the completion of a sub-workflow: {}", error.what()));
  }
}

}  // namespace gregale::interpreter
