#include "core/secret_names.hpp"

#include <gtest/gtest.h>

namespace gregale::core {
namespace {

TEST(SecretNames, EndWithTheWordForThem) {
  for (const char* name : {"password", "admin_password", "adminPass", "X-Auth-Token", "API-KEY", "passcode",
                           "application_credential_secret", "private-key"}) {
    EXPECT_TRUE(names_a_secret(name)) << name;
    EXPECT_TRUE(may_name_a_secret(name)) << name;
  }
  for (const char* name : {"", "password_length", "token_count", "key_name", "auth_url", "secretary"}) {
    EXPECT_FALSE(names_a_secret(name)) << name;
  }
}

TEST(SecretNames, WhatIsBetterNotShownIsMore) {
  for (const char* name : {"tokens", "Auth_Header", "ssh-key", "credentials", "PRIVATE"}) {
    EXPECT_FALSE(names_a_secret(name)) << name;
    EXPECT_TRUE(may_name_a_secret(name)) << name;
  }
  for (const char* name : {"", "server", "address"}) EXPECT_FALSE(may_name_a_secret(name)) << name;
}

}  // namespace
}  // namespace gregale::core
