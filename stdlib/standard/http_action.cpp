#include "stdlib/standard/http_action.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/json.hpp"
#include "stdlib/http/request_description.hpp"
#include "stdlib/http/text.hpp"
#include "stdlib/http/url.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::Action;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionContext;
using interpreter::ActionMode;
using interpreter::ActionResult;

namespace {

// Mistral takes everything from 307 on, and what is below 200, for an error.
constexpr int kFirstGoodStatus = 200;
constexpr int kFirstBadStatus = 307;

ir::ActionSignature http_signature(std::string name, std::string description) {
  return {
      .name = std::move(name),
      .description = std::move(description),
      .parameters = {{"url", true, {}, "http or https"},
                     {"method", false, "GET", "the method"},
                     {"params", false, {}, "a mapping or text for the query"},
                     {"body", false, {}, "text, or a value that is sent as JSON"},
                     {"json", false, {}, "a value that is sent as JSON, with its Content-Type"},
                     {"headers", false, {}, "a mapping of headers"},
                     {"cookies", false, {}, "a mapping of cookies"},
                     {"auth", false, {}, "user:password, for basic authentication"},
                     {"timeout", false, {}, "seconds for the whole exchange"},
                     {"allow_redirects", false, {}, "whether redirects are followed"},
                     {"proxies", false, {}, "a mapping of http and https to the URL of a proxy"},
                     {"verify", false, {}, "false: any certificate will do; text: a file of authorities"}}};
}

[[noreturn]] void refuse(std::string_view parameter, std::string_view wanted, const Value& got) {
  throw Error(ErrorKind::invalid,
              fmt::format("`{}` must be {}, not a {}", parameter, wanted, got.kind_name()));
}

// A scalar as it is written in a query, a header or a cookie.
std::string plain_text(std::string_view parameter, const Value& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_boolean()) return value.as_boolean() ? "True" : "False";
  if (value.is_number()) return core::to_json(value);
  refuse(parameter, "text or a number in each place", value);
}

std::string query_text(const Value& params) {
  if (params.is_null()) return {};
  if (params.is_string()) return params.as_string();
  if (!params.is_map()) refuse("params", "a mapping or text", params);
  QueryParameters query;
  for (const auto& [key, value] : params.as_map()) {
    const std::string name = plain_text("params", key);
    if (value.is_null()) continue;
    if (value.is_list()) {
      for (const Value& item : value.as_list()) {
        if (!item.is_null()) query.emplace_back(name, plain_text("params", item));
      }
    } else {
      query.emplace_back(name, plain_text("params", value));
    }
  }
  return encode_query(query);
}

void set_headers(HttpRequest& request, const Value& headers, const Value& cookies) {
  if (!headers.is_null() && !headers.is_map()) refuse("headers", "a mapping", headers);
  if (headers.is_map()) {
    for (const auto& [key, value] : headers.as_map()) {
      if (value.is_null()) continue;
      request.headers.set(plain_text("headers", key), plain_text("headers", value));
    }
  }
  if (cookies.is_null()) return;
  if (!cookies.is_map()) refuse("cookies", "a mapping", cookies);
  std::string line;
  for (const auto& [key, value] : cookies.as_map()) {
    if (!line.empty()) line += "; ";
    line += plain_text("cookies", key) + "=" + plain_text("cookies", value);
  }
  if (!line.empty()) request.headers.set("Cookie", line);
}

void set_body(HttpRequest& request, const Value& body, const Value& json) {
  if (body.truthy() && json.truthy()) {
    throw Error(ErrorKind::invalid, "Only one of the parameters `json` and `body` can be passed");
  }
  if (body.truthy()) {
    request.body = body.is_string() ? body.as_string() : core::to_json(body);
  } else if (!json.is_null()) {
    request.body = core::to_json(json);
    if (!request.headers.find("Content-Type")) {
      request.headers.add("Content-Type", "application/json");
    }
  }
}

void set_connection(HttpRequest& request, const Value& input) {
  const Value auth = input.get("auth");
  if (auth.truthy()) {
    const size_t colon = auth.is_string() ? auth.as_string().find(':') : std::string::npos;
    if (colon == std::string::npos) {
      throw Error(ErrorKind::invalid, "`auth` must be text of the form user:password");
    }
    request.user = auth.as_string().substr(0, colon);
    request.password = auth.as_string().substr(colon + 1);
  }
  const Value timeout = input.get("timeout");
  if (timeout.is_number()) {
    request.timeout_seconds =
        timeout.is_float() ? timeout.as_float() : static_cast<double>(timeout.as_integer());
    if (!(request.timeout_seconds > 0)) {
      throw Error(ErrorKind::invalid, "`timeout` must be more than 0 seconds");
    }
  } else if (!timeout.is_null()) {
    refuse("timeout", "a number of seconds", timeout);
  }
  request.follow_redirects = input.get("allow_redirects").truthy();
  const Value proxies = input.get("proxies");
  if (proxies.is_map()) {
    const std::string scheme = request.url.substr(0, request.url.find(':'));
    const Value proxy = proxies.get(scheme).is_null() ? proxies.get("all") : proxies.get(scheme);
    if (proxy.is_string()) request.proxy = proxy.as_string();
  } else if (!proxies.is_null()) {
    refuse("proxies", "a mapping", proxies);
  }
  const Value verify = input.get("verify");
  if (verify.is_string() && !verify.as_string().empty()) {
    request.ca_file = verify.as_string();
  } else if (!verify.is_null()) {
    request.verify_tls = verify.truthy();
  }
}

// Throws Error(invalid) for what cannot be sent.
HttpRequest make_request(const Value& input) {
  HttpRequest request;
  const Value url = input.get("url");
  if (!url.is_string()) refuse("url", "text", url);
  request.url = append_query(url.as_string(), query_text(input.get("params")));
  const Value method = input.find("method") ? input.get("method") : Value("GET");
  if (!method.is_string()) refuse("method", "text", method);
  request.method = method.as_string();
  for (char& c : request.method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  set_headers(request, input.get("headers"), input.get("cookies"));
  set_body(request, input.get("body"), input.get("json"));
  set_connection(request, input);
  return request;
}

Value content_of(const HttpResponse& response, const std::string& charset) {
  try {
    if (is_utf8(response.body)) return core::parse_json(response.body);
  } catch (const Error&) {
    // Not JSON: the text itself.
  }
  return Value(to_utf8(response.body, charset));
}

Value headers_of(const HttpResponse& response) {
  Map headers;
  for (const auto& [name, value] : response.headers) {
    const Value* before = headers.find(std::string_view(name));
    headers.set(to_utf8(name, {}),
                to_utf8(before ? before->as_string() + ", " + value : value, "ISO-8859-1"));
  }
  return headers;
}

Value cookies_of(const HttpResponse& response) {
  Map cookies;
  for (const auto& [name, value] : response.headers) {
    std::string lower_name = name;
    for (char& c : lower_name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (lower_name != "set-cookie") continue;
    const std::string pair = value.substr(0, value.find(';'));
    const size_t equals = pair.find('=');
    if (equals == std::string::npos) continue;
    cookies.set(to_utf8(pair.substr(0, equals), {}), to_utf8(pair.substr(equals + 1), {}));
  }
  return cookies;
}

Value result_of(const HttpResponse& response) {
  const std::string charset = charset_of(response.headers.get("Content-Type"));
  core::List history;
  for (const HttpRedirect& redirect : response.redirects) {
    history.push_back(Map{{"status", redirect.status}, {"location", to_utf8(redirect.location, {})}});
  }
  return Map{
      {"content", content_of(response, charset)}, {"status", response.status},
      {"headers", headers_of(response)},          {"url", to_utf8(response.url, {})},
      {"history", Value(std::move(history))},     {"encoding", charset.empty() ? Value() : Value(charset)},
      {"reason", to_utf8(response.reason, {})},   {"cookies", cookies_of(response)},
      {"elapsed", response.elapsed_seconds}};
}

ActionResult action_result(const HttpResult& outcome) {
  if (!outcome.ok()) {
    return ActionResult::failure(fmt::format("Failed to send HTTP request: {}", outcome.error->what()));
  }
  const int status = outcome.response.status;
  const Value result = result_of(outcome.response);
  if (status >= kFirstGoodStatus && status < kFirstBadStatus) return ActionResult::success(result);
  return ActionResult::error(result,
                             fmt::format("HTTP {} {} from {}", status, to_utf8(outcome.response.reason, {}),
                                         url_without_secrets(to_utf8(outcome.response.url, {}))));
}

// What both actions tell of a call that is not sent.
void tell_request(const Value& input, const ActionCompletion& completion) {
  ActionResult result;
  try {
    result.requests.push_back(request_description(make_request(input)));
  } catch (const Error& error) {
    result = ActionResult::failure(error.what());
  }
  completion(std::move(result));
}

class HttpAction : public Action {
 public:
  explicit HttpAction(HttpClient& client) : client_(client) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  // By RFC 9110, of what is used in practice.
  bool idempotent(const Value& input) const override {
    const Value method = input.get("method");
    return method.is_null() || method == Value("GET") || method == Value("HEAD") ||
           method == Value("OPTIONS");
  }
  void start(ActionCall call, ActionCompletion completion) const override {
    try {
      HttpRequest request = make_request(call.input);
      client_.send(std::move(request), [completion = std::move(completion)](const HttpResult& outcome) {
        completion(action_result(outcome));
      });
    } catch (const Error& error) {
      completion(ActionResult::failure(error.what()));
    }
  }
  void test(ActionCall call, ActionCompletion completion) const override {
    tell_request(call.input, completion);
  }

 private:
  HttpClient& client_;
  const ir::ActionSignature signature_ = [] {
    ir::ActionSignature signature =
        http_signature("std.http", "Sends an HTTP request and gives back the response.");
    signature.result = ir::ActionSignature::Result::mapping;
    signature.result_members = {"content",  "status", "headers", "url",    "history",
                                "encoding", "reason", "cookies", "elapsed"};
    return signature;
  }();
};

// Tells the other side who asks; that side then delivers the result.
class MistralHttpAction : public Action {
 public:
  explicit MistralHttpAction(HttpClient& client) : client_(client) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  ActionMode mode() const override { return ActionMode::outside; }
  void start(ActionCall call, ActionCompletion completion) const override {
    try {
      HttpRequest request = make_request(call.input);
      add_identity(request, call.context);
      client_.send(std::move(request), [completion = std::move(completion)](const HttpResult& outcome) {
        completion(action_result(outcome));
      });
    } catch (const Error& error) {
      completion(ActionResult::failure(error.what()));
    }
  }
  void test(ActionCall call, ActionCompletion completion) const override {
    tell_request(call.input, completion);
  }

 private:
  static void add_identity(HttpRequest& request, const ActionContext& context) {
    request.headers.set("Mistral-Workflow-Name", context.workflow_name);
    request.headers.set("Mistral-Workflow-Execution-Id", context.workflow_execution_id.text());
    request.headers.set("Mistral-Task-Id", context.task_execution_id.text());
    request.headers.set("Mistral-Action-Execution-Id", context.action_execution_id.text());
    request.headers.set("Mistral-Callback-URL", context.callback_url);
  }

  HttpClient& client_;
  const ir::ActionSignature signature_ = http_signature(
      "std.mistral_http",
      "Sends an HTTP request with headers that name the action execution, and waits for the result "
      "from outside. A request that fails is an error at once.");
};

}  // namespace

void add_http_actions(interpreter::ActionRegistry& registry, HttpClient& client) {
  registry.add(std::make_unique<HttpAction>(client));
  registry.add(std::make_unique<MistralHttpAction>(client));
}

}  // namespace gregale::stdlib
