// Child: another program, started with its standard input and output in our hand.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gregale::stdlib {

struct ChildOptions {
  std::vector<std::string> command;           // the program's path, then its arguments
  std::vector<std::string> environment = {};  // NAME=VALUE; nothing else is passed on
  std::string folder = {};                    // to start in; empty: ours
  size_t memory_bytes = 0;                    // the most address space it may have; 0: no bound
  bool keep_errors = false;                   // its standard error can be read; otherwise it is dropped
};

// How a child ended.
struct ChildEnding {
  int exit_code = -1;  // -1: by a signal
  int signal = 0;
};

// Killed, with all that it has started in its process group, and waited for at the latest by the destructor.
class Child {
 public:
  // Throws core::Error (overloaded: no socket or pipe; unusable: it cannot be started).
  explicit Child(const ChildOptions& options);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // Its standard input and output, without blocking. A socket rather than pipes: writing to a child that has
  // ended gives an error instead of a signal (with MSG_NOSIGNAL).
  int socket() const noexcept { return socket_; }
  // Its standard error, without blocking; -1: dropped.
  int errors() const noexcept { return errors_; }
  void kill();
  // Waits for its end. To be called once.
  ChildEnding wait();

 private:
  int socket_ = -1;
  int errors_ = -1;
  pid_t process_ = 0;
};

}  // namespace gregale::stdlib
