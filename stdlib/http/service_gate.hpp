// ServiceGate: what one service of one region is let have of the program's requests.
//
// - A circuit breaker: after several requests in a row that did not get through, no further one is sent for a
//   while, so that what is down costs its callers no time. Then a single one tries; it closes the circuit
//   again or leaves it open for as long once more.
// - A limit of the requests per second, and of those under way. The rest waits, in order.
// - A service that asks for a pause (Retry-After) gets it from all callers.
//
// May be used from any thread. Waiting goes through the timer that is given, and time through the clock, so
// that tests need neither wait.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/error.hpp"

namespace gregale::stdlib {

struct GateLimits {
  double per_second = 0;              // requests; 0: any number
  size_t under_way = 0;               // requests at once; 0: any number
  int failures_to_open = 6;           // in a row
  double open_seconds = 30;           // until one request tries again
  double longest_pause_seconds = 30;  // of what a service may ask for
};

enum class Circuit : uint8_t { closed, open, half_open };
std::string_view to_string(Circuit circuit) noexcept;

struct GateStatus {
  Circuit circuit = Circuit::closed;
  int failures = 0;            // in a row
  size_t under_way = 0;        // requests
  size_t waiting = 0;          // requests
  double seconds_to_next = 0;  // until the circuit lets one try, or the limit the next; 0: at once
};

class ServiceGate : public std::enable_shared_from_this<ServiceGate> {
 public:
  using Timer = std::function<void(double seconds, std::function<void(bool elapsed)>)>;
  // Gets nothing where the request may be sent now, or why it may not.
  using Pass = std::function<void(std::optional<core::Error>)>;

  // [service]: how messages call it ("service compute in region RegionTwo"). [clock] must outlive the gate.
  ServiceGate(std::string service, const GateLimits& limits, const core::Clock& clock, Timer timer);

  // Calls [pass] once, now or later. Each one that was let through must leave().
  void enter(Pass pass);
  // Whether the service has answered something of its own; nothing: it was not asked after all.
  void leave(std::optional<bool> reached);
  // Lets nobody through for that long.
  void pause(double seconds);

  GateStatus status() const;
  const std::string& service() const noexcept { return service_; }

 private:
  core::Microseconds moment_of_next() const;
  std::optional<core::Error> refusal() const;
  bool full() const;
  void let_through();
  void wake_at(core::Microseconds moment);

  const std::string service_;
  const GateLimits limits_;
  const core::Clock& clock_;
  const Timer timer_;

  mutable std::mutex mutex_;
  std::deque<Pass> waiting_;
  size_t under_way_ = 0;
  int failures_ = 0;
  bool open_ = false;
  bool trying_ = false;  // of an open circuit: the one request that tries is under way
  core::Microseconds open_until_ = 0;
  core::Microseconds next_ = 0;  // when the limit or a pause lets the next one through
  bool woken_ = false;           // a timer is set
};

}  // namespace gregale::stdlib
