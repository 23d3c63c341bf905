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
#include <string>

#include "interpreter/action.hpp"
#include "stdlib/openstack/keystone_session.hpp"

namespace gregale::stdlib {

class OpenstackSession {
 public:
  // Gives the program's own credentials; throws core::Error when there are none.
  using CredentialsSource = std::function<Credentials()>;

  // [client] and [clock] must outlive the session.
  OpenstackSession(HttpClient& client, const core::Clock& clock, CredentialsSource source);

  HttpClient& client() const noexcept { return client_; }
  const core::Clock& clock() const noexcept { return clock_; }

  // The session for an action: that of the custom context's `os.auth` (`os` has the form of an
  // entry of clouds.yaml) if it is there, otherwise the program's. Throws
  // core::Error(unauthorized).
  std::shared_ptr<KeystoneSession> keystone(const interpreter::ActionContext& context);

  // The newest microversion of the service at [url], if it was learnt before.
  std::optional<std::string> known_microversion(const std::string& url) const;
  void remember_microversion(const std::string& url, std::string newest);

 private:
  HttpClient& client_;
  const core::Clock& clock_;
  const CredentialsSource source_;
  mutable std::mutex mutex_;
  std::shared_ptr<KeystoneSession> own_;
  std::map<std::string, std::shared_ptr<KeystoneSession>> sessions_;  // by Credentials::identity()
  std::map<std::string, std::string> microversions_;
};

}  // namespace gregale::stdlib
