// Numbers as text by a format: shared by str.format and by %.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::expression::python {

// [value] (integer or boolean) in base 2, 8, 10 or 16 without sign and prefix; letters are small.
std::string digits_in_base(const core::Value& value, unsigned base);
bool is_negative(const core::Value& integer);
// [number] by one of e, f, g (and their capitals) with [precision] digits, without sign; "inf" and "nan"
// for what they are. [alternate]: keep the point and trailing zeros. Throws Error(limit).
std::string float_digits(double number, char type, int precision, bool alternate);
// The digits with [separator] before each [group] of them, counted from the right.
std::string group_digits(std::string_view digits, char separator, size_t group);
// The integer part of a finite float; throws ValueError or OverflowError for others.
core::Value truncate_to_integer(double number);

}  // namespace gregale::expression::python
