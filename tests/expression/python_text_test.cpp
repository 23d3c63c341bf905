// Python's ways to print and format values; the expected texts are CPython's.
#include <gtest/gtest.h>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {
namespace {

TEST(PythonText, Repr) {
  EXPECT_EQ(repr(Value::list({1, 1.0, "a'b", nullptr, true, Value::tuple({1}), 1e20, 1e-7})),
            R"([1, 1.0, "a'b", None, True, (1,), 1e+20, 1e-07])");
  EXPECT_EQ(quote("\n\x01\xC3\xA9\"'\x7F"), "'\\n\\x01\xC3\xA9\"\\'\\x7f'");
  EXPECT_EQ(repr(Value(core::Map{{"a", Value(List{})}})), "{'a': []}");
  EXPECT_EQ(ascii(Value("\xC3\xA9\xF0\x9F\x98\x80")), "'\\xe9\\U0001f600'");
  EXPECT_EQ(str(Value::time_span(-1)), "-1 day, 23:59:59.999999");
  EXPECT_EQ(repr(Value::time_span(0)), "datetime.timedelta(0)");
  EXPECT_EQ(str(Value::date_time(0, 5400)), "1970-01-01 00:00:00+01:30");
}

TEST(PythonText, FormatSpecifications) {
  const auto formatted = [](Value value, const char* how) { return format_value(value, how); };
  EXPECT_EQ(formatted(3.14159, ".2f"), "3.14");
  EXPECT_EQ(formatted(1234567, ","), "1,234,567");
  EXPECT_EQ(formatted(1234, "012,"), "0,000,001,234");
  EXPECT_EQ(formatted("ab", "*^6"), "**ab**");
  EXPECT_EQ(formatted(-42, "06d"), "-00042");
  EXPECT_EQ(formatted(42, "#x"), "0x2a");
  EXPECT_EQ(formatted(0.25, ".0%"), "25%");
  EXPECT_EQ(formatted(100.0, ".3"), "1e+02");
  EXPECT_EQ(formatted(1.5, ".3"), "1.5");
  EXPECT_EQ(formatted(255, "_b"), "1111_1111");
  EXPECT_THROW(formatted("a", "d"), ValueError);
  EXPECT_THROW(formatted(1, ".2"), ValueError);
  EXPECT_THROW(formatted(nullptr, "5"), TypeError);
}

TEST(PythonText, FormatFields) {
  EXPECT_EQ(format(Value("{} {x!r:>5} {{}} {:{}}"), {1, 7, 4}, {{"x", "y"}}).as_string(), "1   'y' {}    7");
  EXPECT_EQ(format(Value("{0[a]}{0[b][1]}"), {Value(core::Map{{"a", 1}, {"b", Value(List{1, 2})}})}, {})
                .as_string(),
            "12");
  EXPECT_THROW(format(Value("{"), {}, {}), ValueError);
  EXPECT_THROW(format(Value("{} {0}"), {1}, {}), ValueError);
  EXPECT_THROW(format(Value("{}"), {}, {}), IndexError);
  EXPECT_THROW(format(Value("{a}"), {}, {}), KeyError);
}

TEST(PythonText, PercentFormats) {
  EXPECT_EQ(percent_format("%05d|%-4s|%.2f|%x|%%|%+d", Value::tuple({42, "a", 2.345, 255, 3})),
            "00042|a   |2.35|ff|%|+3");
  EXPECT_EQ(percent_format("%(a)s", Value(core::Map{{"a", 1}})), "1");
  EXPECT_THROW(percent_format("%d", Value("x")), TypeError);
  EXPECT_THROW(percent_format("%s%s", Value::tuple({1})), TypeError);
  EXPECT_THROW(percent_format("a", Value::tuple({1})), TypeError);
  EXPECT_THROW(percent_format("%y", Value::tuple({1})), ValueError);
}

TEST(PythonText, CaseIsUnicodes) {
  EXPECT_EQ(upper("stra\xC3\x9F"
                  "e"),
            "STRASSE");
  EXPECT_EQ(lower("\xCE\x91\xCE\xA3"), "\xCE\xB1\xCF\x82");  // final sigma
  EXPECT_EQ(title("hello wORLD's"), "Hello World'S");
  EXPECT_EQ(swap_case("aB\xC3\xA9"), "Ab\xC3\x89");
  EXPECT_EQ(case_fold("Stra\xC3\x9F"
                      "e"),
            "strasse");
  EXPECT_EQ(length("a\xC3\xA9\xF0\x9F\x98\x80"), 3u);
  EXPECT_EQ(substring("a\xC3\xA9"
                      "b",
                      1, 2),
            "\xC3\xA9");
  EXPECT_TRUE(is_digit(U'\u00B2'));
  EXPECT_FALSE(is_decimal(U'\u00B2'));
}

}  // namespace
}  // namespace gregale::expression::python
