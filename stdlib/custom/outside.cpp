#include "stdlib/custom/outside.hpp"

#include <fmt/format.h>

#include "interpreter/custom_context.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionContext;
using interpreter::ActionResult;

namespace {

constexpr size_t kMostCalls = 10'000;

const char* state_text(ActionResult::State state) {
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

}  // namespace

ActionCall NestedCalls::begin(const ActionContext& parent, std::string action, Value input) {
  if (records_.size() >= kMostCalls) {
    throw Error(ErrorKind::limit, fmt::format("called more than {} actions", kMostCalls));
  }
  ActionCall call{std::move(action), std::move(input), parent};
  ++call.context.depth;
  call.context.action_execution_id = core::Uuid::derived(parent.action_execution_id, records_.size());
  records_.push_back(Map{{"name", call.name}, {"state", "RUNNING"}});
  return call;
}

void NestedCalls::end(size_t number, const ActionResult& result) {
  Map& record = records_[number].writable_map();
  record.set("state", state_text(result.state));
  if (!result.message.empty()) record.set("message", Value(result.message));
  if (!result.calls.empty()) record.set("calls", Value(result.calls));
}

std::string without(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) {
    for (size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
      text.replace(at, secret.size(), interpreter::kMask);
    }
  }
  return text;
}

Value without(const Value& value, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return value;
  if (value.is_string()) return Value(without(value.as_string(), secrets));
  if (value.is_list()) {
    core::List items;
    for (const Value& item : value.as_list()) items.push_back(without(item, secrets));
    return Value(std::move(items));
  }
  if (!value.is_map()) return value;
  Map members;
  for (const auto& [key, member] : value.as_map())
    members.set(without(key, secrets), without(member, secrets));
  return Value(std::move(members));
}

void conceal(ActionResult& result, const std::vector<std::string>& secrets) {
  result.data = without(result.data, secrets);
  result.message = without(std::move(result.message), secrets);
  for (Value& call : result.calls) call = without(call, secrets);
}

std::string log_line(const ActionCall& call, std::string_view level, std::string_view message,
                     const std::vector<std::string>& secrets) {
  interpreter::CustomContext context;
  context.security = call.context.security;
  if (call.context.custom_context.is_map()) {
    context.values = call.context.custom_context;
    for (const auto& [key, value] : context.values.as_map()) {
      if (key.is_string()) context.secrets.push_back(key.as_string());
    }
  }
  interpreter::SecretList hidden;
  hidden.add(context);
  return hidden.concealed(without(fmt::format("{}: {}: {}", call.name, level, message), secrets));
}

}  // namespace gregale::stdlib
