#include "core/time.hpp"

#include <date/date.h>
#include <fmt/format.h>

namespace gregale::core {

std::string iso_local_text(Microseconds local, bool fraction, char separator) {
  using std::chrono::microseconds;
  const date::sys_time<microseconds> moment{microseconds(local)};
  const auto day = date::floor<date::days>(moment);
  const date::year_month_day ymd(day);
  const date::hh_mm_ss<microseconds> time(moment - day);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}", static_cast<int>(ymd.year()),
                  static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()), separator,
                  time.hours().count(), time.minutes().count(), time.seconds().count());
  if (fraction) text += fmt::format(".{:06}", time.subseconds().count());
  return text;
}

std::string database_text(Microseconds moment) {
  return iso_local_text(moment, false, ' ');
}

}  // namespace gregale::core
