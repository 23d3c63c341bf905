#include "stdlib/custom/security.hpp"

#include "stdlib/custom/protocol.hpp"

namespace gregale::stdlib {

using core::Map;
using core::Value;

namespace {

Value names_of(const Value& roles) {
  core::List names;
  if (roles.is_list()) {
    for (const Value& role : roles.as_list()) names.push_back(role.get("name"));
  }
  return Value(std::move(names));
}

}  // namespace

Value security_context(const Credentials& credentials, const Access& access,
                       const interpreter::ActionContext& context) {
  const Value& details = access.details;
  return Map{{"user", details.get("user")},
             {"project", details.get("project")},
             {"roles", names_of(details.get("roles"))},
             {"token", access.token},
             {"auth_url", text_or_null(credentials.auth_url)},
             {"service_catalog", details.get("catalog")},
             {"expires_at", details.get("expires_at")},
             {"region", text_or_null(context.region.empty() ? credentials.region : context.region)},
             {"interface", credentials.interface},
             {"is_target", !context.security.is_null()},
             {"verify_tls", credentials.verify_tls},
             {"ca_file", text_or_null(credentials.ca_file)}};
}

}  // namespace gregale::stdlib
