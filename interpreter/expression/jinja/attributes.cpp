// Attributes of values: methods of Python's types, and what the language's own objects have.
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/big_integer.hpp"
#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/number_text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

using MethodTable = std::unordered_map<std::string_view, Method>;

MethodTable table_of(std::initializer_list<std::span<const NamedFunction<Method>>> parts) {
  MethodTable table;
  for (const auto& part : parts) {
    for (const NamedFunction<Method>& method : part) table.emplace(method.name, method.function);
  }
  return table;
}

// ---- numbers

Value bit_length(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("bit_length", arguments, {}, 0);
  const core::BigInteger number = abs(core::to_big_integer(python::to_integer(self)));
  return Value(number == 0 ? int64_t{0} : static_cast<int64_t>(boost::multiprecision::msb(number)) + 1);
}

Value bit_count(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("bit_count", arguments, {}, 0);
  int64_t count = 0;
  for (char c : python::digits_in_base(self, 2)) count += c == '1' ? 1 : 0;
  return Value(count);
}

Value conjugate(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("conjugate", arguments, {}, 0);
  return python::positive(self);
}

Value integer_ratio(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("as_integer_ratio", arguments, {}, 0);
  if (!self.is_float()) return Value::tuple({python::to_integer(self), Value(1)});
  if (!std::isfinite(self.as_float())) {
    throw OverflowError("cannot convert this float to an integer ratio");
  }
  int exponent = 0;
  const double mantissa = std::frexp(self.as_float(), &exponent);
  core::BigInteger numerator(std::ldexp(mantissa, 53));
  core::BigInteger denominator = 1;
  exponent -= 53;
  if (exponent > 0) {
    numerator <<= exponent;
  } else {
    denominator <<= -exponent;
  }
  const core::BigInteger divisor = gcd(abs(numerator), denominator);
  return Value::tuple({core::make_integer(numerator / divisor), core::make_integer(denominator / divisor)});
}

Value is_whole(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("is_integer", arguments, {}, 0);
  return Value(std::isfinite(self.as_float()) && std::trunc(self.as_float()) == self.as_float());
}

constexpr NamedFunction<Method> kIntegerMethods[] = {{"as_integer_ratio", integer_ratio},
                                                     {"bit_count", bit_count},
                                                     {"bit_length", bit_length},
                                                     {"conjugate", conjugate}};
constexpr NamedFunction<Method> kFloatMethods[] = {
    {"as_integer_ratio", integer_ratio}, {"conjugate", conjugate}, {"is_integer", is_whole}};

bool number_member(const Value& object, std::string_view name, Value& result) {
  if (name == "real" || (name == "numerator" && !object.is_float())) {
    result = python::positive(object);
  } else if (name == "imag") {
    result = object.is_float() ? Value(0.0) : Value(0);
  } else if (!object.is_float() && name == "denominator") {
    result = Value(1);
  } else {
    return false;
  }
  return true;
}

bool range_member(const Range& range, std::string_view name, Value& result) {
  if (name == "start") {
    result = Value(range.start);
  } else if (name == "stop") {
    result = Value(range.stop);
  } else if (name == "step") {
    result = Value(range.step);
  } else {
    return false;
  }
  return true;
}

bool group_member(const Value& group, std::string_view name, Value& result) {
  if (name != "grouper" && name != "list") return false;
  result = group.as_list()[name == "list" ? 1 : 0];
  return true;
}

// ---- Markup

Value markup_escape(Runtime& runtime, const Value&, const Arguments& arguments) {
  const Bound bound("escape", arguments, {"s"}, 1, 1);
  return escape(runtime, bound.at(0));
}

// ---- bytes

Value decode_bytes(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("decode", arguments, {"encoding", "errors"}, 0);
  const std::string& content = self.object_as<Bytes>()->content;
  const std::string encoding = bound[0] == nullptr ? "utf-8" : python::lower(runtime.text(*bound[0]));
  std::string text;
  if (encoding == "latin-1" || encoding == "latin1" || encoding == "iso-8859-1") {
    for (const char byte : content) python::append(text, static_cast<unsigned char>(byte));
  } else if (encoding == "utf-8" || encoding == "utf8" || encoding == "ascii") {
    text = content;
    if (encoding == "ascii" && !python::is_ascii(text)) throw ValueError("the bytes are not ASCII");
  } else {
    throw ValueError("unknown encoding: " + shown(encoding));
  }
  runtime.use_memory(text.size());
  return Value(std::move(text));
}

// The methods of the object's type; null when it has none.
const MethodTable* methods_of(const Value& object) {
  static const MethodTable strings = table_of({string_search_methods(), string_change_methods()});
  static const MethodTable lists = table_of({list_methods()});
  static const MethodTable tuples = table_of({tuple_methods()});
  static const MethodTable dicts = table_of({dict_methods()});
  static const MethodTable sets = table_of({set_methods()});
  static const MethodTable integers = table_of({kIntegerMethods});
  static const MethodTable floats = table_of({kFloatMethods});
  static const MethodTable views = table_of({set_like_view_methods()});
  if (object.is_map()) return &dicts;
  if (object.is_string()) return &strings;
  if (object.is_list()) return object.is_tuple() ? &tuples : &lists;
  if (object.is_set()) return &sets;
  if (object.is_float()) return &floats;
  if (object.is_integer() || object.is_boolean()) return &integers;
  if (const auto* view = object.object_as<DictView>()) return view->is_set_like() ? &views : nullptr;
  return object.object_as<Range>() != nullptr ? &tuples : nullptr;
}

}  // namespace

Method find_method(const Value& object, std::string_view name) {
  if (is_markup(object) && name == "escape") return markup_escape;
  const MethodTable* table = methods_of(object);
  if (table == nullptr) {
    return name == "decode" && object.object_as<Bytes>() != nullptr ? decode_bytes : nullptr;
  }
  const auto found = table->find(name);
  return found == table->end() ? nullptr : found->second;
}

std::vector<std::string> method_names(const Value& object) {
  std::vector<std::string> names;
  if (const MethodTable* table = methods_of(object)) {
    for (const auto& [name, method] : *table) names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool find_attribute(Runtime& runtime, const Value& object, const Value& name_value, Value& result) {
  const std::string& name = name_value.as_string();
  if (const Method method = find_method(object, name)) {
    result = Value::object(std::make_shared<BoundMethod>(object, name, method));
    return true;
  }
  if (object.is_boolean() || object.is_number()) return number_member(object, name, result);
  if (object.is_tuple() && object.tag() == kGroup) return group_member(object, name, result);
  if (!object.is_object()) return false;
  require_defined(object);
  if (const auto* range = object.object_as<Range>()) return range_member(*range, name, result);
  if (const auto* view = object.object_as<DictView>()) {
    if (name == "mapping") result = view->map();
    return name == "mapping";
  }
  const auto* members = object.object_as<WithAttributes>();
  return members != nullptr && members->attribute(runtime, name, result);
}

std::string Bytes::repr() const {
  std::string out =
      content.find('\'') != std::string::npos && content.find('"') == std::string::npos ? "b\"" : "b'";
  const char mark = out[1];
  for (unsigned char c : content) {
    if (c == static_cast<unsigned char>(mark) || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20 || c >= 0x7F) {
      out += "\\x";
      out += "0123456789abcdef"[c >> 4];
      out += "0123456789abcdef"[c & 15];
    } else {
      out += static_cast<char>(c);
    }
  }
  return out + mark;
}

}  // namespace gregale::expression::jinja
