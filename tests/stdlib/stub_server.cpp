#include "tests/stdlib/stub_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace gregale::tests {

namespace {

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

// One connection, plain or with TLS.
class Stream {
 public:
  explicit Stream(int socket) : socket_(socket), ssl_(nullptr, &SSL_free) {}

  // False when the client does not come to terms with the server.
  bool secure(SSL_CTX* context) {
    ssl_.reset(SSL_new(context));
    return ssl_ != nullptr && SSL_set_fd(ssl_.get(), socket_) == 1 && SSL_accept(ssl_.get()) == 1;
  }

  bool send_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ssl_ ? SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()))
                             : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }

  bool receive_more(std::string& buffer) {
    char bytes[16384];
    const auto got = ssl_ ? SSL_read(ssl_.get(), bytes, sizeof bytes) : recv(socket_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer.append(bytes, static_cast<size_t>(got));
    return true;
  }

 private:
  int socket_;
  std::unique_ptr<SSL, decltype(&SSL_free)> ssl_;
};

// False at the end of the connection. What is behind the request stays in [buffer].
bool read_request(Stream& stream, std::string& buffer, ServerRequest& request) {
  size_t head_end = 0;
  while ((head_end = buffer.find("\r\n\r\n")) == std::string::npos) {
    if (!stream.receive_more(buffer)) return false;
  }
  const std::string head = buffer.substr(0, head_end + 2);
  buffer.erase(0, head_end + 4);
  size_t line_end = head.find("\r\n");
  const std::string first = head.substr(0, line_end);
  const size_t blank = first.find(' ');
  const size_t second_blank = first.find(' ', blank + 1);
  request.method = first.substr(0, blank);
  const std::string target = first.substr(blank + 1, second_blank - blank - 1);
  request.path = target.substr(0, target.find('?'));
  if (request.path.size() < target.size()) request.query = target.substr(request.path.size() + 1);
  for (size_t at = line_end + 2; at < head.size(); at = line_end + 2) {
    line_end = head.find("\r\n", at);
    const std::string line = head.substr(at, line_end - at);
    const size_t colon = line.find(':');
    const size_t value = line.find_first_not_of(' ', colon + 1);
    request.headers[lower(line.substr(0, colon))] =
        value == std::string::npos ? std::string() : line.substr(value);
  }
  const std::string length = request.header("content-length");
  const size_t wanted = length.empty() ? 0 : std::stoul(length);
  while (buffer.size() < wanted) {
    if (!stream.receive_more(buffer)) return false;
  }
  request.body = buffer.substr(0, wanted);
  buffer.erase(0, wanted);
  return true;
}

}  // namespace

struct StubServer::TlsContext {
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_server_method()), &SSL_CTX_free};

  explicit TlsContext(const ServerTls& tls) {
    const auto memory = [](const std::string& pem) {
      return std::unique_ptr<BIO, decltype(&BIO_free)>(
          BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free);
    };
    const auto certificate_of = [&](const std::string& pem) {
      return std::unique_ptr<X509, decltype(&X509_free)>(
          PEM_read_bio_X509(memory(pem).get(), nullptr, nullptr, nullptr), &X509_free);
    };
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(memory(tls.identity.key).get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    if (SSL_CTX_use_certificate(context.get(), certificate_of(tls.identity.certificate).get()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
      throw std::runtime_error("the test's server has no identity");
    }
    if (tls.client_authority.empty()) return;
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), certificate_of(tls.client_authority).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
};

StubServer::StubServer(Handler handler, const std::optional<ServerTls>& tls)
    : handler_(std::move(handler)), tls_(tls ? std::make_unique<TlsContext>(*tls) : nullptr) {
  listener_ = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(listener_, 1024) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no port for the test's server");
  }
  port_ = ntohs(address.sin_port);
  acceptor_ = std::thread([this] { accept_all(); });
}

StubServer::~StubServer() {
  stopping_ = true;
  shutdown(listener_, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (int socket : sockets_) shutdown(socket, SHUT_RDWR);
  }
  for (std::thread& worker : workers_) worker.join();
  for (int socket : sockets_) close(socket);
  close(listener_);
}

std::string StubServer::url() const {
  return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_);
}

void StubServer::accept_all() {
  while (!stopping_) {
    const int socket = accept(listener_, nullptr, nullptr);
    if (socket < 0) continue;
    ++connections_;
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard lock(mutex_);
    sockets_.push_back(socket);
    workers_.emplace_back([this, socket] { serve(socket); });
  }
}

void StubServer::serve(int socket) {
  Stream stream(socket);
  const bool ready = tls_ == nullptr || stream.secure(tls_->context.get());
  std::string buffer;
  while (ready && !stopping_) {
    ServerRequest request;
    if (!read_request(stream, buffer, request)) break;
    const ServerResponse response = handler_(request);
    if (response.hang_up) break;
    std::string text = "HTTP/1.1 " + std::to_string(response.status) + " Reason\r\n";
    for (const auto& [name, value] : response.headers) text += name + ": " + value + "\r\n";
    if (response.status != 204 && response.status != 304) {
      text += "Content-Length: " + std::to_string(response.body.size()) + "\r\n";
    }
    text += "\r\n";
    if (request.method != "HEAD") text += response.body;
    if (!stream.send_all(text)) break;
  }
  shutdown(socket, SHUT_RDWR);
}

ServerResponse json_response(int status, std::string body) {
  return {status, std::move(body), {{"Content-Type", "application/json"}}};
}

}  // namespace gregale::tests
