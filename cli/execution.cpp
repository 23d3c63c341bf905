// gregale execution: look at executions in a store, and act on them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/execution_request.hpp"
#include "cli/execution_story.hpp"
#include "cli/execution_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/stored_execution.hpp"
#include "cli/world.hpp"
#include "compiler/ir/serialization.hpp"
#include "core/clock.hpp"
#include "core/json.hpp"
#include "interpreter/document.hpp"

namespace gregale::cli {

namespace {

using core::List;
using core::Map;
using core::Value;

struct ExecutionOptions {
  std::string id;
  std::string db;
  std::string env;
  std::string message;
  std::string task;
  std::string cloud;
  std::vector<std::string> actions;
  std::string state;
  std::string workflow;
  std::string since;
  std::string until;
  std::vector<std::string> tags;
  size_t at = 0;
  bool reset = false;
  EngineOptions engine;
  Format format = Format::text;
};

// Which of the executions in a store are listed.
class Filter {
 public:
  Filter(const ExecutionOptions& options, interpreter::Store& store, core::Microseconds now)
      : options_(options), store_(store) {
    if (!options.since.empty()) since_ = parse_moment("--since", options.since, now);
    if (!options.until.empty()) until_ = parse_moment("--until", options.until, now);
  }

  bool takes(const interpreter::ExecutionSummary& execution) {
    return (options_.state.empty() || to_string(execution.state) == options_.state) &&
           (options_.workflow.empty() || execution.workflow_name == options_.workflow) &&
           (!since_ || execution.created_at >= *since_) && (!until_ || execution.created_at < *until_) &&
           (options_.tags.empty() || has_tags(execution));
  }

 private:
  // All of them, as the workflow's definition has them.
  bool has_tags(const interpreter::ExecutionSummary& execution) {
    auto& program = programs_[execution.program_digest];
    if (!program) program = ir::from_binary(store_.load_program(execution.program_digest));
    const auto& workflows = program->workflows;
    return std::any_of(workflows.begin(), workflows.end(), [&](const ir::Workflow& workflow) {
      return program->name(workflow.name) == execution.workflow_name &&
             std::all_of(options_.tags.begin(), options_.tags.end(), [&](const std::string& tag) {
               return std::find(workflow.tags.begin(), workflow.tags.end(), tag) != workflow.tags.end();
             });
    });
  }

  const ExecutionOptions& options_;
  interpreter::Store& store_;
  std::optional<core::Microseconds> since_;
  std::optional<core::Microseconds> until_;
  std::map<std::string, std::optional<ir::Program>> programs_;
};

int list_executions(const ExecutionOptions& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  auto executions = store.list();
  Filter filter(options, store, core::RealClock().now());
  std::erase_if(executions, [&](const auto& execution) { return !filter.takes(execution); });
  if (options.format == Format::json) {
    List items;
    for (const auto& execution : executions) {
      items.push_back(Map{{"id", execution.id.text()},
                          {"workflow_name", execution.workflow_name},
                          {"state", core::Value(to_string(execution.state))},
                          {"created_at", core::iso_local_text(execution.created_at, true) + "Z"},
                          {"updated_at", core::iso_local_text(execution.updated_at, true) + "Z"}});
    }
    print_json(core::Value(std::move(items)));
    return kDone;
  }
  for (const auto& execution : executions) {
    print(fmt::format("{}  {:<9}  {}  {}\n", execution.id.text(), to_string(execution.state),
                      core::database_text(execution.created_at), execution.workflow_name));
  }
  return kDone;
}

void show_document(const core::Value& document, Format format, bool whole) {
  if (format == Format::json) {
    print_json(document);
  } else {
    print(whole ? execution_text(document) : summary_text(document));
  }
}

int show_execution(const ExecutionOptions& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  const interpreter::ExecutionAddress address = find_execution(store, options.id);
  const interpreter::ExecutionTree tree = store.load(address.root);
  const interpreter::LoadedProgram program = load_program(store, tree.program_digest);
  show_document(interpreter::execution_document(program, tree, address.execution), options.format, true);
  return kDone;
}

int tasks(const ExecutionOptions& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  const interpreter::ExecutionAddress address = find_execution(store, options.id);
  const interpreter::ExecutionTree tree = store.load(address.root);
  const interpreter::LoadedProgram program = load_program(store, tree.program_digest);
  const core::Value document = interpreter::execution_document(program, tree, address.execution);
  if (options.format == Format::json) {
    print_json(document.get("tasks"));
  } else {
    print(tasks_text(document));
  }
  return kDone;
}

int why(const ExecutionOptions& options) {
  const World world({{}, options.actions});
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  core::Value document = why_document(store, world.actions(), options.id, options.task, world.clock().now());
  const auto state = interpreter::parse_state(document.get("state").as_string());
  if (state && !is_completed(*state)) {
    if (const auto services = question_holder(options.db, kServicesQuestion)) {
      document = with_services(document, *services);
    }
  }
  if (options.format == Format::json) {
    print_json(document);
  } else {
    print(why_text(document));
  }
  return kDone;
}

int history(const ExecutionOptions& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  if (options.at != 0) {
    const core::Value document = past_document(store, options.id, options.at);
    if (options.format == Format::json) {
      print_json(document);
    } else {
      print(execution_text(document) + "context " + core::to_json(document.get("context")) + "\n");
    }
    return kDone;
  }
  const core::Value document = history_document(store, options.id);
  if (options.format == Format::json) {
    print_json(document);
  } else {
    print(history_text(document));
  }
  return kDone;
}

// Asks something of an execution, and shows it when nothing of it moves any more.
int ask(const ExecutionOptions& options, std::string_view kind, Map more) {
  Map members{{"request", Value(kind)}, {"id", options.id}};
  if (!options.env.empty()) members.set(Value("env"), read_mapping("--env", options.env));
  members.update(more);
  const World world({options.cloud, options.actions});
  const Outcome outcome =
      request(Value(std::move(members)), options.db, options.engine, world, options.format == Format::text);
  show_document(outcome.document, options.format, false);
  return exit_code_of(outcome.state);
}

int stop(const ExecutionOptions& options, const std::string& state) {
  Map more{{"state", state}};
  if (!options.message.empty()) more.set(Value("message"), Value(options.message));
  return ask(options, "stop", std::move(more));
}

}  // namespace

void add_execution(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ExecutionOptions>();
  CLI::App* command = app.add_subcommand("execution", "Look at executions in a store, and act on them");
  command->require_subcommand(1);

  const auto sub = [&](const char* name, const char* help, bool names_one, std::function<int()> run) {
    CLI::App* made = command->add_subcommand(name, help);
    if (names_one) made->add_option("ID", options->id, "The execution's id")->required();
    made->add_option("--db", options->db, "The store")->required();
    made->add_option("--format", options->format, "text or json")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
    made->callback([&exit_code, run = std::move(run)] { exit_code = run(); });
    return made;
  };
  const auto acting = [&](const char* name, const char* help, std::function<int()> run) {
    CLI::App* made = sub(name, help, true, std::move(run));
    made->add_option("--cloud", options->cloud, "Credentials: a cloud of clouds.yaml");
    add_engine_options(*made, options->engine);
    add_actions_option(*made, options->actions);
    return made;
  };

  CLI::App* listing = sub("list", "Root executions, the newest first", false,
                          [options] { return list_executions(*options); });
  listing->add_option("--state", options->state, "Only those in this state: RUNNING, ERROR, ...");
  listing->add_option("--workflow", options->workflow, "Only those of this workflow");
  listing->add_option(
      "--since", options->since,
      "Only those started then or later: 2030-01-31, 2030-01-31T12:00, or 90s, 15m, 2h, 7d ago");
  listing->add_option("--until", options->until, "Only those started before then");
  listing->add_option("--tag", options->tags, "Only those of workflows with this tag; several: with all");
  CLI::App* asking = sub("why", "What an execution waits for, or why it ended so", true,
                         [options] { return why(*options); });
  asking->add_option("--task", options->task, "Only of this task");
  add_actions_option(*asking, options->actions);
  sub("history", "Every change of state, in order", true, [options] {
    return history(*options);
  })->add_option("--at", options->at, "The execution as it was after so many events");
  sub("show", "One execution with its tasks", true, [options] { return show_execution(*options); });
  sub("tasks", "The tasks of one execution, and what they called", true,
      [options] { return tasks(*options); });

  acting("resume", "Resume a paused execution, or carry on one whose process has ended", [options] {
    return ask(*options, "resume", {});
  })->add_option("--env", options->env, "Merged into the environment: JSON, or @FILE");
  acting("pause", "Pause an execution", [options] { return ask(*options, "pause", {}); });
  acting("cancel", "Cancel an execution", [options] {
    return stop(*options, "CANCELLED");
  })->add_option("--message", options->message, "Why");
  CLI::App* stopping = acting("stop", "End an execution in a given state",
                              [options] { return stop(*options, options->state); });
  stopping->add_option("--state", options->state, "SUCCESS, ERROR or CANCELLED")
      ->required()
      ->check(CLI::IsMember({"SUCCESS", "ERROR", "CANCELLED"}));
  stopping->add_option("--message", options->message, "Why");
  CLI::App* rerunning = acting("rerun", "Run a failed task again, and what follows it", [options] {
    return ask(*options, "rerun", {{"task", options->task}, {"reset", options->reset}});
  });
  rerunning->add_option("--task", options->task, "Name of the task")->required();
  rerunning->add_flag("--reset", options->reset, "With items: all of them, not only the failed ones");
  rerunning->add_option("--env", options->env, "Merged into the environment: JSON, or @FILE");
  CLI::App* skipping =
      acting("skip", "Go on as if a failed task had been done: by on-skip, or on-success", [options] {
        return ask(*options, "skip", {{"task", options->task}});
      });
  skipping->add_option("--task", options->task, "Name of the task")->required();
  skipping->add_option("--env", options->env, "Merged into the environment: JSON, or @FILE");
}

}  // namespace gregale::cli
