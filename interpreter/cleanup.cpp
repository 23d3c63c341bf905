#include "interpreter/cleanup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <future>
#include <memory>

#include "core/json.hpp"
#include "interpreter/custom_context.hpp"

namespace gregale::interpreter {

namespace {

std::future<ActionResult> carry_out(const ActionCaller& caller, ActionCall call) {
  const auto promise = std::make_shared<std::promise<ActionResult>>();
  std::future<ActionResult> result = promise->get_future();
  caller.call(std::move(call), [promise](ActionResult given) { promise->set_value(std::move(given)); });
  return result;
}

SecretList set_context(ActionCall& call, const CustomContext& context) {
  call.context.custom_context = context.values;
  call.context.security = context.security;
  SecretList secrets;
  secrets.add(context);
  return secrets;
}

std::string error_text(const ActionResult& result) {
  if (!result.message.empty()) return result.message;
  return result.data.is_string() ? result.data.as_string() : core::to_json(result.data);
}

// What an action that failed said of the thing: that it is not there.
const ResourceChange* said_gone(const ActionResult& result, const ResourceIdentity& resource) {
  const auto found =
      std::find_if(result.resources.begin(), result.resources.end(), [&](const ResourceChange& change) {
        return change.kind == ResourceChange::Kind::deleted && change.resource.service == resource.service &&
               change.resource.kind == resource.kind && change.resource.id == resource.id;
      });
  return found == result.resources.end() ? nullptr : &*found;
}

CleanupOutcome take_away(const LedgerResource& resource, Store& store, const ActionCaller& caller,
                         const core::Clock& clock, const CleanupOptions& options) {
  if (resource.deleted_by.empty()) return {resource, CleanupOutcome::Kind::kept};
  ActionCall call{resource.deleted_by, resource.deleted_with, {}};
  call.context.action_execution_id = Uuid::random();
  call.context.region = resource.identity.region;
  call.context.deadline = clock.now() + options.patience;
  call.context.until_gone = true;
  const CustomContext context = options.context_of ? options.context_of(resource) : CustomContext();
  const SecretList secrets = set_context(call, context);
  const ActionResult result = carry_out(caller, std::move(call)).get();
  const ResourceChange* gone = said_gone(result, resource.identity);
  if (result.state != ActionResult::State::success && gone == nullptr) {
    return {resource, CleanupOutcome::Kind::failed, secrets.concealed(error_text(result))};
  }
  // Services show a project nothing of the others: what is not there for one may well be there for another.
  if (gone != nullptr && result.state != ActionResult::State::success && !resource.identity.project.empty() &&
      gone->resource.project != resource.identity.project) {
    return {resource, CleanupOutcome::Kind::failed,
            fmt::format("it was made in project {}, and the credentials are for project {}",
                        resource.identity.project,
                        gone->resource.project.empty() ? "none" : gone->resource.project)};
  }
  store.resource_deleted(resource.identity, clock.now());
  return {resource, CleanupOutcome::Kind::deleted};
}

}  // namespace

std::vector<LedgerResource> cleanup_order(const std::vector<LedgerResource>& resources) {
  std::vector<std::string> regions;
  for (auto resource = resources.rbegin(); resource != resources.rend(); ++resource) {
    if (std::find(regions.begin(), regions.end(), resource->identity.region) == regions.end()) {
      regions.push_back(resource->identity.region);
    }
  }
  std::vector<LedgerResource> ordered;
  for (const std::string& region : regions) {
    for (auto resource = resources.rbegin(); resource != resources.rend(); ++resource) {
      if (resource->identity.region != region || resource->state != ResourceState::created) continue;
      ordered.push_back(*resource);
    }
  }
  return ordered;
}

std::vector<Index> lost_creations(const ExecutionTree& tree, const ActionRegistry& registry) {
  std::vector<Index> lost;
  if (!tree.root().marks_creations) return lost;
  for (Index index = 0; index < tree.actions.size(); ++index) {
    const ActionExecution& action = tree.actions[index];
    if (is_completed(action.state)) continue;
    if (!is_completed(tree.executions[tree.tasks[action.task].execution].state)) continue;
    const Action* kind = registry.find(action.called_name());
    if (kind != nullptr && kind->findable(action.called_input())) lost.push_back(index);
  }
  return lost;
}

const CustomContext& context_of_action(const ExecutionTree& tree, const ActionExecution& action) {
  return action.custom_context ? *action.custom_context
                               : custom_context_of(tree, tree.tasks[action.task].execution);
}

std::vector<SearchOutcome> search(const ExecutionTree& tree, const std::vector<Index>& actions,
                                  const std::vector<CustomContext>& contexts, Store& store,
                                  const ActionCaller& caller, const core::Clock& clock) {
  std::vector<std::future<ActionResult>> answers;
  std::vector<SecretList> secrets;
  for (size_t i = 0; i < actions.size(); ++i) {
    const ActionExecution& action = tree.actions[actions[i]];
    ActionCall call{action.called_name(), action.called_input(), {}};
    call.context.action_execution_id = action.id;
    call.context.region = action.region;
    call.context.marked = true;
    call.context.search = Search::only;
    secrets.push_back(set_context(call, contexts[i]));
    answers.push_back(carry_out(caller, std::move(call)));
  }
  std::vector<SearchOutcome> outcomes;
  for (size_t i = 0; i < actions.size(); ++i) {
    const ActionResult result = answers[i].get();
    SearchOutcome outcome{actions[i]};
    if (result.state == ActionResult::State::error) outcome.error = secrets[i].concealed(error_text(result));
    for (const ResourceChange& change : result.resources) {
      store.resource_found(tree, actions[i], change, clock.now());
      ++outcome.found;
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::vector<CleanupOutcome> clean_up(const std::vector<LedgerResource>& resources, Store& store,
                                     const ActionCaller& caller, const core::Clock& clock,
                                     const CleanupOptions& options) {
  std::vector<CleanupOutcome> outcomes;
  outcomes.reserve(resources.size());
  for (const LedgerResource& resource : resources) {
    outcomes.push_back({resource, CleanupOutcome::Kind::failed});
  }
  bool progress = true;
  while (progress) {
    progress = false;
    for (CleanupOutcome& outcome : outcomes) {
      if (outcome.kind != CleanupOutcome::Kind::failed) continue;
      outcome = take_away(outcome.resource, store, caller, clock, options);
      progress = progress || outcome.kind == CleanupOutcome::Kind::deleted;
      if (options.observer && outcome.kind != CleanupOutcome::Kind::failed) options.observer(outcome);
    }
    progress = progress && std::any_of(outcomes.begin(), outcomes.end(), [](const CleanupOutcome& outcome) {
                 return outcome.kind == CleanupOutcome::Kind::failed;
               });
  }
  for (const CleanupOutcome& outcome : outcomes) {
    if (options.observer && outcome.kind == CleanupOutcome::Kind::failed) options.observer(outcome);
  }
  return outcomes;
}

}  // namespace gregale::interpreter
