#include "stdlib/process/child.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;

namespace {

std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (const std::string& text : texts) result.push_back(const_cast<char*>(text.c_str()));
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void fail(const char* what) {
  throw Error(ErrorKind::overloaded, fmt::format("cannot make a {}: {}", what, std::strerror(errno)));
}

// A process group of its own, all signals as usual.
void set_attributes(posix_spawnattr_t& attributes) {
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
}

}  // namespace

Child::Child(const ChildOptions& options) {
  int ends[2];
  int error_ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socket");
  if (options.keep_errors && ::pipe2(error_ends, O_CLOEXEC) != 0) {
    ::close(ends[0]);
    ::close(ends[1]);
    fail("pipe");
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (options.keep_errors) {
    posix_spawn_file_actions_adddup2(&actions, error_ends[1], STDERR_FILENO);
  } else {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  }
  if (!options.folder.empty()) posix_spawn_file_actions_addchdir_np(&actions, options.folder.c_str());
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  set_attributes(attributes);
  const int code = ::posix_spawn(&process_, options.command.front().c_str(), &actions, &attributes,
                                 pointers(options.command).data(), pointers(options.environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  if (error_ends[1] >= 0) ::close(error_ends[1]);
  socket_ = ends[0];
  errors_ = error_ends[0];
  if (code != 0) {
    process_ = 0;
    ::close(socket_);
    if (errors_ >= 0) ::close(errors_);
    throw Error(ErrorKind::unusable,
                fmt::format("cannot start {}: {}", options.command.front(), std::strerror(code)));
  }
  if (options.memory_bytes > 0) {
    const rlimit both{options.memory_bytes, options.memory_bytes};
    ::prlimit(process_, RLIMIT_AS, &both, nullptr);
  }
  const rlimit no_dump{0, 0};
  ::prlimit(process_, RLIMIT_CORE, &no_dump, nullptr);
  ::fcntl(socket_, F_SETFL, O_NONBLOCK);
  if (errors_ >= 0) ::fcntl(errors_, F_SETFL, O_NONBLOCK);
}

Child::~Child() {
  ::close(socket_);
  if (errors_ >= 0) ::close(errors_);
  if (process_ <= 0) return;
  kill();
  ::waitpid(process_, nullptr, 0);
}

void Child::kill() {
  if (process_ > 0) ::kill(-process_, SIGKILL);
}

ChildEnding Child::wait() {
  int status = 0;
  ::waitpid(process_, &status, 0);
  ::kill(-process_, SIGKILL);  // what it has left behind
  process_ = 0;
  ChildEnding ending;
  if (WIFEXITED(status)) ending.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) ending.signal = WTERMSIG(status);
  return ending;
}

}  // namespace gregale::stdlib
