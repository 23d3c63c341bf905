#include "stdlib/openstack/openstack_session.hpp"

#include <fmt/format.h>

#include <cmath>

#include "stdlib/openstack/security_context.hpp"

namespace gregale::stdlib {

namespace {

// Beyond this many sets of credentials, those that nobody uses at the moment are dropped.
constexpr size_t kManySessions = 256;
constexpr size_t kManyVersions = 4096;
constexpr size_t kManyGates = 4096;

}  // namespace

OpenstackSession::OpenstackSession(HttpClient& client, const core::Clock& clock, CredentialsSource source,
                                   Timer timer)
    : client_(client), clock_(clock), source_(std::move(source)), timer_(std::move(timer)) {}

void OpenstackSession::after(double seconds, std::function<void(bool)> action) const {
  if (timer_) return timer_(seconds, std::move(action));
  client_.after(seconds, std::move(action));
}

std::shared_ptr<KeystoneSession> OpenstackSession::keystone(const interpreter::ActionContext& context) {
  const std::lock_guard lock(mutex_);
  if (context.security.is_null()) {
    if (own_ == nullptr) own_ = std::make_shared<KeystoneSession>(source_(), client_, clock_);
    return own_;
  }
  Credentials credentials = credentials_of_security(context.security);
  const std::string identity = credentials.identity() + credentials.region;
  if (sessions_.size() >= kManySessions) {
    std::erase_if(sessions_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  auto& session = sessions_[identity];
  if (session == nullptr) {
    session = std::make_shared<KeystoneSession>(std::move(credentials), client_, clock_);
  }
  return session;
}

std::shared_ptr<ServiceGate> OpenstackSession::gate(const Credentials& credentials,
                                                    const std::string& service_type,
                                                    const std::string& region) {
  const std::lock_guard lock(mutex_);
  if (gates_.size() >= kManyGates) {
    std::erase_if(gates_, [](const auto& entry) { return entry.second.use_count() == 1; });
  }
  auto& gate = gates_[fmt::format("{} {} {}", credentials.auth_url, service_type, region)];
  if (gate == nullptr) {
    GateLimits limits = gate_limits_;
    limits.per_second = Credentials::limit_of(credentials.rate_limit, service_type);
    limits.under_way =
        static_cast<size_t>(std::ceil(Credentials::limit_of(credentials.concurrency, service_type)));
    const std::string where = region.empty() ? "" : " in region " + region;
    gate = std::make_shared<ServiceGate>(
        fmt::format("service {}{}", service_type, where), limits, clock_,
        [this](double seconds, std::function<void(bool)> action) { after(seconds, std::move(action)); });
  }
  return gate;
}

std::map<std::string, GateStatus> OpenstackSession::held_up() const {
  const std::lock_guard lock(mutex_);
  std::map<std::string, GateStatus> result;
  for (const auto& [key, gate] : gates_) {
    const GateStatus status = gate->status();
    if (status.circuit != Circuit::closed || status.waiting > 0) result.emplace(gate->service(), status);
  }
  return result;
}

std::optional<std::string> OpenstackSession::known_version(const std::string& url) const {
  const std::lock_guard lock(mutex_);
  const auto found = versions_.find(url);
  if (found == versions_.end()) return std::nullopt;
  return found->second;
}

void OpenstackSession::remember_version(const std::string& url, std::string version) {
  const std::lock_guard lock(mutex_);
  if (versions_.size() >= kManyVersions) versions_.clear();
  versions_[url] = std::move(version);
}

}  // namespace gregale::stdlib
