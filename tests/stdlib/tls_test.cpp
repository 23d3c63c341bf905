// Keystone and services over TLS: what `verify`, `cacert`, `cert` and `key` of clouds.yaml do.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>

#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"
#include "tests/stdlib/stub_cloud.hpp"

namespace gregale::stdlib {
namespace {

using core::Map;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionResult;
using tests::CertificateAuthority;
using tests::Identity;
using tests::ServerTls;
using tests::StubCloud;

class Tls : public ::testing::Test {
 protected:
  Tls() : folder_(std::filesystem::temp_directory_path() / ("gregale-tls-" + std::to_string(::getpid()))) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL's servers write to connections that a client has left
    std::filesystem::create_directories(folder_);
  }
  ~Tls() override { std::filesystem::remove_all(folder_); }

  std::string file(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path) << text;
    return path.string();
  }

  // Lists networks of [cloud], whose entry of clouds.yaml has [settings].
  static ActionResult list_networks(const StubCloud& cloud, const Map& settings) {
    HttpClient client;
    const core::RealClock clock;
    OpenstackSession session(client, clock, [&] {
      Map entry{{"auth", Map{{"auth_url", cloud.url()}, {"token", tests::kCanary}}},
                {"region_name", "RegionOne"}};
      entry.update(settings);
      return credentials_from_cloud(entry, "test");
    });
    interpreter::ActionRegistry registry;
    register_openstack_actions(registry, session);
    std::promise<ActionResult> promise;
    registry.find("neutron.list_networks")
        ->start(ActionCall{"neutron.list_networks", Map{}, {}},
                [&](ActionResult result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  static tests::ServerResponse networks(const tests::ServerRequest&) {
    return tests::json_response(200, R"({"networks": []})");
  }

  const std::filesystem::path folder_;
  const CertificateAuthority authority_;
};

TEST_F(Tls, AnAuthorityOfOnesOwnIsTrustedWhenItIsNamed) {
  const StubCloud cloud(networks, ServerTls{authority_.issue(), {}});
  const ActionResult trusted =
      list_networks(cloud, Map{{"cacert", file("ca.pem", authority_.certificate())}});
  EXPECT_EQ(trusted.state, ActionResult::State::success) << trusted.message;
  const ActionResult unknown = list_networks(cloud, Map{});
  EXPECT_EQ(unknown.state, ActionResult::State::error);
  EXPECT_NE(unknown.message.find("certificate"), std::string::npos) << unknown.message;
  const CertificateAuthority other;
  const ActionResult wrong = list_networks(cloud, Map{{"cacert", file("other.pem", other.certificate())}});
  EXPECT_EQ(wrong.state, ActionResult::State::error);
}

TEST_F(Tls, VerifyFalseTrustsEverybody) {
  const StubCloud cloud(networks, ServerTls{authority_.issue(), {}});
  for (const Map& settings : {Map{{"verify", false}}, Map{{"verify", "False"}}, Map{{"insecure", true}}}) {
    const ActionResult result = list_networks(cloud, settings);
    EXPECT_EQ(result.state, ActionResult::State::success) << result.message;
  }
}

TEST_F(Tls, ClientsShowTheirCertificateWhenTheyHaveOne) {
  const StubCloud cloud(networks, ServerTls{authority_.issue(), authority_.certificate()});
  const Identity own = authority_.issue();
  const Map trusted{{"cacert", file("ca.pem", authority_.certificate())}};
  Map shown = trusted;
  shown.set("cert", file("client.pem", own.certificate));
  shown.set("key", file("client.key", own.key));
  const ActionResult known = list_networks(cloud, shown);
  EXPECT_EQ(known.state, ActionResult::State::success) << known.message;
  EXPECT_EQ(list_networks(cloud, trusted).state, ActionResult::State::error);
}

}  // namespace
}  // namespace gregale::stdlib
