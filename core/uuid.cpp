#include "core/uuid.hpp"

#include <cstring>
#include <random>

namespace gregale::core {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

void mark(Uuid& uuid, uint8_t version) {
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0F) | version << 4);
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
}

uint64_t scramble(uint64_t x) {  // splitmix64
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

bool is_dash_position(size_t i) {
  return i == 8 || i == 13 || i == 18 || i == 23;
}

}  // namespace

Uuid Uuid::random() {
  thread_local std::random_device device;
  Uuid uuid;
  for (size_t i = 0; i < 16; i += 4) {
    const uint32_t word = device();
    std::memcpy(&uuid.bytes[i], &word, 4);
  }
  mark(uuid, 4);
  return uuid;
}

Uuid Uuid::derived(const Uuid& base, uint64_t number) {
  uint64_t high = 0;
  uint64_t low = 0;
  std::memcpy(&high, base.bytes.data(), 8);
  std::memcpy(&low, base.bytes.data() + 8, 8);
  const uint64_t first = scramble(scramble(high ^ scramble(number)) ^ low);
  const uint64_t second = scramble(scramble(low ^ scramble(~number)) ^ high ^ first);
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), &first, 8);
  std::memcpy(uuid.bytes.data() + 8, &second, 8);
  mark(uuid, 8);
  return uuid;
}

bool Uuid::looks_like(std::string_view text) {
  if (text.size() != 36) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (is_dash_position(i) ? text[i] != '-' : hex_digit(text[i]) < 0) return false;
  }
  return true;
}

Uuid Uuid::parse(std::string_view text) {
  Uuid uuid;
  if (!looks_like(text)) return uuid;
  size_t byte = 0;
  for (size_t i = 0; i < text.size(); i += 2) {
    if (is_dash_position(i)) ++i;
    uuid.bytes[byte++] = static_cast<uint8_t>(hex_digit(text[i]) << 4 | hex_digit(text[i + 1]));
  }
  return uuid;
}

std::string Uuid::text() const {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 15];
  }
  return out;
}

}  // namespace gregale::core
