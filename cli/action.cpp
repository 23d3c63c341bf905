// gregale action: the actions that workflows can call, one of them by itself, and results from outside.
#include <fmt/format.h>

#include <future>
#include <memory>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/dry_run.hpp"
#include "cli/execution_request.hpp"
#include "cli/execution_text.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "cli/stored_execution.hpp"
#include "cli/world.hpp"
#include "core/json.hpp"
#include "interpreter/custom_context.hpp"

namespace gregale::cli {

namespace {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;
using core::Value;
using interpreter::ActionEffects;
using interpreter::ActionMode;
using interpreter::ActionResult;
using interpreter::Paging;

struct ActionOptions {
  std::string name;
  std::string service;
  std::string input;
  std::string region;
  std::string cloud;
  std::vector<std::string> actions;
  std::string custom_context;
  std::string id;
  std::string db;
  std::string result;
  std::string error;
  bool cancel = false;
  EngineOptions engine;
  Format format = Format::text;
};

bool belongs_to(const ir::ActionSignature& signature, const std::string& service) {
  return service.empty() || signature.service == service || signature.name.starts_with(service + ".");
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

std::string_view paging_text(Paging paging) {
  switch (paging) {
    case Paging::none:
      return "none";
    case Paging::all:
      return "all";
    case Paging::by_marker:
      return "by_marker";
  }
  return "none";
}

Value description_of(const interpreter::Action& action) {
  const ir::ActionSignature& signature = action.signature();
  const ActionEffects effects = action.effects();
  List parameters;
  for (const ir::ActionParameter& parameter : signature.parameters) {
    parameters.push_back(Map{{"name", parameter.name},
                             {"required", parameter.required},
                             {"default", parameter.default_value},
                             {"description", parameter.description}});
  }
  return Map{{"name", signature.name},
             {"description", signature.description},
             {"service", text_or_null(signature.service)},
             {"takes_region", signature.takes_region},
             {"accepts_any", signature.accepts_any},
             {"idempotent", effects.idempotent},
             {"paging", paging_text(effects.paging)},
             {"creates", text_or_null(effects.creates)},
             {"deleted_by", text_or_null(effects.deleted_by)},
             {"deletes", text_or_null(effects.deletes)},
             {"findable", effects.findable},
             {"parameters", Value(std::move(parameters))}};
}

int list_actions(const ActionOptions& options) {
  const World world({{}, options.actions});
  List items;
  for (const std::string& name : world.actions().action_names()) {
    const interpreter::Action& action = *world.actions().find(name);
    if (!belongs_to(action.signature(), options.service)) continue;
    if (options.format == Format::text) {
      print(fmt::format("{:<32} {}\n", name, action.signature().description));
    } else {
      items.push_back(description_of(action));
    }
  }
  if (options.format == Format::json) print_json(Value(std::move(items)));
  return kDone;
}

const interpreter::Action& find_action(const World& world, const std::string& name) {
  const interpreter::Action* action = world.actions().find(name);
  if (action == nullptr) throw Error(ErrorKind::not_found, fmt::format("no action '{}'", name));
  return *action;
}

std::string parameter_line(const ir::ActionParameter& parameter) {
  const std::string presence = parameter.required ? "required"
                               : parameter.default_value.is_null()
                                   ? "optional"
                                   : fmt::format("default {}", core::to_json(parameter.default_value));
  return fmt::format("  {:<24} {}{}({})\n", parameter.name, parameter.description,
                     parameter.description.empty() ? "" : " ", presence);
}

int show_action(const ActionOptions& options) {
  const World world({{}, options.actions});
  const interpreter::Action& action = find_action(world, options.name);
  if (options.format == Format::json) {
    print_json(description_of(action));
    return kDone;
  }
  const ir::ActionSignature& signature = action.signature();
  const ActionEffects effects = action.effects();
  print(fmt::format("{}\n  {}\n", signature.name, signature.description));
  if (!signature.service.empty()) print(fmt::format("  service type: {}\n", signature.service));
  if (effects.idempotent) print("  may be sent again without harm\n");
  if (effects.paging == Paging::all) print("  gives all pages of a collection\n");
  if (effects.paging == Paging::by_marker)
    print("  gives one page of a collection; `marker` asks for the next\n");
  if (!effects.creates.empty()) {
    print(fmt::format("  creates: {}{}\n", effects.creates,
                      effects.deleted_by.empty() ? "" : fmt::format(" (deleted by {})", effects.deleted_by)));
  }
  if (effects.findable) print("  what it creates is found again after a crash, by a mark\n");
  if (!effects.deletes.empty()) print(fmt::format("  deletes: {}\n", effects.deletes));
  if (!signature.parameters.empty() || signature.accepts_any || signature.takes_region)
    print("parameters:\n");
  for (const ir::ActionParameter& parameter : signature.parameters) print(parameter_line(parameter));
  if (signature.takes_region) {
    print(parameter_line({"action_region", false, {}, "where the call goes; `region` means the same"}));
  }
  if (signature.accepts_any) print("  ...                      any further ones\n");
  return kDone;
}

enum class Purpose { run, test };

ActionResult carry_out(const World& world, const interpreter::Action& action, interpreter::ActionCall call,
                       Purpose purpose) {
  const auto promise = std::make_shared<std::promise<ActionResult>>();
  std::future<ActionResult> result = promise->get_future();
  const auto completion = [promise](ActionResult r) { promise->set_value(std::move(r)); };
  if (purpose == Purpose::test) {
    action.test(std::move(call), completion);
  } else {
    world.caller().carry_out(action, std::move(call), completion);
  }
  return result.get();
}

std::string error_text(const ActionResult& result) {
  if (!result.message.empty()) return result.message;
  return result.data.is_string() ? result.data.as_string() : core::to_json(result.data);
}

int refuse_call(const ActionOptions& options, const Error& error) {
  if (options.format == Format::json) {
    print_json(Map{{"error", error.what()}});
  } else {
    print_error(fmt::format("gregale: {}\n", error.what()));
  }
  return kUsage;
}

int call_action(const ActionOptions& options, Purpose purpose) {
  const World world({options.cloud, options.actions});
  interpreter::ActionCall call;
  interpreter::SecretList secrets;
  const interpreter::Action* action = nullptr;
  try {
    call.name = options.name;
    call.input = options.input.empty() ? Value(Map()) : read_mapping("--input", options.input);
    call.context.action_execution_id = core::Uuid::random();
    call.context.region = options.region;
    action = &world.caller().prepare(call);
    if (action->mode() == ActionMode::outside && purpose == Purpose::run) {
      throw Error(ErrorKind::invalid,
                  fmt::format("the result of '{}' comes from outside; it can only be called by a workflow",
                              call.name));
    }
    if (!options.custom_context.empty()) {
      const interpreter::CustomContext context =
          interpreter::extended({}, read_mapping("--custom-context", options.custom_context).as_map());
      call.context.custom_context = context.values;
      call.context.security = context.security;
      secrets.add(context);
    }
  } catch (const Error& error) {
    return refuse_call(options, error);
  }
  const std::string id = call.context.action_execution_id.text();
  const std::string region = call.context.region;
  ActionResult result;
  try {
    result = carry_out(world, *action, std::move(call), purpose);
  } catch (const Error& error) {
    result = ActionResult::failure(error.what());
  }
  result.data = secrets.concealed(result.data);
  result.message = secrets.concealed(std::move(result.message));
  for (Value& request : result.requests) request = secrets.concealed(request);
  const bool success = result.state == ActionResult::State::success;
  if (options.format == Format::json) {
    Map document{{"id", id}, {"name", options.name}};
    if (!region.empty()) document.set(Value("region"), Value(region));
    document.set(Value("state"), Value(success ? "SUCCESS" : "ERROR"));
    document.set(Value("output"), result.data);
    if (!success) document.set(Value("error"), Value(error_text(result)));
    if (!result.calls.empty()) document.set(Value("calls"), secrets.concealed(Value(result.calls)));
    if (!result.requests.empty()) document.set(Value("requests"), Value(result.requests));
    print_json(Value(std::move(document)));
  } else if (success && !result.requests.empty()) {
    for (const Value& request : result.requests) print(request_text(request));
  } else if (success) {
    print(core::to_json(result.data, 2) + "\n");
  } else {
    print_error(fmt::format("{} failed: {}\n", options.name, error_text(result)));
  }
  return success ? kDone : kFailed;
}

Value completion_request(const ActionOptions& options) {
  Map request{{"request", "complete"}, {"id", options.id}};
  const auto ends = [&](const char* state, Value data) {
    request.set(Value("state"), Value(state));
    request.set(Value("data"), std::move(data));
    return Value(std::move(request));
  };
  if (options.cancel) return ends("CANCELLED", Value());
  if (!options.error.empty()) return ends("ERROR", read_value("--error", options.error));
  return ends("SUCCESS", read_value("--result", options.result));
}

int complete(const ActionOptions& options) {
  const World world({options.cloud, options.actions});
  const Outcome outcome =
      request(completion_request(options), options.db, options.engine, world, options.format == Format::text);
  if (options.format == Format::json) {
    print_json(outcome.document);
  } else {
    print(summary_text(outcome.document));
  }
  return exit_code_of(outcome.state);
}

}  // namespace

void add_action(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<ActionOptions>();
  CLI::App* command =
      app.add_subcommand("action", "Actions: list, show, run or test one, complete one from outside");
  command->require_subcommand(1);
  const auto sub = [&](const char* name, const char* help, std::function<int()> call) {
    CLI::App* made = command->add_subcommand(name, help);
    made->add_option("--format", options->format, "text or json")
        ->transform(CLI::CheckedTransformer(
            std::map<std::string, Format>{{"text", Format::text}, {"json", Format::json}}));
    add_actions_option(*made, options->actions);
    made->callback([&exit_code, call = std::move(call)] { exit_code = call(); });
    return made;
  };

  sub("list", "All actions by name", [options] {
    return list_actions(*options);
  })->add_option("--service", options->service, "Only those of a service: nova, compute, std, ...");
  sub("show", "Parameters and documentation of an action", [options] { return show_action(*options); })
      ->add_option("NAME", options->name, "The action")
      ->required();

  const auto calling = [&](const char* name, const char* help, Purpose purpose) {
    CLI::App* made = sub(name, help, [options, purpose] { return call_action(*options, purpose); });
    made->add_option("NAME", options->name, "The action")->required();
    made->add_option("--input", options->input, "Its parameters: JSON, or @FILE");
    made->add_option("--region", options->region, "Region, where the input names none");
    made->add_option("--cloud", options->cloud, "Credentials: a cloud of clouds.yaml");
    made->add_option("--custom-context", options->custom_context, "Data for the action: JSON, or @FILE");
  };
  calling("run", "Carry out one action", Purpose::run);
  calling("test", "Check a call, and have the action tell what it would give, without doing it",
          Purpose::test);

  CLI::App* completing = sub("complete", "Give the result of an action that waits for it",
                             [options] { return complete(*options); });
  completing->add_option("ID", options->id, "The action execution's id")->required();
  completing->add_option("--db", options->db, "The store")->required();
  completing->add_option("--cloud", options->cloud, "Credentials: a cloud of clouds.yaml");
  add_engine_options(*completing, options->engine);
  CLI::Option_group* how = completing->add_option_group("how it ended");
  how->add_option("--result", options->result, "Its result: JSON, or @FILE");
  how->add_option("--error", options->error, "What went wrong: JSON, or @FILE");
  how->add_flag("--cancel", options->cancel, "It was cancelled");
  how->require_option(1);
}

}  // namespace gregale::cli
