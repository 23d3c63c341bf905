#include "stdlib/standard/blocking_action.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Value;
using interpreter::ActionResult;

Allowance::Allowance(std::stop_token pool, std::stop_token call, std::chrono::seconds longest,
                     core::Microseconds deadline)
    : pool_(std::move(pool)), call_(std::move(call)), begin_(Clock::now()), end_(begin_ + longest) {
  if (deadline == 0) return;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto left = std::chrono::microseconds(deadline) - now;
  end_ = std::min(end_, begin_ + std::chrono::duration_cast<Clock::duration>(left));
}

std::chrono::milliseconds Allowance::left() const {
  if (stopped()) return {};
  return std::max(std::chrono::milliseconds(),
                  std::chrono::duration_cast<std::chrono::milliseconds>(end_ - Clock::now()));
}

std::string Allowance::reason() const {
  if (stopped()) return "it was stopped";
  const auto seconds = std::chrono::duration<double>(end_ - begin_).count();
  return fmt::format("it took longer than {:.3g} seconds", std::max(0.0, seconds));
}

void BlockingAction::start(interpreter::ActionCall call, interpreter::ActionCompletion completion) const {
  pool_.submit([this, call = std::move(call), completion = std::move(completion)](const auto& pool_stop) {
    const Allowance allowance(pool_stop, call.context.stop, longest_, call.context.deadline);
    ActionResult result;
    try {
      result = carry_out(call.input, allowance);
    } catch (const Error& error) {
      result = ActionResult::failure(error.what());
    }
    completion(std::move(result));
  });
}

std::string text_parameter(const Value& input, std::string_view name) {
  const Value value = input.get(name);
  if (value.is_null()) return {};
  if (!value.is_string()) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` must be text, not a {}", name, value.kind_name()));
  }
  return value.as_string();
}

std::vector<std::string> texts_parameter(const Value& input, std::string_view name) {
  const Value value = input.get(name);
  if (value.is_null()) return {};
  if (value.is_string()) return {value.as_string()};
  std::vector<std::string> texts;
  if (value.is_list()) {
    for (const Value& item : value.as_list()) {
      if (!item.is_string()) break;
      texts.push_back(item.as_string());
    }
  }
  if (!value.is_list() || texts.size() != value.size()) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` must be text or a list of texts", name));
  }
  return texts;
}

}  // namespace gregale::stdlib
