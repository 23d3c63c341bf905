// A Keystone and services with two regions, for tests of sessions and of the dispatcher.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "core/json.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "tests/stdlib/stub_server.hpp"

namespace gregale::tests {

inline constexpr const char* kCanary = "canary-5ec2e7";

class StubCloud {
 public:
  // [service] answers what is not for Keystone; the first segment of its paths is the region.
  explicit StubCloud(StubServer::Handler service, const std::optional<ServerTls>& tls = std::nullopt)
      : service_(std::move(service)),
        server_([this](const ServerRequest& request) { return answer(request); }, tls) {}

  std::string url() const { return server_.url(); }
  // Tokens that were given so far; the last one is "canary-...-N".
  int tokens() const { return tokens_; }
  std::string token() const { return std::string(kCanary) + "-" + std::to_string(tokens_); }

  std::atomic<int> keystone_status = 201;
  std::atomic<int> token_seconds = 3600;
  std::atomic<int> keystone_delay_milliseconds = 0;

  stdlib::Credentials credentials(const std::string& region = {}) const {
    core::Map cloud{{"auth", core::Map{{"auth_url", url()},
                                       {"username", "u"},
                                       {"password", kCanary},
                                       {"user_domain_id", "default"},
                                       {"project_id", "p"}}}};
    if (!region.empty()) cloud.set("region_name", region);
    return stdlib::credentials_from_cloud(cloud, "test");
  }

 private:
  ServerResponse answer(const ServerRequest& request);

  StubServer::Handler service_;
  std::atomic<int> tokens_ = 0;
  StubServer server_;
};

}  // namespace gregale::tests
