// gregale resource: the ledger of what executions have made, and taking away what they have left.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <set>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/stored_execution.hpp"
#include "cli/world.hpp"
#include "core/json.hpp"
#include "interpreter/cleanup.hpp"
#include "interpreter/custom_context.hpp"

namespace gregale::cli {

namespace {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::CleanupOutcome;
using interpreter::LedgerResource;

struct ResourceOptions {
  std::string id;
  std::string db;
  std::string region;
  std::string execution;
  std::string kind;
  std::string state;
  std::string cloud;
  std::string custom_context;
  std::vector<std::string> actions;
  double timeout = 600;  // seconds
  bool dry_run = false;
  Format format = Format::text;
};

Value moment(core::Microseconds time) {
  return time == 0 ? Value() : Value(core::iso_local_text(time, true) + "Z");
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

Map document(const LedgerResource& resource) {
  const interpreter::ResourceIdentity& thing = resource.identity;
  return Map{{"id", thing.id},
             {"service", thing.service},
             {"kind", thing.kind},
             {"name", text_or_null(resource.name)},
             {"region", text_or_null(thing.region)},
             {"project", text_or_null(thing.project)},
             {"state", Value(to_string(resource.state))},
             {"root_execution_id", resource.root.text()},
             {"execution_id", resource.execution.text()},
             {"action_execution_id", resource.action_execution.text()},
             {"created_at", moment(resource.created_at)},
             {"deleted_at", moment(resource.deleted_at)},
             {"deleted_by", text_or_null(resource.deleted_by)}};
}

std::string kind_text(const LedgerResource& resource) {
  return fmt::format("{} {}", resource.identity.service, resource.identity.kind);
}

std::string line(const LedgerResource& resource) {
  std::string text = fmt::format("{:<12}  {:<24}  {:<36}  {}", resource.identity.region, kind_text(resource),
                                 resource.identity.id, resource.name);
  while (text.ends_with(' ')) text.pop_back();  // of a thing without a name
  return text;
}

// Of an execution and the sub-workflows' below it.
std::set<core::Uuid> executions_below(const interpreter::ExecutionTree& tree, interpreter::Index execution) {
  std::set<core::Uuid> makers{tree.executions[execution].id};
  for (const interpreter::WorkflowExecution& candidate : tree.executions) {  // parents come first
    if (candidate.parent_task == interpreter::kNone) continue;
    const interpreter::Index parent = tree.tasks[candidate.parent_task].execution;
    if (makers.contains(tree.executions[parent].id)) makers.insert(candidate.id);
  }
  return makers;
}

std::vector<LedgerResource> made_by(interpreter::Store& store, const interpreter::ExecutionTree& tree,
                                    interpreter::Index execution) {
  const std::set<core::Uuid> makers = executions_below(tree, execution);
  std::vector<LedgerResource> made = store.resources(tree.root().id);
  std::erase_if(made, [&](const LedgerResource& row) { return !makers.contains(row.execution); });
  return made;
}

// What is asked for in the ledger, in the order of making.
std::vector<LedgerResource> chosen(const ResourceOptions& options, interpreter::Store& store) {
  std::vector<LedgerResource> found;
  if (options.execution.empty()) {
    found = store.resources(std::nullopt);
  } else {
    const interpreter::ExecutionAddress address = find_execution(store, options.execution);
    found = made_by(store, store.load(address.root), address.execution);
  }
  std::erase_if(found, [&](const LedgerResource& row) {
    return (!options.region.empty() && row.identity.region != options.region) ||
           (!options.kind.empty() && row.identity.kind != options.kind) ||
           (!options.state.empty() && to_string(row.state) != options.state);
  });
  return found;
}

int list(const ResourceOptions& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  core::List items;
  for (const LedgerResource& resource : chosen(options, store)) {
    if (options.format == Format::text) {
      print(fmt::format("{}  {:<7}  {}\n", core::database_text(resource.created_at),
                        to_string(resource.state), line(resource)));
    } else {
      items.push_back(document(resource));
    }
  }
  if (options.format == Format::json) print_json(Value(std::move(items)));
  return kDone;
}

// The newest row of the thing with that id; several things may have it.
LedgerResource find_resource(const ResourceOptions& options, interpreter::Store& store) {
  std::vector<LedgerResource> found = chosen(options, store);
  std::erase_if(found, [&](const LedgerResource& row) { return row.identity.id != options.id; });
  if (found.empty()) throw Error(ErrorKind::not_found, fmt::format("no resource {}", options.id));
  for (const LedgerResource& row : found) {
    if (row.identity == found.back().identity) continue;
    throw Error(ErrorKind::invalid,
                fmt::format("several resources are called {}: a {} in region {}, a {} in region {}; choose "
                            "one by --kind and --region",
                            options.id, kind_text(row), row.identity.region, kind_text(found.back()),
                            found.back().identity.region));
  }
  return found.back();
}

int show(const ResourceOptions& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  const LedgerResource resource = find_resource(options, store);
  Map shown = document(resource);
  shown.set("deleted_with", resource.deleted_with);
  const interpreter::ExecutionTree tree = store.load(resource.root);
  for (const interpreter::ActionExecution& action : tree.actions) {
    if (action.id != resource.action_execution) continue;
    const interpreter::TaskExecution& task = tree.tasks[action.task];
    shown.set("action", action.name);
    shown.set("task", task.name);
    shown.set("workflow_name", tree.executions[task.execution].workflow_name);
  }
  if (options.format == Format::json) {
    print_json(Value(std::move(shown)));
    return kDone;
  }
  for (const auto& [name, value] : shown) {
    if (value.is_null()) continue;
    print(fmt::format("{:<20} {}\n", name.as_string(),
                      value.is_string() ? value.as_string() : core::to_json(value)));
  }
  return kDone;
}

// ---- cleanup

std::string_view outcome_text(CleanupOutcome::Kind kind) {
  switch (kind) {
    case CleanupOutcome::Kind::deleted:
      return "DELETED";
    case CleanupOutcome::Kind::kept:
      return "KEPT";
    case CleanupOutcome::Kind::failed:
      break;
  }
  return "FAILED";
}

void print_plan(const std::vector<LedgerResource>& plan, Format format) {
  core::List items;
  for (const LedgerResource& resource : plan) {
    if (format == Format::text) {
      print(fmt::format("{}  {}\n", resource.deleted_by.empty() ? "would keep  " : "would delete",
                        line(resource)));
    }
    items.push_back(document(resource));
  }
  if (format == Format::json) {
    print_json(Map{{"resources", std::move(items)}, {"searches", core::List()}, {"dry_run", true}});
  }
}

void print_outcome(const CleanupOutcome& outcome) {
  const std::string text = fmt::format("{:<7}  {}", outcome_text(outcome.kind), line(outcome.resource));
  print(outcome.error.empty() ? text + "\n" : fmt::format("{}\n         {}\n", text, outcome.error));
}

Map document(const CleanupOutcome& outcome) {
  Map shown = document(outcome.resource);
  shown.set("outcome", Value(outcome_text(outcome.kind)));
  if (!outcome.error.empty()) shown.set("error", outcome.error);
  return shown;
}

// Credentials as given on the command line, otherwise those that the action was carried out with.
class Contexts {
 public:
  Contexts(const ResourceOptions& options, const interpreter::ExecutionTree& tree) : tree_(tree) {
    if (options.custom_context.empty()) return;
    given_ = interpreter::extended({}, read_mapping("--custom-context", options.custom_context).as_map());
  }
  interpreter::CustomContext of(const interpreter::ActionExecution& action) const {
    return given_ ? *given_ : interpreter::context_of_action(tree_, action);
  }
  interpreter::CustomContext of(const LedgerResource& resource) const {
    for (const interpreter::ActionExecution& action : tree_.actions) {
      if (action.id == resource.action_execution) return of(action);
    }
    return given_.value_or(interpreter::CustomContext());
  }

 private:
  const interpreter::ExecutionTree& tree_;
  std::optional<interpreter::CustomContext> given_;
};

struct Search {
  std::vector<interpreter::SearchOutcome> outcomes;
  bool failed = false;
};

// For what creations have made that were under way when their execution ended.
Search search_lost(interpreter::Store& store, const World& world, const interpreter::ExecutionTree& tree,
                   interpreter::Index execution, const Contexts& contexts) {
  const std::set<core::Uuid> makers = executions_below(tree, execution);
  std::vector<interpreter::Index> lost = interpreter::lost_creations(tree, world.actions());
  std::erase_if(lost, [&](interpreter::Index action) {
    return !makers.contains(tree.executions[tree.tasks[tree.actions[action].task].execution].id);
  });
  std::vector<interpreter::CustomContext> own;
  for (const interpreter::Index action : lost) own.push_back(contexts.of(tree.actions[action]));
  Search search{interpreter::search(tree, lost, own, store, world.caller(), world.clock())};
  search.failed = std::any_of(search.outcomes.begin(), search.outcomes.end(),
                              [](const auto& outcome) { return !outcome.error.empty(); });
  return search;
}

Map document(const interpreter::SearchOutcome& outcome, const interpreter::ExecutionTree& tree) {
  const interpreter::ActionExecution& action = tree.actions[outcome.action];
  Map shown{{"action_execution_id", action.id.text()},
            {"action", action.name},
            {"task", tree.tasks[action.task].name},
            {"found", static_cast<int64_t>(outcome.found)}};
  if (!outcome.error.empty()) shown.set("error", outcome.error);
  return shown;
}

void print_search(const interpreter::SearchOutcome& outcome, const interpreter::ExecutionTree& tree) {
  const interpreter::ActionExecution& action = tree.actions[outcome.action];
  print(fmt::format("{}  {} of task '{}' had no answer: {}\n", outcome.error.empty() ? "FOUND  " : "UNKNOWN",
                    action.name, tree.tasks[action.task].name,
                    outcome.error.empty() ? fmt::format("{} made", outcome.found) : outcome.error));
}

int clean(const ResourceOptions& options) {
  const auto access = options.dry_run ? interpreter::StoreAccess::read : interpreter::StoreAccess::write;
  interpreter::SqliteStore store(options.db, access, interpreter::Durability::full,
                                 options.dry_run ? std::string() : key_file());
  const interpreter::ExecutionAddress address = find_execution(store, options.execution);
  const interpreter::ExecutionTree tree = store.load(address.root);
  const auto plan = [&] { return interpreter::cleanup_order(made_by(store, tree, address.execution)); };
  if (options.dry_run) {
    print_plan(plan(), options.format);
    return kDone;
  }
  const interpreter::State state = tree.executions[address.execution].state;
  if (!is_completed(state)) {
    throw Error(ErrorKind::conflict,
                fmt::format("execution {} is {} and may still make or need things; end it first "
                            "(`gregale execution cancel`)",
                            options.execution, to_string(state)));
  }
  const World world({options.cloud, options.actions});
  const Contexts contexts(options, tree);
  const Search search = search_lost(store, world, tree, address.execution, contexts);
  interpreter::CleanupOptions how;
  how.patience = static_cast<core::Microseconds>(options.timeout * core::kSecond);
  how.context_of = [&](const LedgerResource& resource) { return contexts.of(resource); };
  if (options.format == Format::text) {
    for (const auto& outcome : search.outcomes) print_search(outcome, tree);
    how.observer = print_outcome;
  }
  const auto outcomes = interpreter::clean_up(plan(), store, world.caller(), world.clock(), how);
  if (options.format == Format::json) {
    core::List searches;
    for (const auto& outcome : search.outcomes) searches.push_back(document(outcome, tree));
    core::List items;
    for (const CleanupOutcome& outcome : outcomes) items.push_back(document(outcome));
    print_json(Map{{"resources", std::move(items)}, {"searches", std::move(searches)}, {"dry_run", false}});
  }
  const bool failed = std::any_of(outcomes.begin(), outcomes.end(), [](const CleanupOutcome& outcome) {
    return outcome.kind == CleanupOutcome::Kind::failed;
  });
  return failed || search.failed ? kFailed : kDone;
}

}  // namespace

void add_resource(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ResourceOptions>();
  CLI::App* command = app.add_subcommand("resource", "What executions have made, and taking it away");
  command->require_subcommand(1);
  const auto sub = [&](const char* name, const char* help, int (*run)(const ResourceOptions&)) {
    CLI::App* made = command->add_subcommand(name, help);
    made->add_option("--db", options->db, "The store")->required();
    made->add_option("--format", options->format, "text or json")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
    made->callback([options, &exit_code, run] { exit_code = run(*options); });
    return made;
  };
  const auto filters = [&](CLI::App* made) {
    made->add_option("--region", options->region, "Only what is in this region");
    made->add_option("--execution", options->execution, "Only what this execution has made, or one below it");
    made->add_option("--kind", options->kind, "Only things of this kind: server, volume, ...");
  };

  CLI::App* listing = sub("list", "What executions have made, in the order of making", list);
  filters(listing);
  listing->add_option("--state", options->state, "Only those in this state: CREATED or DELETED");
  CLI::App* showing = sub("show", "One thing, who made it, and how it is deleted", show);
  showing->add_option("ID", options->id, "The thing's id")->required();
  filters(showing);

  CLI::App* cleaning =
      sub("cleanup", "Delete what an execution, with those below it, has left behind", clean);
  cleaning->add_option("EXECUTION", options->execution, "The execution's id")->required();
  cleaning->add_flag("--dry-run", options->dry_run, "Only tell what would be deleted, in which order");
  cleaning->add_option("--timeout", options->timeout, "Seconds that a thing may take to be gone")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  cleaning->add_option("--cloud", options->cloud, "Credentials: a cloud of clouds.yaml");
  cleaning->add_option("--custom-context", options->custom_context,
                       "Data for the actions, with other credentials perhaps: JSON, or @FILE. Otherwise what "
                       "the things were made with");
  add_actions_option(*cleaning, options->actions);
}

}  // namespace gregale::cli
