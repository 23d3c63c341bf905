#include "core/secret_names.hpp"

#include <algorithm>
#include <string>

namespace gregale::core {

namespace {

// Names that end so name secrets.
constexpr std::string_view kSecrets[] = {"password",   "passwd",      "passcode",     "passphrase",
                                         "admin_pass", "adminpass",   "secret",       "token",
                                         "api_key",    "private_key", "authorization"};
// Names that hold one of those or of these may.
constexpr std::string_view kHints[] = {"auth", "key", "credential", "private"};

std::string folded(std::string_view name) {
  std::string result(name);
  std::transform(result.begin(), result.end(), result.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return result;
}

}  // namespace

bool names_a_secret(std::string_view name) {
  const std::string lower = folded(name);
  return std::any_of(std::begin(kSecrets), std::end(kSecrets),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

bool may_name_a_secret(std::string_view name) {
  const std::string lower = folded(name);
  const auto holds = [&](std::string_view word) { return lower.find(word) != std::string::npos; };
  return std::any_of(std::begin(kSecrets), std::end(kSecrets), holds) ||
         std::any_of(std::begin(kHints), std::end(kHints), holds);
}

}  // namespace gregale::core
