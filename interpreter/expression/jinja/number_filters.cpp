// Filters about numbers.
#include <fmt/format.h>

#include <cmath>

#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/number_text.hpp"

namespace gregale::expression::jinja {

namespace {

Value absolute(Runtime&, const Arguments& arguments) {
  const Bound bound("abs", arguments, {"x"}, 1, 1);
  require_defined(bound.at(0));
  if (bound.at(0).is_time_span()) return Value::time_span(std::abs(bound.at(0).as_time_span()));
  return python::absolute(bound.at(0));
}

Value to_integer(Runtime&, const Arguments& arguments) {
  const Bound bound("int", arguments, {"value", "default", "base"}, 1);
  const Value& value = bound.at(0);
  require_defined(value);
  try {
    if (value.is_string()) {
      const int64_t base = bound[2] == nullptr ? 10 : to_count(*bound[2], "base");
      if (base != 0 && (base < 2 || base > 36)) {
        throw ValueError("int() base must be >= 2 and <= 36, or 0");
      }
      return python::parse_integer(value.as_string(), static_cast<int>(base));
    }
    return python::to_integer(value);
  } catch (const TypeError&) {
  } catch (const ValueError&) {
  }
  try {  // "42.23" is 42
    return python::truncate_to_integer(python::to_float(value));
  } catch (const TypeError&) {
  } catch (const ValueError&) {
  }
  return bound[1] == nullptr ? Value(0) : bound.at(1);
}

Value to_float(Runtime&, const Arguments& arguments) {
  const Bound bound("float", arguments, {"value", "default"}, 1);
  require_defined(bound.at(0));
  try {
    return Value(python::to_float(bound.at(0)));
  } catch (const TypeError&) {
  } catch (const ValueError&) {
  }
  return bound[1] == nullptr ? Value(0.0) : bound.at(1);
}

// value * 10 ** precision, rounded up or down, / 10 ** precision
Value round_one_way(Runtime& runtime, const Value& value, const Value& precision, bool up) {
  const Value factor = binary(runtime, "**", Value(10), precision);
  Value scaled = binary(runtime, "*", value, factor);
  if (!python::is_number(scaled)) throw TypeError("must be real number");
  if (scaled.is_float()) {
    const double number = scaled.as_float();
    scaled = python::truncate_to_integer(up ? std::ceil(number) : std::floor(number));
  }
  return binary(runtime, "/", scaled, factor);
}

Value round(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("round", arguments, {"value", "precision", "method"}, 1);
  const Value method = bound[2] == nullptr ? Value("common") : bound.at(2);
  const Value precision = bound[1] == nullptr ? Value(0) : bound.at(1);
  require_defined(bound.at(0));
  if (method == Value("ceil") || method == Value("floor")) {
    return round_one_way(runtime, bound.at(0), precision, method == Value("ceil"));
  }
  if (method != Value("common")) throw ValueError("method must be common, ceil or floor");
  const Value& value = bound.at(0);
  if (!python::is_number(value)) {
    throw TypeError("type " + std::string(python::type_name(value)) + " doesn't define __round__ method");
  }
  if (precision.is_null()) return python::to_integer(python::round(value, 0));
  return python::round(value, to_count(precision, "precision"));
}

Value file_size(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("filesizeformat", arguments, {"value", "binary"}, 1);
  require_defined(bound.at(0));
  const double bytes = python::to_float(bound.at(0));
  const bool binary_units = bound[1] != nullptr && truth(runtime, *bound[1]);
  static constexpr const char* kUnits[2][8] = {{"kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"},
                                               {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"}};
  const double base = binary_units ? 1024 : 1000;
  if (bytes == 1) return Value("1 Byte");
  if (bytes < base) {
    return Value(python::str(python::truncate_to_integer(bytes)) + " Bytes");
  }
  double unit = base;
  for (int i = 0; i < 8; ++i) {
    unit *= base;
    if (bytes < unit || i == 7) {
      return Value(fmt::format("{} {}", python::format_value(Value(base * bytes / unit), ".1f"),
                               kUnits[binary_units ? 1 : 0][i]));
    }
  }
  return Value();
}

constexpr NamedFilter kNumberFilters[] = {
    {"abs", absolute}, {"filesizeformat", file_size}, {"float", to_float}, {"int", to_integer},
    {"round", round},
};

}  // namespace

std::span<const NamedFilter> number_filters() {
  return kNumberFilters;
}

}  // namespace gregale::expression::jinja
