// Walks over long lists of dicts wait for memory more than they work, so what an item refers to is fetched
// some items before its turn: first its dict, then that one's entries, then their texts. It changes nothing
// but the time.
#pragma once

#include <cstddef>

#include "core/value.hpp"

namespace gregale::expression::jinja {

inline void fetch_content(const core::Value& value) noexcept {
  if (value.is_map()) {
    __builtin_prefetch(&value.as_map());
  } else if (value.is_string()) {
    __builtin_prefetch(&value.as_string());
  }
}

inline constexpr size_t kEntriesFetched = 6;  // those of most dicts

inline void fetch_entries(const core::Value& value) noexcept {
  constexpr size_t kEntriesOfLine = 64 / sizeof(core::Map::Entry);
  if (!value.is_map()) return;
  const core::Map& map = value.as_map();
  for (size_t i = 0; i < map.size() && i < kEntriesFetched; i += kEntriesOfLine) {
    __builtin_prefetch(&map.at(i));
  }
}

inline void fetch_texts(const core::Value& value) noexcept {
  if (!value.is_map()) return;
  const core::Map& map = value.as_map();
  for (size_t i = 0; i < map.size() && i < kEntriesFetched; ++i) fetch_content(map.at(i).value);
}

// Before the item at [position] of [count] is looked at; item_at(position) gives an item.
template <typename ItemAt>
inline void fetch_ahead(size_t position, size_t count, ItemAt item_at) noexcept {
  constexpr size_t kNear = 4;
  if (position + 3 * kNear >= count) return;
  fetch_content(item_at(position + 3 * kNear));
  fetch_entries(item_at(position + 2 * kNear));
  fetch_texts(item_at(position + kNear));
}

}  // namespace gregale::expression::jinja
