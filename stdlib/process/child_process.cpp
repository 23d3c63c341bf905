#include "stdlib/process/child_process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "stdlib/process/child.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;

namespace {

constexpr int kPollMilliseconds = 50;

}  // namespace

ChildOutcome run_child(const std::vector<std::string>& command, std::string_view input, size_t largest_output,
                       const Allowance& allowance) {
  Child child({command});
  ChildOutcome outcome;
  bool writing = true;
  while (true) {
    if (allowance.expired()) throw Error(ErrorKind::disconnected, allowance.reason());
    if (writing && input.empty()) {
      ::shutdown(child.socket(), SHUT_WR);
      writing = false;
    }
    pollfd wanted{child.socket(), static_cast<short>(POLLIN | (writing ? POLLOUT : 0)), 0};
    if (::poll(&wanted, 1, kPollMilliseconds) <= 0) continue;
    if ((wanted.revents & POLLOUT) != 0) {
      const ssize_t count = ::send(child.socket(), input.data(), input.size(), MSG_NOSIGNAL);
      if (count > 0) input.remove_prefix(static_cast<size_t>(count));
      if (count < 0 && errno != EAGAIN && errno != EINTR) input = {};  // it does not want to know more
    }
    if ((wanted.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
    char buffer[1 << 14];
    const ssize_t count = ::read(child.socket(), buffer, sizeof buffer);
    if (count < 0 && (errno == EAGAIN || errno == EINTR)) continue;
    if (count <= 0) break;
    outcome.output.append(buffer, static_cast<size_t>(count));
    if (outcome.output.size() > largest_output) {
      throw Error(ErrorKind::limit, fmt::format("it gave more than {} bytes", largest_output));
    }
  }
  const ChildEnding ending = child.wait();
  outcome.exit_code = ending.exit_code;
  outcome.signal = ending.signal;
  return outcome;
}

}  // namespace gregale::stdlib
