#include "stdlib/openstack/service_error.hpp"

#include <fmt/format.h>

#include "core/json.hpp"
#include "stdlib/http/text.hpp"

namespace gregale::stdlib {

using core::Value;

namespace {

// Messages are for people; a body that is a page of a proxy is not one.
constexpr size_t kLongestMessage = 2000;

// Tags out, entities resolved, white space on one line.
std::string without_markup(std::string_view text) {
  std::string out;
  bool in_tag = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '<' && i + 1 < text.size() &&
        (std::isalpha(static_cast<unsigned char>(text[i + 1])) || text[i + 1] == '/' || text[i + 1] == '!')) {
      in_tag = true;
    } else if (c == '>' && in_tag) {
      in_tag = false;
      if (!out.empty() && out.back() != ' ') out += ' ';
    } else if (!in_tag) {
      const bool blank = c == '\n' || c == '\r' || c == '\t' || c == ' ';
      if (!blank) {
        out += c;
      } else if (!out.empty() && out.back() != ' ') {
        out += ' ';
      }
    }
  }
  static constexpr std::pair<std::string_view, std::string_view> kEntities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&#x27;", "'"}, {"&#39;", "'"}, {"&amp;", "&"}};
  for (const auto& [entity, meaning] : kEntities) {
    for (size_t at = out.find(entity); at != std::string::npos; at = out.find(entity, at + 1)) {
      out.replace(at, entity.size(), meaning);
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

// The first text among the members that services use for it; looks into an only member that is an
// object.
std::string message_in(const Value& body) {
  if (body.is_string()) return body.as_string();
  if (!body.is_map()) return {};
  for (const char* key :
       {"message", "faultstring", "error_message", "explanation", "title", "description", "detail"}) {
    const Value text = body.get(key);
    if (text.is_string() && !text.as_string().empty()) return text.as_string();
    if (text.is_map()) return message_in(text);
  }
  // {"error": {...}}, {"itemNotFound": {...}}, {"NeutronError": {...}}, {"errors": [{...}]}
  for (const auto& [key, value] : body.as_map()) {
    const Value inner = value.is_list() && value.size() > 0 ? value.as_list()[0] : value;
    if (inner.is_map()) {
      const std::string text = message_in(inner);
      if (!text.empty()) return text;
    } else if (inner.is_string() && (key == Value("error") || key == Value("NeutronError"))) {
      return inner.as_string();
    }
  }
  return {};
}

// Heat puts what it has to say into {"explanation": general, "error": {"message": particular}}.
std::string heat_message(const Value& body) {
  if (!body.find("explanation")) return {};
  const Value message = body.get("error").get("message");
  return message.is_string() ? message.as_string() : std::string();
}

}  // namespace

std::string service_message(const HttpResponse& response) {
  std::string message;
  if (is_utf8(response.body)) {
    try {
      const Value body = core::parse_json(response.body);
      message = heat_message(body);
      if (message.empty()) message = message_in(body);
    } catch (const core::Error&) {
      message = response.body;  // text or HTML
    }
  }
  message = without_markup(message);
  if (message.size() > kLongestMessage) {
    message = to_utf8(message.substr(0, kLongestMessage), {}) + "...";
  }
  if (!message.empty()) return message;
  return response.reason.empty() ? "no further explanation" : to_utf8(response.reason, {});
}

std::string request_id(const HttpResponse& response) {
  for (const char* name : {"X-Openstack-Request-Id", "X-Compute-Request-Id", "X-Trans-Id"}) {
    const std::string_view id = response.headers.get(name);
    if (!id.empty()) return to_utf8(id, {});
  }
  return {};
}

std::string refusal_text(const HttpResponse& response) {
  const std::string id = request_id(response);
  return fmt::format("HTTP {}: {}{}", response.status, service_message(response),
                     id.empty() ? "" : fmt::format(" (request {})", id));
}

}  // namespace gregale::stdlib
