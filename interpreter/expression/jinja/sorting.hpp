// Sorting as Python's sorted(): stable, by keys. Private to interpreter/expression/jinja.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "interpreter/expression/jinja/attribute_path.hpp"

namespace gregale::expression::jinja {

// What the items of a list are compared by: a key for each, where it lies in the item, or made. The items
// must stay and nothing be changed while the keys are used.
class Keys {
 public:
  // The items are their own keys.
  explicit Keys(const List& items);
  // As AttributePath::key() finds them.
  Keys(Runtime& runtime, const List& items, const AttributePath& path, bool case_sensitive);
  // The keys at those positions of [keys], which must outlive these.
  Keys(const Keys& keys, std::span<const uint32_t> positions);
  Keys(Keys&&) = default;
  Keys& operator=(Keys&&) = default;
  // Keys by several paths, found in one walk over the items.
  static std::vector<Keys> columns(Runtime& runtime, const List& items, std::span<const AttributePath> paths,
                                   bool case_sensitive);

  size_t size() const noexcept { return keys_.size(); }
  const Value& operator[](size_t position) const noexcept { return *keys_[position]; }
  bool all_of(Value::Kind kind) const noexcept { return (kinds_ & ~bit_of(kind)) == 0; }
  // What the keys are, if all are small integers.
  std::span<const int64_t> numbers() const noexcept { return numbers_; }

 private:
  Keys() = default;
  static uint32_t bit_of(Value::Kind kind) noexcept { return uint32_t{1} << static_cast<unsigned>(kind); }
  void reserve(size_t count);
  void add(const Value& key) {
    keys_.push_back(&key);
    kinds_ |= bit_of(key.kind());
    if (key.is_small_integer()) numbers_.push_back(key.as_integer());
  }

  std::vector<const Value*> keys_;
  std::vector<int64_t> numbers_;
  uint32_t kinds_ = 0;  // a bit for each that there is
  std::deque<Value> made_;
};

// The positions of the items in order. A later column counts where all earlier ones are equal. [reverse]
// keeps the order of equal items, too. Throws what `<` and `==` throw for keys that cannot be compared.
std::vector<uint32_t> sorted_order(Runtime& runtime, std::span<const Keys> columns, bool reverse);

// The items in the order of their keys.
List sorted(Runtime& runtime, List items, const Keys& keys, bool reverse);

}  // namespace gregale::expression::jinja
