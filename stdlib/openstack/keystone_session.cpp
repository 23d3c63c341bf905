#include "stdlib/openstack/keystone_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <limits>

#include "core/json.hpp"
#include "stdlib/http/retry.hpp"
#include "stdlib/http/url.hpp"
#include "stdlib/openstack/service_error.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Microseconds;
using core::Value;

namespace {

// A token is renewed this long before its end, or when a fifth of its life is left, if that is
// less.
constexpr Microseconds kRenewalMargin = 300 * core::kSecond;
// For a token that does not say how long it lives.
constexpr Microseconds kAssumedLife = 600 * core::kSecond;

// Seconds since 1970 of "2024-01-02T03:04:05.000000Z".
std::optional<int64_t> parse_moment(const Value& value) {
  if (!value.is_string()) return std::nullopt;
  int year = 0;
  unsigned month = 0, day = 0;
  int hour = 0, minute = 0, second = 0;
  if (std::sscanf(value.as_string().c_str(), "%d-%u-%uT%d:%d:%d", &year, &month, &day, &hour, &minute,
                  &second) != 6) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return int64_t{86400} * days + int64_t{3600} * hour + int64_t{60} * minute + second;
}

// How long the token lives, by Keystone's clock alone: ours may differ from it.
Microseconds life_of(const Value& token) {
  const auto issued = parse_moment(token.get("issued_at"));
  const auto expires = parse_moment(token.get("expires_at"));
  if (!issued || !expires || *expires <= *issued) return kAssumedLife;
  return (*expires - *issued) * core::kSecond;
}

std::string id_of(const Value& value) {
  const Value id = value.get("id");
  return id.is_string() ? id.as_string() : std::string();
}

// Throws Error for everything that is not a good token.
AccessPtr read_token(const HttpResult& result, const std::string& url, Microseconds now) {
  if (!result.ok()) {
    throw Error(result.error->kind(), fmt::format("Keystone cannot be reached: {}", result.error->what()));
  }
  const HttpResponse& response = result.response;
  const std::string shown = url_without_secrets(url);
  if (response.status == 401 || response.status == 403) {
    throw Error(ErrorKind::unauthorized,
                fmt::format("Keystone at {} refuses the credentials: {}", shown, refusal_text(response)));
  }
  if (response.status != 200 && response.status != 201) {
    throw Error(response.status >= 500 ? ErrorKind::overloaded : ErrorKind::invalid,
                fmt::format("Keystone at {} gives no token: {}", shown, refusal_text(response)));
  }
  const std::string_view id = response.headers.get("X-Subject-Token");
  Value body;
  try {
    body = core::parse_json(response.body);
  } catch (const Error&) {
    // Told below: an answer without a token is not Keystone's, whatever else it is.
  }
  const Value token = body.get("token");
  if (id.empty() || !token.is_map()) {
    throw Error(ErrorKind::invalid,
                fmt::format("{} does not answer as a Keystone does: check auth_url", shown));
  }
  auto access = std::make_shared<Access>();
  access->token = std::string(id);
  access->catalog = ServiceCatalog(token.get("catalog"));
  access->project_id = id_of(token.get("project"));
  access->user_id = id_of(token.get("user"));
  access->details = token;
  const Microseconds life = life_of(token);
  access->renew_at = now + life - std::min(kRenewalMargin, life / 5);
  return access;
}

}  // namespace

KeystoneSession::KeystoneSession(Credentials credentials, HttpClient& client, const core::Clock& clock)
    : credentials_(std::move(credentials)), client_(client), clock_(clock) {
  if (credentials_.service_catalog.is_null()) return;
  auto given = std::make_shared<Access>();
  given->token = credentials_.token;
  given->catalog = ServiceCatalog(credentials_.service_catalog);
  given->project_id = credentials_.project_id;
  given->user_id = credentials_.user_id;
  given->details =
      core::Map{{"user", core::Map{{"id", credentials_.user_id}, {"name", credentials_.user_name}}},
                {"project", core::Map{{"id", credentials_.project_id}, {"name", credentials_.project_name}}},
                {"roles", core::List()},
                {"catalog", credentials_.service_catalog}};
  given->renew_at = std::numeric_limits<Microseconds>::max();
  access_ = std::move(given);
}

void KeystoneSession::secure(HttpRequest& request) const {
  request.verify_tls = credentials_.verify_tls;
  request.ca_file = credentials_.ca_file;
  request.client_certificate = credentials_.client_certificate;
  request.client_key = credentials_.client_key;
}

void KeystoneSession::access(Receiver receiver) {
  std::unique_lock lock(mutex_);
  if (access_ != nullptr && clock_.now() < access_->renew_at) {
    AccessPtr good = access_;
    lock.unlock();
    return receiver(std::move(good), std::nullopt);
  }
  const bool ask = waiting_.empty();
  waiting_.push_back(std::move(receiver));
  lock.unlock();
  if (ask) request_token();
}

void KeystoneSession::forget(const std::string& token) {
  const std::lock_guard lock(mutex_);
  if (access_ != nullptr && access_->token == token) access_ = nullptr;
}

void KeystoneSession::request_token() {
  HttpRequest request{.method = "POST", .url = credentials_.auth_url + "/auth/tokens"};
  request.headers = {{"Content-Type", "application/json"}, {"Accept", "application/json"}};
  request.body = core::to_json(credentials_.token_request());
  secure(request);
  const Microseconds asked_at = clock_.now();
  send_with_retries(client_, std::move(request), {}, nullptr,
                    [self = shared_from_this(), asked_at](const HttpResult& result) {
                      try {
                        self->deliver(read_token(result, self->credentials_.auth_url, asked_at),
                                      std::nullopt);
                      } catch (const Error& error) {
                        self->deliver(nullptr, error);
                      }
                    });
}

void KeystoneSession::deliver(AccessPtr access, std::optional<Error> error) {
  std::vector<Receiver> receivers;
  {
    const std::lock_guard lock(mutex_);
    access_ = access;
    receivers.swap(waiting_);
  }
  for (const Receiver& receiver : receivers) receiver(access, error);
}

}  // namespace gregale::stdlib
