// ProgramProcess: one running program that speaks JSON lines. It carries lines to and fro and knows nothing
// of what they mean. For one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "stdlib/custom/manifest.hpp"
#include "stdlib/process/child.hpp"

namespace gregale::stdlib {

class ProgramProcess {
 public:
  // Throws core::Error (overloaded, unusable).
  explicit ProgramProcess(const Manifest& manifest);

  int socket() const noexcept { return child_.socket(); }
  int errors() const noexcept { return child_.errors(); }

  // [line] without its end.
  void send(std::string_view line);
  bool has_to_write() const noexcept { return !outgoing_.empty(); }
  void write();

  // Takes what has come and adds whole lines to [lines]. False: there will be no more. Throws
  // core::Error(limit) when more came than one call may give.
  bool read(std::vector<std::string>& lines);
  // What comes from now on counts as the output of a new call.
  void begin_call() noexcept { received_ = 0; }
  // Whether it has ended without having read what was last sent, nor written anything since begin_call():
  // then it has not begun with the call.
  bool ended_before() const noexcept { return unread_ && received_ == 0; }
  void read_errors();

  // Whether it has ended by itself, as far as is known.
  bool gone() const;
  // Ends it: "ended with code 1", and what it last wrote to its standard error.
  std::string ending();

 private:
  Child child_;
  const size_t largest_output_;
  std::string outgoing_;
  std::string incoming_;
  size_t scanned_ = 0;  // of incoming_: has no end of line
  size_t received_ = 0;
  bool unread_ = false;
  std::string last_errors_;
};

}  // namespace gregale::stdlib
