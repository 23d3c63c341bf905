// Python's operations on strings as YAQL's methods need them. Positions count code points.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gregale::expression::yaql {

// split() and rsplit(): without a separator at runs of blanks; [most] < 0 is no limit. An empty
// separator throws python::ValueError.
std::vector<std::string> split(std::string_view text, const std::optional<std::string>& separator,
                               int64_t most);
std::vector<std::string> split_from_right(std::string_view text, const std::optional<std::string>& separator,
                                          int64_t most);

enum class Side { left, right, both };
// strip(): takes off characters of [characters], or blanks.
std::string_view strip(std::string_view text, const std::optional<std::string>& characters, Side side);

// Positions as Python's slices mean them: negative ones count from the end, then they are clamped.
struct Range {
  int64_t begin;
  int64_t end;
};
Range slice_range(int64_t length, int64_t begin, int64_t end);
std::string_view slice(std::string_view text, int64_t begin, int64_t end);
// find() and rfind() within [begin, end); -1 when it is not there.
int64_t find(std::string_view text, std::string_view part, int64_t begin, int64_t end);
int64_t find_last(std::string_view text, std::string_view part, int64_t begin, int64_t end);

// replace(); [count] < 0 is all.
std::string replace(std::string_view text, std::string_view old, std::string_view replacement, int64_t count);

}  // namespace gregale::expression::yaql
