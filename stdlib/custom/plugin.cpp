#include "stdlib/custom/plugin.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <future>

#include "core/json.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionContext;
using interpreter::ActionMode;
using interpreter::ActionResult;

namespace {

std::string_view view(gregale_text text) {
  return {text.data, text.size};
}

gregale_text text_of(std::string_view text) {
  return {text.data(), text.size()};
}

std::string id_text(const core::Uuid& id) {
  return id.is_nil() ? std::string() : id.text();
}

// One call as the plug-in sees it, and what belongs to it on our side.
struct RunningCall : gregale_call_v1 {
  RunningCall(PluginHost& plugin_host, const DeclaredCall& made);
  RunningCall(const RunningCall&) = delete;
  RunningCall& operator=(const RunningCall&) = delete;

  static RunningCall& of(const gregale_call_v1* call) {
    return const_cast<RunningCall&>(static_cast<const RunningCall&>(*call));
  }
  ActionResult result(int state);

  PluginHost& host;
  const DeclaredCall& request;
  NestedCalls calls;
  std::string workflow_id, task_id, action_id, input_text, context_text, security_text;
  std::string data_text = "null";
  std::string message_text;
};

int state_number(ActionResult::State state) {
  return state == ActionResult::State::success ? 0 : state == ActionResult::State::error ? 1 : 2;
}

int call_action(const gregale_call_v1* call, gregale_text action, gregale_text input, void* receiver,
                gregale_receive data, gregale_receive message) {
  RunningCall& running = RunningCall::of(call);
  ActionResult result;
  try {
    const size_t number = running.calls.size();
    ActionCall inner = running.calls.begin(running.request.call.context, std::string(view(action)),
                                           core::parse_json(view(input)));
    if (running.request.purpose == Purpose::run) {
      std::promise<ActionResult> promise;
      running.host.outside().call(std::move(inner),
                                  [&](ActionResult given) { promise.set_value(std::move(given)); });
      result = promise.get_future().get();
    }
    running.calls.end(number, result);
  } catch (const Error& error) {
    result = ActionResult::failure(error.what());
  }
  const std::string text = core::to_json(result.data);
  data(receiver, text_of(text));
  message(receiver, text_of(result.message));
  return state_number(result.state);
}

void log(const gregale_call_v1* call, gregale_text level, gregale_text message) {
  const RunningCall& running = RunningCall::of(call);
  if (!running.host.outside().log) return;
  running.host.outside().log(
      log_line(running.request.call, view(level), view(message), running.request.secrets));
}

int cancelled(const gregale_call_v1* call) {
  const RunningCall& running = RunningCall::of(call);
  return running.host.ending() || running.request.call.context.stop.stop_requested() ? 1 : 0;
}

RunningCall::RunningCall(PluginHost& plugin_host, const DeclaredCall& made)
    : gregale_call_v1(), host(plugin_host), request(made) {
  const ActionContext& from = made.call.context;
  workflow_id = id_text(from.workflow_execution_id);
  task_id = id_text(from.task_execution_id);
  action_id = id_text(from.action_execution_id);
  input_text = core::to_json(made.call.input);
  context_text = from.custom_context.is_map() ? core::to_json(from.custom_context) : "{}";
  if (!made.security.is_null()) security_text = core::to_json(made.security);
  workflow_execution_id = text_of(workflow_id);
  task_execution_id = text_of(task_id);
  action_execution_id = text_of(action_id);
  workflow_name = text_of(from.workflow_name);
  task_name = text_of(from.task_name);
  region = text_of(from.region);
  callback_url = text_of(from.callback_url);
  item_index = from.item_index;
  attempt = from.attempt;
  deadline = from.deadline;
  input = text_of(input_text);
  custom_context = text_of(context_text);
  security = text_of(security_text);
  call_action = &stdlib::call_action;
  log = &stdlib::log;
  cancelled = &stdlib::cancelled;
  receiver = this;
  data = [](void* self, gregale_text text) { static_cast<RunningCall*>(self)->data_text = view(text); };
  message = [](void* self, gregale_text text) { static_cast<RunningCall*>(self)->message_text = view(text); };
}

ActionResult RunningCall::result(int state) {
  ActionResult result;
  switch (state) {
    case 0:
      result.state = ActionResult::State::success;
      break;
    case 2:
      result.state = ActionResult::State::cancelled;
      break;
    default:
      result.state = ActionResult::State::error;
  }
  try {
    result.data = core::parse_json(data_text);
    result.message = std::move(message_text);
    if (result.state == ActionResult::State::error && result.data.is_null())
      result.data = Value(result.message);
  } catch (const Error&) {
    result = ActionResult::failure(
        fmt::format("The plug-in's action {} gave what is not JSON", request.call.name));
  }
  calls.give(result);
  conceal(result, request.secrets);
  return result;
}

}  // namespace

PluginHost::~PluginHost() {
  ending_ = true;
}

ActionResult PluginHost::invoke(const gregale_action_v1& action, const DeclaredCall& call) {
  RunningCall running(*this, call);
  const auto function = call.purpose == Purpose::run ? action.run : action.test;
  return running.result(function(action.self, &running));
}

void PluginHost::carry_out(const gregale_action_v1& action, DeclaredCall call, ActionCompletion completion) {
  pool_.submit([this, &action, call = std::move(call),
                completion = std::move(completion)](const std::stop_token& stop) {
    completion(stop.stop_requested() ? ActionResult::failure("it was stopped") : invoke(action, call));
  });
}

void add_plugin(interpreter::ActionRegistry& registry, const std::string& path, PluginHost& host,
                OpenstackSession& session) {
  // It is not closed again: actions refer to it until the program ends.
  void* const object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (object == nullptr) throw Error(ErrorKind::unusable, fmt::format("cannot be loaded: {}", ::dlerror()));
  const auto* plugin = static_cast<const gregale_plugin_v1*>(::dlsym(object, "gregale_plugin"));
  if (plugin == nullptr) {
    throw Error(ErrorKind::unusable, "is no plug-in with actions: it has no symbol gregale_plugin");
  }
  if (plugin->abi != GREGALE_PLUGIN_ABI) {
    throw Error(
        ErrorKind::unusable,
        fmt::format("was built for version {} of the plug-in interface, and this program has version {}; "
                    "build it again with the headers of this program",
                    plugin->abi, GREGALE_PLUGIN_ABI));
  }
  const gregale_action_v1* actions = nullptr;
  const size_t count = plugin->actions(&actions);
  for (size_t i = 0; i < count; ++i) {
    core::Map one;
    one.set(Value(view(actions[i].name)), core::parse_json(view(actions[i].declaration)));
    for (Declaration& declaration : read_declarations(Value(std::move(one)))) {
      registry.add(declared_action(std::move(declaration), session,
                                   [&host, &action = actions[i]](DeclaredCall call, auto completion) {
                                     host.carry_out(action, std::move(call), std::move(completion));
                                   }));
    }
  }
}

}  // namespace gregale::stdlib
