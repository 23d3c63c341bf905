#include "cli/control_socket.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <filesystem>
#include <future>
#include <list>
#include <thread>

#include "core/json.hpp"

namespace gregale::cli {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

constexpr int kTickMilliseconds = 100;             // how often threads look whether they are to end
constexpr size_t kLongestLine = size_t{64} << 20;  // of a request, which may hold an action's result
constexpr size_t kMostConnections = 100;

class Descriptor {
 public:
  explicit Descriptor(int number = -1) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  int get() const { return number_; }
  bool valid() const { return number_ >= 0; }

 private:
  int number_;
};

// The socket's address. Addresses are short, paths are not: the folder is opened and named by its number.
class Address {
 public:
  explicit Address(const std::string& store)
      : path_(store + "-control"), folder_(open_folder(std::filesystem::path(path_).parent_path())) {
    const std::string name =
        fmt::format("/proc/self/fd/{}/{}", folder_.get(), std::filesystem::path(path_).filename().string());
    fits_ = folder_.valid() && name.size() < sizeof address_.sun_path;
    address_.sun_family = AF_UNIX;
    if (fits_) std::memcpy(address_.sun_path, name.c_str(), name.size() + 1);
  }

  bool valid() const { return fits_; }
  const std::string& path() const { return path_; }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t kSize = sizeof(sockaddr_un);

 private:
  static int open_folder(const std::filesystem::path& folder) {
    return ::open(folder.empty() ? "." : folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  }

  std::string path_;
  Descriptor folder_;
  sockaddr_un address_{};
  bool fits_ = false;
};

// Whether the error is about the request; nothing has changed then.
bool is_refusal(const Error& error) {
  switch (error.kind()) {
    case ErrorKind::invalid:
    case ErrorKind::not_found:
    case ErrorKind::conflict:
    case ErrorKind::unimplemented:
      return true;
    default:
      return false;
  }
}

bool send_line(int socket, const Value& document) {
  const std::string line = core::to_json(document) + "\n";
  for (size_t sent = 0; sent < line.size();) {
    const ssize_t part = ::send(socket, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (part <= 0) return false;
    sent += static_cast<size_t>(part);
  }
  return true;
}

// Lines as they come in.
class LineReader {
 public:
  explicit LineReader(int socket) : socket_(socket) {}

  // Nothing: the other side has gone, [stopped] says so, or the line is no JSON or too long.
  template <typename Stopped>
  std::optional<Value> next(Stopped stopped) {
    while (true) {
      if (const size_t end = buffer_.find('\n'); end != std::string::npos) {
        const std::string line = buffer_.substr(0, end);
        buffer_.erase(0, end + 1);
        try {
          return core::parse_json(line);
        } catch (const Error&) {
          return std::nullopt;
        }
      }
      pollfd wanted{socket_, POLLIN, 0};
      if (stopped() || buffer_.size() > kLongestLine) return std::nullopt;
      if (::poll(&wanted, 1, kTickMilliseconds) <= 0) continue;
      char part[1 << 14];
      const ssize_t count = ::recv(socket_, part, sizeof part, 0);
      if (count <= 0) return std::nullopt;
      buffer_.append(part, static_cast<size_t>(count));
    }
  }

 private:
  int socket_;
  std::string buffer_;
};

}  // namespace

class ControlSocket::Listener {
 public:
  Listener(const std::string& store, interpreter::Runtime& runtime, CarryOut carry_out, Answer answer)
      : runtime_(runtime),
        carry_out_(std::move(carry_out)),
        answer_(std::move(answer)),
        address_(store),
        socket_(listen()) {
    if (socket_.valid()) thread_ = std::thread([this] { accept(); });
  }
  ~Listener() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
    for (Connection& connection : connections_) connection.thread.join();
    if (socket_.valid()) ::unlink(address_.path().c_str());
  }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

 private:
  struct Connection {
    std::thread thread;
    std::atomic<bool> done = false;
  };

  // What a process before has left is removed: this one holds the store.
  int listen() const {
    if (!address_.valid()) return -1;
    ::unlink(address_.path().c_str());
    const int made = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) return -1;
    // The file gets the mode that the socket has when it is bound.
    if (::fchmod(made, S_IRUSR | S_IWUSR) == 0 && ::bind(made, address_.get(), Address::kSize) == 0 &&
        ::listen(made, kMostConnections) == 0) {
      return made;
    }
    ::close(made);
    return -1;
  }

  void accept() {
    while (!stop_) {
      connections_.remove_if([](Connection& connection) {
        const bool done = connection.done;
        if (done) connection.thread.join();
        return done;
      });
      pollfd wanted{socket_.get(), POLLIN, 0};
      if (connections_.size() >= kMostConnections) wanted.events = 0;
      if (::poll(&wanted, 1, kTickMilliseconds) <= 0) continue;
      Descriptor accepted(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!accepted.valid()) continue;
      Connection& connection = connections_.emplace_back();
      connection.thread = std::thread([this, &connection, accepted = std::move(accepted)] {
        serve(accepted.get());
        connection.done = true;
      });
    }
  }

  void serve(int socket) {
    const auto request = LineReader(socket).next([this] { return stop_.load(); });
    if (!request) return;
    if (const Value question = request->get("question"); question.is_string()) {
      send_line(socket, answer_to(question.as_string()));
      return;
    }
    interpreter::ExecutionAddress address;
    const auto answer = on_runtime<Value>([this, &address, &request](std::promise<Value>& promise) {
      try {
        address = carry_out_(*request);
        promise.set_value(Map{{"taken", true}});
      } catch (const Error& error) {
        promise.set_value(Map{{"error", error.what()}, {"kind", static_cast<int64_t>(error.kind())}});
        if (!is_refusal(error)) throw;  // the store has failed: the runtime ends
      }
    });
    if (!answer || !send_line(socket, *answer) || answer->find("taken") == nullptr) return;
    while (!stop_) {
      const auto settled = on_runtime<bool>(
          [this, &address](std::promise<bool>& promise) { promise.set_value(rests(address)); });
      if (settled.value_or(false)) {
        send_line(socket, Map{{"settled", true}});
        return;
      }
      pollfd gone{socket, POLLRDHUP, 0};
      if (::poll(&gone, 1, kTickMilliseconds) > 0) return;  // nobody waits any more
    }
  }

  Value answer_to(const std::string& question) const {
    try {
      return Map{{"answer", answer_(question)}};
    } catch (const Error& error) {
      return Map{{"error", error.what()}};
    }
  }

  bool rests(const interpreter::ExecutionAddress& address) const {
    if (runtime_.settled(address.root)) return true;
    const interpreter::State state = runtime_.tree(address.root).executions[address.execution].state;
    return is_completed(state) || state == interpreter::State::paused;
  }

  // Nothing: this ends before the runtime came to it. Then it is not called any more, as the runtime does
  // not run while this is destroyed.
  template <typename Result, typename Work>
  std::optional<Result> on_runtime(Work work) {
    const auto promise = std::make_shared<std::promise<Result>>();
    std::future<Result> future = promise->get_future();
    runtime_.post([promise, work] { work(*promise); });
    while (future.wait_for(std::chrono::milliseconds(kTickMilliseconds)) != std::future_status::ready) {
      if (stop_) return std::nullopt;
    }
    return future.get();
  }

  interpreter::Runtime& runtime_;
  CarryOut carry_out_;
  Answer answer_;
  Address address_;
  Descriptor socket_;
  std::atomic<bool> stop_ = false;
  std::list<Connection> connections_;
  std::thread thread_;
};

ControlSocket::ControlSocket(const std::string& store, interpreter::Runtime& runtime, CarryOut carry_out,
                             Answer answer)
    : listener_(std::make_unique<Listener>(store, runtime, std::move(carry_out), std::move(answer))) {}

ControlSocket::~ControlSocket() = default;

namespace {

constexpr auto kNever = [] { return false; };

// A connection on which [document] is sent; not valid where nobody listens.
Descriptor sent_to_holder(const std::string& store, const Value& document) {
  const Address address(store);
  Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const bool sent = address.valid() && socket.valid() &&
                    ::connect(socket.get(), address.get(), Address::kSize) == 0 &&
                    send_line(socket.get(), document);
  return sent ? std::move(socket) : Descriptor();
}

}  // namespace

std::optional<Value> question_holder(const std::string& store, const std::string& question) {
  const Descriptor socket = sent_to_holder(store, Map{{"question", Value(question)}});
  if (!socket.valid()) return std::nullopt;
  const auto line = LineReader(socket.get()).next(kNever);
  if (!line || line->find("answer") == nullptr) return std::nullopt;
  return line->get("answer");
}

bool ask_holder(const std::string& store, const Value& request) {
  const Descriptor socket = sent_to_holder(store, request);
  if (!socket.valid()) return false;
  LineReader lines(socket.get());
  const auto answer = lines.next(kNever);
  if (!answer) return false;
  if (const Value error = answer->get("error"); error.is_string()) {
    throw Error(static_cast<ErrorKind>(answer->get("kind").as_integer()), error.as_string());
  }
  lines.next(kNever);  // settled, or the process has ended
  return true;
}

}  // namespace gregale::cli
