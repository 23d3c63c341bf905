// Vault: seals what the store must not show (XSalsa20-Poly1305, libsodium's secretbox).
//
// The key is in a file of its own, 32 bytes as 64 hexadecimal digits, readable by its owner only; it is made
// when something is sealed for the first time.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace gregale::interpreter {

class Vault {
 public:
  // Empty: a key that nobody else ever knows; what it sealed can be opened by this vault only.
  explicit Vault(std::string key_file) : key_file_(std::move(key_file)) {}
  ~Vault();
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;

  // Base64. Throws core::Error(unusable) when the key file can neither be read nor made.
  std::string seal(std::string_view plain);
  // Throws core::Error(unusable) when the key is missing, is another one, or the text was changed.
  std::string open(std::string_view sealed);

 private:
  using Key = std::array<unsigned char, 32>;
  const Key& key(bool may_make);
  void make_key_file();
  void read_key_file();

  std::string key_file_;
  std::optional<Key> key_;
};

}  // namespace gregale::interpreter
