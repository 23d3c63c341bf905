// The process that works on a store takes requests for its executions from other processes: on a Unix socket
// beside the store (PATH-control), which only the store's owner can reach.
//
// One request a connection, one JSON document a line: the request goes there; "taken" comes back when it is
// stored and "settled" when the execution has ended, is paused or cannot move by itself, or {"error", "kind"}
// when the request is refused. {"question": NAME} is answered with one document and changes nothing.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/value.hpp"
#include "interpreter/runtime.hpp"

namespace gregale::cli {

class ControlSocket {
 public:
  // Carries a request out on the runtime's thread and says which execution it was for; throws core::Error.
  using CarryOut = std::function<interpreter::ExecutionAddress(const core::Value& request)>;

  // Answers a question, on a thread of its own; throws core::Error for one that it does not know.
  using Answer = std::function<core::Value(const std::string& question)>;

  // Where it cannot listen, nobody can ask; the runtime works all the same. [runtime] and what [carry_out]
  // and [answer] use must outlive this.
  ControlSocket(const std::string& store, interpreter::Runtime& runtime, CarryOut carry_out, Answer answer);
  // Answers nobody any more. Not while the runtime runs.
  ~ControlSocket();

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

// Asks the process that holds the [store]; returns when the execution is settled, or the process has ended.
// False: nobody listens, or it ended before it had taken the request. Throws core::Error for what is refused.
bool ask_holder(const std::string& store, const core::Value& request);

// What the process that holds the [store] answers; nothing: nobody does, or it does not know the question.
std::optional<core::Value> question_holder(const std::string& store, const std::string& question);

}  // namespace gregale::cli
