#include "stdlib/ssh/ssh_session.hpp"

#include <fmt/format.h>
#include <libssh/libssh.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <thread>

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;

namespace {

constexpr size_t kLargestOutput = size_t{16} << 20;  // of one command; more is no result of a task
constexpr int kPollMilliseconds = 100;               // how often a wait looks at the allowance
constexpr int64_t kLongestStep = 60'000;             // milliseconds for connecting, for logging in, ...

struct FreeSession {
  void operator()(ssh_session session) const {
    ssh_disconnect(session);
    ssh_free(session);
  }
};
struct FreeChannel {
  void operator()(ssh_channel channel) const { ssh_channel_free(channel); }
};
struct FreeKey {
  void operator()(ssh_key key) const { ssh_key_free(key); }
};
using Session = std::unique_ptr<std::remove_pointer_t<ssh_session>, FreeSession>;
using Channel = std::unique_ptr<std::remove_pointer_t<ssh_channel>, FreeChannel>;
using Key = std::unique_ptr<std::remove_pointer_t<ssh_key>, FreeKey>;

Key import_key(const SshLogin& login) {
  ssh_key key = nullptr;
  const char* passphrase = login.password.empty() ? nullptr : login.password.c_str();
  if (!login.private_key.empty()) {
    ssh_pki_import_privkey_base64(login.private_key.c_str(), passphrase, nullptr, nullptr, &key);
  } else if (!login.private_key_file.empty()) {
    ssh_pki_import_privkey_file(login.private_key_file.c_str(), passphrase, nullptr, nullptr, &key);
  } else {
    return nullptr;
  }
  if (key == nullptr) throw Error(ErrorKind::invalid, "the private key cannot be read");
  return Key(key);
}

// Answers every question with the password.
int authenticate_interactively(ssh_session session, const std::string& password) {
  int result = ssh_userauth_kbdint(session, nullptr, nullptr);
  while (result == SSH_AUTH_INFO) {
    const int questions = ssh_userauth_kbdint_getnprompts(session);
    for (int i = 0; i < questions; ++i) {
      ssh_userauth_kbdint_setanswer(session, static_cast<unsigned>(i), password.c_str());
    }
    result = ssh_userauth_kbdint(session, nullptr, nullptr);
  }
  return result;
}

// A channel's two directions joined to a socket, kept going by a thread of its own.
class Tunnel {
 public:
  Tunnel(ssh_session gateway, Channel channel) : channel_(std::move(channel)) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
      throw Error(ErrorKind::overloaded, "cannot make a pair of sockets");
    }
    near_ = ends[0];
    far_ = ends[1];
    thread_ = std::thread([this, gateway] { carry(gateway); });
  }
  ~Tunnel() {
    stop_ = true;
    thread_.join();
    ::close(far_);
  }
  // The end for the session within; that session closes it.
  int near_end() const { return near_; }

 private:
  void carry(ssh_session gateway) {
    while (!stop_ && ssh_channel_is_open(channel_.get()) != 0) {
      const int down = ssh_channel_read_nonblocking(channel_.get(), buffer_, sizeof buffer_, 0);
      if (down == SSH_ERROR || down == SSH_EOF || (down > 0 && !send(static_cast<size_t>(down)))) break;
      const ssize_t up = ::recv(far_, buffer_, sizeof buffer_, MSG_DONTWAIT);
      if (up == 0 || (up < 0 && errno != EAGAIN && errno != EINTR)) break;
      if (up > 0 && ssh_channel_write(channel_.get(), buffer_, static_cast<uint32_t>(up)) == SSH_ERROR) break;
      if (down > 0 || up > 0) continue;
      pollfd sockets[] = {{far_, POLLIN, 0}, {ssh_get_fd(gateway), POLLIN, 0}};
      ::poll(sockets, 2, kPollMilliseconds);
    }
    ::shutdown(far_, SHUT_RDWR);  // who reads at the near end learns that it is over
  }
  // The buffer's first bytes to the session within; false when it is not there any more.
  bool send(size_t count) {
    for (size_t sent = 0; sent < count && !stop_;) {
      const ssize_t part = ::send(far_, buffer_ + sent, count - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (part > 0) {
        sent += static_cast<size_t>(part);
        continue;
      }
      if (errno != EAGAIN && errno != EINTR) return false;
      pollfd writable{far_, POLLOUT, 0};
      ::poll(&writable, 1, kPollMilliseconds);
    }
    return true;
  }

  char buffer_[1 << 15];
  Channel channel_;
  int near_ = -1;
  int far_ = -1;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

// Names and addresses as they may stand in a command of a gateway.
void check_host(const std::string& host) {
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' || c == '%';
  };
  if (host.empty() || host.front() == '-' || !std::all_of(host.begin(), host.end(), allowed)) {
    throw Error(ErrorKind::invalid, fmt::format("'{}' is no name or address of a host", host));
  }
}

}  // namespace

struct SshSession::Implementation {
  explicit Implementation(const Allowance& limits) : allowance(limits), session(ssh_new()) {
    if (session == nullptr) throw Error(ErrorKind::overloaded, "cannot make an SSH session");
  }

  [[noreturn]] void fail(std::string_view what) const {
    if (allowance.expired()) throw Error(ErrorKind::disconnected, allowance.reason());
    throw Error(ErrorKind::disconnected, fmt::format("{}: {}", what, ssh_get_error(session.get())));
  }

  void limit_waits() {
    const auto left = std::clamp<int64_t>(allowance.left().count(), 1, kLongestStep);
    const long seconds = static_cast<long>(left / 1000);
    const long microseconds = static_cast<long>(left % 1000 * 1000);
    ssh_options_set(session.get(), SSH_OPTIONS_TIMEOUT, &seconds);
    ssh_options_set(session.get(), SSH_OPTIONS_TIMEOUT_USEC, &microseconds);
  }

  void connect(const SshLogin& login, int socket) {
    check_host(login.host);
    const unsigned port = login.port;
    const int no_configuration = 0;  // what is in ~/.ssh/config is not the workflow's business
    ssh_options_set(session.get(), SSH_OPTIONS_PROCESS_CONFIG, &no_configuration);
    ssh_options_set(session.get(), SSH_OPTIONS_HOST, login.host.c_str());
    ssh_options_set(session.get(), SSH_OPTIONS_PORT, &port);
    ssh_options_set(session.get(), SSH_OPTIONS_USER, login.user.c_str());
    if (socket >= 0) ssh_options_set(session.get(), SSH_OPTIONS_FD, &socket);
    if (!login.proxy_command.empty()) {
      ssh_options_set(session.get(), SSH_OPTIONS_PROXYCOMMAND, login.proxy_command.c_str());
    }
    limit_waits();
    if (ssh_connect(session.get()) != SSH_OK) fail("no connection");
    log_in(login);
  }

  void log_in(const SshLogin& login) {
    const Key key = import_key(login);
    int result = ssh_userauth_none(session.get(), nullptr);
    const auto try_next = [&](auto method) {
      if (result == SSH_AUTH_SUCCESS || result == SSH_AUTH_ERROR) return;
      limit_waits();
      result = method();
    };
    if (key) try_next([&] { return ssh_userauth_publickey(session.get(), nullptr, key.get()); });
    const int methods = ssh_userauth_list(session.get(), nullptr);
    if ((methods & SSH_AUTH_METHOD_PUBLICKEY) != 0) {
      try_next([&] { return ssh_userauth_publickey_auto(session.get(), nullptr, nullptr); });
    }
    if (!login.password.empty() && (methods & SSH_AUTH_METHOD_PASSWORD) != 0) {
      try_next([&] { return ssh_userauth_password(session.get(), nullptr, login.password.c_str()); });
    }
    if (!login.password.empty() && (methods & SSH_AUTH_METHOD_INTERACTIVE) != 0) {
      try_next([&] { return authenticate_interactively(session.get(), login.password); });
    }
    if (result == SSH_AUTH_SUCCESS) return;
    if (result == SSH_AUTH_ERROR) fail("the login failed");
    throw Error(ErrorKind::conflict, fmt::format("the login as '{}' was refused", login.user));
  }

  Channel open_channel() {
    Channel channel(ssh_channel_new(session.get()));
    if (channel == nullptr) fail("no channel");
    return channel;
  }

  // A connection to another host: forwarded by the server or, where it does not forward, by its nc.
  Channel connect_onwards(const SshLogin& login) {
    check_host(login.host);
    Channel channel = open_channel();
    if (ssh_channel_open_forward(channel.get(), login.host.c_str(), login.port, "localhost", 0) == SSH_OK) {
      return channel;
    }
    channel = open_channel();
    const std::string command = fmt::format("nc {} {}", login.host, login.port);
    if (ssh_channel_open_session(channel.get()) != SSH_OK ||
        ssh_channel_request_exec(channel.get(), command.c_str()) != SSH_OK) {
      fail("the gateway does not lead on");
    }
    return channel;
  }

  // Takes what there is of one stream, waiting for it up to [milliseconds].
  void read(ssh_channel channel, bool of_errors, int milliseconds, std::string* into) {
    char buffer[1 << 14];
    int count = 0;
    do {
      count = ssh_channel_read_timeout(channel, buffer, sizeof buffer, of_errors ? 1 : 0, milliseconds);
      if (count == SSH_ERROR) fail("the connection broke");
      if (count > 0 && into != nullptr) into->append(buffer, static_cast<size_t>(count));
      if (into != nullptr && into->size() > kLargestOutput) {
        throw Error(ErrorKind::limit, fmt::format("the command wrote more than {} bytes", kLargestOutput));
      }
      milliseconds = 0;
    } while (count > 0 && !allowance.expired());
  }

  const Allowance& allowance;
  // Ended from the last to the first: the session within a tunnel before the tunnel.
  std::unique_ptr<Tunnel> tunnel;
  Session session;
};

SshSession::SshSession(const SshLogin& login, const Allowance& allowance)
    : implementation_(std::make_unique<Implementation>(allowance)) {
  implementation_->connect(login, -1);
}

SshSession::SshSession(const SshLogin& login, SshSession& gateway, const Allowance& allowance)
    : implementation_(std::make_unique<Implementation>(allowance)) {
  Implementation& outer = *gateway.implementation_;
  implementation_->tunnel = std::make_unique<Tunnel>(outer.session.get(), outer.connect_onwards(login));
  implementation_->connect(login, implementation_->tunnel->near_end());
}

SshSession::~SshSession() = default;

SshOutcome SshSession::execute(const std::string& command) {
  Implementation& self = *implementation_;
  self.limit_waits();
  const Channel channel = self.open_channel();
  if (ssh_channel_open_session(channel.get()) != SSH_OK) self.fail("no channel");
  if (ssh_channel_request_exec(channel.get(), command.c_str()) != SSH_OK)
    self.fail("the command did not start");
  SshOutcome outcome;
  while (ssh_channel_is_eof(channel.get()) == 0 && ssh_channel_is_closed(channel.get()) == 0) {
    if (self.allowance.expired()) throw Error(ErrorKind::disconnected, self.allowance.reason());
    self.read(channel.get(), false, kPollMilliseconds, &outcome.output);
    self.read(channel.get(), true, 0, nullptr);
  }
  self.read(channel.get(), false, 0, &outcome.output);
  self.limit_waits();
  outcome.exit_status = ssh_channel_get_exit_status(channel.get());
  return outcome;
}

}  // namespace gregale::stdlib
