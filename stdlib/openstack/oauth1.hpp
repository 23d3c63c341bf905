// Requests signed as RFC 5849 (OAuth 1.0) has it, with HMAC-SHA1: Keystone's delegation wants it.
#pragma once

#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::stdlib {

// What makes two signatures of the same request differ.
struct Oauth1Moment {
  std::string nonce;
  std::string timestamp;  // seconds since 1970
};

// The Authorization header for a request without a form as its body. [url] is the whole URL with its
// query. Of [consumer]: consumer_key, consumer_secret; if there: token, token_secret, verifier,
// callback. The header holds no secret. Throws Error(invalid) when a key or a secret is no text.
std::string oauth1_authorization(std::string_view method, std::string_view url, const core::Map& consumer,
                                 const Oauth1Moment& moment);

}  // namespace gregale::stdlib
