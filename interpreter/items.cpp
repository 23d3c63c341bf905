// Tasks that call several times: once for each item (with-items) or once for each region (with-regions).
// Both are numbered calls of one task of which at most `concurrency` are under way; they differ in where the
// numbers come from and in what the ends of the calls mean for the task.
#include <fmt/format.h>

#include <algorithm>

#include "core/code_points.hpp"
#include "interpreter/expression/unknown.hpp"
#include "interpreter/machine.hpp"
#include "interpreter/policies.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;

namespace {

constexpr std::string_view kAllRegions = "all";

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> found;
  for (size_t i = 0; i < text.size();) {
    const size_t end = core::code_point_end(text, i);
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

// The regions that `with-regions` gives, each once.
List regions_of(const Value& source) {
  List regions;
  for (const Value& given : source.is_list() ? source.as_list() : List{source}) {
    const std::string* unknown = expression::unknown_text(given);
    const Value region = unknown == nullptr ? given : Value(*unknown);
    if (!region.is_string() || region.as_string().empty()) {
      throw Error(
          ErrorKind::invalid,
          fmt::format("`with-regions` must give names of regions, not {}",
                      region.is_string() ? "an empty text" : fmt::format("a {}", region.kind_name())));
    }
    if (std::find(regions.begin(), regions.end(), region) == regions.end()) regions.push_back(region);
  }
  return regions;
}

}  // namespace

bool Machine::has_items(Index task) const {
  const ir::Task& definition = definition_of(task);
  return !definition.with_items.empty() || definition.with_regions.present();
}

void Machine::schedule_actions(Index task) {
  if (!has_items(task)) {
    start_call(task, {.region = task_region(task, nullptr)});
    return;
  }
  if (tree_.tasks[task].items.is_null() && !choose_items(task)) return;
  start_pending_items(task);
}

// ---- which calls there are

// False when they are not known yet.
bool Machine::choose_items(Index index) {
  const ir::Task& definition = definition_of(index);
  if (definition.with_regions.present()) {
    const Value regions = evaluate(definition.with_regions.regions, index);
    if (regions == Value(kAllRegions)) {
      ask_for_regions(index);
      return false;
    }
    set_regions(index, regions);
    return true;
  }
  Map values;
  std::optional<size_t> count;
  std::vector<std::pair<std::string, Value>> unknown;  // variables whose lists only a run can know
  for (const ir::WithItems& clause : definition.with_items) {
    const std::string& variable = program_.name(clause.variable);
    const Value source = evaluate(clause.items, index);
    if (const std::string* text = expression::unknown_text(source)) {
      unknown.emplace_back(variable, expression::unknown("an item of " + *text));
      continue;
    }
    List items = items_of(variable, source);
    if (count && *count != items.size()) {
      throw Error(ErrorKind::invalid,
                  fmt::format("Wrong input format for with-items: all lists must have the same length, "
                              "'{}' has {} items instead of {}",
                              variable, items.size(), *count));
    }
    count = items.size();
    values.set(Value(variable), Value(std::move(items)));
  }
  // They stand for as many items as the others have, or for one.
  if (!count) count = 1;
  for (const auto& [variable, item] : unknown) {
    values.set(Value(variable), Value(List(*count, item)));
  }
  set_items(index, Value(std::move(values)), *count);
  return true;
}

void Machine::set_items(Index index, Value items, size_t count) {
  if (count > limits_.items) {
    throw Error(ErrorKind::limit, fmt::format("More than {} items in one task", limits_.items));
  }
  tree_.tasks[index].items = std::move(items);
  tree_.tasks[index].item_count = static_cast<uint32_t>(count);
  task_changed(index);
}

void Machine::set_regions(Index index, const Value& source) {
  List regions = regions_of(source);
  const size_t count = regions.size();
  if (definition_of(index).with_regions.min_success != kNone && regions_needed(index) > count) {
    throw Error(ErrorKind::invalid, fmt::format("`min-success` is {}, but `with-regions` gives {} region{}",
                                                regions_needed(index), count, count == 1 ? "" : "s"));
  }
  set_items(index, Value(std::move(regions)), count);
}

// `all`: the service catalog knows, and asking for it is an action like any other.
void Machine::ask_for_regions(Index task) {
  const std::string service = called_service(task);
  start_action(task, {}, std::string(kRegionsAction), Map{{"service", Value(service)}}, false);
  ActionExecution& asked = tree_.actions.back();
  asked.lists_regions = true;
}

void Machine::take_region_list(Index task, const ActionExecution& action) {
  if (action.state != State::success) {
    complete_task(task, action.state, error_info(action.output));
    return;
  }
  set_regions(task, action.output);
  start_pending_items(task);
}

// The service type of the action that the task calls; empty where it is not known or a workflow is called.
std::string Machine::called_service(Index task) {
  const ir::Call& call = definition_of(task).call;
  if (call.kind != ir::CallKind::action) return {};
  const Value name = evaluate(call.name, task);
  if (!name.is_string()) return {};
  std::string called = name.as_string();
  const std::string_view workbook = program_.workbook_of(workflow_of(execution_of(task)));
  for (size_t depth = 0; depth < kAdhocDepthLimit; ++depth) {
    const Index adhoc =
        program_.resolve_action(tree_.executions[execution_of(task)].workflow_namespace, workbook, called);
    if (adhoc == kNone) break;
    called = program_.program().actions[adhoc].base;
  }
  const ir::ActionSignature* signature = registry_.find_signature(called);
  return signature == nullptr ? std::string() : signature->service;
}

// ---- regions of calls

// What the task's own `region` (with task-defaults applied) says.
std::string Machine::task_region(Index task, const Map* variables) {
  const Index source = definition_of(task).region;
  if (source == kNone) return {};
  const Item item{.variables = variables};
  return region_name(evaluate(source, task, &item));
}

// The region of an OpenStack action: its own input, the task's (one of `with-regions`, or `region`), the
// workflow's, the caller's; otherwise the credentials' default, which the action knows.
std::string Machine::resolve_region(Index task, const Item& item, const Value& given) {
  std::string of_input = region_name(given);
  if (!of_input.empty()) return of_input;
  return item.region.empty() ? tree_.executions[execution_of(task)].region : item.region;
}

// ---- under way

// Counted from the executions when first asked for, and kept up to date from then on. An item that is
// counted as accepted here may be reported by item_done() again (after a restart); it counts once.
Machine::ItemProgress& Machine::item_progress(Index index) {
  const auto found = items_.find(index);
  if (found != items_.end()) return found->second;
  using Progress = ItemProgress::Item;
  const TaskExecution& task = tree_.tasks[index];
  ItemProgress counts;
  counts.items.assign(task.item_count, Progress::pending);
  const auto count = [&](uint32_t item, State state, bool accepted, uint32_t attempt) {
    if (item >= task.item_count) return;
    if (!is_completed(state) && attempt == task.attempt) {
      counts.items[item] = Progress::running;
      ++counts.running;
    } else if (accepted) {
      counts.items[item] = Progress::accepted;
      counts.accept(state);
    }
  };
  for (const Index action : task.actions) {
    const ActionExecution& a = tree_.actions[action];
    if (!a.lists_regions) count(a.item, a.state, a.accepted, a.attempt);
  }
  for (const Index sub : task.sub_executions) {
    const WorkflowExecution& e = tree_.executions[sub];
    count(e.item, e.state, e.accepted, e.attempt);
  }
  for (uint32_t item = 0; item < task.item_count; ++item) {
    if (counts.items[item] == Progress::pending) counts.pending.push_back(item);
  }
  return items_.emplace(index, std::move(counts)).first->second;
}

void Machine::start_pending_items(Index index) {
  ItemProgress& counts = item_progress(index);
  const ir::WithRegions& regions = definition_of(index).with_regions;
  if (regions.present() && !regions.goes_on && counts.failed > 0) counts.pending.clear();
  while (!counts.pending.empty()) {
    const TaskExecution& task = tree_.tasks[index];
    if (is_completed(task.state)) return;
    if (task.concurrency != 0 && counts.running >= task.concurrency) return;
    const uint32_t number = counts.pending.front();
    counts.pending.pop_front();
    counts.items[number] = ItemProgress::Item::running;
    ++counts.running;
    if (regions.present()) {
      start_call(index, {.index = number, .region = task.items.as_list()[number].as_string()});
      continue;
    }
    Map variables;
    for (const Map::Entry& entry : task.items.as_map()) {
      variables.set(entry.key, entry.value.as_list()[number]);
    }
    start_call(index, {.index = number, .variables = &variables, .region = task_region(index, &variables)});
  }
  if (counts.running == 0) finish_items(index);
}

void Machine::item_done(Index index, uint32_t item, State state) {
  ItemProgress& counts = item_progress(index);
  if (item < counts.items.size() && counts.items[item] == ItemProgress::Item::running) {
    counts.items[item] = ItemProgress::Item::accepted;
    --counts.running;
    counts.accept(state);
  }
  if (counts.cancelled) {
    complete_task(index, State::cancelled, "One or more actions was cancelled.");
    return;
  }
  start_pending_items(index);
}

// ---- the end

void Machine::finish_items(Index index) {
  const ItemProgress counts = item_progress(index);
  items_.erase(index);
  if (counts.failed == 0) {
    complete_task(index, State::success, std::nullopt);
  } else if (!definition_of(index).with_regions.present()) {
    complete_task(index, State::error, "One or more actions had failed.");
  } else {
    const bool enough = counts.accepted - counts.failed >= regions_needed(index);
    complete_task(index, enough ? State::success : State::error, failed_regions(index));
  }
}

// How many regions must succeed: all of them, or `min-success` of them where the others go on after an error.
uint32_t Machine::regions_needed(Index task) {
  const ir::WithRegions& regions = definition_of(task).with_regions;
  if (!regions.goes_on) return tree_.tasks[task].item_count;
  if (regions.min_success == kNone) return 1;
  const int64_t wanted = whole_number("min-success", evaluate(regions.min_success, task));
  return static_cast<uint32_t>(std::min<int64_t>(wanted, UINT32_MAX));
}

// "1 of 3 regions failed: RegionTwo: no such image; not started: RegionThree"
std::string Machine::failed_regions(Index index) const {
  const TaskExecution& task = tree_.tasks[index];
  const Value errors = region_errors(tree_, task);
  std::string text =
      fmt::format("{} of {} regions failed", errors.size(), static_cast<size_t>(task.item_count));
  std::string_view separator = ": ";
  for (const Map::Entry& entry : errors.as_map()) {
    text += fmt::format("{}{}: {}", separator, entry.key.as_string(),
                        error_info(entry.value).value_or("no reason given"));
    separator = "; ";
  }
  std::vector<std::string> left_out;
  std::vector<bool> started(task.item_count, false);
  for (const Index action : task.actions) {
    if (!tree_.actions[action].lists_regions) started[tree_.actions[action].item] = true;
  }
  for (const Index sub : task.sub_executions) started[tree_.executions[sub].item] = true;
  for (uint32_t i = 0; i < task.item_count; ++i) {
    if (!started[i]) left_out.push_back(task.items.as_list()[i].as_string());
  }
  if (!left_out.empty()) text += fmt::format("; not started: {}", fmt::join(left_out, ", "));
  return text;
}

}  // namespace gregale::interpreter
