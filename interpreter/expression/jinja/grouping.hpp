// Which items of a list belong together. Private to interpreter/expression/jinja.
#pragma once

#include <cstdint>
#include <vector>

#include "interpreter/expression/jinja/sorting.hpp"

namespace gregale::expression::jinja {

// Groups of items with equal keys, numbered as they come (texts) or in order (what else can be compared).
struct Grouping {
  std::vector<uint32_t> group_of;  // each item's
  std::vector<uint32_t> sizes;     // each group's
  std::vector<uint32_t> first;     // an item of each group: its first
};

// Throws what `<` and `==` throw for keys that cannot be compared.
Grouping group(Runtime& runtime, const Keys& keys);

}  // namespace gregale::expression::jinja
