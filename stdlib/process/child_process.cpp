#include "stdlib/process/child_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;

namespace {

constexpr int kPollMilliseconds = 50;

// A child with its two ends; killed and waited for at the latest here.
class Child {
 public:
  explicit Child(const std::vector<std::string>& command) {
    // A socket rather than pipes: writing to a child that has ended gives an error instead of a signal.
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw Error(ErrorKind::overloaded, fmt::format("cannot make a socket: {}", std::strerror(errno)));
    }
    socket_ = ends[0];
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    std::vector<char*> arguments;
    for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    char* const no_environment[] = {nullptr};
    const int code = ::posix_spawn(&process_, command.front().c_str(), &actions, nullptr, arguments.data(),
                                   no_environment);
    posix_spawn_file_actions_destroy(&actions);
    ::close(ends[1]);
    if (code != 0) {
      ::close(socket_);
      throw Error(ErrorKind::unusable,
                  fmt::format("cannot start {}: {}", command.front(), std::strerror(code)));
    }
    ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  }
  ~Child() {
    ::close(socket_);
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int socket() const { return socket_; }
  int wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    process_ = 0;
    return status;
  }

 private:
  int socket_ = -1;
  pid_t process_ = 0;
};

}  // namespace

ChildOutcome run_child(const std::vector<std::string>& command, std::string_view input, size_t largest_output,
                       const Allowance& allowance) {
  Child child(command);
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
  const int status = child.wait();
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return outcome;
}

}  // namespace gregale::stdlib
