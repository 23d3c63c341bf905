#include "interpreter/expression/jinja/grouping.hpp"

#include <cstring>
#include <functional>

namespace gregale::expression::jinja {

namespace {

void add_group(Grouping& grouping, size_t item) {
  grouping.sizes.push_back(0);
  grouping.first.push_back(static_cast<uint32_t>(item));
}

// Up to eight bytes as a number: texts of one length that are equal in it are equal.
uint64_t packed(std::string_view text) noexcept {
  const auto two_parts = [&]<typename Part>(Part first) {
    Part last;
    std::memcpy(&first, text.data(), sizeof first);
    std::memcpy(&last, text.data() + text.size() - sizeof last, sizeof last);
    return uint64_t{first} << 32 | last;
  };
  uint64_t whole = 0;
  if (text.size() == sizeof whole) {
    std::memcpy(&whole, text.data(), sizeof whole);
    return whole;
  }
  if (text.size() >= 4) return two_parts(uint32_t{});
  if (text.size() >= 2) return two_parts(uint16_t{});
  return text.empty() ? 0 : static_cast<unsigned char>(text[0]);
}

// Texts, each with a number: open addressing, so that few groups stay in the nearest cache.
class TextNumbers {
 public:
  // The number of [text], or the next one for a text that is new.
  uint32_t number_of(std::string_view text) {
    if (texts_.size() * 2 >= slots_.size()) grow();
    const uint64_t sign = sign_of(text);
    Slot& slot = slot_of(sign, text);
    if (slot.number == kFree) {
      slot = {sign, static_cast<uint32_t>(texts_.size())};
      texts_.push_back(text);
    }
    return slot.number;
  }
  size_t size() const noexcept { return texts_.size(); }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;
  static constexpr size_t kShort = 8;  // bytes that the sign holds
  struct Slot {
    uint64_t sign = 0;
    uint32_t number = kFree;
  };

  static uint64_t sign_of(std::string_view text) noexcept {
    return text.size() > kShort ? std::hash<std::string_view>()(text) : packed(text);
  }
  bool is(const Slot& slot, uint64_t sign, std::string_view text) const noexcept {
    if (slot.sign != sign) return false;
    const std::string_view known = texts_[slot.number];
    return known.size() == text.size() && (text.size() <= kShort || known == text);
  }
  Slot& slot_of(uint64_t sign, std::string_view text) noexcept {
    const size_t mask = slots_.size() - 1;
    const uint64_t mixed = (sign + text.size()) * 0x9e3779b97f4a7c15;
    size_t at = (mixed ^ mixed >> 32) & mask;
    while (slots_[at].number != kFree && !is(slots_[at], sign, text)) at = (at + 1) & mask;
    return slots_[at];
  }
  void grow() {
    std::vector<Slot> before(slots_.size() * 2);
    before.swap(slots_);
    for (const Slot& slot : before) {
      if (slot.number != kFree) slot_of(slot.sign, texts_[slot.number]) = slot;
    }
  }

  std::vector<Slot> slots_ = std::vector<Slot>(64);
  std::vector<std::string_view> texts_;
};

// Texts are gathered by hash, so that only their groups are sorted.
Grouping group_texts(const Keys& keys) {
  Grouping result;
  result.group_of.reserve(keys.size());
  TextNumbers numbers;
  for (size_t i = 0; i < keys.size(); ++i) {
    const uint32_t number = numbers.number_of(keys[i].as_string());
    if (number == result.sizes.size()) add_group(result, i);
    ++result.sizes[number];
    result.group_of.push_back(number);
  }
  return result;
}

// Whatever can be ordered is sorted, and equal neighbours are a group.
Grouping group_sorted(Runtime& runtime, const Keys& keys) {
  Grouping result;
  result.group_of.resize(keys.size());
  for (const uint32_t position : sorted_order(runtime, {&keys, 1}, false)) {
    if (result.sizes.empty() || !equal(runtime, keys[position], keys[result.first.back()])) {
      add_group(result, position);
    }
    ++result.sizes.back();
    result.group_of[position] = static_cast<uint32_t>(result.sizes.size() - 1);
  }
  return result;
}

}  // namespace

Grouping group(Runtime& runtime, const Keys& keys) {
  runtime.use_memory(keys.size() * sizeof(uint32_t));
  return keys.all_of(Value::Kind::string) ? group_texts(keys) : group_sorted(runtime, keys);
}

}  // namespace gregale::expression::jinja
