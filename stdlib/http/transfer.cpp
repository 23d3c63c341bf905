#include "stdlib/http/transfer.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "stdlib/http/body_pipe.hpp"
#include "stdlib/http/text.hpp"
#include "stdlib/http/url.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;

namespace {

constexpr long kMostRedirects = 30;  // as many as Python's requests follows

// Whether nothing of the request can have got to the server.
bool fails_before_sending(CURLcode code) {
  switch (code) {
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return true;
    default:
      return false;
  }
}

// Line breaks and other control characters would start a header of their own.
bool printable(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 32 && c != '\t') || byte == 127;
  });
}

bool is_token(std::string_view text) {
  return !text.empty() && printable(text) && text.find_first_of(" \t:") == std::string_view::npos;
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

Transfer::Transfer(HttpRequest request, HttpCompletion completion)
    : request_(std::move(request)), completion_(std::move(completion)), origin_(url_origin(request_.url)) {}

Transfer::~Transfer() {
  curl_slist_free_all(header_list_);
}

bool Transfer::prepare(CURL* easy, const HttpLimits& limits) {
  easy_ = easy;
  body_limit_ = limits.response_bytes;
  const auto refuse = [this](std::string message) {
    result_.error.emplace(ErrorKind::invalid, std::move(message));
    return false;
  };
  if (!is_token(request_.method)) return refuse("The HTTP method is not a word.");
  if (request_.url.empty() || !printable(request_.url) || request_.url.find(' ') != std::string::npos) {
    return refuse("The URL is empty or has blanks or control characters in it.");
  }
  for (const auto& [name, value] : request_.headers) {
    if (!is_token(name)) return refuse(fmt::format("`{}` cannot be the name of a header.", name));
    if (!printable(value)) {
      return refuse(fmt::format("The value of header {} has control characters in it.", name));
    }
  }
  curl_easy_setopt(easy, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, message_);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "gregale");
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, request_.follow_redirects ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, kMostRedirects);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  const double timeout = request_.timeout_seconds > 0 ? request_.timeout_seconds : limits.timeout_seconds;
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, std::max(1L, std::lround(timeout * 1000)));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS,
                   std::max(1L, std::lround(std::min(timeout, limits.connect_timeout_seconds) * 1000)));
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  if (piped()) {
    // They take as long as they take, unless nothing moves; while they rest, libcurl does not count.
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, std::max(1L, std::lround(limits.timeout_seconds)));
    if (request_.timeout_seconds <= 0) curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 0L);
  }
  if (!request_.proxy.empty()) curl_easy_setopt(easy, CURLOPT_PROXY, request_.proxy.c_str());
  if (!request_.user.empty() || !request_.password.empty()) {
    curl_easy_setopt(easy, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(easy, CURLOPT_USERNAME, request_.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, request_.password.c_str());
  }
  set_method();
  set_headers();
  set_tls();
  return true;
}

void Transfer::set_method() {
  // libcurl sends a request again by itself when a connection that it had kept is closed before any answer.
  // It cannot where it has handed out a part of the body that it cannot get again, nor on a new connection.
  const bool handed_out = request_.once && request_.body && !request_.body->empty();
  if ((request_.once && !handed_out) || request_.body_from)
    curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
  if (request_.body_from) {
    curl_easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE,
                     request_.body_size ? static_cast<curl_off_t>(*request_.body_size) : curl_off_t{-1});
    curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Transfer::on_read);
    curl_easy_setopt(easy_, CURLOPT_READDATA, this);
  } else if (request_.body) {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body->size()));
    if (handed_out) {
      curl_easy_setopt(easy_, CURLOPT_READFUNCTION, &Transfer::on_read);
      curl_easy_setopt(easy_, CURLOPT_READDATA, this);
    } else {
      curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body->data());
    }
  } else if (request_.method == "POST") {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(0));
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, "");
  }
  if (request_.method == "HEAD") {
    curl_easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  } else if (request_.method == "GET" && !request_.body && !request_.body_from) {
    curl_easy_setopt(easy_, CURLOPT_HTTPGET, 1L);
  } else if (request_.method != "POST") {
    // Stays the same after a redirect; only POST becomes GET, as browsers do.
    curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
}

void Transfer::set_headers() {
  const auto append = [this](const std::string& line) {
    header_list_ = curl_slist_append(header_list_, line.c_str());
  };
  for (const auto& [name, value] : request_.headers) {
    // "Name;" is how libcurl is told of an empty value; "Name:" would take the header out.
    append(value.empty() ? name + ";" : name + ": " + value);
  }
  append("Expect:");
  if (request_.headers.find("Content-Type") == nullptr) append("Content-Type:");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, header_list_);
}

void Transfer::set_tls() {
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYPEER, request_.verify_tls ? 1L : 0L);
  curl_easy_setopt(easy_, CURLOPT_SSL_VERIFYHOST, request_.verify_tls ? 2L : 0L);
  if (!request_.ca_file.empty()) {
    const CURLoption option = is_directory(request_.ca_file) ? CURLOPT_CAPATH : CURLOPT_CAINFO;
    curl_easy_setopt(easy_, option, request_.ca_file.c_str());
  }
  if (!request_.client_certificate.empty()) {
    curl_easy_setopt(easy_, CURLOPT_SSLCERT, request_.client_certificate.c_str());
  }
  if (!request_.client_key.empty()) {
    curl_easy_setopt(easy_, CURLOPT_SSLKEY, request_.client_key.c_str());
  }
}

size_t Transfer::on_header(char* data, size_t size, size_t count, void* transfer) {
  static_cast<Transfer*>(transfer)->take_header_line({data, size * count});
  return size * count;
}

size_t Transfer::on_body(char* data, size_t size, size_t count, void* transfer) {
  auto* self = static_cast<Transfer*>(transfer);
  const size_t bytes = size * count;
  if (self->request_.response_to && self->result_.response.status / 100 == 2) {
    return self->pipe_piece({data, bytes});
  }
  if (self->result_.response.body.size() + bytes > self->body_limit_) {
    self->too_long_ = true;
    return 0;
  }
  self->result_.response.body.append(data, bytes);
  return bytes;
}

size_t Transfer::on_read(char* buffer, size_t size, size_t count, void* transfer) {
  auto* self = static_cast<Transfer*>(transfer);
  if (self->request_.body_from) return self->read_piece(buffer, size * count);
  const size_t bytes = std::min(size * count, self->request_.body->size() - self->sent_);
  std::copy_n(self->request_.body->data() + self->sent_, bytes, buffer);
  self->sent_ += bytes;
  return bytes;
}

size_t Transfer::pipe_piece(std::string_view piece) {
  BodyPipe& pipe = *request_.response_to;
  pipe.open(announced_size());
  if (pipe.abandoned()) return 0;
  if (pipe.full()) {
    resting_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  pipe.write(piece);
  return piece.size();
}

size_t Transfer::read_piece(char* buffer, size_t size) {
  BodyPipe& pipe = *request_.body_from;
  if (pipe.broken()) return CURL_READFUNC_ABORT;
  const size_t bytes = pipe.read(buffer, size);
  if (bytes > 0 || pipe.at_end()) return bytes;
  resting_ = true;
  return CURL_READFUNC_PAUSE;
}

std::optional<uint64_t> Transfer::announced_size() const {
  const HttpHeaders& headers = result_.response.headers;
  const std::string_view length = headers.get("Content-Length");
  uint64_t size = 0;
  const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), size);
  const bool whole = !length.empty() && error == std::errc() && end == length.data() + length.size();
  if (!whole || headers.find("Content-Encoding") != nullptr) return std::nullopt;
  return size;
}

bool Transfer::go_on() {
  if (!resting_) return false;
  const BodyPipe* to = request_.response_to.get();
  const BodyPipe* from = request_.body_from.get();
  const bool writable = to != nullptr && (to->abandoned() || !to->full());
  const bool readable = from != nullptr && from->readable();
  if (!writable && !readable) return false;
  resting_ = false;
  curl_easy_pause(easy_, CURLPAUSE_CONT);
  return true;
}

// The other end of a pipe learns that this exchange is over.
void Transfer::end_pipes() {
  if (request_.response_to) {
    const bool whole = result_.ok() && result_.response.status / 100 == 2;
    if (whole && result_.response.status != 204) request_.response_to->open(0);
    request_.response_to->close(whole);
  }
  if (request_.body_from) request_.body_from->abandon();
}

void Transfer::take_header_line(std::string_view line) {
  HttpResponse& response = result_.response;
  if (line.substr(0, 5) == "HTTP/") {  // of the last response, after redirects and 100s
    const int previous = response.status;
    if (previous >= 300 && previous < 400 && request_.follow_redirects) {
      response.redirects.push_back({previous, std::string(response.headers.get("Location"))});
    }
    response.headers.clear();
    response.body.clear();
    const std::string_view rest = line.substr(std::min(line.size(), line.find(' ') + 1));
    response.status = std::atoi(std::string(rest.substr(0, 3)).c_str());
    response.reason = rest.size() > 4 ? std::string(trimmed(rest.substr(4))) : std::string();
    return;
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  response.headers.add(std::string(trimmed(line.substr(0, colon))),
                       std::string(trimmed(line.substr(colon + 1))));
}

void Transfer::read_outcome(CURLcode code) {
  if (code != CURLE_OK) {
    result_.error.emplace(error_of(code));
    result_.may_have_arrived = !fails_before_sending(code);
    return;
  }
  long status = 0;
  curl_easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  result_.response.status = static_cast<int>(status);
  const char* url = nullptr;
  curl_easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &url);
  if (url != nullptr) result_.response.url = url;
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy_, CURLINFO_TOTAL_TIME_T, &microseconds);
  result_.response.elapsed_seconds = static_cast<double>(microseconds) / 1e6;
}

Error Transfer::error_of(CURLcode code) const {
  const std::string shown = url_without_secrets(request_.url);
  if (too_long_) {
    return Error(ErrorKind::limit, fmt::format("{} {}: the answer is longer than {} bytes", request_.method,
                                               shown, body_limit_));
  }
  const char* reason = message_[0] != '\0' ? message_ : curl_easy_strerror(code);
  ErrorKind kind = ErrorKind::disconnected;
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      kind = ErrorKind::timed_out;
      break;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_URL_MALFORMAT:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      kind = ErrorKind::invalid;
      break;
    default:
      break;
  }
  // A message of libcurl's that repeats the URL would repeat the secrets in it.
  std::string text = reason;
  if (code == CURLE_URL_MALFORMAT) text = "this is not a URL";
  if (code == CURLE_SEND_FAIL_REWIND) text = "the connection was closed before an answer came";
  return Error(kind, fmt::format("{} {}: {}", request_.method, shown, text));
}

void Transfer::complete() {
  end_pipes();
  HttpCompletion completion = std::move(completion_);
  completion(std::move(result_));
}

void Transfer::complete_with(const Error& error) {
  result_ = {};
  result_.error = error;
  complete();
}

}  // namespace gregale::stdlib
