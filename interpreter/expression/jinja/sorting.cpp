#include "interpreter/expression/jinja/sorting.hpp"

#include <algorithm>
#include <array>
#include <numeric>

namespace gregale::expression::jinja {

namespace {

// A key whose order is that of an unsigned number, as far as that goes, and whose it is.
struct Ranked {
  uint64_t rank;
  uint32_t position;
};

uint64_t rank_of_integer(int64_t number) {
  return static_cast<uint64_t>(number) ^ (uint64_t{1} << 63);
}

// The first eight bytes.
uint64_t rank_of_text(const std::string& text) {
  uint64_t rank = 0;
  const size_t count = std::min<size_t>(text.size(), sizeof rank);
  for (size_t i = 0; i < count; ++i) rank |= uint64_t{static_cast<unsigned char>(text[i])} << (56 - 8 * i);
  return rank;
}

// Stable; one pass for each byte in which the ranks differ.
void sort_by_rank(std::vector<Ranked>& items) {
  constexpr size_t kFewItems = 64;  // where the passes do not pay
  if (items.size() < kFewItems) {
    std::stable_sort(items.begin(), items.end(),
                     [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
    return;
  }
  uint64_t differing = 0;
  for (const Ranked& item : items) differing |= item.rank ^ items.front().rank;
  std::vector<Ranked> target(items.size());
  for (int shift = 0; shift < 64; shift += 8) {
    if ((differing >> shift & 0xFF) == 0) continue;
    std::array<size_t, 257> begins{};
    for (const Ranked& item : items) ++begins[(item.rank >> shift & 0xFF) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    for (const Ranked& item : items) target[begins[item.rank >> shift & 0xFF]++] = item;
    items.swap(target);
  }
}

// Texts that begin alike are compared whole.
void sort_equal_ranks(std::vector<Ranked>& items, const List& keys) {
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin + 1;
    while (end < items.size() && items[end].rank == items[begin].rank) ++end;
    const auto at = [&](size_t i) { return items.begin() + static_cast<std::ptrdiff_t>(i); };
    if (end - begin > 1) {
      std::stable_sort(at(begin), at(end), [&](const Ranked& a, const Ranked& b) {
        return keys[a.position].as_string() < keys[b.position].as_string();
      });
    }
    begin = end;
  }
}

bool all_of_kind(const List& keys, Value::Kind kind) {
  return std::all_of(keys.begin(), keys.end(), [&](const Value& key) { return key.kind() == kind; });
}

void sort_by_column(std::vector<uint32_t>& order, const List& keys) {
  const bool texts = !keys.empty() && keys.front().is_string();
  std::vector<Ranked> ranked;
  ranked.reserve(order.size());
  for (uint32_t position : order) {
    const Value& key = keys[position];
    ranked.push_back({texts ? rank_of_text(key.as_string()) : rank_of_integer(key.as_integer()), position});
  }
  sort_by_rank(ranked);
  if (texts) sort_equal_ranks(ranked, keys);
  for (size_t i = 0; i < order.size(); ++i) order[i] = ranked[i].position;
}

}  // namespace

std::vector<uint32_t> sorted_order(Runtime& runtime, std::span<const List> columns, bool reverse) {
  std::vector<uint32_t> order(columns.front().size());
  std::iota(order.begin(), order.end(), 0);
  if (reverse) std::reverse(order.begin(), order.end());
  runtime.step(order.size() * columns.size());
  runtime.use_memory(order.size() * (sizeof(uint32_t) + 2 * sizeof(Ranked)));
  const bool plain = std::all_of(columns.begin(), columns.end(), [](const List& keys) {
    return all_of_kind(keys, Value::Kind::integer) || all_of_kind(keys, Value::Kind::string);
  });
  if (plain) {
    for (size_t i = columns.size(); i-- > 0;) sort_by_column(order, columns[i]);
  } else {
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      runtime.step();
      for (size_t i = 0; i + 1 < columns.size(); ++i) {
        if (!equal(runtime, columns[i][a], columns[i][b])) return less(runtime, columns[i][a], columns[i][b]);
      }
      return less(runtime, columns.back()[a], columns.back()[b]);
    });
  }
  // Reversed twice, so that equal ones keep their order.
  if (reverse) std::reverse(order.begin(), order.end());
  return order;
}

List sorted(Runtime& runtime, List items, const List& keys, bool reverse) {
  List result;
  result.reserve(items.size());
  for (uint32_t position : sorted_order(runtime, {&keys, 1}, reverse)) {
    result.push_back(std::move(items[position]));
  }
  return result;
}

}  // namespace gregale::expression::jinja
