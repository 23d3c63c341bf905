#include "stdlib/custom/protocol.hpp"

#include <fmt/format.h>

#include "core/json.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::ActionContext;
using interpreter::ActionResult;

namespace {

[[noreturn]] void wrong(const std::string& what) {
  throw Error(ErrorKind::invalid, what);
}

Value id_or_null(const core::Uuid& id) {
  return id.is_nil() ? Value() : Value(id.text());
}

Value context_value(const ActionContext& context, const Value& security) {
  Map members{
      {"workflow_execution_id", id_or_null(context.workflow_execution_id)},
      {"task_execution_id", id_or_null(context.task_execution_id)},
      {"action_execution_id", id_or_null(context.action_execution_id)},
      {"workflow_name", text_or_null(context.workflow_name)},
      {"task_name", text_or_null(context.task_name)},
      {"item_index", int64_t{context.item_index}},
      {"attempt", int64_t{context.attempt}},
      {"region", text_or_null(context.region)},
      {"deadline",
       context.deadline == 0 ? Value() : Value(static_cast<double>(context.deadline) / core::kSecond)},
      {"callback_url", text_or_null(context.callback_url)},
      {"custom_context", context.custom_context.is_map() ? context.custom_context : Value(Map())}};
  if (!security.is_null()) members.set(Value("security"), security);
  return Value(std::move(members));
}

// Absent and null are "".
std::string text_member(const Value& message, const char* key) {
  const Value value = message.get(key);
  if (value.is_null()) return {};
  if (!value.is_string()) wrong(fmt::format("gave a `{}` that is no text", key));
  return value.as_string();
}

ActionResult read_result(const Value& message) {
  const Value cancel = message.get("cancel");
  const Value* error = message.find("error");
  const bool has_error = error != nullptr && !error->is_null();
  if (!cancel.is_null() && !cancel.is_boolean()) wrong("gave a `cancel` that is neither true nor false");
  if (has_error && !message.get("data").is_null()) wrong("gave a result with both `data` and `error`");
  if (cancel.truthy()) return {ActionResult::State::cancelled, message.get("data"), {}};
  if (!has_error) return ActionResult::success(message.get("data"));
  std::string text = text_member(message, "message");
  if (text.empty() && error->is_string()) text = error->as_string();
  return ActionResult::error(*error, std::move(text));
}

Value parse(const std::string& line) {
  Value message;
  try {
    message = core::parse_json(line);
  } catch (const Error&) {
    wrong("wrote a line that is not JSON in UTF-8 (everything else belongs to standard error)");
  }
  if (!message.is_map() || !message.get("type").is_string())
    wrong("wrote a line that is no object with a `type`");
  return message;
}

}  // namespace

std::string_view state_text(ActionResult::State state) {
  switch (state) {
    case ActionResult::State::success:
      return "SUCCESS";
    case ActionResult::State::error:
      return "ERROR";
    case ActionResult::State::cancelled:
      return "CANCELLED";
  }
  return "ERROR";
}

Value text_or_null(const std::string& text) {
  return text.empty() ? Value() : Value(text);
}

std::string run_message(Purpose purpose, const interpreter::ActionCall& call, const Value& security) {
  return core::to_json(Map{{"type", purpose == Purpose::run ? "run" : "test"},
                           {"id", call.context.action_execution_id.text()},
                           {"action", call.name},
                           {"input", call.input},
                           {"context", context_value(call.context, security)}});
}

std::string cancel_message(const core::Uuid& id) {
  return core::to_json(Map{{"type", "cancel"}, {"id", id.text()}});
}

std::string answer_message(const Value& call, const ActionResult& result) {
  Map answer{
      {"type", "answer"}, {"call", call}, {"state", Value(state_text(result.state))}, {"data", result.data}};
  if (!result.message.empty()) answer.set(Value("message"), Value(result.message));
  return core::to_json(Value(std::move(answer)));
}

std::string describe_message() {
  return R"({"type":"describe"})";
}

Message read_message(const std::string& line, const core::Uuid& id) {
  const Value message = parse(line);
  const std::string& type = message.get("type").as_string();
  if (type == "log") {
    const std::string level = text_member(message, "level");
    return LogMessage{level.empty() ? "info" : level, text_member(message, "message")};
  }
  if (message.get("id") != Value(id.text())) wrong("wrote a message whose `id` is not that of the call");
  if (type == "result") return ResultMessage{read_result(message)};
  if (type == "accepted") return AcceptedMessage{};
  if (type == "call-action") {
    CallMessage call{message.get("call"), text_member(message, "action"), message.get("input")};
    if (!call.call.is_string() && !call.call.is_small_integer()) {
      wrong("wrote a call-action without a `call`, a text or number to know its answer by");
    }
    if (call.input.is_null()) call.input = Value(Map());
    return call;
  }
  wrong("wrote a message whose `type` is none of result, accepted, call-action and log");
}

Value read_description(const std::string& line) {
  const Value message = parse(line);
  if (message.get("type") != Value("description")) wrong("did not answer `describe` by a `description`");
  if (message.get("protocol") != Value(1)) wrong("does not speak version 1 of the protocol");
  return message.get("actions");
}

}  // namespace gregale::stdlib
