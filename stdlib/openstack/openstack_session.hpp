// OpenstackSession: everything OpenStack actions share, made on the first use.
//
// One for a program. Holds a KeystoneSession for each set of credentials in use, and what was
// learnt of the services' versions. Credentials are read when the first action needs them, so a
// program without OpenStack actions reads no clouds.yaml.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "interpreter/action.hpp"
#include "stdlib/http/retry.hpp"
#include "stdlib/http/service_gate.hpp"
#include "stdlib/openstack/keystone_session.hpp"

namespace gregale::stdlib {

class OpenstackSession {
 public:
  // Gives the program's own credentials; throws core::Error when there are none.
  using CredentialsSource = std::function<Credentials()>;

  // Waiting, as HttpClient::after does it.
  using Timer = std::function<void(double seconds, std::function<void(bool elapsed)>)>;

  // [client] and [clock] must outlive the session. Without [timer]: the client's.
  OpenstackSession(HttpClient& client, const core::Clock& clock, CredentialsSource source, Timer timer = {});

  HttpClient& client() const noexcept { return client_; }
  const core::Clock& clock() const noexcept { return clock_; }
  // Between the attempts of an action that asks until something has happened.
  void after(double seconds, std::function<void(bool elapsed)> action) const;
  // For every request of an action, but for what the action itself says.
  const RetryPolicy& retry_policy() const noexcept { return retry_policy_; }
  // Not while actions are under way.
  void set_retry_policy(const RetryPolicy& policy) { retry_policy_ = policy; }

  // The session for an action: that of its security context (security_context.hpp) if it has one,
  // otherwise the program's. Throws core::Error(unauthorized).
  std::shared_ptr<KeystoneSession> keystone(const interpreter::ActionContext& context);

  // The modules ("nova") whose actions take a region, `modules_support_region`; all, unless it is set. Before
  // any action is looked at.
  void set_modules_support_region(std::set<std::string> modules) {
    modules_with_region_ = std::move(modules);
  }
  bool supports_region(const std::string& module) const {
    return !modules_with_region_ || modules_with_region_->count(module) != 0;
  }

  // Through which all requests to a service of a region go, whoever asks.
  std::shared_ptr<ServiceGate> gate(const Credentials& credentials, const std::string& service_type,
                                    const std::string& region);
  // When a circuit opens, and for how long. Not while actions are under way.
  void set_gate_limits(const GateLimits& limits) { gate_limits_ = limits; }
  // Of the services that hold requests up at the moment, by what messages call them.
  std::map<std::string, GateStatus> held_up() const;

  // What the version document at [url] said, in the words of who asked, if it was read before.
  std::optional<std::string> known_version(const std::string& url) const;
  void remember_version(const std::string& url, std::string version);

 private:
  HttpClient& client_;
  const core::Clock& clock_;
  const CredentialsSource source_;
  const Timer timer_;
  std::optional<std::set<std::string>> modules_with_region_;
  RetryPolicy retry_policy_;
  GateLimits gate_limits_;
  mutable std::mutex mutex_;
  std::shared_ptr<KeystoneSession> own_;
  std::map<std::string, std::shared_ptr<KeystoneSession>> sessions_;  // by Credentials::identity()
  std::map<std::string, std::string> versions_;
  std::map<std::string, std::shared_ptr<ServiceGate>> gates_;  // by Keystone's URL, service type and region
};

}  // namespace gregale::stdlib
