// gregale execution: look at executions in a store, and act on them.
#include <fmt/format.h>

#include <memory>

#include "cli/arguments.hpp"
#include "cli/budget.hpp"
#include "cli/commands.hpp"
#include "cli/execution_story.hpp"
#include "cli/execution_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/stored_execution.hpp"
#include "cli/world.hpp"
#include "core/json.hpp"
#include "interpreter/document.hpp"

namespace gregale::cli {

namespace {

using core::List;
using core::Map;
using interpreter::Runtime;
using interpreter::State;

struct Options {
  std::string id;
  std::string db;
  std::string env;
  std::string message;
  std::string task;
  std::string cloud;
  std::vector<std::string> actions;
  std::string state;
  std::string workflow;
  size_t at = 0;
  bool reset = false;
  BudgetSettings budget;
  Format format = Format::text;

  core::Value environment() const { return env.empty() ? core::Value(Map()) : read_mapping("--env", env); }
  std::optional<std::string> given_message() const {
    return message.empty() ? std::nullopt : std::optional(message);
  }
};

int list(const Options& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  auto executions = store.list();
  std::erase_if(executions, [&](const interpreter::ExecutionSummary& execution) {
    return (!options.state.empty() && to_string(execution.state) != options.state) ||
           (!options.workflow.empty() && execution.workflow_name != options.workflow);
  });
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

int show(const Options& options) {
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  const interpreter::ExecutionAddress address = find_execution(store, options.id);
  const interpreter::ExecutionTree tree = store.load(address.root);
  const interpreter::LoadedProgram program = load_program(store, tree.program_digest);
  show_document(interpreter::execution_document(program, tree, address.execution), options.format, true);
  return kDone;
}

int tasks(const Options& options) {
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

int why(const Options& options) {
  const World world({{}, options.actions});
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::read);
  const core::Value document =
      why_document(store, world.actions(), options.id, options.task, world.clock().now());
  if (options.format == Format::json) {
    print_json(document);
  } else {
    print(why_text(document));
  }
  return kDone;
}

int history(const Options& options) {
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

// Asks something of an execution, then carries it on until nothing can move by itself.
using Request = std::function<void(Runtime&, const interpreter::ExecutionAddress&)>;

int act(const Options& options, const Request& request) {
  const World world({options.cloud, options.actions});
  interpreter::SqliteStore store(options.db, interpreter::StoreAccess::write, interpreter::Durability::full,
                                 key_file());
  const interpreter::ExecutionAddress address = find_execution(store, options.id);
  CarriedOn carried(store, world, options.format == Format::text, read_budget(options.budget));
  carried.runtime().load(address.root);
  request(carried.runtime(), address);
  carried.run();
  const interpreter::ExecutionTree& tree = carried.runtime().tree(address.root);
  const interpreter::LoadedProgram program = load_program(store, tree.program_digest);
  show_document(interpreter::execution_document(program, tree, address.execution), options.format, false);
  return exit_code_of(tree.executions[address.execution].state);
}

// An execution that runs but was left by its process is carried on; a paused one is resumed first.
int resume(const Options& options) {
  return act(options, [&](Runtime& runtime, const interpreter::ExecutionAddress& address) {
    const State state = runtime.tree(address.root).executions[address.execution].state;
    if (state == State::running || state == State::idle) return;
    runtime.resume(address.root, address.execution, options.environment());
  });
}

int stop(const Options& options, State state) {
  return act(options, [&](Runtime& runtime, const interpreter::ExecutionAddress& address) {
    runtime.stop(address.root, address.execution, state, options.given_message());
  });
}

}  // namespace

void add_execution(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
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
    add_budget_option(*made, options->budget);
    add_actions_option(*made, options->actions);
    return made;
  };

  CLI::App* listing =
      sub("list", "Root executions, the newest first", false, [options] { return list(*options); });
  listing->add_option("--state", options->state, "Only those in this state: RUNNING, ERROR, ...");
  listing->add_option("--workflow", options->workflow, "Only those of this workflow");
  CLI::App* asking = sub("why", "What an execution waits for, or why it ended so", true,
                         [options] { return why(*options); });
  asking->add_option("--task", options->task, "Only of this task");
  add_actions_option(*asking, options->actions);
  sub("history", "Every change of state, in order", true, [options] {
    return history(*options);
  })->add_option("--at", options->at, "The execution as it was after so many events");
  sub("show", "One execution with its tasks", true, [options] { return show(*options); });
  sub("tasks", "The tasks of one execution, and what they called", true,
      [options] { return tasks(*options); });

  acting("resume", "Resume a paused execution, or carry on one whose process has ended", [options] {
    return resume(*options);
  })->add_option("--env", options->env, "Merged into the environment: JSON, or @FILE");
  acting("pause", "Pause an execution", [options] {
    return act(*options, [&](Runtime& runtime, const interpreter::ExecutionAddress& address) {
      runtime.pause(address.root, address.execution, std::nullopt);
    });
  });
  acting("cancel", "Cancel an execution", [options] {
    return stop(*options, State::cancelled);
  })->add_option("--message", options->message, "Why");
  CLI::App* stopping = acting("stop", "End an execution in a given state", [options] {
    return stop(*options, *interpreter::parse_state(options->state));
  });
  stopping->add_option("--state", options->state, "SUCCESS, ERROR or CANCELLED")
      ->required()
      ->check(CLI::IsMember({"SUCCESS", "ERROR", "CANCELLED"}));
  stopping->add_option("--message", options->message, "Why");
  CLI::App* rerunning = acting("rerun", "Run a failed task again, and what follows it", [options] {
    return act(*options, [&](Runtime& runtime, const interpreter::ExecutionAddress& address) {
      runtime.rerun(address.root, address.execution, options->task, options->reset, options->environment());
    });
  });
  rerunning->add_option("--task", options->task, "Name of the task")->required();
  rerunning->add_flag("--reset", options->reset, "With items: all of them, not only the failed ones");
  rerunning->add_option("--env", options->env, "Merged into the environment: JSON, or @FILE");
  CLI::App* skipping =
      acting("skip", "Go on as if a failed task had been done: by on-skip, or on-success", [options] {
        return act(*options, [&](Runtime& runtime, const interpreter::ExecutionAddress& address) {
          runtime.skip(address.root, address.execution, options->task, options->environment());
        });
      });
  skipping->add_option("--task", options->task, "Name of the task")->required();
  skipping->add_option("--env", options->env, "Merged into the environment: JSON, or @FILE");
}

}  // namespace gregale::cli
