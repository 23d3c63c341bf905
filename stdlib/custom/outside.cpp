#include "stdlib/custom/outside.hpp"

#include <fmt/format.h>

#include "core/leaves.hpp"
#include "interpreter/custom_context.hpp"
#include "stdlib/custom/protocol.hpp"

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

}  // namespace

ActionCall NestedCalls::begin(const ActionContext& parent, std::string action, Value input) {
  if (records_.size() >= kMostCalls) {
    throw Error(ErrorKind::limit, fmt::format("called more than {} actions", kMostCalls));
  }
  ActionCall call{std::move(action), std::move(input), parent};
  ++call.context.depth;
  // What this one may have called before it was sent again is not told from what it calls now.
  call.context.search = interpreter::Search::none;
  call.context.action_execution_id = core::Uuid::derived(parent.action_execution_id, records_.size());
  records_.push_back(Map{{"name", call.name}, {"state", "RUNNING"}});
  return call;
}

void NestedCalls::end(size_t number, const ActionResult& result) {
  Map& record = records_[number].writable_map();
  record.set("state", Value(state_text(result.state)));
  if (!result.message.empty()) record.set("message", Value(result.message));
  if (!result.calls.empty()) record.set("calls", Value(result.calls));
  resources_.insert(resources_.end(), result.resources.begin(), result.resources.end());
}

void NestedCalls::give(ActionResult& result) {
  result.calls = std::move(records_);
  result.resources = std::move(resources_);
}

std::string without(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) text = interpreter::with_mask(std::move(text), secret);
  return text;
}

Value without(const Value& value, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return value;
  const auto hide = [&](const Value& leaf) {
    return leaf.is_string() ? Value(without(leaf.as_string(), secrets)) : leaf;
  };
  return core::with_leaves(value, hide, hide);
}

void conceal(ActionResult& result, const std::vector<std::string>& secrets) {
  result.data = without(result.data, secrets);
  result.message = without(std::move(result.message), secrets);
  for (Value& call : result.calls) call = without(call, secrets);
  for (interpreter::ResourceChange& change : result.resources) {
    interpreter::conceal(change, [&](auto seen) { return without(std::move(seen), secrets); });
  }
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
