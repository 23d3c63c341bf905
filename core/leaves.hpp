// Values rebuilt with other leaves.
#pragma once

#include "core/value.hpp"

namespace gregale::core {

// [value] with leaf(v) in place of everything in it that is neither a list nor a map, and key(k) in place of
// the keys of maps.
template <typename Leaf, typename Key>
Value with_leaves(const Value& value, const Leaf& leaf, const Key& key) {
  if (value.is_list()) {
    List items;
    items.reserve(value.size());
    for (const Value& item : value.as_list()) items.push_back(with_leaves(item, leaf, key));
    return Value(std::move(items));
  }
  if (!value.is_map()) return leaf(value);
  Map members;
  for (const Map::Entry& entry : value.as_map()) {
    members.set(key(entry.key), with_leaves(entry.value, leaf, key));
  }
  return Value(std::move(members));
}

// The same; the keys stay.
template <typename Leaf>
Value with_leaves(const Value& value, const Leaf& leaf) {
  return with_leaves(value, leaf, [](const Value& key) { return key; });
}

}  // namespace gregale::core
