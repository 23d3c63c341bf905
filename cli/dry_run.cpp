#include "cli/dry_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/json.hpp"

namespace gregale::cli {

using core::List;
using core::Map;
using core::Value;
using interpreter::DryRun;
using interpreter::RehearsedCall;

namespace {

Value document_of(const RehearsedCall& call) {
  Map told{{"workflow", call.workflow}, {"task", call.task}};
  if (call.item) told.set(Value("item"), Value(int64_t{*call.item}));
  told.set(Value("action"), Value(call.action));
  if (!call.region.empty()) told.set(Value("region"), Value(call.region));
  told.set(Value("input"), call.input);
  told.set(Value("requests"), Value(call.requests));
  if (!call.refusal.empty()) told.set(Value("error"), Value(call.refusal));
  if (!call.guards.empty()) {
    List guards;
    for (const std::string& guard : call.guards) guards.push_back(Value(guard));
    told.set(Value("when"), Value(std::move(guards)));
  }
  return Value(std::move(told));
}

std::string indented(const std::string& text, std::string_view indent) {
  std::string out;
  size_t from = 0;
  while (from <= text.size()) {
    const size_t end = std::min(text.find('\n', from), text.size());
    out += fmt::format("{}{}\n", indent, std::string_view(text).substr(from, end - from));
    from = end + 1;
  }
  return out;
}

std::string text_of(const Value& value) {
  return value.is_string() ? value.as_string() : core::to_json(value, 2);
}

std::string text_of_call(const RehearsedCall& call) {
  std::string text = call.task;
  if (call.item) text += fmt::format("[{}]", *call.item);
  text += fmt::format(" ({}): {}", call.workflow, call.action);
  if (!call.region.empty()) text += fmt::format(" in {}", call.region);
  text += '\n';
  for (const std::string& guard : call.guards) text += fmt::format("  if {}\n", guard);
  for (const Value& request : call.requests) text += request_text(request);
  if (call.requests.empty()) {
    for (const auto& [name, value] : call.input.as_map()) {
      text += fmt::format("  {}: {}\n", text_of(name), core::to_json(value));
    }
  }
  if (!call.refusal.empty()) text += fmt::format("  error: {}\n", call.refusal);
  return text;
}

}  // namespace

std::string request_text(const Value& request) {
  std::string text =
      fmt::format("  {} {}\n", request.get("method").as_string(), request.get("url").as_string());
  const Value headers = request.get("headers");
  if (headers.is_map()) {
    for (const auto& [name, value] : headers.as_map()) {
      text += fmt::format("    {}: {}\n", text_of(name), text_of(value));
    }
  }
  if (request.find("body") != nullptr) text += indented(text_of(request.get("body")), "    ");
  return text;
}

Value dry_run_document(const DryRun& told) {
  List calls;
  for (const RehearsedCall& call : told.calls) calls.push_back(document_of(call));
  Map document{{"state", Value(to_string(told.state))}};
  if (!told.state_info.empty()) document.set(Value("state_info"), Value(told.state_info));
  document.set(Value("calls"), Value(std::move(calls)));
  return Value(std::move(document));
}

std::string dry_run_text(const DryRun& told) {
  std::string text;
  size_t requests = 0;
  for (const RehearsedCall& call : told.calls) {
    text += text_of_call(call) + "\n";
    requests += call.requests.size();
  }
  text +=
      fmt::format("{} action{} would be carried out, {} request{} told; nothing was sent\n",
                  told.calls.size(), told.calls.size() == 1 ? "" : "s", requests, requests == 1 ? "" : "s");
  if (told.state != interpreter::State::success) {
    text += fmt::format("the execution would end in {}{}{}\n", to_string(told.state),
                        told.state_info.empty() ? "" : ": ", told.state_info);
  }
  return text;
}

}  // namespace gregale::cli
