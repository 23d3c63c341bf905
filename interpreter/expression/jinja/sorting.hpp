// Sorting as Python's sorted(): stable, by keys. Private to interpreter/expression/jinja.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

// The positions of the items in order. Each column has a key for every item; a later column counts where all
// earlier ones are equal. [reverse] keeps the order of equal items, too. Throws what `<` and `==` throw for
// keys that cannot be compared.
std::vector<uint32_t> sorted_order(Runtime& runtime, std::span<const List> columns, bool reverse);

// The items in the order of their keys.
List sorted(Runtime& runtime, List items, const List& keys, bool reverse);

}  // namespace gregale::expression::jinja
