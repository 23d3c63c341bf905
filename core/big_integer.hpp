// Integers that do not fit 64 bits. Kept apart from value.hpp because Boost.Multiprecision is heavy to
// include: only arithmetic needs it.
#pragma once

#include <boost/multiprecision/cpp_int.hpp>
#include <string>
#include <string_view>

#include "core/value.hpp"

namespace gregale::core {

using BigInteger = boost::multiprecision::cpp_int;

// The integer as a Value; one that fits 64 bits is stored as such, so each integer has one form.
Value make_integer(const BigInteger& integer);
// [value] must be an integer of any size.
BigInteger to_big_integer(const Value& value);
// Decimal digits with an optional sign; null when [digits] is not that.
Value parse_integer(std::string_view digits);
// Decimal text of an integer of any size.
std::string integer_text(const Value& value);

}  // namespace gregale::core
