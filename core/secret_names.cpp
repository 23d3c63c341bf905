#include "core/secret_names.hpp"

#include <algorithm>
#include <cctype>
#include <string>

namespace gregale::core {

bool names_a_secret(std::string_view name) {
  constexpr std::string_view kEndings[] = {"password",   "passwd", "adminpass",  "secret",        "token",
                                           "privatekey", "apikey", "passphrase", "authorization", "userdata"};
  std::string folded;
  for (const char c : name) {
    if (c != '_' && c != '-') folded += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](std::string_view ending) { return folded.ends_with(ending); });
}

}  // namespace gregale::core
