#include "stdlib/http/retry.hpp"

#include <charconv>
#include <cmath>
#include <optional>

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

// How long to wait before the next attempt; nothing when there should be none.
std::optional<double> delay_before_next(const HttpResult& result, const RetryPolicy& policy, int attempt) {
  if (attempt >= policy.attempts) return std::nullopt;
  const double usual = policy.first_delay_seconds * std::pow(2, attempt - 1);
  if (!result.ok()) {
    if (result.error->kind() != core::ErrorKind::disconnected) return std::nullopt;
    return usual;
  }
  if (result.response.status != 429 && result.response.status != 503) return std::nullopt;
  const double wanted = retry_after(result.response).value_or(usual);
  if (wanted > policy.longest_delay_seconds) return std::nullopt;
  return wanted;
}

void attempt(HttpClient& client, HttpRequest request, const RetryPolicy& policy, int number,
             HttpCompletion completion) {
  HttpRequest copy = request;
  client.send(std::move(copy), [&client, policy, number, request = std::move(request),
                                completion = std::move(completion)](HttpResult result) mutable {
    const std::optional<double> delay = delay_before_next(result, policy, number);
    if (!delay) return completion(std::move(result));
    client.after(*delay,
                 [&client, policy, number, request = std::move(request), completion = std::move(completion),
                  result = std::move(result)](bool elapsed) mutable {
                   if (!elapsed) return completion(std::move(result));  // the program ends
                   attempt(client, std::move(request), policy, number + 1, std::move(completion));
                 });
  });
}

}  // namespace

void send_with_retries(HttpClient& client, HttpRequest request, const RetryPolicy& policy,
                       HttpCompletion completion) {
  attempt(client, std::move(request), policy, 1, std::move(completion));
}

}  // namespace gregale::stdlib
