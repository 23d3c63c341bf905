#include "stdlib/http/service_gate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Microseconds;

namespace {

Microseconds microseconds(double seconds) {
  return static_cast<Microseconds>(std::llround(seconds * static_cast<double>(core::kSecond)));
}

double seconds(Microseconds span) {
  return static_cast<double>(span) / static_cast<double>(core::kSecond);
}

}  // namespace

std::string_view to_string(Circuit circuit) noexcept {
  switch (circuit) {
    case Circuit::closed:
      return "closed";
    case Circuit::open:
      return "open";
    case Circuit::half_open:
      return "half-open";
  }
  return {};
}

ServiceGate::ServiceGate(std::string service, const GateLimits& limits, const core::Clock& clock, Timer timer)
    : service_(std::move(service)), limits_(limits), clock_(clock), timer_(std::move(timer)) {}

void ServiceGate::enter(Pass pass) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(pass));
  }
  let_through();
}

void ServiceGate::leave(std::optional<bool> reached) {
  {
    const std::lock_guard lock(mutex_);
    --under_way_;
    trying_ = false;
    if (reached == true) {
      failures_ = 0;
      open_ = false;
    } else if (reached == false && ++failures_ >= limits_.failures_to_open) {
      open_ = true;
      open_until_ = clock_.now() + microseconds(limits_.open_seconds);
    }
  }
  let_through();
}

void ServiceGate::pause(double asked) {
  const std::lock_guard lock(mutex_);
  const double span = std::clamp(asked, 0.0, limits_.longest_pause_seconds);
  next_ = std::max(next_, clock_.now() + microseconds(span));
}

GateStatus ServiceGate::status() const {
  const std::lock_guard lock(mutex_);
  GateStatus status;
  status.failures = failures_;
  status.under_way = under_way_;
  status.waiting = waiting_.size();
  const Microseconds now = clock_.now();
  if (open_) status.circuit = trying_ || now >= open_until_ ? Circuit::half_open : Circuit::open;
  status.seconds_to_next = seconds(std::max<Microseconds>(0, moment_of_next() - now));
  return status;
}

// With the mutex held, as the next ones.
Microseconds ServiceGate::moment_of_next() const {
  return open_ && !trying_ ? std::max(next_, open_until_) : next_;
}

std::optional<Error> ServiceGate::refusal() const {
  const Microseconds now = clock_.now();
  if (!open_ || (!trying_ && now >= open_until_)) return std::nullopt;
  const std::string when =
      trying_ ? "one request tries it now"
              : fmt::format("the next one is tried in {} s", std::ceil(seconds(open_until_ - now)));
  return Error(
      ErrorKind::disconnected,
      fmt::format("Not sent, since {} was not reached {} times in a row; {}", service_, failures_, when));
}

bool ServiceGate::full() const {
  return limits_.under_way != 0 && under_way_ >= limits_.under_way;
}

// Everybody whose turn it is. The passes are called without the mutex: they may send, and so come back here.
void ServiceGate::let_through() {
  std::vector<std::pair<Pass, std::optional<Error>>> passing;
  {
    const std::lock_guard lock(mutex_);
    while (!waiting_.empty()) {
      std::optional<Error> refused = refusal();
      if (!refused) {
        const Microseconds now = clock_.now();
        if (full()) break;
        if (next_ > now) {
          wake_at(next_);
          break;
        }
        if (limits_.per_second > 0) next_ = now + microseconds(1 / limits_.per_second);
        if (open_) trying_ = true;
        ++under_way_;
      }
      passing.emplace_back(std::move(waiting_.front()), std::move(refused));
      waiting_.pop_front();
    }
  }
  for (auto& [pass, refused] : passing) pass(std::move(refused));
}

void ServiceGate::wake_at(Microseconds moment) {
  if (woken_) return;
  woken_ = true;
  timer_(seconds(moment - clock_.now()), [self = shared_from_this()](bool elapsed) {
    std::deque<Pass> given_up;
    {
      const std::lock_guard lock(self->mutex_);
      self->woken_ = false;
      if (!elapsed) given_up.swap(self->waiting_);
    }
    for (Pass& pass : given_up) {
      pass(Error(ErrorKind::disconnected, "The program ends; the request was given up."));
    }
    self->let_through();
  });
}

}  // namespace gregale::stdlib
