// HttpClient: all HTTP of the program through one libcurl multi loop on one thread.
//
// The thread starts with the first request, so a client that is never used costs nothing. Requests
// may be sent from any thread; completions are called on the loop's thread and must not block.
// Connections are kept and shared. Nothing is ever logged here: requests carry secrets.
#pragma once

#include <functional>
#include <memory>

#include "stdlib/http/http_message.hpp"

namespace gregale::stdlib {

using HttpCompletion = std::function<void(HttpResult)>;

struct HttpLimits {
  size_t in_flight = 2000;                    // more wait in a queue, without using up their timeout
  size_t connections_per_host = 64;           // OpenStack's services queue more than they can serve
  size_t response_bytes = size_t{256} << 20;  // a longer body is an error, not a full memory
  double timeout_seconds = 600;
  double connect_timeout_seconds = 30;
};

class HttpClient {
 public:
  explicit HttpClient(HttpLimits limits = {});
  // Ends the thread. Requests in flight and waiting timers are completed with Error(disconnected).
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // [completion] is called exactly once, also when the client goes away before.
  void send(HttpRequest request, HttpCompletion completion);

  // Calls [action] on the loop's thread after [seconds]; with false when the client goes away
  // before.
  void after(double seconds, std::function<void(bool elapsed)> action);

  // Sends and waits. Not from the loop's thread.
  HttpResult exchange(HttpRequest request);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace gregale::stdlib
