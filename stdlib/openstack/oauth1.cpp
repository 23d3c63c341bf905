#include "stdlib/openstack/oauth1.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "stdlib/http/text.hpp"
#include "stdlib/http/url.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

std::string text_of(const Map& map, std::string_view name, bool needed) {
  const Value* value = map.find(name);
  if (value != nullptr && value->is_string()) return value->as_string();
  if (needed || (value != nullptr && !value->is_null())) {
    throw Error(ErrorKind::invalid, fmt::format("OAuth: `{}` must be text", name));
  }
  return {};
}

std::string percent_decode(std::string_view text) {
  const auto digit = [](char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    return kDigits.find(static_cast<char>(std::tolower(static_cast<unsigned char>(c))));
  };
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) < 16 && digit(text[i + 2]) < 16) {
      out += static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]));
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

// RFC 5849, 3.4.1.3: the parameters of query and header, encoded, ascending, joined.
std::string normalized_parameters(std::string_view query, const QueryParameters& oauth) {
  QueryParameters all;
  for (const auto& [name, value] : oauth) all.emplace_back(percent_encode(name), percent_encode(value));
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    const size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(equals + 1, pair.size()));
    all.emplace_back(percent_encode(percent_decode(pair.substr(0, equals))),
                     percent_encode(percent_decode(value)));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
  }
  std::sort(all.begin(), all.end());
  std::string out;
  for (const auto& [name, value] : all) out += fmt::format("{}{}={}", out.empty() ? "" : "&", name, value);
  return out;
}

// RFC 5849, 3.4.1.2: without the query and the scheme's usual port.
std::string base_url(std::string_view url) {
  std::string out(url.substr(0, url.find('?')));
  const std::string_view port = out.starts_with("https:") ? ":443" : ":80";
  const size_t path = std::min(out.find('/', out.find("://") + 3), out.size());
  if (std::string_view(out).substr(0, path).ends_with(port)) out.erase(path - port.size(), port.size());
  return out;
}

std::string hmac_sha1(std::string_view key, std::string_view message) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(message.data()), message.size(), digest.data(),
           &size) == nullptr) {
    throw Error(ErrorKind::internal, "OAuth: there is no HMAC-SHA1");
  }
  return std::string(reinterpret_cast<const char*>(digest.data()), size);
}

}  // namespace

std::string oauth1_authorization(std::string_view method, std::string_view url, const Map& consumer,
                                 const Oauth1Moment& moment) {
  QueryParameters oauth = {{"oauth_nonce", moment.nonce},
                           {"oauth_timestamp", moment.timestamp},
                           {"oauth_version", "1.0"},
                           {"oauth_signature_method", "HMAC-SHA1"},
                           {"oauth_consumer_key", text_of(consumer, "consumer_key", true)}};
  for (const char* name : {"token", "callback", "verifier"}) {
    const std::string value = text_of(consumer, name, false);
    if (!value.empty()) oauth.emplace_back(fmt::format("oauth_{}", name), value);
  }
  const size_t mark = std::min(url.find('?'), url.size());
  const std::string_view query = url.substr(std::min(mark + 1, url.size()));
  const std::string base = fmt::format("{}&{}&{}", method, percent_encode(base_url(url)),
                                       percent_encode(normalized_parameters(query, oauth)));
  const std::string key = percent_encode(text_of(consumer, "consumer_secret", true)) + "&" +
                          percent_encode(text_of(consumer, "token_secret", false));
  oauth.emplace_back("oauth_signature", base64_encode(hmac_sha1(key, base)));
  std::string header = "OAuth ";
  for (const auto& [name, value] : oauth) {
    header +=
        fmt::format("{}{}=\"{}\"", name == oauth.front().first ? "" : ", ", name, percent_encode(value));
  }
  return header;
}

}  // namespace gregale::stdlib
