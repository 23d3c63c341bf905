#include "stdlib/openstack/cloud_config.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::stdlib {
namespace {

using core::Error;
using core::Map;
using core::Value;

class CloudConfig : public ::testing::Test {
 protected:
  CloudConfig()
      : folder_(std::filesystem::temp_directory_path() / ("gregale-clouds-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(folder_ / "openstack");
    variables_["XDG_CONFIG_HOME"] = folder_.string();
  }
  ~CloudConfig() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / "openstack" / name) << text;
  }
  Credentials load(const std::string& cloud = "") {
    return load_credentials(cloud, [this](const std::string& name) -> std::optional<std::string> {
      const auto found = variables_.find(name);
      if (found == variables_.end()) return std::nullopt;
      return found->second;
    });
  }
  std::string failure(const std::string& cloud = "") {
    try {
      load(cloud);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing failed";
  }

  const std::filesystem::path folder_;
  std::map<std::string, std::string> variables_;
};

constexpr const char* kTwoClouds = R"(
clouds:
  prod:
    auth:
      auth_url: https://keystone.test/identity
      username: operator
      project_name: 12345
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    interface: internal
    verify: false
    compute_endpoint_override: http://compute.test/v2.1
  app:
    auth_type: v3applicationcredential
    auth:
      auth_url: https://keystone.test/v3/
      application_credential_id: ID
      application_credential_secret: canary
)";

TEST_F(CloudConfig, MergesSecureYaml) {
  write("clouds.yaml", kTwoClouds);
  write("secure.yaml", "clouds: {prod: {auth: {password: canary}}}");
  const Credentials credentials = load("prod");
  EXPECT_EQ(credentials.auth_url, "https://keystone.test/identity/v3");
  EXPECT_EQ(credentials.password, "canary");
  EXPECT_EQ(credentials.region, "RegionOne");
  EXPECT_EQ(credentials.interface, "internal");
  EXPECT_FALSE(credentials.verify_tls);
  EXPECT_EQ(credentials.endpoint_overrides.at("compute"), "http://compute.test/v2.1");
  const Value auth = credentials.token_request().get("auth");
  EXPECT_EQ(auth.get("identity").get("password").get("user"),
            Value(Map{{"name", "operator"}, {"domain", Map{{"name", "Default"}}}, {"password", "canary"}}));
  EXPECT_EQ(auth.get("scope").get("project"),
            Value(Map{{"name", "12345"}, {"domain", Map{{"name", "Default"}}}}));
}

TEST_F(CloudConfig, EntriesStandOverTheProfileThatTheyName) {
  write("clouds-public.yaml", R"(
public-clouds:
  vendor:
    auth: {auth_url: https://keystone.vendor.test, user_domain_id: default}
    region_name: V1
    interface: internal
)");
  write("clouds.yaml", R"(
clouds:
  mine: {profile: vendor, region_name: V2, auth: {username: u, password: p}}
  lost: {profile: nobody, auth: {username: u, password: p}}
)");
  const Credentials credentials = load("mine");
  EXPECT_EQ(credentials.auth_url, "https://keystone.vendor.test/v3");
  EXPECT_EQ(credentials.region, "V2");
  EXPECT_EQ(credentials.interface, "internal");
  EXPECT_NE(failure("lost").find("no profile nobody"), std::string::npos) << failure("lost");
}

TEST_F(CloudConfig, ApplicationCredentialsHaveNoScope) {
  write("clouds.yaml", kTwoClouds);
  variables_["OS_CLOUD"] = "app";
  variables_["OS_REGION_NAME"] = "RegionTwo";
  const Credentials credentials = load();
  EXPECT_EQ(credentials.auth_url, "https://keystone.test/v3");
  EXPECT_EQ(credentials.region, "RegionTwo");
  const Value auth = credentials.token_request().get("auth");
  EXPECT_EQ(auth.find("scope"), nullptr);
  EXPECT_EQ(auth.get("identity").get("application_credential"),
            Value(Map{{"id", "ID"}, {"secret", "canary"}}));
}

TEST_F(CloudConfig, TakesVariablesWhenNoCloudIsNamed) {
  write("clouds.yaml", kTwoClouds);
  variables_.insert({{"OS_AUTH_URL", "http://k.test/v2.0"},
                     {"OS_USERNAME", "u"},
                     {"OS_PASSWORD", "p"},
                     {"OS_PROJECT_ID", "P"},
                     {"OS_USER_DOMAIN_ID", "default"},
                     {"OS_REGION_NAME", "RegionOne"},
                     {"OS_ENDPOINT_TYPE", "publicURL"}});
  const Credentials credentials = load();
  EXPECT_EQ(credentials.auth_url, "http://k.test/v3");
  EXPECT_EQ(credentials.project_id, "P");
  EXPECT_EQ(credentials.interface, "public");
  EXPECT_EQ(load("app").application_credential_id, "ID");
}

TEST_F(CloudConfig, FailuresSayWhatIsMissing) {
  EXPECT_NE(failure().find("No OpenStack credentials"), std::string::npos);
  EXPECT_NE(failure("prod").find("no clouds.yaml"), std::string::npos);
  write("clouds.yaml", kTwoClouds);
  EXPECT_NE(failure().find("No OpenStack credentials"), std::string::npos) << "two clouds, none named";
  EXPECT_NE(failure("prd").find("did you mean prod?"), std::string::npos) << failure("prd");
  EXPECT_NE(failure("prod").find("password is missing"), std::string::npos) << failure("prod");
  write("clouds.yaml", "clouds: [");
  EXPECT_NE(failure("prod").find("clouds.yaml"), std::string::npos);
  write("clouds.yaml", "clouds: {a: {auth: {auth_url: u}, auth_type: v3oidcpassword}}");
  EXPECT_NE(failure().find("v3oidcpassword is not supported"), std::string::npos) << failure();
  variables_["OS_CLIENT_CONFIG_FILE"] = "/no/such/file";
  EXPECT_NE(failure("a").find("/no/such/file"), std::string::npos);
}

TEST_F(CloudConfig, TakesTheOnlyCloud) {
  write("clouds.yaml", "clouds: {a: {auth: {auth_url: http://k, token: T}}}");
  EXPECT_EQ(load().token, "T");
  EXPECT_EQ(load().method, Credentials::Method::token);
}

TEST(Credentials, LimitsAreForAllServicesOrForEach) {
  const auto read = [](const core::Value& limit) {
    return credentials_from_cloud(core::Map{{"auth", core::Map{{"auth_url", "http://k"}, {"token", "t"}}},
                                            {"auth_type", "token"},
                                            {"rate_limit", limit}},
                                  "clouds.yaml, cloud a");
  };
  EXPECT_EQ(Credentials::limit_of(read(2.5).rate_limit, "compute"), 2.5);
  const core::Value each = core::Map{{"compute", 10}, {"volumev3", 3}};
  EXPECT_EQ(Credentials::limit_of(read(each).rate_limit, "compute"), 10);
  EXPECT_EQ(Credentials::limit_of(read(each).rate_limit, "block-storage"), 3)
      << "by another name of the service";
  EXPECT_EQ(Credentials::limit_of(read(each).rate_limit, "image"), 0);
  EXPECT_EQ(Credentials::limit_of(read(core::Value()).rate_limit, "image"), 0);
  const core::Value wrong[] = {0, -1, "many", core::List{1}, core::Map{{"compute", "many"}}};
  for (const core::Value& limit : wrong) {
    EXPECT_THROW(read(limit), core::Error) << core::to_json(limit);
  }
}

}  // namespace
}  // namespace gregale::stdlib
