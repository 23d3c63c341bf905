// Sends one mail by SMTP.
#pragma once

#include <string>
#include <vector>

#include "stdlib/standard/blocking_action.hpp"

namespace gregale::stdlib {

struct SmtpDelivery {
  std::string server;  // host, or host:port; port 25
  std::string from;
  std::vector<std::string> recipients;
  std::string text;  // of the message, with its headers
  // With a password TLS is demanded (STARTTLS) and `user` logs in.
  bool log_in = false;
  std::string user;
  std::string password;
};

// Done when the server took the mail for at least one of the recipients. Throws core::Error whose message
// tells what the server or the network said.
void deliver(const SmtpDelivery& delivery, const Allowance& allowance);

}  // namespace gregale::stdlib
