// ProgramHost: keeps programs that carry out actions running, and hands them their calls.
//
// One thread serves all of them; it starts with the first call. A program carries out one call at a time; it
// is kept for the next one. Whatever it does - ends, hangs, writes garbage or without end - becomes the
// failure of the call that it was at, and a new process takes its place.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "stdlib/custom/declared_action.hpp"
#include "stdlib/custom/manifest.hpp"
#include "stdlib/custom/outside.hpp"

namespace gregale::stdlib {

class ProgramHost {
 public:
  explicit ProgramHost(Outside outside);
  ~ProgramHost();
  ProgramHost(const ProgramHost&) = delete;
  ProgramHost& operator=(const ProgramHost&) = delete;

  // From any thread. [completion] is called once. A call that is asked to stop is completed as cancelled and
  // its program told, which is ended if it does not stop by itself.
  void carry_out(std::shared_ptr<const Manifest> manifest, DeclaredCall call,
                 interpreter::ActionCompletion completion);
  // Ends all programs; calls that are under way fail, as later ones do.
  void stop();

 private:
  class Loop;
  std::shared_ptr<Loop> loop_;
};

// Starts the program and asks what it can do. Waits for it, for seconds at most. Throws core::Error.
std::vector<Declaration> describe_program(const Manifest& manifest);

}  // namespace gregale::stdlib
