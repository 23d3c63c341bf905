// Error: what fails at run time, with a kind that tells the caller what to do about it.
//
// Mistakes in a definition are not Errors but Diagnostics (core/diagnostic.hpp). An Error stops at the
// machine's edge and becomes a task's ERROR state, or at the program's edge and becomes an exit code.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace gregale::core {

enum class ErrorKind {
  invalid,        // the request is wrong; sending it again will not help
  not_found,      // what it names does not exist
  conflict,       // the present state does not allow it
  unauthorized,   // credentials are missing, wrong or not sufficient
  limit,          // a configured limit was reached
  overloaded,     // back off, then try again
  disconnected,   // the other side could not be reached or went away
  timed_out,      // no answer in time
  unusable,       // what is needed is there, but damaged, of another kind or not permitted
  unimplemented,  // this program cannot do it
  internal,       // our own fault
};

std::string_view to_string(ErrorKind kind) noexcept;

class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace gregale::core
