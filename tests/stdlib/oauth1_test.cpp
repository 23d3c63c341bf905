#include "stdlib/openstack/oauth1.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace gregale::stdlib {
namespace {

using core::Map;
using core::Value;

const Oauth1Moment kMoment{"n1", "1700000000"};

// The expected headers are those of Python's oauthlib.
TEST(Oauth1, SignsARequestForARequestToken) {
  const Map consumer{{"consumer_key", "key"}, {"consumer_secret", "secret&1"}, {"callback", "oob"}};
  EXPECT_EQ(
      oauth1_authorization("POST", "http://keystone.test:5000/v3/OS-OAUTH1/request_token", consumer, kMoment),
      "OAuth oauth_nonce=\"n1\", oauth_timestamp=\"1700000000\", oauth_version=\"1.0\", "
      "oauth_signature_method=\"HMAC-SHA1\", oauth_consumer_key=\"key\", oauth_callback=\"oob\", "
      "oauth_signature=\"siim9Ut1Pk39RGy3iPpr2VUYTkI%3D\"");
}

TEST(Oauth1, QueryAndUsualPortCountAsTheStandardHasIt) {
  const Map consumer{{"consumer_key", "key"},
                     {"consumer_secret", "s"},
                     {"token", "tok"},
                     {"token_secret", "ts"},
                     {"verifier", "8171"}};
  const std::string signature = "oauth_signature=\"Ky9LkuuE93Nt%2Bk2KNrGXVrv5rp0%3D\"";
  for (const char* url :
       {"https://keystone.test:443/v3/x?b=2%203&a=1", "https://keystone.test/v3/x?a=1&b=2+3"}) {
    const std::string header = oauth1_authorization("POST", url, consumer, kMoment);
    EXPECT_NE(header.find(signature), std::string::npos) << header;
  }
}

TEST(Oauth1, SecretsAreNotInTheHeaderAndKeysMustBeText) {
  const Map consumer{{"consumer_key", "key"}, {"consumer_secret", "hidden"}, {"token_secret", "buried"}};
  const std::string header = oauth1_authorization("GET", "http://h/p", consumer, kMoment);
  EXPECT_EQ(header.find("hidden"), std::string::npos);
  EXPECT_EQ(header.find("buried"), std::string::npos);
  EXPECT_THROW(oauth1_authorization("GET", "http://h/p", Map{{"consumer_key", 1}}, kMoment), core::Error);
  EXPECT_THROW(oauth1_authorization("GET", "http://h/p", Map{{"consumer_key", "k"}}, kMoment), core::Error);
}

}  // namespace
}  // namespace gregale::stdlib
