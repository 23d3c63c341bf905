// gregale run: compile, start, run to the end, show the execution.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dry_run.hpp"
#include "cli/execution_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/file_library.hpp"
#include "cli/output.hpp"
#include "cli/program_files.hpp"
#include "cli/run.hpp"
#include "cli/run_many.hpp"
#include "cli/stored_execution.hpp"
#include "cli/temporary_store.hpp"
#include "cli/world.hpp"
#include "compiler/ir/serialization.hpp"
#include "core/json.hpp"
#include "interpreter/document.hpp"
#include "interpreter/environment_store.hpp"

namespace gregale::cli {

namespace {

using core::Error;
using core::ErrorKind;
using core::Map;

// What was refused before anything ran: in JSON on standard output, else in words.
int refuse(const RunOptions& options, const std::string& message, std::string_view stage, int exit_code,
           const core::Diagnostics& diagnostics) {
  if (options.format == Format::json) {
    print_json(Map{{"error", message},
                   {"stage", core::Value(stage)},
                   {"diagnostics", core::parse_json(core::to_json_list(diagnostics.sorted()))}});
  } else {
    print_findings(diagnostics);
    print_error(fmt::format("gregale: {}\n", message));
  }
  return exit_code;
}

std::string choose_workflow(const ProgramFiles& files, std::string wanted) {
  if (wanted.empty()) wanted = files.wanted;
  const std::vector<std::string>& own = files.own_workflows;
  for (const std::string& abstract : files.abstract_workflows) {
    if (abstract != wanted && (!wanted.empty() || !own.empty())) continue;
    throw Error(ErrorKind::invalid,
                fmt::format("the workflow {} is abstract: it is only there to be extended", abstract));
  }
  if (!wanted.empty()) return wanted;
  if (own.size() == 1) return own.front();
  throw Error(ErrorKind::invalid,
              own.empty() ? "the files define no workflow"
                          : fmt::format("the files define several workflows, choose one by --workflow: {}",
                                        fmt::join(own, ", ")));
}

// The environment that is kept in the store under that name.
core::Value named_environment(const std::string& name, const std::string& store) {
  if (!store.empty()) {
    if (const auto found = interpreter::EnvironmentStore(store).find(name)) return found->variables;
  }
  throw Error(ErrorKind::not_found, fmt::format("Environment is not found: {}{}", name,
                                                store.empty() ? " (a store is given with --db)" : ""));
}

interpreter::StartRequest make_request(const RunOptions& options, const ProgramFiles& files) {
  interpreter::StartRequest request;
  request.workflow = choose_workflow(files, options.workflow);
  Map input;
  if (!options.input.empty()) input = read_mapping("--input", options.input).as_map();
  for (const std::string& pair : options.pairs) add_pair("--input-value", pair, input);
  request.input = core::Value(std::move(input));
  Map params;
  if (!options.params.empty()) params = read_mapping("--params", options.params).as_map();
  if (!options.env.empty()) {
    const bool in_place = options.env.front() == '{' || options.env.front() == '@';
    params.set(core::Value("env"), in_place ? read_value("--env", options.env) : core::Value(options.env));
  }
  if (const core::Value* env = params.find("env"); env != nullptr && env->is_string()) {
    params.set(core::Value("env"), named_environment(env->as_string(), options.db));
  }
  request.params = core::Value(std::move(params));
  request.region = options.region;
  // Only what is kept can be carried on, and so only its creations looked for.
  request.marks_creations = !options.db.empty() && !options.no_marks;
  if (!options.custom_context.empty()) {
    request.custom_context = read_mapping("--custom-context", options.custom_context);
  }
  return request;
}

// Refused calls and errors on the way count as a failed execution does.
int rehearse(const RunOptions& options, const World& world,
             const std::shared_ptr<const interpreter::LoadedProgram>& program, const ProgramFiles& files) {
  interpreter::DryRun told;
  try {
    told = interpreter::dry_run(program, world.actions(), world.clock(), make_request(options, files),
                                limits_of(options.engine));
  } catch (const Error& error) {
    return refuse(options, error.what(), "start", exit_code_of(error), {});
  }
  if (options.format == Format::json) {
    print_json(dry_run_document(told));
  } else {
    print(dry_run_text(told));
  }
  const bool refused = std::any_of(told.calls.begin(), told.calls.end(),
                                   [](const auto& call) { return !call.refusal.empty(); });
  return refused ? kFailed : exit_code_of(told.state);
}

// The output alone, of a workflow that stands behind a command of its own.
void show_output(const core::Value& document, const RunOptions& options) {
  const core::Value output = document.get("output");
  const bool done = document.get("state") == core::Value("SUCCESS");
  const core::Value info = document.get("state_info");
  const std::string reason = info.is_string() ? info.as_string() : document.get("state").as_string();
  if (options.format == Format::json) {
    print_json(done ? output : core::Value(Map{{"error", reason}}));
  } else if (done) {
    print(options.show(output));
  } else {
    print_error(fmt::format("gregale: {}\n", reason));
  }
}

}  // namespace

int run(const RunOptions& options) {
  const World world({options.cloud, options.actions});
  ProgramFiles files = read_program(options.paths, {&world.actions()}, world.library(options.library));
  if (!files.program) {
    return refuse(options, "the definition has errors", "definition", kDefinition, files.diagnostics);
  }
  print_findings(files.diagnostics);

  const std::string binary = ir::to_binary(*files.program);
  const auto program =
      std::make_shared<const interpreter::LoadedProgram>(std::move(*files.program), ir::sha256_hex(binary));
  if (options.dry_run) return rehearse(options, world, program, files);

  std::unique_ptr<TemporaryStore> temporary;
  if (options.db.empty()) temporary = std::make_unique<TemporaryStore>();
  interpreter::SqliteStore store(temporary ? temporary->path() : options.db, interpreter::StoreAccess::write,
                                 temporary ? interpreter::Durability::none : options.engine.durability,
                                 temporary ? std::string() : key_file());
  const core::Microseconds limit =
      options.timeout > 0
          ? world.clock().now() + static_cast<core::Microseconds>(options.timeout * core::kSecond)
          : 0;

  interpreter::StartRequest request;
  std::vector<Map> inputs;
  interpreter::Limits limits;
  try {
    limits = limits_of(options.engine);
    request = make_request(options, files);
    if (!options.each.empty()) inputs = read_inputs("--each", options.each, options.count);
  } catch (const Error& error) {
    return refuse(options, error.what(), "start", exit_code_of(error), {});
  }
  if (options.each.empty()) inputs.resize(options.count);
  if (options.count != 0 || !options.each.empty()) {
    ManyExecutions many(std::move(request), std::move(inputs));
    const core::Value summary = many.run(store, world, {false, options.db, limits}, program, binary, limit);
    if (options.format == Format::json) {
      print_json(summary);
    } else {
      print(many_text(summary));
    }
    return exit_code_of_many(summary);
  }

  CarriedOn carried(store, world, {options.format == Format::text, options.db, limits});
  interpreter::Runtime& runtime = carried.runtime();
  runtime.add_program(program, binary);
  core::Uuid id;
  try {
    id = runtime.start(program->digest(), request);
  } catch (const Error& error) {
    return refuse(options, error.what(), "start", exit_code_of(error), {});
  }
  if (!temporary) runtime.load_unfinished();
  carried.run(limit);

  const core::Value document = interpreter::execution_document(*program, runtime.tree(id), 0);
  if (options.show) {
    show_output(document, options);
  } else if (options.format == Format::json) {
    print_json(document);
  } else {
    print(summary_text(document));
  }
  return exit_code_of(runtime.tree(id).root().state);
}

void add_credential_options(CLI::App& command, RunOptions& options) {
  command.add_option("--cloud", options.cloud, "Credentials: a cloud of clouds.yaml");
  command.add_option("--custom-context", options.custom_context,
                     "Data that reaches every action: JSON, or @FILE. The store keeps it sealed");
}

void add_store_options(CLI::App& command, RunOptions& options) {
  command.add_option("--db", options.db, "Store; otherwise a temporary one that is removed at the end");
  command.add_flag("--no-marks", options.no_marks,
                   "With --db: leave out of what is created the mark by which it is found after a crash");
  add_engine_options(command, options.engine);
  command.add_option("--timeout", options.timeout, "Stop waiting after so many SECONDS")
      ->check(CLI::NonNegativeNumber);
  command.add_option("--format", options.format, "text or json")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
}

void add_run(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand("run", "Compile a workflow and run it to its end");
  add_program_options(*command, options->paths);
  add_library_option(*command, options->library);
  add_actions_option(*command, options->actions);
  command->add_option("--workflow", options->workflow, "Which workflow, where the files define several");
  command->add_option("--input", options->input, "Input of the workflow: JSON, or @FILE");
  command->add_option("-i,--input-value", options->pairs, "NAME=VALUE, one input; VALUE is YAML");
  command->add_option("--env", options->env, "Environment: JSON, @FILE, or a name");
  command->add_option("--params", options->params, "Parameters of the execution (task_name, env, ...): JSON");
  command->add_option("--region", options->region, "Region of OpenStack actions that name none");
  add_credential_options(*command, *options);
  CLI::Option* count =
      command->add_option("--count", options->count, "Start so many executions, and give a summary")
          ->check(CLI::PositiveNumber);
  CLI::Option* each =
      command->add_option("--each", options->each,
                          "Start one execution for each line of @FILE, a mapping that is added to the input");
  command
      ->add_flag("--dry-run", options->dry_run,
                 "Tell what every action would send, and send nothing; values that only a run can know are "
                 "shown as the expressions that give them")
      ->excludes(count)
      ->excludes(each);
  add_store_options(*command, *options);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace gregale::cli
