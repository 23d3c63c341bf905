#include "stdlib/openstack/security_context.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <map>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

constexpr const char* kOrigin = "The custom context's `os.auth`";
constexpr std::string_view kPrefix = "x-target-";

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

// Where each header goes in an entry of clouds.yaml; `auth.` in front: into its `auth`.
const std::map<std::string, std::string>& header_places() {
  static const std::map<std::string, std::string> places = {
      {"auth-uri", "auth.auth_url"},         {"auth-token", "auth.token"},
      {"project-id", "auth.project_id"},     {"project-name", "auth.project_name"},
      {"user-id", "auth.user_id"},           {"user-name", "auth.username"},
      {"region-name", "region_name"},        {"insecure", "insecure"},
      {"service-catalog", "service_catalog"}};
  return places;
}

bool is_header(const Value& key) {
  return key.is_string() && lower(key.as_string()).starts_with(kPrefix);
}

[[noreturn]] void refuse_catalog() {
  throw Error(
      ErrorKind::invalid,
      fmt::format("{}: X-Target-Service-Catalog is not a service catalog as base64 of JSON", kOrigin));
}

// The list of services in base64 of JSON: a list, {"catalog": [...]}, or {"token": {"catalog": [...]}}.
Value decode_catalog(const std::string& text) {
  std::string json(text.size(), '\0');
  size_t size = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(json.data()), json.size(), text.data(), text.size(),
                        "\r\n ", &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0) {
    refuse_catalog();
  }
  json.resize(size);
  Value catalog;
  try {
    catalog = core::parse_json(json);
  } catch (const Error&) {
    refuse_catalog();
  }
  if (catalog.get("token").is_map()) catalog = catalog.get("token");
  if (catalog.is_map()) catalog = catalog.get("catalog");
  if (!catalog.is_list()) refuse_catalog();
  return catalog;
}

Credentials credentials_of_headers(const Map& headers) {
  Map cloud{{"auth_type", "token"}};
  Map auth;
  Value catalog;
  for (const auto& [key, value] : headers) {
    if (!is_header(key)) {
      throw Error(ErrorKind::invalid,
                  fmt::format("{}: either X-Target-* headers or other keys, not both", kOrigin));
    }
    const std::string name = lower(key.as_string()).substr(kPrefix.size());
    const auto place = header_places().find(name);
    if (place == header_places().end()) {
      throw Error(ErrorKind::invalid, fmt::format("{}: {} is not known", kOrigin, key.as_string()));
    }
    if (place->second == "service_catalog") {
      if (!value.is_string()) refuse_catalog();
      catalog = decode_catalog(value.as_string());
    } else if (place->second.starts_with("auth.")) {
      auth.set(Value(place->second.substr(5)), value);
    } else {
      cloud.set(Value(place->second), value);
    }
  }
  cloud.set("auth", Value(std::move(auth)));
  Credentials credentials = credentials_from_cloud(Value(std::move(cloud)), kOrigin);
  credentials.service_catalog = std::move(catalog);
  return credentials;
}

}  // namespace

Credentials credentials_of_security(const Value& os) {
  const Value auth = os.get("auth");
  if (auth.is_map() && std::any_of(auth.as_map().begin(), auth.as_map().end(),
                                   [](const Map::Entry& entry) { return is_header(entry.key); })) {
    return credentials_of_headers(auth.as_map());
  }
  return credentials_from_cloud(os, kOrigin);
}

}  // namespace gregale::stdlib
