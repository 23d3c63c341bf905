// The messages between the engine and programs that carry out actions: JSON objects, one a line. Described
// for the authors of programs in docs/custom-actions.md.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "interpreter/action.hpp"

namespace gregale::stdlib {

enum class Purpose : uint8_t { run, test };

// How results are told: SUCCESS, ERROR, CANCELLED.
std::string_view state_text(interpreter::ActionResult::State state);
// Null for a text that is empty.
core::Value text_or_null(const std::string& text);

// ---- to the program

// [security]: null unless the action asked for it.
std::string run_message(Purpose purpose, const interpreter::ActionCall& call, const core::Value& security);
std::string cancel_message(const core::Uuid& id);
// What became of its `call-action`.
std::string answer_message(const core::Value& call, const interpreter::ActionResult& result);
std::string describe_message();

// ---- from the program

struct ResultMessage {
  interpreter::ActionResult result;
};
// An asynchronous action is set going.
struct AcceptedMessage {};
struct CallMessage {
  core::Value call;  // text or a number by which the program knows the call
  std::string action;
  core::Value input;
};
struct LogMessage {
  std::string level;  // debug, info, warning, error
  std::string message;
};
using Message = std::variant<ResultMessage, AcceptedMessage, CallMessage, LogMessage>;

// For the run [id]. Throws core::Error(invalid) that says what is wrong with it, without its content.
Message read_message(const std::string& line, const core::Uuid& id);
// The answer to describe: the mapping of actions.
core::Value read_description(const std::string& line);

}  // namespace gregale::stdlib
