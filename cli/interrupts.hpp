// Ctrl-C and termination: while an Interrupts lives, SIGINT and SIGTERM call its function once, on a
// thread of its own, instead of ending the process. A second signal ends it at once. Make it before any
// other thread.
#pragma once

#include <functional>
#include <thread>

namespace gregale::cli {

class Interrupts {
 public:
  explicit Interrupts(std::function<void()> on_interrupt);
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

 private:
  std::thread waiter_;
};

}  // namespace gregale::cli
