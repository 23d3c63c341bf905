// Python's datetime and timedelta over Values: calendar fields, arithmetic, strftime, strptime, and the
// free-form reader of dateutil.
//
// A date-time has a wall clock reading and an offset from UTC. Throws OverflowError outside the years 1
// to 9999, and ValueError for text that is no date.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/time.hpp"
#include "core/value.hpp"

namespace gregale::expression::python {

using core::Value;

struct DateTimeFields {
  int64_t year = 1;
  int64_t month = 1;
  int64_t day = 1;
  int64_t hour = 0;
  int64_t minute = 0;
  int64_t second = 0;
  int64_t microsecond = 0;
};

DateTimeFields fields_of(const Value& date_time);
// Throws ValueError when a field is out of its range.
Value make_date_time(const DateTimeFields& fields, int32_t offset_seconds);
// [instant] in microseconds since 1970, UTC, seen at the offset.
Value date_time_at(core::Microseconds instant, int32_t offset_seconds);
// Monday is 0.
int64_t weekday(const Value& date_time);

Value shift_date_time(const Value& date_time, int64_t microseconds);
Value add_time_spans(const Value& left, const Value& right);
Value subtract_time_spans(const Value& left, const Value& right);
// A time span of so many microseconds, rounded half to even.
Value time_span_of(const Value& microseconds);

std::string iso_format(const Value& date_time);
std::string format_date_time(const Value& date_time, std::string_view format);
// strptime(). Without %z the offset is zero.
Value parse_date_time(std::string_view text, std::string_view format);
// dateutil's parser.parse(): the usual ways to write a date and a time. What is missing is taken from
// [now], 00:00:00 when there is no time.
Value parse_free_date_time(std::string_view text, core::Microseconds now);

}  // namespace gregale::expression::python
