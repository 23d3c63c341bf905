#include "stdlib/mail/message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "stdlib/http/text.hpp"

namespace gregale::stdlib {

namespace {

constexpr size_t kBase64Line = 76;    // RFC 2045, 6.8
constexpr size_t kEncodedBytes = 45;  // of one encoded word: "=?utf-8?b?" + 60 + "?=" is below 75

std::string addresses(const std::vector<std::string>& list) {
  std::string text;
  for (const std::string& address : list) text += (text.empty() ? "" : ", ") + address;
  if (std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; })) {
    throw core::Error(core::ErrorKind::invalid, "an address must not hold control characters");
  }
  return text;
}

// Encoded words, each of whole characters.
std::string encoded_words(std::string_view text) {
  std::string words;
  while (!text.empty()) {
    size_t end = std::min(kEncodedBytes, text.size());
    while (end > 1 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    words +=
        fmt::format("{}=?utf-8?b?{}?=", words.empty() ? "" : "\r\n ", base64_encode(text.substr(0, end)));
    text.remove_prefix(end);
  }
  return words;
}

std::string base64_lines(std::string_view text) {
  const std::string encoded = base64_encode(text);
  std::string lines;
  for (size_t i = 0; i < encoded.size(); i += kBase64Line) lines += encoded.substr(i, kBase64Line) + "\r\n";
  return lines;
}

std::string part(std::string_view subtype, std::string_view text) {
  return fmt::format(
      "Content-Type: text/{}; charset=\"utf-8\"\r\nContent-Transfer-Encoding: base64\r\n\r\n{}", subtype,
      base64_lines(text));
}

}  // namespace

std::string mail_text(const MailMessage& message) {
  std::string headers =
      fmt::format("MIME-Version: 1.0\r\nSubject: {}\r\nFrom: {}\r\nTo: {}\r\n",
                  encoded_words(message.subject), addresses({message.from}), addresses(message.to));
  if (!message.reply_to.empty()) headers += fmt::format("Reply-To: {}\r\n", addresses(message.reply_to));
  if (!message.cc.empty()) headers += fmt::format("Cc: {}\r\n", addresses(message.cc));
  if (message.html_body.empty()) return headers + part("plain", message.body);
  // Base64 has no "=_" within, so this cannot occur in a part.
  constexpr std::string_view boundary = "=_gregale_alternative";
  return fmt::format(
      "{0}Content-Type: multipart/alternative; boundary=\"{1}\"\r\n\r\n--{1}\r\n{2}--{1}\r\n{3}--{1}--\r\n",
      headers, boundary, part("plain", message.body), part("html", message.html_body));
}

}  // namespace gregale::stdlib
