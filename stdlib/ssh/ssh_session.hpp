// SSH connections (libssh): log in, run one command, directly or through a gateway.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "stdlib/standard/blocking_action.hpp"

namespace gregale::stdlib {

// Where to log in, and as whom. As with Mistral, any host key is taken.
struct SshLogin {
  std::string host;
  uint16_t port = 22;
  std::string user;
  std::string password;          // also the passphrase of the key
  std::string private_key;       // as text (OpenSSH or PEM)
  std::string private_key_file;  // path
  std::string proxy_command;     // carries the connection; for a gateway only
};

struct SshOutcome {
  int exit_status = 0;
  std::string output;  // what the command wrote to its standard output
};

// A logged-in connection, used by one thread. What it does ends with the allowance that it was made with.
// Methods throw core::Error: disconnected (no connection, it broke, time is over), invalid (the key cannot
// be read), conflict (the login was refused).
class SshSession {
 public:
  // Keys that the login names come first, then those of the agent and of ~/.ssh, then the password.
  SshSession(const SshLogin& login, const Allowance& allowance);
  // [login] as seen from the gateway that [gateway] is logged in to.
  SshSession(const SshLogin& login, SshSession& gateway, const Allowance& allowance);
  ~SshSession();
  SshSession(const SshSession&) = delete;
  SshSession& operator=(const SshSession&) = delete;

  SshOutcome execute(const std::string& command);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gregale::stdlib
