// A real HTTP/1.1 server on 127.0.0.1 whose answers a test gives in a function.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/stdlib/certificates.hpp"

namespace gregale::tests {

struct ServerRequest {
  std::string method;
  std::string path;                            // as sent, without the query
  std::string query;                           // as sent
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
  std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

struct ServerResponse {
  int status = 200;
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool hang_up = false;  // close the connection without an answer
};

// What makes a server speak TLS.
struct ServerTls {
  Identity identity;
  std::string client_authority;  // PEM: clients must show a certificate that it has signed; empty: any client
};

class StubServer {
 public:
  using Handler = std::function<ServerResponse(const ServerRequest&)>;

  // [handler] is called from several threads.
  explicit StubServer(Handler handler, const std::optional<ServerTls>& tls = std::nullopt);
  ~StubServer();
  StubServer(const StubServer&) = delete;
  StubServer& operator=(const StubServer&) = delete;

  // "http://127.0.0.1:PORT", or https
  std::string url() const;
  // Connections that were accepted so far.
  int connections() const { return connections_; }

 private:
  void accept_all();
  void serve(int socket);

  struct TlsContext;

  Handler handler_;
  std::unique_ptr<TlsContext> tls_;  // nullptr: plain
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> stopping_ = false;
  std::atomic<int> connections_ = 0;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> workers_;
  std::thread acceptor_;
};

ServerResponse json_response(int status, std::string body);

}  // namespace gregale::tests
