#include "stdlib/custom/program_process.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "core/error.hpp"

namespace gregale::stdlib {

namespace {

constexpr size_t kKeptErrors = 2000;  // bytes

bool may_come_again() {
  return errno == EAGAIN || errno == EINTR;
}

// What is not UTF-8 must not get into a message.
std::string printable(std::string_view text) {
  std::string shown;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    shown += (byte < 0x20 && c != '\n') || byte >= 0x7f ? '?' : c;
  }
  while (!shown.empty() && shown.back() == '\n') shown.pop_back();
  return shown;
}

}  // namespace

ProgramProcess::ProgramProcess(const Manifest& manifest)
    : child_({.command = manifest.command,
              .environment = manifest.environment,
              .folder = manifest.folder,
              .memory_bytes = manifest.memory_bytes,
              .keep_errors = true}),
      largest_output_(manifest.output_bytes) {}

void ProgramProcess::send(std::string_view line) {
  outgoing_.append(line);
  outgoing_.push_back('\n');
  write();
}

void ProgramProcess::write() {
  while (!outgoing_.empty()) {
    const ssize_t count = ::send(child_.socket(), outgoing_.data(), outgoing_.size(), MSG_NOSIGNAL);
    if (count < 0) {
      if (!may_come_again()) outgoing_.clear();  // it does not listen any more; reading tells that it ended
      return;
    }
    outgoing_.erase(0, static_cast<size_t>(count));
  }
}

bool ProgramProcess::read(std::vector<std::string>& lines) {
  char buffer[1 << 16];
  const ssize_t count = ::read(child_.socket(), buffer, sizeof buffer);
  if (count < 0) {
    unread_ = errno == ECONNRESET;  // how a local socket tells
    return may_come_again();
  }
  if (count == 0) return false;
  received_ += static_cast<size_t>(count);
  if (received_ > largest_output_) {
    throw core::Error(core::ErrorKind::limit, fmt::format("gave more than {} bytes", largest_output_));
  }
  incoming_.append(buffer, static_cast<size_t>(count));
  size_t begin = 0;
  for (size_t end = incoming_.find('\n', scanned_); end != std::string::npos;
       end = incoming_.find('\n', begin)) {
    lines.push_back(incoming_.substr(begin, end - begin));
    begin = end + 1;
  }
  incoming_.erase(0, begin);
  scanned_ = incoming_.size();
  return true;
}

void ProgramProcess::read_errors() {
  char buffer[1 << 12];
  const ssize_t count = ::read(child_.errors(), buffer, sizeof buffer);
  if (count <= 0) return;
  last_errors_.append(buffer, static_cast<size_t>(count));
  if (last_errors_.size() > kKeptErrors) last_errors_.erase(0, last_errors_.size() - kKeptErrors);
}

bool ProgramProcess::gone() const {
  char byte = 0;
  const ssize_t count = ::recv(child_.socket(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && !may_come_again());
}

std::string ProgramProcess::ending() {
  // It has closed its output; if it does not end soon by itself, it is made to.
  constexpr int kPatienceMilliseconds = 200;
  pollfd errors{child_.errors(), POLLIN, 0};
  while (::poll(&errors, 1, kPatienceMilliseconds) > 0 && (errors.revents & POLLIN) != 0) read_errors();
  if ((errors.revents & POLLHUP) == 0) child_.kill();
  const ChildEnding ending = child_.wait();
  std::string text = ending.signal != 0 ? fmt::format("was ended by signal {} ({})", ending.signal,
                                                      ::sigdescr_np(ending.signal))
                                        : fmt::format("ended with code {}", ending.exit_code);
  const std::string errors_text = printable(last_errors_);
  return errors_text.empty() ? text : fmt::format("{}: {}", text, errors_text);
}

}  // namespace gregale::stdlib
