// Transfer: one request on its way through libcurl. Used by the loop of HttpClient only.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string_view>

#include "stdlib/http/http_client.hpp"

namespace gregale::stdlib {

class Transfer {
 public:
  Transfer(HttpRequest request, HttpCompletion completion);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // What is served over the same connections: scheme, host and port.
  const std::string& origin() const noexcept { return origin_; }

  // Sets [easy] (borrowed) up for the request; false when it is not one that can be sent: then
  // complete() tells so.
  bool prepare(CURL* easy, const HttpLimits& limits);
  CURL* easy() const noexcept { return easy_; }

  // Whether it reads from or writes to a pipe: then it may rest, and go on by this. True when it does.
  bool piped() const noexcept { return request_.body_from != nullptr || request_.response_to != nullptr; }
  bool go_on();
  // One that reads from a pipe holds another up until it begins.
  bool waited_for() const noexcept { return request_.body_from != nullptr; }

  // Takes what libcurl knows, before the handle goes back.
  void read_outcome(CURLcode code);
  void complete();
  void complete_with(const core::Error& error);

 private:
  static size_t on_header(char* data, size_t size, size_t count, void* transfer);
  static size_t on_body(char* data, size_t size, size_t count, void* transfer);
  static size_t on_read(char* buffer, size_t size, size_t count, void* transfer);
  size_t pipe_piece(std::string_view piece);
  size_t read_piece(char* buffer, size_t size);
  std::optional<uint64_t> announced_size() const;
  void end_pipes();
  void take_header_line(std::string_view line);
  void set_method();
  void set_headers();
  void set_tls();
  core::Error error_of(CURLcode code) const;

  HttpRequest request_;
  HttpCompletion completion_;
  std::string origin_;
  HttpResult result_;
  CURL* easy_ = nullptr;
  curl_slist* header_list_ = nullptr;
  size_t sent_ = 0;  // of the body, where libcurl asks for it
  size_t body_limit_ = 0;
  bool too_long_ = false;
  bool resting_ = false;  // until its pipe can be written to, or read from
  char message_[CURL_ERROR_SIZE] = {};
};

}  // namespace gregale::stdlib
