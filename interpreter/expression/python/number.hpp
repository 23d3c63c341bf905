// Python's arithmetic over Values: integers of any size, floats, booleans as 0 and 1.
//
// Each function throws TypeError when an operand is not a number (or not of the kind that it
// needs), ZeroDivisionError, OverflowError where Python does, and LimitError when an integer would
// have more than kIntegerBits bits.
#pragma once

#include <compare>
#include <string>
#include <string_view>

#include "core/value.hpp"
#include "interpreter/expression/python/errors.hpp"

namespace gregale::expression::python {

using core::Value;

// Keeps the cost of one operation and of the decimal text of its result within a fraction of a
// second.
inline constexpr size_t kIntegerBits = 1u << 18;

// A number in Python's sense: a boolean counts.
bool is_number(const Value& value) noexcept;
// An integer in Python's sense: a boolean counts.
bool is_integer(const Value& value) noexcept;

// The nearest float, ties to even.
double as_double(const Value& number);

Value add(const Value& left, const Value& right);
Value subtract(const Value& left, const Value& right);
Value multiply(const Value& left, const Value& right);
Value true_divide(const Value& left, const Value& right);
Value floor_divide(const Value& left, const Value& right);
// The sign is the divisor's.
Value modulo(const Value& left, const Value& right);
// An integer to a negative integer gives a float. A negative base with a fractional exponent,
// complex in Python, throws ValueError.
Value power(const Value& base, const Value& exponent);
// pow(base, exponent, modulus); integers only.
Value power_modulo(const Value& base, const Value& exponent, const Value& modulus);
Value negate(const Value& operand);
// +operand: a boolean becomes an integer.
Value positive(const Value& operand);
Value absolute(const Value& operand);

Value bit_and(const Value& left, const Value& right);
Value bit_or(const Value& left, const Value& right);
Value bit_xor(const Value& left, const Value& right);
Value bit_invert(const Value& operand);
// A negative count throws ValueError.
Value shift_left(const Value& operand, const Value& count);
Value shift_right(const Value& operand, const Value& count);

// Exact also between an integer and a float; unordered with NaN.
std::partial_ordering compare(const Value& left, const Value& right);

// int(): numbers towards zero, text with blanks, sign, underscores and the digits of any script.
Value to_integer(const Value& value);
// int(text, base); base 0 takes the prefixes 0x, 0o, 0b.
Value parse_integer(std::string_view text, int base);
// float().
double to_float(const Value& value);
// round(number, digits): ties to even on the binary value; keeps the type of the number.
Value round(const Value& number, int64_t digits);
// hex(): "-0xff".
std::string hexadecimal(const Value& integer);
// The number as a 64-bit integer, for counts and positions; throws TypeError when it is not an
// integer, OverflowError when it does not fit.
int64_t to_int64(const Value& integer);

}  // namespace gregale::expression::python
