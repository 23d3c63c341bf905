// KeystoneSession: the token of one set of credentials, shared by all actions that use them.
//
// The token is asked for by the first action, renewed before it expires, and once more when a
// service answers 401. However many actions wait for a token, one request is sent.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/openstack/credentials.hpp"
#include "stdlib/openstack/service_catalog.hpp"

namespace gregale::stdlib {

// What a token opens. Immutable; holds a secret.
struct Access {
  std::string token;
  ServiceCatalog catalog;
  std::string project_id;
  std::string user_id;
  core::Value details;  // what Keystone says of the token: `user`, `project`, `roles`, `catalog`, ...
  core::Microseconds renew_at = 0;  // by the session's clock
};
using AccessPtr = std::shared_ptr<const Access>;

class KeystoneSession : public std::enable_shared_from_this<KeystoneSession> {
 public:
  // Exactly one of the two is set.
  using Receiver = std::function<void(AccessPtr, std::optional<core::Error>)>;

  // [client] and [clock] must outlive the session and what it has under way.
  KeystoneSession(Credentials credentials, HttpClient& client, const core::Clock& clock);

  const Credentials& credentials() const noexcept { return credentials_; }

  // Calls [receiver] once: at once if there is a good token, otherwise on the client's thread.
  // Errors: unauthorized (Keystone refuses), disconnected, timed_out, invalid (not a Keystone).
  void access(Receiver receiver);

  // After a 401 of a service: this token is not used again.
  void forget(const std::string& token);

  // The request's TLS settings are set to those of the credentials.
  void secure(HttpRequest& request) const;

 private:
  void request_token();
  void deliver(AccessPtr access, std::optional<core::Error> error);

  const Credentials credentials_;
  HttpClient& client_;
  const core::Clock& clock_;
  std::mutex mutex_;
  AccessPtr access_;
  std::vector<Receiver> waiting_;  // not empty: a request is under way
};

}  // namespace gregale::stdlib
