#include "interpreter/expression/python/date_time.hpp"

#include <date/date.h>
#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/big_integer.hpp"
#include "interpreter/expression/python/date_names.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"

namespace gregale::expression::python {

namespace {

constexpr int64_t kDay = 86'400 * core::kSecond;
// 0001-01-01 and 10000-01-01, in days since 1970.
constexpr int64_t kFirstDay = -719'162;
constexpr int64_t kEndDay = 2'932'897;
constexpr int64_t kLongestOffset = 86'399;

int64_t floor_divide_integers(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}

Value checked(int64_t local_microseconds, int32_t offset) {
  if (local_microseconds < kFirstDay * kDay || local_microseconds >= kEndDay * kDay) {
    throw OverflowError("date value out of range");
  }
  return Value::date_time(local_microseconds, offset);
}

int64_t days_of(const Value& date_time) {
  return floor_divide_integers(date_time.local_microseconds(), kDay);
}

// Day of the year, from 1.
int64_t year_day(const DateTimeFields& fields) {
  using namespace date;
  const year_month_day first{year(static_cast<int>(fields.year)), January, date::day(1)};
  const year_month_day today{year(static_cast<int>(fields.year)), month(static_cast<unsigned>(fields.month)),
                             date::day(static_cast<unsigned>(fields.day))};
  return (sys_days(today) - sys_days(first)).count() + 1;
}

void demand(bool fits, std::string_view what) {
  if (!fits) throw ValueError(fmt::format("{} is out of range", what));
}

std::string offset_text(int32_t offset, std::string_view separator) {
  const int32_t magnitude = std::abs(offset);
  std::string text =
      fmt::format("{}{:02}{}{:02}", offset < 0 ? '-' : '+', magnitude / 3600, separator, magnitude / 60 % 60);
  if (magnitude % 60 != 0) text += fmt::format("{}{:02}", separator, magnitude % 60);
  return text;
}

// The week by ISO 8601: it belongs to the year of its Thursday.
struct IsoWeek {
  int64_t year;
  int64_t week;
};
IsoWeek iso_week(const Value& value) {
  const int64_t day = weekday(value);
  const int64_t thursday = days_of(value) - day + 3;
  const DateTimeFields middle = fields_of(Value::date_time(thursday * kDay, 0));
  return {middle.year, (year_day(middle) - 1) / 7 + 1};
}

}  // namespace

DateTimeFields fields_of(const Value& value) {
  const int64_t local = value.local_microseconds();
  const int64_t days = floor_divide_integers(local, kDay);
  const int64_t time = local - days * kDay;
  const date::year_month_day ymd{date::sys_days(date::days(days))};
  return {static_cast<int>(ymd.year()),  static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()),
          time / (3600 * core::kSecond), time / (60 * core::kSecond) % 60,   time / core::kSecond % 60,
          time % core::kSecond};
}

Value make_date_time(const DateTimeFields& fields, int32_t offset_seconds) {
  demand(fields.year >= 1 && fields.year <= 9999, "year");
  demand(fields.month >= 1 && fields.month <= 12, "month");
  demand(fields.day >= 1 && fields.day <= 31, "day");
  demand(fields.hour >= 0 && fields.hour <= 23, "hour");
  demand(fields.minute >= 0 && fields.minute <= 59, "minute");
  demand(fields.second >= 0 && fields.second <= 59, "second");
  demand(fields.microsecond >= 0 && fields.microsecond <= 999'999, "microsecond");
  demand(std::abs(int64_t{offset_seconds}) <= kLongestOffset, "offset");
  const date::year_month_day ymd{date::year(static_cast<int>(fields.year)),
                                 date::month(static_cast<unsigned>(fields.month)),
                                 date::day(static_cast<unsigned>(fields.day))};
  demand(ymd.ok(), "day");
  const int64_t days = date::sys_days(ymd).time_since_epoch().count();
  const int64_t seconds = (days * 24 + fields.hour) * 3600 + fields.minute * 60 + fields.second;
  return Value::date_time(seconds * core::kSecond + fields.microsecond, offset_seconds);
}

Value date_time_at(core::Microseconds instant, int32_t offset_seconds) {
  demand(std::abs(int64_t{offset_seconds}) <= kLongestOffset, "offset");
  if (std::abs(instant) > kEndDay * kDay) throw OverflowError("date value out of range");
  return checked(instant + int64_t{offset_seconds} * core::kSecond, offset_seconds);
}

int64_t weekday(const Value& date_time) {
  const int64_t days = days_of(date_time) + 3;  // 1970-01-01 was a Thursday
  return days - floor_divide_integers(days, 7) * 7;
}

Value shift_date_time(const Value& date_time, int64_t microseconds) {
  int64_t moved;
  if (__builtin_add_overflow(date_time.local_microseconds(), microseconds, &moved)) {
    throw OverflowError("date value out of range");
  }
  return checked(moved, date_time.offset_seconds());
}

Value add_time_spans(const Value& left, const Value& right) {
  int64_t sum;
  if (__builtin_add_overflow(left.as_time_span(), right.as_time_span(), &sum)) {
    throw OverflowError("the time span is too long");
  }
  return Value::time_span(sum);
}

Value subtract_time_spans(const Value& left, const Value& right) {
  int64_t difference;
  if (__builtin_sub_overflow(left.as_time_span(), right.as_time_span(), &difference)) {
    throw OverflowError("the time span is too long");
  }
  return Value::time_span(difference);
}

Value time_span_of(const Value& microseconds) {
  Value whole = microseconds;
  if (microseconds.is_float()) {
    const double number = microseconds.as_float();
    whole = to_integer(Value(std::isfinite(number) ? std::nearbyint(number) : number));
  }
  if (whole.kind() == Value::Kind::big_integer) throw OverflowError("the time span is too long");
  return Value::time_span(whole.as_integer());
}

std::string iso_format(const Value& value) {
  const DateTimeFields f = fields_of(value);
  std::string text =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", f.year, f.month, f.day, f.hour, f.minute, f.second);
  if (f.microsecond != 0) text += fmt::format(".{:06}", f.microsecond);
  return text + offset_text(value.offset_seconds(), ":");
}

std::string format_date_time(const Value& value, std::string_view format) {
  const DateTimeFields f = fields_of(value);
  const int64_t day_of_week = weekday(value);
  const int64_t hour12 = f.hour % 12 == 0 ? 12 : f.hour % 12;
  const auto day_name = [&] { return std::string(kDayNames[static_cast<size_t>(day_of_week)]); };
  const auto month_name = [&] { return std::string(kMonthNames[static_cast<size_t>(f.month - 1)]); };
  std::string result;
  const auto out = std::back_inserter(result);
  for (size_t at = 0; at < format.size(); ++at) {
    if (format[at] != '%' || at + 1 == format.size()) {
      result += format[at];
      continue;
    }
    const char directive = format[++at];
    switch (directive) {
      case 'a':
        result += day_name().substr(0, 3);
        break;
      case 'A':
        result += day_name();
        break;
      case 'b':
      case 'h':
        result += month_name().substr(0, 3);
        break;
      case 'B':
        result += month_name();
        break;
      case 'c':
        fmt::format_to(out, "{} {} {:2} {:02}:{:02}:{:02} {:04}", day_name().substr(0, 3),
                       month_name().substr(0, 3), f.day, f.hour, f.minute, f.second, f.year);
        break;
      case 'C':
        fmt::format_to(out, "{:02}", f.year / 100);
        break;
      case 'd':
        fmt::format_to(out, "{:02}", f.day);
        break;
      case 'D':
      case 'x':
        fmt::format_to(out, "{:02}/{:02}/{:02}", f.month, f.day, f.year % 100);
        break;
      case 'e':
        fmt::format_to(out, "{:2}", f.day);
        break;
      case 'f':
        fmt::format_to(out, "{:06}", f.microsecond);
        break;
      case 'F':
        fmt::format_to(out, "{}-{:02}-{:02}", f.year, f.month, f.day);
        break;
      case 'g':
        fmt::format_to(out, "{:02}", iso_week(value).year % 100);
        break;
      case 'G':
        fmt::format_to(out, "{}", iso_week(value).year);
        break;
      case 'H':
        fmt::format_to(out, "{:02}", f.hour);
        break;
      case 'I':
        fmt::format_to(out, "{:02}", hour12);
        break;
      case 'j':
        fmt::format_to(out, "{:03}", year_day(f));
        break;
      case 'k':
        fmt::format_to(out, "{:2}", f.hour);
        break;
      case 'l':
        fmt::format_to(out, "{:2}", hour12);
        break;
      case 'm':
        fmt::format_to(out, "{:02}", f.month);
        break;
      case 'M':
        fmt::format_to(out, "{:02}", f.minute);
        break;
      case 'n':
        result += '\n';
        break;
      case 'p':
        result += f.hour < 12 ? "AM" : "PM";
        break;
      case 'P':
        result += f.hour < 12 ? "am" : "pm";
        break;
      case 'r':
        fmt::format_to(out, "{:02}:{:02}:{:02} {}", hour12, f.minute, f.second, f.hour < 12 ? "AM" : "PM");
        break;
      case 'R':
        fmt::format_to(out, "{:02}:{:02}", f.hour, f.minute);
        break;
      case 's':
        fmt::format_to(out, "{}", floor_divide_integers(value.local_microseconds(), core::kSecond));
        break;
      case 'S':
        fmt::format_to(out, "{:02}", f.second);
        break;
      case 't':
        result += '\t';
        break;
      case 'T':
      case 'X':
        fmt::format_to(out, "{:02}:{:02}:{:02}", f.hour, f.minute, f.second);
        break;
      case 'u':
        fmt::format_to(out, "{}", day_of_week + 1);
        break;
      case 'U':
        fmt::format_to(out, "{:02}", (year_day(f) + 6 - (day_of_week + 1) % 7) / 7);
        break;
      case 'V':
        fmt::format_to(out, "{:02}", iso_week(value).week);
        break;
      case 'w':
        fmt::format_to(out, "{}", (day_of_week + 1) % 7);
        break;
      case 'W':
        fmt::format_to(out, "{:02}", (year_day(f) + 6 - day_of_week) / 7);
        break;
      case 'y':
        fmt::format_to(out, "{:02}", f.year % 100);
        break;
      case 'Y':
        fmt::format_to(out, "{}", f.year);
        break;
      case 'z':
        result += offset_text(value.offset_seconds(), "");
        break;
      case 'Z':
        if (value.offset_seconds() == 0) result += "UTC";
        break;
      case '%':
        result += '%';
        break;
      default:
        result += '%';
        result += directive;
        break;
    }
  }
  return result;
}

}  // namespace gregale::expression::python
