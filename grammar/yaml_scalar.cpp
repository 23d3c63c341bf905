#include "grammar/yaml_scalar.hpp"

#include <date/date.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <string>
#include <tao/pegtl.hpp>

#include "core/big_integer.hpp"

namespace gregale::grammar {

namespace {

namespace rules {

using namespace tao::pegtl;  // NOLINT: the grammar reads as a grammar

struct sign : opt<one<'+', '-'>> {};
struct digits_ : seq<digit, star<sor<digit, one<'_'>>>> {};
struct exponent : seq<one<'e', 'E'>, one<'+', '-'>, plus<digit>> {};
struct sixty : seq<one<':'>, sor<seq<range<'0', '5'>, digit>, digit>> {};

struct yes : sor<TAO_PEGTL_STRING("yes"), TAO_PEGTL_STRING("Yes"), TAO_PEGTL_STRING("YES"),
                 TAO_PEGTL_STRING("true"), TAO_PEGTL_STRING("True"), TAO_PEGTL_STRING("TRUE"),
                 TAO_PEGTL_STRING("on"), TAO_PEGTL_STRING("On"), TAO_PEGTL_STRING("ON")> {};
struct no : sor<TAO_PEGTL_STRING("no"), TAO_PEGTL_STRING("No"), TAO_PEGTL_STRING("NO"),
                TAO_PEGTL_STRING("false"), TAO_PEGTL_STRING("False"), TAO_PEGTL_STRING("FALSE"),
                TAO_PEGTL_STRING("off"), TAO_PEGTL_STRING("Off"), TAO_PEGTL_STRING("OFF")> {};
struct none
    : sor<one<'~'>, TAO_PEGTL_STRING("null"), TAO_PEGTL_STRING("Null"), TAO_PEGTL_STRING("NULL"), success> {};

struct point_float : seq<sign, digits_, one<'.'>, star<sor<digit, one<'_'>>>, opt<exponent>> {};
struct bare_fraction : seq<one<'.'>, digits_, opt<exponent>> {};
struct sixty_float : seq<sign, digits_, plus<sixty>, one<'.'>, star<sor<digit, one<'_'>>>> {};
struct infinity
    : seq<sign, one<'.'>, sor<TAO_PEGTL_STRING("inf"), TAO_PEGTL_STRING("Inf"), TAO_PEGTL_STRING("INF")>> {};
struct not_a_number
    : seq<one<'.'>, sor<TAO_PEGTL_STRING("nan"), TAO_PEGTL_STRING("NaN"), TAO_PEGTL_STRING("NAN")>> {};

struct binary : seq<sign, TAO_PEGTL_STRING("0b"), plus<one<'0', '1', '_'>>> {};
struct octal : seq<sign, one<'0'>, plus<sor<range<'0', '7'>, one<'_'>>>> {};
struct decimal_tail : star<sor<digit, one<'_'>>> {};
struct decimal : seq<sign, sor<one<'0'>, seq<range<'1', '9'>, decimal_tail>>> {};
struct hexadecimal : seq<sign, TAO_PEGTL_STRING("0x"), plus<sor<xdigit, one<'_'>>>> {};
struct sixty_integer : seq<sign, range<'1', '9'>, decimal_tail, plus<sixty>> {};

struct two : seq<digit, opt<digit>> {};
struct year : rep<4, digit> {};
struct month : two {};
struct day : two {};
struct hour : two {};
struct minute : rep<2, digit> {};
struct second : rep<2, digit> {};
struct fraction : star<digit> {};
struct zone_sign : one<'+', '-'> {};
struct zone_hour : two {};
struct zone_minute : rep<2, digit> {};
struct zulu : one<'Z'> {};
struct zone : sor<zulu, seq<zone_sign, zone_hour, opt<one<':'>, zone_minute>>> {};
struct blanks : star<one<' ', '\t'>> {};
struct short_date : seq<year, one<'-'>, rep<2, digit>, one<'-'>, rep<2, digit>> {};
struct date_part : seq<year, one<'-'>, month, one<'-'>, day> {};
struct moment : seq<date_part, sor<one<'T', 't'>, plus<one<' ', '\t'>>>, hour, one<':'>, minute, one<':'>,
                    second, opt<one<'.'>, fraction>, opt<blanks, zone>> {};
struct timestamp : sor<seq<moment, eof>, seq<short_date, eof>> {};
struct date_only : seq<date_part, eof> {};

template <typename Rule>
struct whole : seq<Rule, eof> {};

struct Moment {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::string fraction;
  bool zoned = false;
  bool west = false;
  int zone_hour = 0, zone_minute = 0;
};

template <typename Rule>
struct action : nothing<Rule> {};

template <int Moment::*Member>
struct store_number {
  template <typename Input>
  static void apply(const Input& in, Moment& moment) {
    std::from_chars(in.begin(), in.end(), moment.*Member);
  }
};
template <>
struct action<year> : store_number<&Moment::year> {};
template <>
struct action<month> : store_number<&Moment::month> {};
template <>
struct action<day> : store_number<&Moment::day> {};
template <>
struct action<hour> : store_number<&Moment::hour> {};
template <>
struct action<minute> : store_number<&Moment::minute> {};
template <>
struct action<second> : store_number<&Moment::second> {};
template <>
struct action<zone_hour> : store_number<&Moment::zone_hour> {};
template <>
struct action<zone_minute> : store_number<&Moment::zone_minute> {};
template <>
struct action<fraction> {
  template <typename Input>
  static void apply(const Input& in, Moment& moment) {
    moment.fraction = in.string();
  }
};
template <>
struct action<zone> {
  static void apply0(Moment& moment) { moment.zoned = true; }
};
template <>
struct action<zone_sign> {
  template <typename Input>
  static void apply(const Input& in, Moment& moment) {
    moment.west = *in.begin() == '-';
  }
};

}  // namespace rules

using core::BigInteger;
using core::Value;

template <typename Rule>
bool is(std::string_view text) {
  tao::pegtl::memory_input<> in(text.data(), text.size(), "");
  return tao::pegtl::parse<rules::whole<Rule>>(in);
}

std::string without_underscores(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (char c : text) {
    if (c != '_') result += c;
  }
  return result;
}

// Takes a sign off the front; true when it was a minus.
bool take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  const bool negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

double parse_double(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc::result_out_of_range) {
    const size_t exponent = text.find_first_of("eE");
    const bool tiny = exponent != std::string_view::npos && text.substr(exponent + 1, 1) == "-";
    return tiny ? 0.0 : std::numeric_limits<double>::infinity();
  }
  return number;
}

constexpr size_t kMostDigits = 4300;  // as Python: the work grows with the square

// A power-of-two base: 1 bit (binary), 3 (octal) or 4 (hexadecimal) a digit.
std::optional<Value> parse_power_base(std::string_view digits, unsigned bits, bool negative) {
  if (digits.empty() || digits.size() > kMostDigits) return std::nullopt;
  BigInteger integer = 0;
  for (char c : digits) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    integer <<= bits;
    integer |= digit;
  }
  return core::make_integer(negative ? BigInteger(-integer) : integer);
}

std::optional<Value> parse_int(std::string_view text) {
  std::string cleaned = without_underscores(text);
  std::string_view rest = cleaned;
  const bool negative = take_sign(rest);
  if (is<rules::binary>(text)) return parse_power_base(rest.substr(2), 1, negative);
  if (is<rules::hexadecimal>(text)) return parse_power_base(rest.substr(2), 4, negative);
  if (rest == "0") return Value(int64_t{0});
  if (is<rules::octal>(text)) return parse_power_base(rest, 3, negative);
  if (rest.size() > kMostDigits) return std::nullopt;
  if (is<rules::decimal>(text)) {
    Value value = core::parse_integer(rest);
    return negative ? core::make_integer(-core::to_big_integer(value)) : value;
  }
  if (!is<rules::sixty_integer>(text)) return std::nullopt;
  BigInteger integer = 0;
  while (true) {
    const size_t colon = rest.find(':');
    integer = integer * 60 + core::to_big_integer(core::parse_integer(rest.substr(0, colon)));
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  return core::make_integer(negative ? BigInteger(-integer) : integer);
}

std::optional<Value> parse_float(std::string_view text) {
  std::string cleaned = without_underscores(text);
  std::string_view rest = cleaned;
  const bool negative = take_sign(rest);
  double number = 0;
  if (is<rules::infinity>(text)) {
    number = std::numeric_limits<double>::infinity();
  } else if (is<rules::not_a_number>(text)) {
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (is<rules::point_float>(text) || is<rules::bare_fraction>(text)) {
    number = parse_double(rest);
  } else if (is<rules::sixty_float>(text)) {
    while (true) {
      const size_t colon = rest.find(':');
      number = number * 60 + parse_double(rest.substr(0, colon));
      if (colon == std::string_view::npos) break;
      rest.remove_prefix(colon + 1);
    }
  } else {
    return std::nullopt;
  }
  return Value(negative ? -number : number);
}

std::optional<Value> parse_timestamp(std::string_view text) {
  rules::Moment moment;
  tao::pegtl::memory_input<> in(text.data(), text.size(), "");
  if (!tao::pegtl::parse<rules::timestamp>(in)) return std::nullopt;
  // The parts are read apart from the check, since a failed alternative has its actions run, too.
  tao::pegtl::memory_input<> again(text.data(), text.size(), "");
  using Parts = tao::pegtl::sor<tao::pegtl::seq<rules::moment, tao::pegtl::eof>, rules::date_only>;
  tao::pegtl::parse<Parts, rules::action>(again, moment);
  const date::year_month_day day{date::year{moment.year}, date::month(moment.month), date::day(moment.day)};
  if (!day.ok() || moment.year < 1 || moment.hour > 23 || moment.minute > 59 || moment.second > 59) {
    return std::nullopt;
  }
  const int offset = (moment.zone_hour * 60 + moment.zone_minute) * 60;
  if (offset >= 24 * 3600) return std::nullopt;
  std::string micro = moment.fraction.substr(0, 6);
  micro.resize(6, '0');
  const int64_t days = date::sys_days(day).time_since_epoch().count();
  const int64_t seconds = ((days * 24 + moment.hour) * 60 + moment.minute) * 60 + moment.second;
  const int64_t fraction = core::parse_integer(micro).as_integer();
  return Value::date_time(seconds * 1'000'000 + fraction, moment.west ? -offset : offset);
}

}  // namespace

Value resolve_plain_scalar(std::string_view text) {
  if (is<rules::none>(text)) return Value();
  const char first = text.front();
  if ((first >= '0' && first <= '9') || first == '-' || first == '+' || first == '.') {
    if (std::optional<Value> number = parse_float(text)) return *number;
    if (std::optional<Value> number = parse_int(text)) return *number;
    if (std::optional<Value> moment = parse_timestamp(text)) return *moment;
    return Value(text);
  }
  if (text.size() <= 5) {  // the longest word is "false"
    if (is<rules::yes>(text)) return Value(true);
    if (is<rules::no>(text)) return Value(false);
  }
  return Value(text);
}

std::optional<Value> resolve_tagged_scalar(std::string_view tag, std::string_view text) {
  if (tag == "str") return Value(text);
  if (tag == "int") return parse_int(text);
  if (tag == "timestamp") return parse_timestamp(text);
  const Value plain = resolve_plain_scalar(text);
  if (tag == "float" && plain.is_number()) {
    return plain.is_float() ? plain : Value(parse_double(core::integer_text(plain)));
  }
  if (tag == "bool" && plain.is_boolean()) return plain;
  if (tag == "null") return Value();
  return std::nullopt;
}

bool is_surprising_number(std::string_view text) noexcept {
  return (is<rules::octal>(text) && without_underscores(text).size() > 1) || is<rules::sixty_integer>(text) ||
         is<rules::sixty_float>(text);
}

}  // namespace gregale::grammar
