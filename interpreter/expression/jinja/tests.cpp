// Jinja's tests: what may stand behind "is", and in select and reject.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/jinja/runtime.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

const Value& only(std::string_view test, const Arguments& arguments) {
  return Bound(test, arguments, {"value"}, 1, 1).at(0);
}

bool is_defined(Runtime&, const Arguments& arguments) {
  return !jinja::is_undefined(only("defined", arguments));
}
bool is_not_defined(Runtime&, const Arguments& arguments) {
  return jinja::is_undefined(only("undefined", arguments));
}
bool is_none(Runtime&, const Arguments& arguments) {
  return only("none", arguments).is_null();
}
bool is_boolean(Runtime&, const Arguments& arguments) {
  return only("boolean", arguments).is_boolean();
}
bool is_true(Runtime&, const Arguments& arguments) {
  const Value& value = only("true", arguments);
  return value.is_boolean() && value.as_boolean();
}
bool is_false(Runtime&, const Arguments& arguments) {
  const Value& value = only("false", arguments);
  return value.is_boolean() && !value.as_boolean();
}
bool is_integer(Runtime&, const Arguments& arguments) {
  return only("integer", arguments).is_integer();
}
bool is_float(Runtime&, const Arguments& arguments) {
  return only("float", arguments).is_float();
}
bool is_number(Runtime&, const Arguments& arguments) {
  return python::is_number(only("number", arguments));
}
bool is_string(Runtime&, const Arguments& arguments) {
  return only("string", arguments).is_string();
}
bool is_mapping(Runtime&, const Arguments& arguments) {
  return only("mapping", arguments).is_map();
}
bool is_sequence(Runtime&, const Arguments& arguments) {
  const Value& value = only("sequence", arguments);
  return value.is_string() || value.is_list() || value.is_map() || value.object_as<Range>() != nullptr;
}
bool test_iterable(Runtime&, const Arguments& arguments) {
  return is_iterable(only("iterable", arguments));
}
bool is_callable(Runtime&, const Arguments& arguments) {
  const Value& value = only("callable", arguments);
  // One that is undefined could be called in Python, too, and fails then.
  return value.object_as<Callable>() != nullptr || jinja::is_undefined(value);
}
bool is_escaped(Runtime&, const Arguments& arguments) {
  return is_markup(only("escaped", arguments));
}

bool is_even(Runtime& runtime, const Arguments& arguments) {
  return equal(runtime, binary(runtime, "%", only("even", arguments), Value(2)), Value(0));
}
bool is_odd(Runtime& runtime, const Arguments& arguments) {
  return equal(runtime, binary(runtime, "%", only("odd", arguments), Value(2)), Value(1));
}
bool divisible_by(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("divisibleby", arguments, {"value", "num"}, 2);
  return equal(runtime, binary(runtime, "%", bound.at(0), bound.at(1)), Value(0));
}

template <bool (*kIs)(char32_t) noexcept, bool (*kIsNot)(char32_t) noexcept>
bool is_cased(Runtime& runtime, const Arguments& arguments) {
  const std::string text = runtime.text(only("lower", arguments));
  bool any = false;
  for (size_t position = 0; position < text.size();) {
    const char32_t c = python::decode(text, position);
    if (kIsNot(c)) return false;
    any = any || kIs(c);
  }
  return any;
}

bool same_as(Runtime&, const Arguments& arguments) {
  const Bound bound("sameas", arguments, {"value", "other"}, 2);
  const Value& a = bound.at(0);
  const Value& b = bound.at(1);
  if (a.is_string() && b.is_string()) return a == b;
  return a.same_as(b);
}

bool test_in(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("in", arguments, {"value", "seq"}, 2);
  return contains(runtime, bound.at(1), bound.at(0));
}

// ---- comparisons

bool unequal(Runtime& runtime, const Value& left, const Value& right) {
  return !equal(runtime, left, right);
}
template <Comparison kCompare>
bool compares(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("comparison", arguments, {"a", "b"}, 2, 2);
  return kCompare(runtime, bound.at(0), bound.at(1));
}
template <Comparison kCompare>
constexpr NamedTest comparing(std::string_view name) {
  return {name, compares<kCompare>, kCompare};
}

bool is_filter(Runtime& runtime, const Arguments& arguments) {
  const Value& value = only("filter", arguments);
  require_hashable(runtime.current(value));
  return value.is_string() && find_filter(value.as_string()) != nullptr;
}
bool is_test(Runtime& runtime, const Arguments& arguments) {
  const Value& value = only("test", arguments);
  require_hashable(runtime.current(value));
  return value.is_string() && find_test(value.as_string()) != nullptr;
}

constexpr NamedTest kTests[] = {
    {"odd", is_odd},
    {"even", is_even},
    {"divisibleby", divisible_by},
    {"defined", is_defined},
    {"undefined", is_not_defined},
    {"filter", is_filter},
    {"test", is_test},
    {"none", is_none},
    {"boolean", is_boolean},
    {"false", is_false},
    {"true", is_true},
    {"integer", is_integer},
    {"float", is_float},
    {"lower", is_cased<python::is_lower, python::is_upper>},
    {"upper", is_cased<python::is_upper, python::is_lower>},
    {"string", is_string},
    {"mapping", is_mapping},
    {"number", is_number},
    {"sequence", is_sequence},
    {"iterable", test_iterable},
    {"callable", is_callable},
    {"sameas", same_as},
    {"escaped", is_escaped},
    {"in", test_in},
    comparing<equal>("=="),
    comparing<equal>("eq"),
    comparing<equal>("equalto"),
    comparing<unequal>("!="),
    comparing<unequal>("ne"),
    comparing<greater>(">"),
    comparing<greater>("gt"),
    comparing<greater>("greaterthan"),
    comparing<greater_or_equal>(">="),
    comparing<greater_or_equal>("ge"),
    comparing<less>("<"),
    comparing<less>("lt"),
    comparing<less>("lessthan"),
    comparing<less_or_equal>("<="),
    comparing<less_or_equal>("le"),
};

}  // namespace

const NamedTest* find_test(std::string_view name) {
  static const auto table = [] {
    std::unordered_map<std::string_view, const NamedTest*> tests;
    for (const NamedTest& test : kTests) tests.emplace(test.name, &test);
    return tests;
  }();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

void unknown_test(std::string_view name) {
  std::vector<std::string> names;
  for (const NamedTest& test : kTests) names.emplace_back(test.name);
  throw_unknown("test", name, names);
}

}  // namespace gregale::expression::jinja
