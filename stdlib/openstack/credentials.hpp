// Credentials: who asks a cloud, for what scope, and how its services are reached.
//
// Values only; they come from clouds.yaml, OS_* variables (cloud_config.hpp) or the `os.auth` of an
// execution's custom context. They hold secrets: nothing here may be logged.
#pragma once

#include <map>
#include <string>

#include "core/value.hpp"

namespace gregale::stdlib {

struct Credentials {
  enum class Method { password, token, application_credential };

  Method method = Method::password;
  std::string auth_url;  // with /v3 at its end
  std::string user_id, user_name, user_domain_id, user_domain_name;
  std::string password;
  std::string token;
  std::string application_credential_id, application_credential_name, application_credential_secret;

  // Scope: a project, a domain, the system, a trust, or (none of them) what Keystone chooses.
  std::string project_id, project_name, project_domain_id, project_domain_name;
  std::string domain_id, domain_name;
  std::string system_scope;
  std::string trust_id;

  std::string region;                // empty: none is preferred
  std::string interface = "public";  // public, internal or admin
  bool verify_tls = true;
  std::string ca_file, client_certificate, client_key;
  std::map<std::string, std::string> endpoint_overrides;  // by service type, dashes as underscores

  // What the services allow: a number for all of them, or a mapping from service type to number; null: any.
  core::Value rate_limit;   // requests per second
  core::Value concurrency;  // requests at once
  // After so many seconds the services list what they were asked to make, if they do make it.
  double settling_seconds = 10;

  core::Value service_catalog;  // a list, used with the token as it is; null: Keystone is asked for both

  // The URL that stands for the service's endpoint in every region, or nullptr.
  const std::string* endpoint_override(std::string_view service_type) const;

  // What [limits] (rate_limit or concurrency) says of a service; 0: nothing.
  static double limit_of(const core::Value& limits, std::string_view service_type);

  // The body of POST /v3/auth/tokens.
  core::Value token_request() const;
  // Equal for credentials that may share a token; for use as a key in memory only.
  std::string identity() const;
};

// From an entry of clouds.yaml, or what has the same form: {auth: {...}, auth_type, region_name,
// interface, verify, cacert, ...}. Throws Error(unauthorized) that names what is missing; [origin]
// is what the user calls the source.
Credentials credentials_from_cloud(const core::Value& cloud, const std::string& origin);

}  // namespace gregale::stdlib
