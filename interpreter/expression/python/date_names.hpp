// The English names of days and months.
#pragma once

#include <array>
#include <string_view>

namespace gregale::expression::python {

inline constexpr std::array<std::string_view, 7> kDayNames = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                              "Friday", "Saturday", "Sunday"};
inline constexpr std::array<std::string_view, 12> kMonthNames = {
    "January", "February", "March",     "April",   "May",      "June",
    "July",    "August",   "September", "October", "November", "December"};

// Number of the name that [text] begins with, ignoring case: a whole name or its first three letters;
// -1 when there is none. [used] is the length of what fits.
template <size_t kCount>
int name_at(std::string_view text, const std::array<std::string_view, kCount>& names, size_t& used) {
  const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
  int found = -1;
  used = 0;
  for (size_t i = 0; i < names.size(); ++i) {
    size_t common = 0;
    while (common < names[i].size() && common < text.size() && same(names[i][common], text[common])) ++common;
    const size_t fits = common == names[i].size() ? common : common >= 3 ? 3 : 0;
    if (fits > used) {
      found = static_cast<int>(i);
      used = fits;
    }
  }
  return found;
}

}  // namespace gregale::expression::python
