#include "interpreter/checksum.hpp"

#include <sodium.h>

#include <array>
#include <cstring>

namespace gregale::interpreter {

int64_t checksum_of(Table table, int64_t tree, int64_t number, std::string_view content) {
  std::array<unsigned char, crypto_shorthash_KEYBYTES> key{};
  static_assert(sizeof key == 16);
  const uint64_t place = static_cast<uint64_t>(number) << 3 | static_cast<uint64_t>(table);
  std::memcpy(key.data(), &tree, sizeof tree);
  std::memcpy(key.data() + sizeof tree, &place, sizeof place);
  std::array<unsigned char, crypto_shorthash_BYTES> hash{};
  crypto_shorthash(hash.data(), reinterpret_cast<const unsigned char*>(content.data()), content.size(),
                   key.data());
  int64_t checksum = 0;
  static_assert(sizeof checksum == hash.size());
  std::memcpy(&checksum, hash.data(), sizeof checksum);
  return checksum;
}

}  // namespace gregale::interpreter
