// A mail as text (RFC 5322, 2045, 2047).
#pragma once

#include <string>
#include <vector>

namespace gregale::stdlib {

struct MailMessage {
  std::string from;
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> reply_to;
  std::string subject;
  std::string body;
  std::string html_body;  // empty: plain text only
};

// Headers and body with CRLF line ends: everything that may hold any character is Base64 of UTF-8; a message
// with HTML is multipart/alternative. Throws core::Error(invalid) for a line break in an address, which
// would begin another header.
std::string mail_text(const MailMessage& message);

}  // namespace gregale::stdlib
