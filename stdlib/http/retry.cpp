#include "stdlib/http/retry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <memory>
#include <optional>
#include <random>

namespace gregale::stdlib {

namespace {

// Seconds of a Retry-After; dates, which OpenStack's services do not send, count as not given.
std::optional<double> retry_after(const HttpResponse& response) {
  const std::string_view text = response.headers.get("Retry-After");
  double seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || seconds < 0 ||
      !std::isfinite(seconds)) {
    return std::nullopt;
  }
  return seconds;
}

// Between 1 - [part] and 1 + [part], so that many that failed at once do not come back at once.
double jitter_factor(double part) {
  thread_local std::minstd_rand source{std::random_device{}()};
  return std::uniform_real_distribution<double>(1 - part, 1 + part)(source);
}

// Whether the service itself has answered, rather than nobody or what stands before it.
bool reached(const HttpResult& result) {
  if (!result.ok()) {
    return result.error->kind() != core::ErrorKind::disconnected &&
           result.error->kind() != core::ErrorKind::timed_out;
  }
  const int status = result.response.status;
  return status != 502 && status != 504 && (status != 503 || retry_after(result.response));
}

// One request on its way, with what is needed to send it again.
class Attempts : public std::enable_shared_from_this<Attempts> {
 public:
  Attempts(HttpClient& client, HttpRequest request, const RetryPolicy& policy,
           std::shared_ptr<ServiceGate> gate, HttpCompletion completion)
      : client_(client),
        request_(std::move(request)),
        policy_(policy),
        gate_(std::move(gate)),
        completion_(std::move(completion)) {}

  void send() {
    if (gate_ == nullptr) return send_now();
    gate_->enter([self = shared_from_this()](std::optional<core::Error> refused) {
      if (!refused && self->policy_.seconds > 0 && self->seconds_left() <= 0) {
        self->gate_->leave(std::nullopt);
        refused = core::Error(core::ErrorKind::timed_out,
                              fmt::format("Its turn for {} did not come in time", self->gate_->service()));
      }
      if (!refused) return self->send_now();
      HttpResult result;
      result.error = std::move(refused);
      result.may_have_arrived = self->number_ > 0 && !self->policy_.repeatable;
      self->completion_(std::move(result));
    });
  }

 private:
  void send_now() {
    ++number_;
    HttpRequest request = request_;
    request.once = !policy_.repeatable;
    if (policy_.seconds > 0) request.timeout_seconds = std::max(seconds_left(), 0.001);
    client_.send(std::move(request), [self = shared_from_this()](HttpResult result) {
      if (self->gate_ != nullptr) self->leave_gate(result);
      self->take(std::move(result));
    });
  }

  void leave_gate(const HttpResult& result) {
    const std::optional<double> asked = result.ok() ? retry_after(result.response) : std::nullopt;
    if (asked && (result.response.status == 429 || result.response.status == 503)) gate_->pause(*asked);
    gate_->leave(reached(result));
  }

  void take(HttpResult result) {
    const std::optional<double> delay = delay_before_next(result);
    if (!delay || (policy_.seconds > 0 && *delay >= seconds_left())) return completion_(std::move(result));
    client_.after(*delay, [self = shared_from_this(), result = std::move(result)](bool elapsed) mutable {
      if (!elapsed) return self->completion_(std::move(result));  // the program ends
      self->send();
    });
  }

  // How long to wait before the next attempt; nothing when there should be none.
  std::optional<double> delay_before_next(const HttpResult& result) const {
    if (number_ >= policy_.attempts) return std::nullopt;
    const double usual =
        policy_.first_delay_seconds * std::pow(2, number_ - 1) * jitter_factor(policy_.jitter);
    if (!result.ok()) {
      const bool again = result.error->kind() == core::ErrorKind::disconnected &&
                         (policy_.repeatable || !result.may_have_arrived);
      return again ? std::optional(usual) : std::nullopt;
    }
    const int status = result.response.status;
    if (status != 429 && status != 503) return std::nullopt;
    const std::optional<double> asked = retry_after(result.response);
    if (status == 503 && !policy_.repeatable && !asked) return std::nullopt;
    const double wanted = asked.value_or(usual);
    if (wanted > policy_.longest_delay_seconds) return std::nullopt;
    return wanted;
  }

  double seconds_left() const {
    const std::chrono::duration<double> gone = std::chrono::steady_clock::now() - begun_;
    return policy_.seconds - gone.count();
  }

  HttpClient& client_;
  const HttpRequest request_;
  const RetryPolicy policy_;
  const std::shared_ptr<ServiceGate> gate_;
  const HttpCompletion completion_;
  const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
  int number_ = 0;
};

}  // namespace

void send_with_retries(HttpClient& client, HttpRequest request, const RetryPolicy& policy,
                       std::shared_ptr<ServiceGate> gate, HttpCompletion completion) {
  std::make_shared<Attempts>(client, std::move(request), policy, std::move(gate), std::move(completion))
      ->send();
}

}  // namespace gregale::stdlib
