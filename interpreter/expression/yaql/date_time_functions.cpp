#include <fmt/format.h>

#include <cmath>
#include <ctime>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/date_time.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/date_time.hpp"
#include "interpreter/expression/yaql/library.hpp"

namespace gregale::expression::yaql {

namespace {

using python::DateTimeFields;

int32_t offset_seconds(const Value& time_span) {
  const int64_t seconds = time_span.as_time_span() / core::kSecond;
  if (std::abs(seconds) >= 86'400) throw python::ValueError("the offset must be less than a day");
  return static_cast<int32_t>(seconds);
}

Value build_date_time(Call& call) {
  const DateTimeFields fields{call.integer(0), call.integer(1), call.integer(2), call.integer(3),
                              call.integer(4), call.integer(5), call.integer(6)};
  return python::make_date_time(fields, offset_seconds(call[7]));
}

Value from_timestamp(Call& call) {
  const int32_t offset = offset_seconds(call[1]);
  if (!call[0].is_float()) {
    const Value microseconds = python::multiply(call[0], Value(core::kSecond));
    return python::date_time_at(python::to_int64(microseconds), offset);
  }
  const double seconds = call[0].as_float();
  if (!std::isfinite(seconds)) throw python::ValueError("cannot make a date of that number");
  const double whole = std::floor(seconds);
  if (std::fabs(whole) > 1e12) throw python::OverflowError("date value out of range");
  const double fraction = std::nearbyint((seconds - whole) * 1e6);
  return python::date_time_at(static_cast<int64_t>(whole) * core::kSecond + static_cast<int64_t>(fraction),
                              offset);
}

Value from_text(Call& call) {
  if (call[1].is_null() || call[1].size() == 0) {
    return python::parse_free_date_time(call.text(0), call.evaluation.now());
  }
  return python::parse_date_time(call.text(0), call.text(1));
}

Value build_time_span(Call& call) {
  constexpr int64_t kMicroseconds[] = {
      86'400 * core::kSecond, 3'600 * core::kSecond, 60 * core::kSecond, core::kSecond, 1'000, 1};
  Value total(0);
  for (size_t i = 0; i < std::size(kMicroseconds); ++i) {
    total = python::add(total, python::multiply(call[i], Value(kMicroseconds[i])));
  }
  return python::time_span_of(total);
}

Value now(Call& call) {
  return python::date_time_at(call.evaluation.now(), call[0].is_null() ? 0 : offset_seconds(call[0]));
}

Value local_offset(Call& call) {
  const std::time_t moment = static_cast<std::time_t>(call.evaluation.now() / core::kSecond);
  std::tm local{};
  localtime_r(&moment, &local);
  return Value::time_span(local.tm_gmtoff * core::kSecond);
}

Value no_offset(Call&) {
  return Value::time_span(0);
}
Value is_date_time(Call& call) {
  return call[0].is_date_time();
}
Value is_time_span(Call& call) {
  return call[0].is_time_span();
}

Value replace(Call& call) {
  DateTimeFields fields = python::fields_of(call[0]);
  int64_t* const places[] = {&fields.year,   &fields.month,  &fields.day,        &fields.hour,
                             &fields.minute, &fields.second, &fields.microsecond};
  for (size_t i = 0; i < std::size(places); ++i) {
    if (!call[i + 1].is_null()) *places[i] = call.integer(i + 1);
  }
  const int32_t offset = call[8].is_null() ? call[0].offset_seconds() : offset_seconds(call[8]);
  return python::make_date_time(fields, offset);
}

Value format(Call& call) {
  return Value(python::format_date_time(call[0], call.text(1)));
}

// ---- properties

Value property_of_date_time(const Value& value, const std::string& name) {
  const DateTimeFields fields = python::fields_of(value);
  if (name == "year") return fields.year;
  if (name == "month") return fields.month;
  if (name == "day") return fields.day;
  if (name == "hour") return fields.hour;
  if (name == "minute") return fields.minute;
  if (name == "second") return fields.second;
  if (name == "microsecond") return fields.microsecond;
  if (name == "weekday") return python::weekday(value);
  const int64_t offset = value.offset_seconds() * core::kSecond;
  if (name == "offset") return Value::time_span(offset);
  // The offset is taken off, but the zone stays, so that `timestamp` takes it off once more. YAQL's way.
  if (name == "utc") return python::shift_date_time(value, -offset);
  if (name == "timestamp") {
    return python::true_divide(Value(value.local_microseconds() - 2 * offset), Value(core::kSecond));
  }
  const Value midnight =
      python::make_date_time({fields.year, fields.month, fields.day, 0, 0, 0, 0}, value.offset_seconds());
  if (name == "date") return midnight;
  if (name == "time") {
    return Value::time_span(value.local_microseconds() - midnight.local_microseconds());
  }
  return Value();
}

Value property_of_time_span(const Value& value, const std::string& name) {
  const int64_t microseconds = value.as_time_span();
  if (name == "microseconds") return microseconds;
  struct Unit {
    std::string_view name;
    double microseconds;
  };
  constexpr Unit kUnits[] = {
      {"milliseconds", 1e3}, {"seconds", 1e6}, {"minutes", 6e7}, {"hours", 3.6e9}, {"days", 8.64e10}};
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return static_cast<double>(microseconds) / unit.microseconds;
  }
  return Value();
}

}  // namespace

Value date_time_property(const Value& value, const std::string& name) {
  Value property;
  if (value.is_date_time()) property = property_of_date_time(value, name);
  if (value.is_time_span()) property = property_of_time_span(value, name);
  if (property.is_null()) {
    throw core::Error(core::ErrorKind::invalid,
                      fmt::format("{} has no member {}", a_kind(value), shown(name)));
  }
  return property;
}

std::vector<Declaration> date_time_functions() {
  using Use = Declaration::Use;
  return {
      {"datetime", Use::function,
       "year: int|bool, month: int|bool, day: int|bool, hour: int|bool = 0, minute: int|bool = 0, "
       "second: int|bool = 0, microsecond: int|bool = 0, offset: timespan = timespan(0)",
       build_date_time},
      {"datetime", Use::function, "timestamp: number, offset: timespan = timespan(0)", from_timestamp},
      {"datetime", Use::function, "string: string, format: string? = null", from_text},
      {"timespan", Use::function,
       "days: int|bool = 0, hours: int|bool = 0, minutes: int|bool = 0, seconds: int = 0, "
       "milliseconds: int = 0, microseconds: int = 0",
       build_time_span},
      {"now", Use::function, "offset: timespan? = timespan(0)", now},
      {"localtz", Use::function, "", local_offset},
      {"utctz", Use::function, "", no_offset},
      {"isDatetime", Use::function, "value: any", is_date_time},
      {"isTimespan", Use::function, "value: any", is_time_span},
      {"replace", Use::method,
       "dt: datetime, year: int|bool? = null, month: int|bool? = null, day: int|bool? = null, "
       "hour: int|bool? = null, minute: int|bool? = null, second: int|bool? = null, "
       "microsecond: int|bool? = null, offset: timespan? = null",
       replace},
      {"format", Use::method, "dt: datetime, format: string", format},
  };
}

}  // namespace gregale::expression::yaql
