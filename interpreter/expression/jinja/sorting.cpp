#include "interpreter/expression/jinja/sorting.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <numeric>

#include "interpreter/expression/jinja/prefetch.hpp"

namespace gregale::expression::jinja {

Keys::Keys(const List& items) {
  reserve(items.size());
  for (const Value& item : items) add(item);
}

Keys::Keys(Runtime& runtime, const List& items, const AttributePath& path, bool case_sensitive)
    : Keys(std::move(columns(runtime, items, {&path, 1}, case_sensitive).front())) {}

Keys::Keys(const Keys& keys, std::span<const uint32_t> positions) {
  reserve(positions.size());
  for (const uint32_t position : positions) add(keys[position]);
}

std::vector<Keys> Keys::columns(Runtime& runtime, const List& items, std::span<const AttributePath> paths,
                                bool case_sensitive) {
  const uint64_t count = items.size() * paths.size();
  runtime.step(count);
  runtime.use_memory(count * (sizeof(Value*) + sizeof(int64_t)));
  std::vector<Keys> columns;
  for (size_t i = 0; i < paths.size(); ++i) columns.push_back(Keys());
  for (Keys& column : columns) column.reserve(items.size());
  Value made;
  for (size_t position = 0; position < items.size(); ++position) {
    fetch_ahead(position, items.size(), [&](size_t at) -> const Value& { return items[at]; });
    for (size_t i = 0; i < paths.size(); ++i) {
      const Value* key = &paths[i].key(runtime, items[position], case_sensitive, made);
      if (key == &made) {
        runtime.use_memory(sizeof(Value));
        columns[i].made_.push_back(std::move(made));
        key = &columns[i].made_.back();
      }
      columns[i].add(*key);
    }
  }
  return columns;
}

void Keys::reserve(size_t count) {
  keys_.reserve(count);
  numbers_.reserve(count);
}

namespace {

// The first eight bytes as a number of the same order.
uint64_t rank_of_text(std::string_view text) noexcept {
  uint64_t rank = 0;
  if (text.size() >= sizeof rank) {
    std::memcpy(&rank, text.data(), sizeof rank);
    return __builtin_bswap64(rank);
  }
  for (const char c : text) rank = rank << 8 | static_cast<unsigned char>(c);
  return text.empty() ? 0 : rank << (8 * (sizeof rank - text.size()));
}

// A key whose order is that of an unsigned number, as far as that goes, and whose it is.
struct Ranked {
  uint64_t rank;
  uint32_t position;
};

// Leaves only the bits of the ranks that differ, which keeps their order, and gives how many these are.
int pack_ranks(std::vector<Ranked>& items) {
  uint64_t differing = 0;
  for (const Ranked& item : items) differing |= item.rank ^ items.front().rank;
  int width = 0;
  struct Run {
    int shift;  // to the right
    uint64_t mask;
  };
  std::vector<Run> runs;
  while (differing != 0) {
    const int low = std::countr_zero(differing);
    const int count = std::countr_one(differing >> low);
    const uint64_t ones = count == 64 ? ~uint64_t{0} : ((uint64_t{1} << count) - 1);
    runs.push_back({low - width, ones << width});
    differing &= ~(ones << low);
    width += count;
  }
  const auto plain = [](const Run& run) { return run.shift == 0; };
  if (std::all_of(runs.begin(), runs.end(), plain)) return width;
  for (Ranked& item : items) {
    uint64_t packed = 0;
    for (const Run& run : runs) packed |= item.rank >> run.shift & run.mask;
    item.rank = packed;
  }
  return width;
}

// Stable; one pass for each byte in which the ranks differ. Afterwards the ranks tell no more than which of
// them are equal.
void sort_by_rank(std::vector<Ranked>& items) {
  constexpr size_t kFewItems = 64;  // where the passes do not pay
  if (items.size() < kFewItems) {
    std::stable_sort(items.begin(), items.end(),
                     [](const Ranked& a, const Ranked& b) { return a.rank < b.rank; });
    return;
  }
  const int width = pack_ranks(items);
  std::vector<Ranked> target(items.size());
  for (int shift = 0; shift < width; shift += 8) {
    std::array<size_t, 257> begins{};
    for (const Ranked& item : items) ++begins[(item.rank >> shift & 0xFF) + 1];
    std::partial_sum(begins.begin(), begins.end(), begins.begin());
    for (const Ranked& item : items) target[begins[item.rank >> shift & 0xFF]++] = item;
    items.swap(target);
  }
}

// Texts that begin alike are compared whole.
void sort_equal_ranks(std::vector<Ranked>& items, const Keys& keys) {
  const auto text = [&](const Ranked& item) -> const std::string& { return keys[item.position].as_string(); };
  for (size_t begin = 0; begin < items.size();) {
    size_t end = begin + 1;
    bool same = true;
    for (; end < items.size() && items[end].rank == items[begin].rank; ++end) {
      same = same && text(items[end]) == text(items[begin]);
    }
    if (!same) {
      const auto at = [&](size_t i) { return items.begin() + static_cast<std::ptrdiff_t>(i); };
      std::stable_sort(at(begin), at(end),
                       [&](const Ranked& a, const Ranked& b) { return text(a) < text(b); });
    }
    begin = end;
  }
}

// Columns of small integers, each with the bits that its numbers differ in: as one number they have the same
// order.
class PackedIntegers {
 public:
  // False when the columns are not all integers, or their ranges too wide.
  bool fit(std::span<const Keys> columns) {
    unsigned bits = 0;
    for (const Keys& keys : columns) {
      if (!keys.all_of(Value::Kind::integer)) return false;
      int64_t least = INT64_MAX;
      int64_t most = INT64_MIN;
      for (const int64_t number : keys.numbers()) {
        least = std::min(least, number);
        most = std::max(most, number);
      }
      const uint64_t range = static_cast<uint64_t>(most) - static_cast<uint64_t>(least);
      parts_.push_back(
          {keys.numbers(), static_cast<uint64_t>(least), static_cast<unsigned>(std::bit_width(range))});
      bits += parts_.back().width;
    }
    return bits <= 64;
  }
  uint64_t rank(uint32_t position) const noexcept {
    uint64_t rank = 0;
    for (const Part& part : parts_) {
      const auto number = static_cast<uint64_t>(part.numbers[position]);
      rank = (part.width == 64 ? 0 : rank << part.width) | (number - part.least);
    }
    return rank;
  }

 private:
  struct Part {
    std::span<const int64_t> numbers;
    uint64_t least;
    unsigned width;
  };
  std::vector<Part> parts_;
};

// Sorts the positions, which keep their order where the ranks are equal.
template <typename Rank, typename Finish>
void sort_positions(std::vector<uint32_t>& order, Rank rank, Finish finish) {
  std::vector<Ranked> ranked;
  ranked.reserve(order.size());
  for (const uint32_t position : order) ranked.push_back({rank(position), position});
  sort_by_rank(ranked);
  finish(ranked);
  for (size_t i = 0; i < order.size(); ++i) order[i] = ranked[i].position;
}

void sort_by_column(std::vector<uint32_t>& order, const Keys& keys) {
  if (keys.size() > 0 && keys[0].is_string()) {
    sort_positions(
        order, [&](uint32_t position) { return rank_of_text(keys[position].as_string()); },
        [&](std::vector<Ranked>& items) { sort_equal_ranks(items, keys); });
  } else {
    constexpr uint64_t kSign = uint64_t{1} << 63;
    sort_positions(
        order, [&](uint32_t position) { return static_cast<uint64_t>(keys.numbers()[position]) ^ kSign; },
        [](std::vector<Ranked>&) {});
  }
}

}  // namespace

std::vector<uint32_t> sorted_order(Runtime& runtime, std::span<const Keys> columns, bool reverse) {
  std::vector<uint32_t> order(columns.front().size());
  std::iota(order.begin(), order.end(), 0);
  if (reverse) std::reverse(order.begin(), order.end());
  runtime.step(order.size() * columns.size());
  runtime.use_memory(order.size() * (sizeof(uint32_t) + 2 * sizeof(Ranked)));
  PackedIntegers packed;
  const bool plain = std::all_of(columns.begin(), columns.end(), [](const Keys& keys) {
    return keys.all_of(Value::Kind::integer) || keys.all_of(Value::Kind::string);
  });
  if (packed.fit(columns)) {
    sort_positions(
        order, [&](uint32_t position) { return packed.rank(position); }, [](std::vector<Ranked>&) {});
  } else if (plain) {
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

List sorted(Runtime& runtime, List items, const Keys& keys, bool reverse) {
  List result;
  result.reserve(items.size());
  for (uint32_t position : sorted_order(runtime, {&keys, 1}, reverse)) {
    result.push_back(std::move(items[position]));
  }
  return result;
}

}  // namespace gregale::expression::jinja
