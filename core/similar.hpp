// Nearest names, for "did you mean".
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gregale::core {

// Edits (insertion, deletion, replacement, swap of neighbours) between the two, ignoring case and taking
// '-' and '_' for the same.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that is near enough to be meant by [name], or empty. The first of equally near ones.
std::string nearest_name(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace gregale::core
