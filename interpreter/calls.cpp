// What a task calls: its input, its items, actions (ad-hoc ones unfolded), and what comes back.
#include <fmt/format.h>

#include <cmath>

#include "core/json.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/machine.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;

namespace {

constexpr size_t kAdhocDepthLimit = 32;  // ad-hoc actions on ad-hoc actions

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> found;
  for (size_t i = 0; i < text.size();) {
    size_t end = i + 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) ++end;
    found.push_back(text.substr(i, end - i));
    i = end;
  }
  return found;
}

// The values that an item variable takes: of a list its items, of a text its characters, of a mapping its
// keys.
List items_of(const std::string& variable, const Value& source) {
  if (source.is_list()) return source.as_list();
  List items;
  if (source.is_map()) {
    for (const Map::Entry& entry : source.as_map()) items.push_back(entry.key);
    return items;
  }
  if (source.is_string()) {
    for (const std::string_view c : characters(source.as_string())) items.emplace_back(c);
    return items;
  }
  throw Error(ErrorKind::invalid, fmt::format("Wrong input format for with-items: '{}' is a {}, a list is "
                                              "expected",
                                              variable, source.kind_name()));
}

// A task's state_info for a failed action: the result as text, null when there is nothing to say.
std::optional<std::string> error_info(const Value& result) {
  if (!result.truthy()) return std::nullopt;
  return expression::python::str(result);
}

}  // namespace

void Machine::schedule_actions(Index task) {
  if (!definition_of(task).with_items.empty()) {
    schedule_items(task);
    return;
  }
  start_call(task, 0, call_input(task, nullptr));
}

// ---- with-items

void Machine::schedule_items(Index index) {
  const ir::Task& definition = definition_of(index);
  if (tree_.tasks[index].items.is_null()) {
    Map values;
    std::optional<size_t> count;
    for (const ir::WithItems& clause : definition.with_items) {
      const std::string& variable = program_.name(clause.variable);
      List items = items_of(variable, evaluate(clause.items, index));
      if (count.value_or(items.size()) != items.size()) {
        throw Error(ErrorKind::invalid,
                    fmt::format("Wrong input format for with-items: all lists must have the same length, "
                                "'{}' has {} items instead of {}",
                                variable, items.size(), *count));
      }
      count = items.size();
      values.set(Value(variable), Value(std::move(items)));
    }
    if (*count > limits_.items) {
      throw Error(ErrorKind::limit, fmt::format("More than {} items in one task", limits_.items));
    }
    tree_.tasks[index].items = Value(std::move(values));
    tree_.tasks[index].item_count = static_cast<uint32_t>(*count);
    task_changed(index);
  }
  go_on_with_items(index);
}

// Counted from the executions when first asked for, and kept up to date from then on. An item that is
// counted as accepted here may be reported by item_done() again (after a restart); it counts once.
Machine::ItemProgress& Machine::item_progress(Index index) {
  const auto found = items_.find(index);
  if (found != items_.end()) return found->second;
  using Item = ItemProgress::Item;
  const TaskExecution& task = tree_.tasks[index];
  ItemProgress counts;
  counts.items.assign(task.item_count, Item::pending);
  const auto count = [&](uint32_t item, State state, bool accepted, uint32_t attempt) {
    if (item >= task.item_count) return;
    if (!is_completed(state) && attempt == task.attempt) {
      counts.items[item] = Item::running;
      ++counts.running;
    } else if (accepted) {
      counts.items[item] = Item::accepted;
      ++counts.accepted;
      counts.cancelled = counts.cancelled || state == State::cancelled;
      counts.failed = counts.failed || state == State::error;
    }
  };
  for (const Index action : task.actions) {
    const ActionExecution& a = tree_.actions[action];
    count(a.item, a.state, a.accepted, a.attempt);
  }
  for (const Index sub : task.sub_executions) {
    const WorkflowExecution& e = tree_.executions[sub];
    count(e.item, e.state, e.accepted, e.attempt);
  }
  for (uint32_t item = 0; item < task.item_count; ++item) {
    if (counts.items[item] == Item::pending) counts.pending.push_back(item);
  }
  return items_.emplace(index, std::move(counts)).first->second;
}

void Machine::start_pending_items(Index index) {
  ItemProgress& counts = item_progress(index);
  while (!counts.pending.empty()) {
    const TaskExecution& task = tree_.tasks[index];
    if (is_completed(task.state)) return;
    if (task.concurrency != 0 && counts.running >= task.concurrency) return;
    const uint32_t item = counts.pending.front();
    counts.pending.pop_front();
    Map variables;
    for (const Map::Entry& entry : task.items.as_map()) {
      variables.set(entry.key, entry.value.as_list()[item]);
    }
    counts.items[item] = ItemProgress::Item::running;
    ++counts.running;
    start_call(index, item, call_input(index, &variables));
  }
}

void Machine::item_done(Index index, uint32_t item, State state) {
  ItemProgress& counts = item_progress(index);
  if (item < counts.items.size() && counts.items[item] == ItemProgress::Item::running) {
    counts.items[item] = ItemProgress::Item::accepted;
    --counts.running;
    ++counts.accepted;
    counts.cancelled = counts.cancelled || state == State::cancelled;
    counts.failed = counts.failed || state == State::error;
  }
  go_on_with_items(index);
}

// The task ends with its last item, or with one that was cancelled; otherwise the next items start. A task
// that runs again may have nothing left to do.
void Machine::go_on_with_items(Index index) {
  const ItemProgress& counts = item_progress(index);
  if (counts.cancelled) {
    complete_task(index, State::cancelled, "One or more actions was cancelled.");
    return;
  }
  if (counts.accepted == tree_.tasks[index].item_count && counts.running == 0) {
    const bool failed = counts.failed;
    items_.erase(index);
    if (failed) {
      complete_task(index, State::error, "One or more actions had failed.");
    } else {
      complete_task(index, State::success, std::nullopt);
    }
    return;
  }
  start_pending_items(index);
}

// ---- input and call

Value Machine::call_input(Index task, const Map* extra) {
  const ir::Call& call = definition_of(task).call;
  Value input{Map()};
  if (call.input != kNone) {
    input = evaluate(call.input, task, extra);
    if (!input.is_map()) {
      throw Error(ErrorKind::invalid,
                  fmt::format("Wrong dynamic input for task '{}': a mapping is expected, not a {}",
                              tree_.tasks[task].name, input.kind_name()));
    }
  }
  if (call.inline_input != kNone) {
    const Value parameters = evaluate(call.inline_input, task, extra);
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

void Machine::start_call(Index task, uint32_t item, Value input) {
  const ir::Call& call = definition_of(task).call;
  Value name;
  if (call.kind != ir::CallKind::none) name = evaluate(call.name, task);
  if (call.kind == ir::CallKind::workflow) {
    if (!name.is_string()) {
      throw Error(ErrorKind::invalid,
                  fmt::format("The name of a workflow must be text, not a {}", name.kind_name()));
    }
    start_sub_workflow(task, item, name.as_string(), std::move(input));
    return;
  }
  if (name.truthy() && !name.is_string()) {
    throw Error(ErrorKind::invalid,
                fmt::format("The name of an action must be text, not a {}", name.kind_name()));
  }
  start_action(task, item, name.truthy() ? name.as_string() : "std.noop", std::move(input));
}

namespace {

std::string check_adhoc_input(const ir::Program& program, const ir::AdhocAction& action, const Value& given,
                              Map& input) {
  ir::ActionSignature signature;
  signature.name = program.name(action.name);
  for (const ir::Parameter& parameter : action.input) {
    const std::string& name = program.name(parameter.name);
    signature.parameters.push_back({name, parameter.required, parameter.default_value, {}});
    if (!parameter.required) input.set(Value(name), parameter.default_value);
  }
  input.update(given.as_map());
  return check_input(signature, given);
}

}  // namespace

void Machine::start_action(Index task, uint32_t item, const std::string& name, Value input) {
  const Index execution = execution_of(task);
  ActionExecution action;
  action.name = name;
  action.input = input;
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
    if (action.adhoc.empty()) action.name = program_.name(definition.name);  // with its workbook
    action.adhoc.push_back(adhoc);
    called = definition.base;
    input = Value(Map());
    if (definition.base_input != kNone) {
      // It sees its parameters, what the branch published, vars and globals, but not the workflow's input.
      const WorkflowExecution& owner = tree_.executions[execution];
      const Context branch = contexts_.inbound(task);
      const TaskData data({&parameters, &branch, &owner.context.as_map(), nullptr}, environment(tree_),
                          &owner, &tree_.tasks[task]);
      const TreeQueries queries(program_, tree_, execution, task, others_);
      const core::VirtualClock clock(now_);
      input = program_.evaluate(definition.base_input, {data, &queries, &clock, {}, {}});
    }
  }
  const Action* kind = registry_.find(called);
  if (kind == nullptr) {
    throw Error(ErrorKind::not_found, fmt::format("Failed to find action [action_name='{}']", called));
  }
  const std::string problem = check_input(kind->signature(), input);
  if (!problem.empty()) throw Error(ErrorKind::invalid, problem);
  if (!action.adhoc.empty()) {
    action.base_name = called;
    action.base_input = input;
  }
  if (kind->signature().takes_region) {
    action.region = resolve_region(task, region_input(kind->signature(), input));
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
  action.item = item;
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
  if (mode == ActionMode::started) {
    output_.actions_to_start.push_back(index);
  } else if (mode == ActionMode::in_place && delay <= 0) {
    enqueue(Operation::Kind::evaluate, index);
  }
}

// The region of an OpenStack action: its own input, the task's (with task-defaults applied), the
// workflow's, the caller's; otherwise the credentials' default, which the action knows.
std::string Machine::resolve_region(Index task, const Value& given) {
  const auto text = [](const Value& region) {
    if (region.is_string()) return region.as_string();
    if (region.is_null()) return std::string();
    throw Error(ErrorKind::invalid, fmt::format("A region must be text, not a {}", region.kind_name()));
  };
  std::string of_input = text(given);
  if (!of_input.empty()) return of_input;
  for (const Index source : {definition_of(task).region, workflow_of(execution_of(task)).region}) {
    if (source == kNone) continue;
    std::string region = text(evaluate(source, task));
    if (!region.empty()) return region;
  }
  return tree_.region;
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

void Machine::finish_action(Index index, ActionResult result) {
  ActionExecution& action = tree_.actions[index];
  if (is_completed(action.state)) return;
  const Index task = action.task;
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
  // A result that comes after its task was completed (a timeout, a cancelled item) or tried again is kept
  // with the action, but no longer changes the task.
  const bool late = is_completed(tree_.tasks[task].state) || action.attempt != tree_.tasks[task].attempt;
  action.accepted = !late;
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
    if (definition_of(task).with_items.empty()) {
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
    if (definition_of(task).with_items.empty()) {
      complete_task(task, state, std::move(info));
    } else {
      item_done(task, sub.item, state);
    }
  } catch (const Error& error) {
    force_fail(task, fmt::format("Failed to handle the completion of a sub-workflow: {}", error.what()));
  }
}

}  // namespace gregale::interpreter
