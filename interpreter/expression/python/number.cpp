#include "interpreter/expression/python/number.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>

#include "core/big_integer.hpp"
#include "core/json.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

using core::BigInteger;
namespace multiprecision = boost::multiprecision;

// pow(a, b, modulus): 4096 bits each are fine.
constexpr size_t kModulusBits = 1u << 16;
constexpr size_t kPowerModuloWork = size_t{1} << 36;
constexpr double kTwoTo63 = 9223372036854775808.0;

[[noreturn]] void refuse(std::string_view operation, const Value& left, const Value& right) {
  throw TypeError(fmt::format("unsupported operand types for {}: '{}' and '{}'", operation, type_name(left),
                              type_name(right)));
}

void demand_numbers(std::string_view operation, const Value& left, const Value& right) {
  if (!is_number(left) || !is_number(right)) refuse(operation, left, right);
}

void demand_integers(std::string_view operation, const Value& left, const Value& right) {
  if (!is_integer(left) || !is_integer(right)) refuse(operation, left, right);
}

bool small(const Value& value) {
  return value.is_small_integer() || value.is_boolean();
}

BigInteger big(const Value& value) {
  return value.is_boolean() ? BigInteger(value.as_integer()) : core::to_big_integer(value);
}

size_t bits(const BigInteger& integer) {
  return integer == 0 ? 0 : multiprecision::msb(multiprecision::abs(integer)) + 1;
}

Value limited(const BigInteger& integer) {
  if (bits(integer) > kIntegerBits) {
    throw LimitError(fmt::format("an integer would have more than {} bits", kIntegerBits));
  }
  return core::make_integer(integer);
}

// The nearest float, ties to even. [sticky] says that the true value is a little larger in
// magnitude.
double big_to_float(const BigInteger& integer, bool sticky = false, int exponent = 0) {
  const bool negative = integer < 0;
  BigInteger magnitude = multiprecision::abs(integer);
  if (magnitude == 0) return 0.0;
  const size_t top = multiprecision::msb(magnitude);
  uint64_t mantissa;
  int shift = 0;
  if (top > 63) {
    shift = static_cast<int>(top - 63);
    const BigInteger kept = magnitude >> shift;
    sticky = sticky || (kept << shift) != magnitude;
    mantissa = static_cast<uint64_t>(kept);
  } else {
    mantissa = static_cast<uint64_t>(magnitude);
  }
  if (sticky) mantissa |= 1;
  const double result = std::ldexp(static_cast<double>(mantissa), shift + exponent);
  if (std::isinf(result)) throw OverflowError("int too large to convert to float");
  return negative ? -result : result;
}

// Quotient rounded down; the divisor is not zero.
BigInteger floor_quotient(const BigInteger& left, const BigInteger& right) {
  BigInteger quotient;
  BigInteger remainder;
  multiprecision::divide_qr(left, right, quotient, remainder);
  if (remainder != 0 && (remainder < 0) != (right < 0)) --quotient;
  return quotient;
}

double float_modulo(double left, double right) {
  if (right == 0.0) throw ZeroDivisionError("float modulo");
  double remainder = std::fmod(left, right);
  if (remainder != 0.0) {
    if ((right < 0) != (remainder < 0)) remainder += right;
  } else {
    remainder = std::copysign(0.0, right);
  }
  return remainder;
}

double float_floor_quotient(double left, double right) {
  if (right == 0.0) throw ZeroDivisionError("float floor division by zero");
  double remainder = std::fmod(left, right);
  double quotient = (left - remainder) / right;
  if (remainder != 0.0 && (right < 0) != (remainder < 0)) quotient -= 1.0;
  if (quotient == 0.0) return std::copysign(0.0, left / right);
  double floored = std::floor(quotient);
  if (quotient - floored > 0.5) floored += 1.0;
  return floored;
}

// The text with every digit as ASCII and without the blanks around it; underscores are taken out
// where they stand between digits. Empty when it cannot be a number.
std::string plain_number_text(std::string_view text) {
  std::u32string points = to_code_points(text);
  size_t begin = 0;
  size_t end = points.size();
  while (begin < end && is_space(points[begin])) ++begin;
  while (end > begin && is_space(points[end - 1])) --end;
  std::string plain;
  for (size_t i = begin; i < end; ++i) {
    const char32_t c = points[i];
    if (c < 0x80) {
      plain += static_cast<char>(c);
      continue;
    }
    const int digit = digit_value(c);
    if (digit < 0) return {};
    plain += static_cast<char>('0' + digit);
  }
  return plain;
}

// Takes out single underscores between alphanumerics; false when one stands elsewhere.
bool remove_underscores(std::string& text) {
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      result += text[i];
      continue;
    }
    const auto digit_like = [&](size_t at) {
      return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at]));
    };
    if (i == 0 || !digit_like(i - 1) || !digit_like(i + 1)) return false;
  }
  text = std::move(result);
  return true;
}

int digit_in_base(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'z') return c - 'a' + 10;
  if (c >= 'A' && c <= 'Z') return c - 'A' + 10;
  return 99;
}

// Half to even on the exact decimal expansion of the binary value, as float.__round__ does.
double round_float(double number, int64_t digits) {
  if (!std::isfinite(number)) return number;
  if (digits > 323) return number;
  if (digits < -308) return std::copysign(0.0, number);
  if (digits >= 0) return std::strtod(fmt::format("{:.{}f}", number, digits).c_str(), nullptr);
  // Tens, hundreds, ...: the integer part decides, its fraction breaks ties upwards.
  const double whole = std::trunc(number);
  const Value rounded = round(core::make_integer(BigInteger(whole)), digits);
  const BigInteger unit = multiprecision::pow(BigInteger(10), static_cast<unsigned>(-digits));
  BigInteger result = big(rounded);
  const BigInteger exact(whole);
  if (whole != number && multiprecision::abs(exact - result) * 2 == unit) {
    // A tie of the integer part that the fraction breaks: away from zero.
    result = number > 0 ? floor_quotient(exact, unit) * unit + unit
                        : -(floor_quotient(-exact, unit) * unit + unit);
  }
  const double value = big_to_float(result);
  return value == 0.0 ? std::copysign(0.0, number) : value;
}

}  // namespace

double as_double(const Value& value) {
  if (value.is_float()) return value.as_float();
  if (small(value)) return static_cast<double>(value.as_integer());
  return big_to_float(core::to_big_integer(value));
}

bool is_number(const Value& value) noexcept {
  return value.is_number() || value.is_boolean();
}
bool is_integer(const Value& value) noexcept {
  return value.is_integer() || value.is_boolean();
}

Value add(const Value& left, const Value& right) {
  demand_numbers("+", left, right);
  if (left.is_float() || right.is_float()) return as_double(left) + as_double(right);
  int64_t result;
  if (small(left) && small(right) &&
      !__builtin_add_overflow(left.as_integer(), right.as_integer(), &result)) {
    return result;
  }
  return limited(big(left) + big(right));
}

Value subtract(const Value& left, const Value& right) {
  demand_numbers("-", left, right);
  if (left.is_float() || right.is_float()) return as_double(left) - as_double(right);
  int64_t result;
  if (small(left) && small(right) &&
      !__builtin_sub_overflow(left.as_integer(), right.as_integer(), &result)) {
    return result;
  }
  return limited(big(left) - big(right));
}

Value multiply(const Value& left, const Value& right) {
  demand_numbers("*", left, right);
  if (left.is_float() || right.is_float()) return as_double(left) * as_double(right);
  int64_t result;
  if (small(left) && small(right) &&
      !__builtin_mul_overflow(left.as_integer(), right.as_integer(), &result)) {
    return result;
  }
  const BigInteger a = big(left);
  const BigInteger b = big(right);
  if (bits(a) + bits(b) > kIntegerBits + 1) {
    throw LimitError(fmt::format("an integer would have more than {} bits", kIntegerBits));
  }
  return limited(a * b);
}

Value true_divide(const Value& left, const Value& right) {
  demand_numbers("/", left, right);
  if (left.is_float() || right.is_float()) {
    const double divisor = as_double(right);
    if (divisor == 0.0) throw ZeroDivisionError("float division by zero");
    return as_double(left) / divisor;
  }
  const BigInteger a = big(left);
  const BigInteger b = big(right);
  if (b == 0) throw ZeroDivisionError("division by zero");
  if (a == 0) return 0.0;
  if (bits(a) <= 53 && bits(b) <= 53) {
    return static_cast<double>(static_cast<int64_t>(a)) / static_cast<double>(static_cast<int64_t>(b));
  }
  // A quotient of at least 66 bits, so that rounding once more to 53 is right.
  const int shift = static_cast<int>(bits(b)) - static_cast<int>(bits(a)) + 66;
  BigInteger numerator = multiprecision::abs(a);
  BigInteger denominator = multiprecision::abs(b);
  if (shift > 0) {
    numerator <<= shift;
  } else {
    denominator <<= -shift;
  }
  BigInteger quotient;
  BigInteger remainder;
  multiprecision::divide_qr(numerator, denominator, quotient, remainder);
  const double magnitude = big_to_float(quotient, remainder != 0, -shift);
  return (a < 0) != (b < 0) ? -magnitude : magnitude;
}

Value floor_divide(const Value& left, const Value& right) {
  demand_numbers("//", left, right);
  if (left.is_float() || right.is_float()) {
    return float_floor_quotient(as_double(left), as_double(right));
  }
  if (small(left) && small(right) && right.as_integer() != 0 && right.as_integer() != -1) {
    const int64_t a = left.as_integer();
    const int64_t b = right.as_integer();
    const int64_t quotient = a / b;
    return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
  }
  const BigInteger divisor = big(right);
  if (divisor == 0) throw ZeroDivisionError("integer division or modulo by zero");
  return core::make_integer(floor_quotient(big(left), divisor));
}

Value modulo(const Value& left, const Value& right) {
  demand_numbers("%", left, right);
  if (left.is_float() || right.is_float()) return float_modulo(as_double(left), as_double(right));
  if (small(left) && small(right) && right.as_integer() != 0 && right.as_integer() != -1) {
    const int64_t remainder = left.as_integer() % right.as_integer();
    return remainder != 0 && (remainder < 0) != (right.as_integer() < 0) ? remainder + right.as_integer()
                                                                         : remainder;
  }
  const BigInteger divisor = big(right);
  if (divisor == 0) throw ZeroDivisionError("integer division or modulo by zero");
  const BigInteger dividend = big(left);
  return core::make_integer(dividend - floor_quotient(dividend, divisor) * divisor);
}

Value power(const Value& base, const Value& exponent) {
  demand_numbers("** or pow()", base, exponent);
  if (!base.is_float() && !exponent.is_float()) {
    const BigInteger power_of = big(exponent);
    const BigInteger b = big(base);
    if (power_of >= 0) {
      if (b == 0 || b == 1) return power_of == 0 ? Value(1) : core::make_integer(b);
      if (b == -1) return (power_of & 1) == 0 ? 1 : -1;
      if (power_of * (bits(b) - 1) > kIntegerBits) {
        throw LimitError(fmt::format("an integer would have more than {} bits", kIntegerBits));
      }
      return limited(multiprecision::pow(b, static_cast<unsigned>(power_of)));
    }
  }
  const double a = as_double(base);
  const double b = as_double(exponent);
  if (a == 0.0 && b < 0) {
    throw ZeroDivisionError("0.0 cannot be raised to a negative power");
  }
  if (a < 0 && std::isfinite(a) && std::isfinite(b) && std::trunc(b) != b) {
    throw ValueError("a negative number to a fractional power is not a real number");
  }
  const double result = std::pow(a, b);
  if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) {
    throw OverflowError("result of pow() is too large");
  }
  return result;
}

Value power_modulo(const Value& base, const Value& exponent, const Value& modulus) {
  if (!is_integer(base) || !is_integer(exponent) || !is_integer(modulus)) {
    throw TypeError("pow() with a third argument takes integers only");
  }
  const BigInteger m = big(modulus);
  if (m == 0) throw ValueError("pow() 3rd argument cannot be 0");
  BigInteger power_of = big(exponent);
  // The work grows with the square of the modulus's bits.
  if (bits(m) > kModulusBits || bits(m) * bits(m) * bits(power_of) > kPowerModuloWork) {
    throw LimitError("the numbers are too large for pow() with a modulus");
  }
  const BigInteger size = multiprecision::abs(m);
  BigInteger b = big(base) - floor_quotient(big(base), size) * size;
  if (power_of < 0) {
    // The inverse by the extended algorithm of Euclid.
    BigInteger r0 = size, r1 = b, t0 = 0, t1 = 1;
    while (r1 != 0) {
      const BigInteger q = r0 / r1;
      BigInteger next = r0 - q * r1;
      r0 = r1;
      r1 = next;
      next = t0 - q * t1;
      t0 = t1;
      t1 = next;
    }
    if (r0 != 1) throw ValueError("base is not invertible for the given modulus");
    b = t0 < 0 ? BigInteger(t0 + size) : t0;
    power_of = -power_of;
  }
  BigInteger result = multiprecision::powm(b, power_of, size);
  if (m < 0 && result != 0) result += m;
  return core::make_integer(result);
}

Value negate(const Value& operand) {
  if (operand.is_float()) return -operand.as_float();
  if (!is_number(operand)) {
    throw TypeError(fmt::format("bad operand type for unary -: '{}'", type_name(operand)));
  }
  return subtract(Value(0), operand);
}

Value positive(const Value& operand) {
  if (!is_number(operand)) {
    throw TypeError(fmt::format("bad operand type for unary +: '{}'", type_name(operand)));
  }
  return operand.is_boolean() ? Value(operand.as_integer()) : operand;
}

Value absolute(const Value& operand) {
  if (operand.is_float()) return std::fabs(operand.as_float());
  if (!is_number(operand)) {
    throw TypeError(fmt::format("bad operand type for abs(): '{}'", type_name(operand)));
  }
  if (operand.is_boolean()) return operand.as_integer();
  if (operand.is_small_integer()) {
    return operand.as_integer() < 0 ? subtract(Value(0), operand) : operand;
  }
  return core::make_integer(multiprecision::abs(big(operand)));
}

namespace {

// Two's complement on integers of any size: a negative number is ~(magnitude - 1).
template <typename Operation>
BigInteger bitwise(const BigInteger& left, const BigInteger& right, Operation operation) {
  const size_t width = std::max(bits(left), bits(right)) + 1;
  const BigInteger size = BigInteger(1) << static_cast<unsigned>(width);
  const BigInteger a = left < 0 ? BigInteger(size + left) : left;
  const BigInteger b = right < 0 ? BigInteger(size + right) : right;
  BigInteger result = operation(a, b);
  if (multiprecision::bit_test(result, static_cast<unsigned>(width - 1))) result -= size;
  return result;
}

}  // namespace

Value bit_and(const Value& left, const Value& right) {
  demand_integers("&", left, right);
  if (small(left) && small(right)) return left.as_integer() & right.as_integer();
  return core::make_integer(
      bitwise(big(left), big(right), [](const auto& a, const auto& b) { return BigInteger(a & b); }));
}

Value bit_or(const Value& left, const Value& right) {
  demand_integers("|", left, right);
  if (small(left) && small(right)) return left.as_integer() | right.as_integer();
  return core::make_integer(
      bitwise(big(left), big(right), [](const auto& a, const auto& b) { return BigInteger(a | b); }));
}

Value bit_xor(const Value& left, const Value& right) {
  demand_integers("^", left, right);
  if (small(left) && small(right)) return left.as_integer() ^ right.as_integer();
  return core::make_integer(
      bitwise(big(left), big(right), [](const auto& a, const auto& b) { return BigInteger(a ^ b); }));
}

Value bit_invert(const Value& operand) {
  if (!is_integer(operand)) {
    throw TypeError(fmt::format("bad operand type for unary ~: '{}'", type_name(operand)));
  }
  return subtract(Value(-1), operand);
}

Value shift_left(const Value& operand, const Value& count) {
  demand_integers("<<", operand, count);
  const BigInteger by = big(count);
  if (by < 0) throw ValueError("negative shift count");
  const BigInteger integer = big(operand);
  if (integer == 0) return 0;
  if (by + bits(integer) > kIntegerBits) {
    throw LimitError(fmt::format("an integer would have more than {} bits", kIntegerBits));
  }
  return core::make_integer(integer * (BigInteger(1) << static_cast<unsigned>(by)));
}

Value shift_right(const Value& operand, const Value& count) {
  demand_integers(">>", operand, count);
  const BigInteger by = big(count);
  if (by < 0) throw ValueError("negative shift count");
  const BigInteger integer = big(operand);
  if (by > bits(integer)) return integer < 0 ? -1 : 0;
  return core::make_integer(floor_quotient(integer, BigInteger(BigInteger(1) << static_cast<unsigned>(by))));
}

std::partial_ordering compare(const Value& left, const Value& right) {
  demand_numbers("comparison", left, right);
  if (left.is_float() && right.is_float()) return left.as_float() <=> right.as_float();
  if (small(left) && small(right)) return left.as_integer() <=> right.as_integer();
  if (!left.is_float() && !right.is_float()) {
    const int order = big(left).compare(big(right));
    return order <=> 0;
  }
  const double number = left.is_float() ? left.as_float() : right.as_float();
  const Value& other = left.is_float() ? right : left;
  if (std::isnan(number)) return std::partial_ordering::unordered;
  int order;  // of the float against the integer
  if (std::isinf(number)) {
    order = number > 0 ? 1 : -1;
  } else {
    const double whole = std::floor(number);
    if (small(other) && whole >= -kTwoTo63 && whole < kTwoTo63) {
      const int64_t a = static_cast<int64_t>(whole);
      const int64_t b = other.as_integer();
      order = a < b ? -1 : a > b ? 1 : 0;
    } else {
      order = BigInteger(whole).compare(big(other));
    }
    if (order == 0 && number != whole) order = 1;
  }
  return left.is_float() ? order <=> 0 : 0 <=> order;
}

Value parse_integer(std::string_view text, int base) {
  const auto refuse_text = [&]() -> Value {
    throw ValueError(fmt::format("invalid literal for int() with base {}: {}", base, shown(text)));
  };
  std::string plain = plain_number_text(text);
  bool negative = false;
  if (!plain.empty() && (plain[0] == '-' || plain[0] == '+')) {
    negative = plain[0] == '-';
    plain.erase(0, 1);
  }
  int actual = base;
  if (plain.size() > 2 && plain[0] == '0') {
    const char mark = static_cast<char>(plain[1] | 0x20);
    const int prefixed = mark == 'x' ? 16 : mark == 'o' ? 8 : mark == 'b' ? 2 : 0;
    if (prefixed != 0 && (base == 0 || base == prefixed)) {
      actual = prefixed;
      plain.erase(0, plain[2] == '_' ? 3 : 2);
    }
  }
  if (!remove_underscores(plain) || plain.empty()) return refuse_text();
  if (actual == 0) {
    if (plain[0] == '0' && plain.find_first_not_of('0') != std::string::npos) return refuse_text();
    actual = 10;
  }
  for (const char c : plain) {
    if (digit_in_base(c) >= actual) return refuse_text();
  }
  if (plain.size() > kIntegerBits / 4) throw LimitError("the text of an integer is too long");
  if (actual == 10) {
    Value value = core::parse_integer(plain);
    return negative ? negate(value) : value;
  }
  BigInteger result = 0;
  for (const char c : plain) result = result * actual + digit_in_base(c);
  return core::make_integer(negative ? BigInteger(-result) : result);
}

Value to_integer(const Value& value) {
  if (value.is_integer()) return value;
  if (value.is_boolean()) return value.as_integer();
  if (value.is_string()) return parse_integer(value.as_string(), 10);
  if (value.is_float()) {
    const double number = value.as_float();
    if (std::isnan(number)) throw ValueError("cannot convert float NaN to integer");
    if (std::isinf(number)) throw OverflowError("cannot convert float infinity to integer");
    const double whole = std::trunc(number);
    if (whole >= -kTwoTo63 && whole < kTwoTo63) return static_cast<int64_t>(whole);
    return core::make_integer(BigInteger(whole));
  }
  throw TypeError(fmt::format("int() takes text or a number, not '{}'", type_name(value)));
}

double to_float(const Value& value) {
  if (is_number(value)) return as_double(value);
  if (!value.is_string()) {
    throw TypeError(fmt::format("float() takes text or a number, not '{}'", type_name(value)));
  }
  std::string plain = plain_number_text(value.as_string());
  const auto refuse_text = [&]() -> double {
    throw ValueError(fmt::format("could not convert string to float: {}", shown(value)));
  };
  if (!remove_underscores(plain) || plain.empty()) return refuse_text();
  std::string lowered;
  for (const char c : plain) lowered += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  const bool has_sign = lowered[0] == '-' || lowered[0] == '+';
  const std::string_view magnitude = std::string_view(lowered).substr(has_sign ? 1 : 0);
  const double sign = lowered[0] == '-' ? -1.0 : 1.0;
  if (magnitude == "inf" || magnitude == "infinity") {
    return sign * std::numeric_limits<double>::infinity();
  }
  if (magnitude == "nan") return std::copysign(std::numeric_limits<double>::quiet_NaN(), sign);
  if (magnitude.empty() || magnitude.find_first_not_of("0123456789.e+-") != std::string::npos) {
    return refuse_text();
  }
  char* end = nullptr;
  const double result = std::strtod(lowered.c_str(), &end);
  if (*end != '\0') return refuse_text();
  return result;
}

Value round(const Value& number, int64_t digits) {
  if (number.is_float()) {
    const double rounded = round_float(number.as_float(), digits);
    if (std::isinf(rounded) && std::isfinite(number.as_float())) {
      throw OverflowError("rounded value too large to represent");
    }
    return rounded;
  }
  if (!is_integer(number)) {
    throw TypeError(fmt::format("round() takes a number, not '{}'", type_name(number)));
  }
  const Value integer = positive(number);
  if (digits >= 0) return integer;
  const BigInteger exact = big(integer);
  if (static_cast<uint64_t>(-digits) > bits(exact)) return 0;
  const BigInteger unit = multiprecision::pow(BigInteger(10), static_cast<unsigned>(-digits));
  BigInteger quotient = floor_quotient(exact, unit);
  const BigInteger twice = (exact - quotient * unit) * 2;
  if (twice > unit || (twice == unit && (quotient & 1) != 0)) ++quotient;
  return core::make_integer(quotient * unit);
}

std::string hexadecimal(const Value& integer) {
  if (!is_integer(integer)) {
    throw TypeError(fmt::format("'{}' object cannot be interpreted as an integer", type_name(integer)));
  }
  const BigInteger value = big(integer);
  const BigInteger magnitude = multiprecision::abs(value);
  return (value < 0 ? "-0x" : "0x") + magnitude.str(0, std::ios_base::hex);
}

int64_t to_int64(const Value& integer) {
  if (small(integer)) return integer.as_integer();
  if (!is_integer(integer)) {
    throw TypeError(fmt::format("'{}' object cannot be interpreted as an integer", type_name(integer)));
  }
  throw OverflowError("the integer is too large here");
}

}  // namespace gregale::expression::python
