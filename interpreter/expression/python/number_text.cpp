#include "interpreter/expression/python/number_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "core/big_integer.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/text.hpp"

namespace gregale::expression::python {

using core::BigInteger;
using core::Value;

namespace {

std::string in_base(uint64_t number, unsigned base) {
  std::string digits;
  do {
    digits += "0123456789abcdef"[number % base];
    number /= base;
  } while (number != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

}  // namespace

bool is_negative(const Value& integer) {
  if (integer.kind() != Value::Kind::big_integer) return integer.as_integer() < 0;
  return core::to_big_integer(integer) < 0;
}

std::string digits_in_base(const Value& value, unsigned base) {
  if (value.kind() != Value::Kind::big_integer) {
    const auto bits = static_cast<uint64_t>(value.as_integer());
    return in_base(value.as_integer() < 0 ? 0 - bits : bits, base);
  }
  BigInteger number = abs(core::to_big_integer(value));
  if (base == 10) return number.str();
  if (base == 16 || base == 8) {
    std::string digits = number.str(0, base == 16 ? std::ios_base::hex : std::ios_base::oct);
    std::transform(digits.begin(), digits.end(), digits.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; });
    return digits;
  }
  std::string digits;
  const auto bits = boost::multiprecision::msb(number) + 1;
  for (auto bit = bits; bit-- > 0;) digits += bit_test(number, bit) ? '1' : '0';
  return digits;
}

std::string float_digits(double number, char type, int precision, bool alternate) {
  number = std::fabs(number);
  const bool capital = type >= 'A' && type <= 'Z';
  if (std::isnan(number)) return capital ? "NAN" : "nan";
  if (std::isinf(number)) return capital ? "INF" : "inf";
  if (precision > 1'000'000) {
    throw ValueError("precision too big");
  }
  char pattern[8];
  std::snprintf(pattern, sizeof pattern, "%%%s.*%c", alternate ? "#" : "", type);
  const int size = std::snprintf(nullptr, 0, pattern, precision, number);
  std::string text(static_cast<size_t>(size) + 1, '\0');
  std::snprintf(text.data(), text.size(), pattern, precision, number);
  text.pop_back();
  return text;
}

std::string group_digits(std::string_view digits, char separator, size_t group) {
  std::string result;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % group == 0) result += separator;
    result += digits[i];
  }
  return result;
}

Value truncate_to_integer(double number) {
  if (std::isnan(number)) throw ValueError("cannot convert float NaN to integer");
  if (std::isinf(number)) throw OverflowError("cannot convert float infinity to integer");
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (number >= -kTwoTo63 && number < kTwoTo63) return Value(static_cast<int64_t>(number));
  return core::make_integer(BigInteger(std::trunc(number)));
}

}  // namespace gregale::expression::python
