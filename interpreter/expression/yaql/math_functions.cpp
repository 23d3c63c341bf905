#include <random>

#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/operators.hpp"

namespace gregale::expression::yaql {

namespace {

Value absolute(Call& call) {
  return python::absolute(call[0]);
}
Value bitwise_and(Call& call) {
  return python::bit_and(call[0], call[1]);
}
Value bitwise_or(Call& call) {
  return python::bit_or(call[0], call[1]);
}
Value bitwise_xor(Call& call) {
  return python::bit_xor(call[0], call[1]);
}
Value bitwise_not(Call& call) {
  return python::bit_invert(call[0]);
}
Value shift_left(Call& call) {
  return python::shift_left(call[0], call[1]);
}
Value shift_right(Call& call) {
  return python::shift_right(call[0], call[1]);
}

Value to_integer(Call& call) {
  return call[0].is_null() ? Value(0) : python::to_integer(call[0]);
}
Value to_float(Call& call) {
  return call[0].is_null() ? 0.0 : python::to_float(call[0]);
}

Value is_integer(Call& call) {
  return call[0].is_integer();
}
Value is_number(Call& call) {
  return call[0].is_number();
}
Value is_boolean(Call& call) {
  return call[0].is_boolean();
}
Value to_boolean(Call& call) {
  return call[0].truthy();
}

Value maximum(Call& call) {
  return operator_greater(call.evaluation, call[1], call[0]).as_boolean() ? call[1] : call[0];
}
Value minimum(Call& call) {
  return operator_greater(call.evaluation, call[1], call[0]).as_boolean() ? call[0] : call[1];
}

Value power(Call& call) {
  if (call[2].is_null()) return python::power(call[0], call[1]);
  return python::power_modulo(call[0], call[1], call[2]);
}

std::mt19937_64& generator() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return engine;
}

Value random_fraction(Call&) {
  return std::uniform_real_distribution<double>(0.0, 1.0)(generator());
}

Value random_between(Call& call) {
  const int64_t from = python::to_int64(call[0]);
  const int64_t to = python::to_int64(call[1]);
  if (from > to) throw python::ValueError("random(): the range is empty");
  return std::uniform_int_distribution<int64_t>(from, to)(generator());
}

Value round(Call& call) {
  return python::round(call[0], call.integer(1));
}

Value sign(Call& call) {
  const std::partial_ordering order = python::compare(call[0], Value(0));
  return order > 0 ? 1 : order < 0 ? -1 : 0;
}

Value hexadecimal(Call& call) {
  return Value(python::hexadecimal(call[0]));
}

}  // namespace

std::vector<Declaration> math_functions() {
  using Use = Declaration::Use;
  return {
      {"bool", Use::function, "value: any", to_boolean},
      {"isBoolean", Use::function, "value: any", is_boolean},
      {"abs", Use::function, "op: number", absolute},
      {"bitwiseAnd", Use::function, "left: int|bool, right: int|bool", bitwise_and},
      {"bitwiseOr", Use::function, "left: int|bool, right: int|bool", bitwise_or},
      {"bitwiseXor", Use::function, "left: int|bool, right: int|bool", bitwise_xor},
      {"bitwiseNot", Use::function, "arg: int|bool", bitwise_not},
      {"shiftBitsLeft", Use::function, "value: int|bool, bitsNumber: int|bool", shift_left},
      {"shiftBitsRight", Use::function, "value: int|bool, bitsNumber: int|bool", shift_right},
      {"int", Use::function, "value: any", to_integer},
      {"float", Use::function, "value: any", to_float},
      {"isInteger", Use::function, "value: any", is_integer},
      {"isNumber", Use::function, "value: any", is_number},
      {"max", Use::function, "a: any, b: any", maximum},
      {"min", Use::function, "a: any, b: any", minimum},
      {"pow", Use::function, "a: number, b: number, c: number? = null", power},
      {"random", Use::function, "", random_fraction},
      {"random", Use::function, "from: any, to: any", random_between},
      {"round", Use::function, "number: number, ndigits: int|bool = 0", round},
      {"sign", Use::function, "num: number", sign},
      {"hex", Use::function, "num: number?", hexadecimal},
  };
}

}  // namespace gregale::expression::yaql
