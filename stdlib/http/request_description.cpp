#include "stdlib/http/request_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/secret_names.hpp"
#include "interpreter/custom_context.hpp"
#include "stdlib/http/url.hpp"

namespace gregale::stdlib {

using core::Map;
using core::Value;

namespace {

constexpr std::string_view kOfEveryRequest[] = {"accept", "x-auth-token", "x-openstack-request-id"};
constexpr std::string_view kCredentials[] = {"authorization", "cookie", "x-subject-token"};

bool is_among(std::string_view name, const auto& names) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::find(std::begin(names), std::end(names), lower) != std::end(names);
}

// The URL with its query, but for what is named like a secret.
std::string shown_url(const std::string& url) {
  std::string shown = url_without_secrets(url);
  const size_t mark = url.find('?');
  if (mark == std::string::npos) return shown;
  char separator = '?';
  std::string_view rest = std::string_view(url).substr(mark + 1);
  rest = rest.substr(0, rest.find('#'));
  while (!rest.empty()) {
    const std::string_view parameter = rest.substr(0, rest.find('&'));
    const std::string_view name = parameter.substr(0, parameter.find('='));
    shown += separator;
    if (name.size() < parameter.size() && core::names_a_secret(name)) {
      shown += fmt::format("{}={}", name, interpreter::kMask);
    } else {
      shown += parameter;
    }
    separator = '&';
    rest.remove_prefix(std::min(parameter.size() + 1, rest.size()));
  }
  return shown;
}

Value body_of(const std::string& text) {
  try {
    return interpreter::without_named_secrets(core::parse_json(text));
  } catch (const core::Error&) {
    return Value(text);
  }
}

}  // namespace

Value request_description(const HttpRequest& request) {
  Map told{{"method", request.method}, {"url", shown_url(request.url)}};
  Map headers;
  for (const auto& [name, value] : request.headers) {
    if (is_among(name, kOfEveryRequest)) continue;
    headers.set(Value(name), is_among(name, kCredentials) ? Value(interpreter::kMask) : Value(value));
  }
  if (!headers.empty()) told.set(Value("headers"), Value(std::move(headers)));
  if (!request.user.empty()) told.set(Value("user"), Value(request.user));
  if (request.body) told.set(Value("body"), body_of(*request.body));
  return Value(std::move(told));
}

}  // namespace gregale::stdlib
