// One HTTP request and what came of it, as values.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace gregale::stdlib {

class BodyPipe;

// In order of appearance; names compare without regard to case.
class HttpHeaders {
 public:
  HttpHeaders() = default;
  HttpHeaders(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  // Replaces every field of that name.
  void set(std::string_view name, std::string value);
  // The first field of that name, or nullptr.
  const std::string* find(std::string_view name) const noexcept;
  // The first field's value, or empty.
  std::string_view get(std::string_view name) const noexcept;
  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  size_t size() const noexcept { return fields_.size(); }
  void clear() noexcept { fields_.clear(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url = {};  // http or https, with its query
  HttpHeaders headers = {};
  std::optional<std::string> body = {};
  // In place of `body`: what comes through the pipe, so many bytes of it if that is known. It is sent once.
  std::shared_ptr<BodyPipe> body_from = {};
  std::optional<uint64_t> body_size = {};
  // Where the body of a response goes that is a success; the response itself then has none.
  std::shared_ptr<BodyPipe> response_to = {};
  double timeout_seconds = 0;  // for the whole exchange; 0: the client's default
  bool follow_redirects = false;
  // Never sent a second time, not even by libcurl when a kept connection turns out to be closed.
  bool once = false;
  bool verify_tls = true;
  std::string ca_file = {};  // a PEM bundle, or a folder of certificates; empty: the system's
  std::string client_certificate = {};
  std::string client_key = {};
  std::string proxy = {};  // empty: from the environment (http_proxy, no_proxy, ...)
  std::string user = {};   // basic authentication, if not empty
  std::string password = {};
};

struct HttpRedirect {
  int status = 0;
  std::string location;
};

struct HttpResponse {
  int status = 0;
  std::string reason;
  HttpHeaders headers;
  std::string body;
  std::string url;  // the last one, after redirects
  std::vector<HttpRedirect> redirects;
  double elapsed_seconds = 0;
};

// Either a response (of any status), or why there is none.
struct HttpResult {
  HttpResponse response;
  std::optional<core::Error> error;  // disconnected, timed_out, limit, invalid
  bool may_have_arrived = true;      // with an error: false when nothing can have been carried out
  bool ok() const noexcept { return !error.has_value(); }
};

}  // namespace gregale::stdlib
