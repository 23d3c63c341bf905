#include "stdlib/standard/simple_actions.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "core/json.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Value;
using interpreter::Action;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionMode;
using interpreter::ActionResult;

namespace {

// A task that should sleep longer is a mistake in units.
constexpr double kLongestDelay = 10.0 * 366 * 24 * 3600;
// std.test_dict is for tests of sizes; more entries than this only exhaust the memory.
constexpr int64_t kLargestTestDict = 1'000'000;

std::optional<double> number_of(const Value& value) {
  if (value.is_small_integer()) return static_cast<double>(value.as_integer());
  if (value.is_float()) return value.as_float();
  if (!value.is_string()) return std::nullopt;
  std::string_view text = value.as_string();
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Seconds from the parameter [name]; negative ones are none, as in Mistral.
double seconds_of(const Value& input, std::string_view name, double if_missing) {
  const Value* given = input.find(name);
  if (given == nullptr) return if_missing;
  const std::optional<double> seconds = number_of(*given);
  if (!seconds || !std::isfinite(*seconds)) {
    throw Error(ErrorKind::invalid,
                fmt::format("`{}` must be a number of seconds, not {}", name, core::to_json(*given)));
  }
  if (*seconds > kLongestDelay) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` is {} seconds: more than ten years", name, *seconds));
  }
  return *seconds < 0 ? 0 : *seconds;
}

// What the actions of this file share: a signature, carried out in place.
class InPlaceAction : public Action {
 public:
  explicit InPlaceAction(ir::ActionSignature signature) : signature_(std::move(signature)) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  ActionMode mode() const override { return ActionMode::in_place; }
  bool idempotent(const Value&) const override { return true; }

 private:
  ir::ActionSignature signature_;
};

class NoopAction : public InPlaceAction {
 public:
  NoopAction()
      : InPlaceAction({.name = "std.noop",
                       .description = "Does nothing.",
                       .parameters = {},
                       .result = ir::ActionSignature::Result::nothing}) {}
  ActionResult evaluate(const Value&) const override { return ActionResult::success({}); }
};

class EchoAction : public InPlaceAction {
 public:
  EchoAction()
      : InPlaceAction({.name = "std.echo",
                       .description = "Gives back a value, for tests and for drafts of workflows.",
                       .parameters = {{"output", true, {}, "the result"},
                                      {"delay", false, 0, "seconds to wait before"}}}) {}
  ActionResult evaluate(const Value& input) const override {
    return ActionResult::success(input.get("output"));
  }
  double delay_seconds(const Value& input) const override { return seconds_of(input, "delay", 0); }
};

class FailAction : public InPlaceAction {
 public:
  FailAction()
      : InPlaceAction({.name = "std.fail",
                       .description = "Always fails.",
                       .parameters = {{"error_data", false, {}, "the result of the error"}}}) {}
  // Data that is empty in Python's sense does not count, as in Mistral.
  ActionResult evaluate(const Value& input) const override {
    const Value data = input.get("error_data");
    if (!data.truthy()) return ActionResult::failure("Fail action expected exception.");
    return ActionResult::error(data, data.is_string() ? data.as_string() : core::to_json(data));
  }
};

class SleepAction : public InPlaceAction {
 public:
  SleepAction()
      : InPlaceAction({.name = "std.sleep",
                       .description = "Waits.",
                       .parameters = {{"seconds", false, 1, "how long; fractions count"}}}) {}
  ActionResult evaluate(const Value&) const override { return ActionResult::success({}); }
  double delay_seconds(const Value& input) const override { return seconds_of(input, "seconds", 1); }
};

class TestDictAction : public InPlaceAction {
 public:
  TestDictAction()
      : InPlaceAction({.name = "std.test_dict",
                       .description = "Makes a mapping of a given size, for tests.",
                       .parameters = {{"size", false, 0, "number of entries"},
                                      {"key_prefix", false, "", "keys are this and a number"},
                                      {"val", false, "", "the value of all of them"}}}) {}
  ActionResult evaluate(const Value& input) const override {
    const Value size = input.find("size") ? input.get("size") : Value(0);
    if (!size.is_small_integer() || size.as_integer() > kLargestTestDict) {
      return ActionResult::failure(
          fmt::format("`size` must be an integer up to {}, not {}", kLargestTestDict, core::to_json(size)));
    }
    const Value prefix = input.find("key_prefix") ? input.get("key_prefix") : Value("");
    const std::string start = prefix.is_string() ? prefix.as_string() : core::to_json(prefix);
    const Value value = input.find("val") ? input.get("val") : Value("");
    core::Map entries;
    for (int64_t i = 0; i < size.as_integer(); ++i) entries.set(start + std::to_string(i), value);
    return ActionResult::success(std::move(entries));
  }
};

// Its result is delivered from outside.
class AsyncNoopAction : public Action {
 public:
  const ir::ActionSignature& signature() const override { return signature_; }
  ActionMode mode() const override { return ActionMode::outside; }
  bool idempotent(const Value&) const override { return true; }
  void start(ActionCall, ActionCompletion completion) const override {
    completion(ActionResult::success({}));
  }

 private:
  ir::ActionSignature signature_{.name = "std.async_noop",
                                 .description = "Does nothing and waits for a result from outside.",
                                 .parameters = {}};
};

}  // namespace

void add_simple_actions(interpreter::ActionRegistry& registry) {
  registry.add(std::make_unique<NoopAction>());
  registry.add(std::make_unique<EchoAction>());
  registry.add(std::make_unique<FailAction>());
  registry.add(std::make_unique<SleepAction>());
  registry.add(std::make_unique<TestDictAction>());
  registry.add(std::make_unique<AsyncNoopAction>());
}

}  // namespace gregale::stdlib
