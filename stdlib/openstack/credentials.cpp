#include "stdlib/openstack/credentials.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/json.hpp"
#include "stdlib/openstack/service_catalog.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

// Text of a member that may be a number in YAML (a project named 12345).
std::string text_of(const Value& map, std::string_view key) {
  const Value value = map.get(key);
  if (value.is_string()) return value.as_string();
  return value.is_null() ? std::string() : core::to_json(value);
}

bool truth_of(const Value& value, bool if_missing) {
  if (value.is_null()) return if_missing;
  if (!value.is_string()) return value.truthy();
  const std::string& text = value.as_string();
  return text != "false" && text != "False" && text != "no" && text != "0";
}

// "https://host/identity" and "https://host/identity/v2.0" mean their v3.
std::string v3_url(std::string url) {
  while (!url.empty() && url.back() == '/') url.pop_back();
  const std::string last = url.substr(url.rfind('/') + 1);
  if (last == "v2.0") url.erase(url.size() - 5);
  if (last != "v3") url += "/v3";
  return url;
}

Credentials::Method method_of(const Value& cloud, const Value& auth, const std::string& origin) {
  const std::string type = text_of(cloud, "auth_type");
  if (type == "password" || type == "v3password") return Credentials::Method::password;
  if (type == "token" || type == "v3token") return Credentials::Method::token;
  if (type == "v3applicationcredential") return Credentials::Method::application_credential;
  if (!type.empty()) {
    throw Error(ErrorKind::unauthorized,
                fmt::format("{}: auth_type {} is not supported; use password, token or "
                            "v3applicationcredential",
                            origin, type));
  }
  if (auth.find("application_credential_secret")) return Credentials::Method::application_credential;
  if (auth.find("token") && !auth.find("password")) return Credentials::Method::token;
  return Credentials::Method::password;
}

void require(bool given, const std::string& origin, std::string_view what) {
  if (!given) {
    throw Error(ErrorKind::unauthorized, fmt::format("{}: {} is missing", origin, what));
  }
}

void check_complete(const Credentials& credentials, const std::string& origin) {
  require(credentials.auth_url != "/v3", origin, "auth_url");
  switch (credentials.method) {
    case Credentials::Method::password:
      require(!credentials.user_id.empty() || !credentials.user_name.empty(), origin, "username");
      require(!credentials.password.empty(), origin, "password");
      require(!credentials.user_id.empty() || !credentials.user_domain_id.empty() ||
                  !credentials.user_domain_name.empty(),
              origin, "user_domain_name (or user_domain_id)");
      break;
    case Credentials::Method::token:
      require(!credentials.token.empty(), origin, "token");
      break;
    case Credentials::Method::application_credential:
      require(!credentials.application_credential_secret.empty(), origin, "application_credential_secret");
      require(
          !credentials.application_credential_id.empty() || !credentials.application_credential_name.empty(),
          origin, "application_credential_id");
      break;
  }
  require(credentials.project_name.empty() || !credentials.project_id.empty() ||
              !credentials.project_domain_id.empty() || !credentials.project_domain_name.empty(),
          origin, "project_domain_name (or project_domain_id)");
}

// {"id": ID} or {"name": NAME}; null when neither is known.
Value reference(const std::string& id, const std::string& name) {
  if (!id.empty()) return Map{{"id", id}};
  if (!name.empty()) return Map{{"name", name}};
  return {};
}

Value named_in_domain(const std::string& id, const std::string& name, const std::string& domain_id,
                      const std::string& domain_name) {
  Map result = reference(id, name).as_map();
  if (id.empty()) result.set("domain", reference(domain_id, domain_name));
  return result;
}

// 0 for what is no number, or too large for one that anybody means.
double number_of(const Value& value) {
  if (value.is_float()) return value.as_float();
  return value.is_small_integer() ? static_cast<double>(value.as_integer()) : 0;
}

// Checked here, so that a mistake is told before anything is sent.
Value limits_in(const Value& cloud, std::string_view key, const std::string& origin) {
  const Value limits = cloud.get(key);
  const auto positive = [](const Value& limit) { return limit.is_number() && number_of(limit) > 0; };
  bool good = limits.is_null() || positive(limits);
  if (limits.is_map()) {
    const Map& each = limits.as_map();
    good = std::all_of(each.begin(), each.end(), [&](const Map::Entry& entry) {
      return entry.key.is_string() && positive(entry.value);
    });
  }
  if (!good) {
    throw Error(
        ErrorKind::unauthorized,
        fmt::format("{}: {} must be a number above 0, or a mapping from service type to such a number",
                    origin, key));
  }
  return limits;
}

}  // namespace

Credentials credentials_from_cloud(const Value& cloud, const std::string& origin) {
  const Value auth = cloud.get("auth");
  require(auth.is_map(), origin, "auth");
  Credentials out;
  out.method = method_of(cloud, auth, origin);
  out.auth_url = v3_url(text_of(auth, "auth_url"));
  out.user_id = text_of(auth, "user_id");
  out.user_name = text_of(auth, "username");
  out.password = text_of(auth, "password");
  out.token = text_of(auth, "token");
  out.application_credential_id = text_of(auth, "application_credential_id");
  out.application_credential_name = text_of(auth, "application_credential_name");
  out.application_credential_secret = text_of(auth, "application_credential_secret");
  const std::string default_domain_id = text_of(auth, "default_domain_id");
  const std::string default_domain_name = text_of(auth, "default_domain_name");
  out.user_domain_id = text_of(auth, "user_domain_id");
  out.user_domain_name = text_of(auth, "user_domain_name");
  if (out.user_domain_id.empty() && out.user_domain_name.empty()) {
    out.user_domain_id = default_domain_id;
    out.user_domain_name = default_domain_name;
  }
  out.project_id = text_of(auth, auth.find("project_id") ? "project_id" : "tenant_id");
  out.project_name = text_of(auth, auth.find("project_name") ? "project_name" : "tenant_name");
  out.project_domain_id = text_of(auth, "project_domain_id");
  out.project_domain_name = text_of(auth, "project_domain_name");
  if (out.project_domain_id.empty() && out.project_domain_name.empty()) {
    out.project_domain_id = default_domain_id;
    out.project_domain_name = default_domain_name;
  }
  out.domain_id = text_of(auth, "domain_id");
  out.domain_name = text_of(auth, "domain_name");
  out.system_scope = text_of(auth, "system_scope");
  out.trust_id = text_of(auth, "trust_id");
  out.region = text_of(cloud, "region_name");
  out.interface = text_of(cloud, cloud.find("interface") ? "interface" : "endpoint_type");
  if (out.interface.empty()) out.interface = "public";
  if (out.interface.size() > 3 && out.interface.substr(out.interface.size() - 3) == "URL") {
    out.interface.erase(out.interface.size() - 3);  // publicURL, the older spelling
  }
  out.verify_tls = truth_of(cloud.get("verify"), true) && !truth_of(cloud.get("insecure"), false);
  out.ca_file = text_of(cloud, "cacert");
  out.client_certificate = text_of(cloud, "cert");
  out.client_key = text_of(cloud, "key");
  static constexpr std::string_view kOverride = "_endpoint_override";
  for (const auto& [key, value] : cloud.as_map()) {
    if (!key.is_string() || !value.is_string()) continue;
    const std::string& name = key.as_string();
    if (name.size() > kOverride.size() && name.ends_with(kOverride)) {
      out.endpoint_overrides[name.substr(0, name.size() - kOverride.size())] = value.as_string();
    }
  }
  out.rate_limit = limits_in(cloud, "rate_limit", origin);
  out.concurrency = limits_in(cloud, "concurrency", origin);
  if (const Value* seconds = cloud.find("settling_seconds")) {
    if (!seconds->is_number() || number_of(*seconds) < 0) {
      throw Error(ErrorKind::unauthorized,
                  fmt::format("{}: settling_seconds must be a number, 0 or more", origin));
    }
    out.settling_seconds = number_of(*seconds);
  }
  const std::string version = text_of(cloud, "identity_api_version");
  if (!version.empty() && version[0] != '3') {
    throw Error(
        ErrorKind::unauthorized,
        fmt::format("{}: identity_api_version {} is not supported; Keystone v3 is needed", origin, version));
  }
  check_complete(out, origin);
  return out;
}

const std::string* Credentials::endpoint_override(std::string_view service_type) const {
  for (const std::string_view type : service_type_names(service_type)) {
    std::string key(type);
    std::replace(key.begin(), key.end(), '-', '_');
    const auto found = endpoint_overrides.find(key);
    if (found != endpoint_overrides.end()) return &found->second;
  }
  return nullptr;
}

double Credentials::limit_of(const Value& limits, std::string_view service_type) {
  if (limits.is_number()) return number_of(limits);
  for (const std::string_view type : service_type_names(service_type)) {
    const Value limit = limits.get(type);
    if (!limit.is_null()) return number_of(limit);
  }
  return 0;
}

Value Credentials::token_request() const {
  Map identity;
  switch (method) {
    case Method::password: {
      Map user = named_in_domain(user_id, user_name, user_domain_id, user_domain_name).as_map();
      user.set("password", password);
      identity = {{"methods", core::List{"password"}}, {"password", Map{{"user", user}}}};
      break;
    }
    case Method::token:
      identity = {{"methods", core::List{"token"}}, {"token", Map{{"id", token}}}};
      break;
    case Method::application_credential: {
      Map credential = reference(application_credential_id, application_credential_name).as_map();
      credential.set("secret", application_credential_secret);
      if (application_credential_id.empty()) {
        credential.set("user", named_in_domain(user_id, user_name, user_domain_id, user_domain_name));
      }
      identity = {{"methods", core::List{"application_credential"}}, {"application_credential", credential}};
      break;
    }
  }
  Map auth{{"identity", identity}};
  // An application credential brings its scope along.
  if (method == Method::application_credential) return Map{{"auth", auth}};
  if (!trust_id.empty()) {
    auth.set("scope", Map{{"OS-TRUST:trust", Map{{"id", trust_id}}}});
  } else if (!project_id.empty() || !project_name.empty()) {
    auth.set(
        "scope",
        Map{{"project", named_in_domain(project_id, project_name, project_domain_id, project_domain_name)}});
  } else if (!domain_id.empty() || !domain_name.empty()) {
    auth.set("scope", Map{{"domain", reference(domain_id, domain_name)}});
  } else if (!system_scope.empty()) {
    auth.set("scope", Map{{"system", Map{{"all", true}}}});
  }
  return Map{{"auth", auth}};
}

std::string Credentials::identity() const {
  return core::to_json(core::List{auth_url, token_request(), service_catalog, interface, verify_tls, ca_file,
                                  client_certificate, client_key});
}

}  // namespace gregale::stdlib
