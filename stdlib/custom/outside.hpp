// What actions of others may ask of us while they run, and what they must not tell.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "interpreter/action.hpp"

namespace gregale::stdlib {

struct Outside {
  // Carries out an action that an action calls.
  std::function<void(interpreter::ActionCall, interpreter::ActionCompletion)> call;
  // What an action logs; [line] has no end. From any thread.
  std::function<void(const std::string& line)> log;
};

// Of one call of an action: those that it makes in turn, and what its result tells of them
// (ActionResult::calls, resources).
class NestedCalls {
 public:
  // Throws core::Error(limit) when there are too many. The call, with an identity of its own; its context is
  // [parent]'s but for that.
  interpreter::ActionCall begin(const interpreter::ActionContext& parent, std::string action,
                                core::Value input);
  size_t size() const noexcept { return records_.size(); }
  // Of the call of that number, counted from 0.
  void end(size_t number, const interpreter::ActionResult& result);
  // Moves what is told of them into the result of the call that made them.
  void give(interpreter::ActionResult& result);

 private:
  core::List records_;
  interpreter::ResourceChanges resources_;
};

// Everywhere in a text or value: [secrets] become a mask.
std::string without(std::string text, const std::vector<std::string>& secrets);
core::Value without(const core::Value& value, const std::vector<std::string>& secrets);
void conceal(interpreter::ActionResult& result, const std::vector<std::string>& secrets);

// The line for Outside::log, without [secrets], credentials and whatever is in the custom context.
std::string log_line(const interpreter::ActionCall& call, std::string_view level, std::string_view message,
                     const std::vector<std::string>& secrets);

}  // namespace gregale::stdlib
