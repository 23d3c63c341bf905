// Uuid: the identity of executions, tasks and actions.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace gregale::core {

struct Uuid {
  std::array<uint8_t, 16> bytes{};

  // Random (version 4), from the system's source.
  static Uuid random();
  // The same for the same [base] and [number], unlike for any other pair with all practical certainty;
  // this is how things inside an execution get identities without randomness. Marked version 8.
  static Uuid derived(const Uuid& base, uint64_t number);
  // Nil for text that is not a UUID in its usual form.
  static Uuid parse(std::string_view text);
  static bool looks_like(std::string_view text);

  bool is_nil() const noexcept { return bytes == std::array<uint8_t, 16>{}; }
  // Lower case with dashes.
  std::string text() const;

  friend bool operator==(const Uuid&, const Uuid&) = default;
  friend auto operator<=>(const Uuid&, const Uuid&) = default;
};

}  // namespace gregale::core

template <>
struct std::hash<gregale::core::Uuid> {
  size_t operator()(const gregale::core::Uuid& uuid) const noexcept {
    size_t result = 0;
    for (uint8_t byte : uuid.bytes) result = result * 1099511628211ULL ^ byte;
    return result;
  }
};
