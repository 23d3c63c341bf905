#include "cli/interrupts.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

namespace gregale::cli {

namespace {

constexpr int kStopWaiting = SIGUSR1;  // sent by the destructor to the waiting thread

sigset_t watched_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, kStopWaiting);
  return set;
}

}  // namespace

Interrupts::Interrupts(std::function<void()> on_interrupt) {
  const sigset_t set = watched_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  waiter_ = std::thread([set, on_interrupt = std::move(on_interrupt)] {
    bool interrupted = false;
    while (true) {
      int signal = 0;
      sigwait(&set, &signal);
      if (signal == kStopWaiting) return;
      if (interrupted) _exit(128 + signal);
      interrupted = true;
      on_interrupt();
    }
  });
}

Interrupts::~Interrupts() {
  pthread_kill(waiter_.native_handle(), kStopWaiting);
  waiter_.join();
}

}  // namespace gregale::cli
