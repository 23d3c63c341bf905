#include "stdlib/openstack/cloud_config.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "core/error.hpp"
#include "core/similar.hpp"
#include "grammar/yaml.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

constexpr uintmax_t kLargestFile = 4u << 20;

std::string variable(const Environment& environment, const std::string& name) {
  return environment(name).value_or(std::string());
}

// The first of the usual places that has [name]; empty: none.
std::string find_file(const Environment& environment, const std::string& variable_name,
                      const std::string& name) {
  const std::string named = variable(environment, variable_name);
  if (!named.empty()) {
    if (!std::filesystem::exists(named)) {
      throw Error(ErrorKind::invalid, fmt::format("{} names {}, which does not exist", variable_name, named));
    }
    return named;
  }
  std::vector<std::string> folders = {"."};
  const std::string configuration = variable(environment, "XDG_CONFIG_HOME");
  const std::string home = variable(environment, "HOME");
  if (!configuration.empty()) {
    folders.push_back(configuration + "/openstack");
  } else if (!home.empty()) {
    folders.push_back(home + "/.config/openstack");
  }
  folders.push_back("/etc/openstack");
  for (const std::string& folder : folders) {
    std::error_code ignored;
    const std::string path = folder + "/" + name;
    if (std::filesystem::is_regular_file(path, ignored)) return path;
  }
  return {};
}

Value read_yaml(const std::string& path) {
  std::error_code error;
  if (std::filesystem::file_size(path, error) > kLargestFile && !error) {
    throw Error(ErrorKind::invalid, fmt::format("{} is too large for a cloud configuration", path));
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw Error(ErrorKind::invalid, fmt::format("{} cannot be read", path));
  try {
    return grammar::load_yaml(text.str());
  } catch (const Error& mistake) {
    throw Error(ErrorKind::invalid, fmt::format("{}: {}", path, mistake.what()));
  }
}

struct CloudsFile {
  std::string path;  // empty: there is none
  Value clouds = Map();
};

CloudsFile read_clouds(const Environment& environment) {
  CloudsFile file;
  file.path = find_file(environment, "OS_CLIENT_CONFIG_FILE", "clouds.yaml");
  if (file.path.empty()) return file;
  Value document = read_yaml(file.path);
  const std::string secure = find_file(environment, "OS_CLIENT_SECURE_FILE", "secure.yaml");
  if (!secure.empty() && document.is_map()) {
    const Value secrets = read_yaml(secure);
    if (secrets.is_map()) document = core::merge_maps(document, secrets);
  }
  const Value clouds = document.get("clouds");
  if (!clouds.is_map()) {
    throw Error(ErrorKind::invalid, fmt::format("{} has no mapping `clouds`", file.path));
  }
  file.clouds = clouds;
  return file;
}

// The entry over the vendor's profile that it names, if it names one.
Map with_profile(const Value& entry, const Environment& environment, const std::string& origin) {
  const Value profile = entry.get("profile");
  if (!profile.is_string()) return entry.as_map();
  const std::string path = find_file(environment, "OS_CLIENT_VENDOR_FILE", "clouds-public.yaml");
  const Value vendors = path.empty() ? Value() : read_yaml(path).get("public-clouds");
  const Value* vendor = vendors.is_map() ? vendors.find(profile.as_string()) : nullptr;
  if (vendor == nullptr || !vendor->is_map()) {
    throw Error(ErrorKind::unauthorized,
                fmt::format("{}: there is no profile {} in {}", origin, profile.as_string(),
                            path.empty() ? "a clouds-public.yaml" : path));
  }
  return core::merge_maps(*vendor, entry).as_map();
}

Credentials credentials_of(const CloudsFile& file, const std::string& name, const Environment& environment) {
  if (file.path.empty()) {
    throw Error(ErrorKind::unauthorized,
                fmt::format("There is no clouds.yaml to find the cloud {} in", name));
  }
  const Value* entry = file.clouds.find(name);
  if (entry == nullptr || !entry->is_map()) {
    std::vector<std::string> names;
    for (const auto& [key, value] : file.clouds.as_map()) {
      if (key.is_string()) names.push_back(key.as_string());
    }
    const std::string nearest = core::nearest_name(name, names);
    throw Error(ErrorKind::unauthorized,
                fmt::format("{} has no cloud {}{}", file.path, name,
                            nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest)));
  }
  const std::string origin = fmt::format("cloud {} of {}", name, file.path);
  Map cloud = with_profile(*entry, environment, origin);
  for (const auto& [key, name_of_variable] :
       {std::pair("region_name", "OS_REGION_NAME"), std::pair("interface", "OS_INTERFACE")}) {
    const std::string value = variable(environment, name_of_variable);
    if (!value.empty() && !cloud.contains(key)) cloud.set(key, value);
  }
  return credentials_from_cloud(cloud, origin);
}

Credentials credentials_of_variables(const Environment& environment) {
  static constexpr const char* kAuth[] = {"auth_url",
                                          "username",
                                          "user_id",
                                          "password",
                                          "token",
                                          "user_domain_id",
                                          "user_domain_name",
                                          "project_id",
                                          "project_name",
                                          "tenant_id",
                                          "tenant_name",
                                          "project_domain_id",
                                          "project_domain_name",
                                          "domain_id",
                                          "domain_name",
                                          "default_domain_id",
                                          "default_domain_name",
                                          "system_scope",
                                          "trust_id",
                                          "application_credential_id",
                                          "application_credential_name",
                                          "application_credential_secret"};
  static constexpr const char* kCloud[] = {"auth_type", "region_name", "interface", "endpoint_type",
                                           "cacert",    "cert",        "key",       "identity_api_version",
                                           "insecure"};
  const auto take = [&](const char* key, Map& into) {
    std::string name = "OS_";
    for (const char* c = key; *c != '\0'; ++c) {
      name += static_cast<char>(std::toupper(static_cast<unsigned char>(*c)));
    }
    const std::string value = variable(environment, name);
    if (!value.empty()) into.set(key, value);
  };
  Map auth;
  for (const char* key : kAuth) take(key, auth);
  Map cloud;
  for (const char* key : kCloud) take(key, cloud);
  cloud.set("auth", auth);
  return credentials_from_cloud(cloud, "The OS_* variables");
}

}  // namespace

Environment process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
}

Credentials load_credentials(const std::string& cloud, const Environment& environment) {
  const std::string name = cloud.empty() ? variable(environment, "OS_CLOUD") : cloud;
  if (!name.empty()) return credentials_of(read_clouds(environment), name, environment);
  if (!variable(environment, "OS_AUTH_URL").empty()) return credentials_of_variables(environment);
  const CloudsFile file = read_clouds(environment);
  if (file.clouds.size() == 1) {
    const Value& only = file.clouds.as_map().at(0).key;
    if (only.is_string()) return credentials_of(file, only.as_string(), environment);
  }
  throw Error(ErrorKind::unauthorized,
              "No OpenStack credentials: name a cloud of clouds.yaml (--cloud, OS_CLOUD) or set "
              "OS_AUTH_URL and the other OS_* variables");
}

}  // namespace gregale::stdlib
