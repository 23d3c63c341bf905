#include <fmt/format.h>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/date_time.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"
#include "interpreter/expression/yaql/collection_operations.hpp"
#include "interpreter/expression/yaql/date_time.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/text.hpp"
#include "interpreter/expression/yaql/text_operations.hpp"

namespace gregale::expression::yaql {

namespace {

Value text_value(Call& call, std::string text) {
  call.evaluation.charge(text.size());
  return Value(std::move(text));
}

std::optional<std::string> optional_text(const Value& value) {
  if (value.is_null()) return std::nullopt;
  return value.as_string();
}

int64_t length_of(const Value& text) {
  return static_cast<int64_t>(text.is_ascii() ? text.size() : python::length(text.as_string()));
}

Value list_of(Call& call, const std::vector<std::string>& parts, bool mutable_list) {
  List items;
  call.evaluation.charge_items(3 * parts.size());
  items.reserve(parts.size());
  for (const std::string& part : parts) items.emplace_back(part);
  return mutable_list ? make_mutable_list(std::move(items)) : make_list(std::move(items));
}

Value str(Call& call) {
  call.evaluation.charge_integer(call[0]);
  return text_value(call, yaql_text(call[0]));
}
Value is_string(Call& call) {
  return call[0].is_string();
}
Value len(Call& call) {
  return length_of(call[0]);
}
Value to_upper(Call& call) {
  return text_value(call, python::upper(call.text(0)));
}
Value to_lower(Call& call) {
  return text_value(call, python::lower(call.text(0)));
}

Value concat(Call& call) {
  std::string result;
  for (const Argument& argument : call.rest) result += argument.value.as_string();
  return text_value(call, std::move(result));
}

Value starts_with(Call& call) {
  for (const Argument& prefix : call.rest) {
    if (call.text(0).starts_with(prefix.value.as_string())) return true;
  }
  return false;
}

Value ends_with(Call& call) {
  for (const Argument& suffix : call.rest) {
    if (call.text(0).ends_with(suffix.value.as_string())) return true;
  }
  return false;
}

Value split_text(Call& call) {
  return list_of(call, split(call.text(0), optional_text(call[1]), call.position(2)), true);
}
Value right_split(Call& call) {
  return list_of(call, split_from_right(call.text(0), optional_text(call[1]), call.position(2)), true);
}

Value join_items(Call& call, const Value& items, const std::string& separator) {
  std::string result;
  bool first = true;
  for_each(call.evaluation, items, [&](const Value& item) {
    const size_t before = result.size();
    if (!first) result += separator;
    first = false;
    if (item.is_string()) {
      result += item.as_string();
    } else {
      result += yaql_text(item);
    }
    call.evaluation.charge(result.size() - before);
    return true;
  });
  return Value(std::move(result));
}
Value join_sequence(Call& call) {
  return join_items(call, call[0], call.text(1));
}
Value join_by_separator(Call& call) {
  return join_items(call, call[1], call.text(0));
}

Value trim_side(Call& call, Side side) {
  return text_value(call, std::string(strip(call.text(0), optional_text(call[1]), side)));
}
Value trim(Call& call) {
  return trim_side(call, Side::both);
}
Value trim_left(Call& call) {
  return trim_side(call, Side::left);
}
Value trim_right(Call& call) {
  return trim_side(call, Side::right);
}

Value norm(Call& call) {
  if (call[0].is_null()) return Value();
  const std::string_view stripped = strip(call.text(0), optional_text(call[1]), Side::both);
  return stripped.empty() ? Value() : Value(stripped);
}

Value is_empty(Call& call) {
  if (call[0].is_null()) return true;
  if (!call.truth(1)) return call.text(0).empty();
  return strip(call.text(0), optional_text(call[2]), Side::both).empty();
}

Value replace_text(Call& call) {
  return text_value(call, replace(call.text(0), call.text(1), call.text(2), call.position(3)));
}

Value replace_by_dict(Call& call) {
  std::string text = call.text(0);
  for (const Map::Entry& entry : call[1].as_map()) {
    call.evaluation.step();
    text = replace(text, yaql_text(entry.key), yaql_text(entry.value), call.position(2));
    call.evaluation.charge(text.size());
  }
  return Value(std::move(text));
}

// What {0.name} and {0[key]} reach in an argument of format().
Value format_field(const Value& object, const Value& name, bool is_attribute) {
  if (!is_attribute) {
    if (object.is_map()) {
      if (const Value* found = object.as_map().find(name)) return *found;
      throw_missing_key(object.as_map(), name);
    }
    if (object.is_list() && name.is_small_integer()) {
      const uint64_t index = static_cast<uint64_t>(name.as_integer());
      if (index < object.size()) return object.as_list()[index];
      throw python::IndexError("list index out of range");
    }
    throw python::TypeError(fmt::format("{} has no items", a_kind(object)));
  }
  const std::string& attribute = name.as_string();
  if (python::is_number(object)) {
    if (attribute == "real") return python::positive(object);
    if (attribute == "imag") return object.is_float() ? Value(0.0) : Value(0);
    if (python::is_integer(object) && attribute == "numerator") return python::positive(object);
    if (python::is_integer(object) && attribute == "denominator") return 1;
  }
  if (object.is_date_time() && attribute != "utc" && attribute != "offset") {
    return date_time_property(object, attribute);
  }
  throw python::AttributeError(fmt::format("{} has no attribute '{}'", a_kind(object), attribute));
}

Value format_text(Call& call) {
  List positional;
  for (const Argument& argument : call.rest) positional.push_back(to_printable(argument.value));
  Map named;
  for (const Map::Entry& entry : call.keywords) named.set(entry.key, to_printable(entry.value));
  Value result = python::format(call[0], positional, named, format_field);
  call.evaluation.charge(result.size());
  return result;
}

Value substring(Call& call) {
  const int64_t size = length_of(call[0]);
  int64_t length = call.position(2);
  int64_t start = call.position(1);
  if (length < 0) length = size;
  if (start < 0) start += size;
  return text_value(call, std::string(slice(call.text(0), start, start + length)));
}

struct Region {
  int64_t begin;
  int64_t end;
};
Region region(Call& call) {
  const int64_t size = length_of(call[0]);
  int64_t start = call.position(2);
  int64_t length = call.position(3);
  if (start < 0) start += size;
  if (length < 0) length = size - start;
  return {start, start + length};
}
Value index_of(Call& call) {
  return find(call.text(0), call.text(1), call.position(2), length_of(call[0]));
}
Value index_of_in(Call& call) {
  const Region where = region(call);
  return find(call.text(0), call.text(1), where.begin, where.end);
}
Value last_index_of(Call& call) {
  return find_last(call.text(0), call.text(1), call.position(2), length_of(call[0]));
}
Value last_index_of_in(Call& call) {
  const Region where = region(call);
  return find_last(call.text(0), call.text(1), where.begin, where.end);
}

Value to_char_array(Call& call) {
  call.evaluation.charge_items(3 * call[0].size());
  return characters_of(call[0]);
}

Value characters(Call& call) {
  constexpr std::string_view kDigits = "0123456789";
  constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz";
  constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  constexpr std::string_view kBlanks = " \t\n\r\v\f";
  const std::string letters = std::string(kLower) + std::string(kUpper);
  const std::string printable =
      std::string(kDigits) + letters + std::string(kPunctuation) + std::string(kBlanks);
  struct Class {
    size_t parameter;
    std::string_view members;
  };
  const Class classes[] = {
      {0, kDigits},      {1, "0123456789abcdefABCDEF"},
      {2, kLower},       {3, kUpper},
      {4, letters},      {6, "01234567"},
      {7, kPunctuation}, {8, printable},
      {11, kBlanks},
  };
  for (const size_t missing : {5u, 9u, 10u}) {  // letters, lowercase, uppercase
    if (call.truth(missing)) {
      throw python::AttributeError("characters() has no such class; use the ascii ones");
    }
  }
  List items;
  for (const Class& one : classes) {
    if (!call.truth(one.parameter)) continue;
    for (const char c : one.members) items.emplace_back(std::string(1, c));
  }
  const Value unique = Value::set(std::move(items));
  List result;
  for (const Map::Entry& entry : unique.as_set()) result.push_back(entry.key);
  return make_list(std::move(result));
}

}  // namespace

Value characters_of(const Value& text) {
  List items;
  const std::string& bytes = text.as_string();
  for (size_t at = 0; at < bytes.size();) {
    const size_t begin = at;
    python::decode(bytes, at);
    items.emplace_back(std::string_view(bytes).substr(begin, at - begin));
  }
  return make_list(std::move(items));
}

std::vector<Declaration> string_functions() {
  using Use = Declaration::Use;
  return {
      {"str", Use::function, "value: any", str},
      {"isString", Use::function, "arg: any", is_string},
      {"len", Use::both, "string: string", len},
      {"toUpper", Use::method, "string: string", to_upper},
      {"toLower", Use::method, "string: string", to_lower},
      {"concat", Use::function, "*args: string", concat},
      {"startsWith", Use::method, "string: string, *prefixes: string", starts_with},
      {"endsWith", Use::method, "string: string, *suffixes: string", ends_with},
      {"split", Use::method, "string: string, separator: string? = null, maxSplits: int|bool = -1",
       split_text},
      {"rightSplit", Use::method, "string: string, separator: string? = null, maxSplits: int|bool = -1",
       right_split},
      {"join", Use::method, "sequence: iterable, separator: string", join_sequence},
      {"join", Use::method, "separator: string, sequence: iterable", join_by_separator},
      {"trim", Use::method, "string: string, chars: string? = null", trim},
      {"trimLeft", Use::method, "string: string, chars: string? = null", trim_left},
      {"trimRight", Use::method, "string: string, chars: string? = null", trim_right},
      {"norm", Use::both, "string: string?, chars: string? = null", norm},
      {"isEmpty", Use::both, "string: string?, trim: bool = true, chars: string? = null", is_empty},
      {"replace", Use::method, "string: string, old: string, new: string, count: int|bool = -1",
       replace_text},
      {"replace", Use::method, "string: string, replacements: dict, count: int|bool = -1", replace_by_dict},
      {"format", Use::both, "_FormatString: string, *args: any, **kwargs: any", format_text},
      {"substring", Use::method, "string: string, start: int|bool, length: int|bool = -1", substring},
      {"indexOf", Use::method, "string: string, sub: string, start: int|bool = 0", index_of},
      {"indexOf", Use::method, "string: string, sub: string, start: int|bool, length: int|bool", index_of_in},
      {"lastIndexOf", Use::method, "string: string, sub: string, start: int|bool = 0", last_index_of},
      {"lastIndexOf", Use::method, "string: string, sub: string, start: int|bool, length: int|bool",
       last_index_of_in},
      {"toCharArray", Use::method, "string: string", to_char_array},
      {"characters", Use::function,
       "digits: bool? = false, hexdigits: bool? = false, asciiLowercase: bool? = false, "
       "asciiUppercase: bool? = false, asciiLetters: bool? = false, letters: bool? = false, "
       "octdigits: bool? = false, punctuation: bool? = false, printable: bool? = false, "
       "lowercase: bool? = false, uppercase: bool? = false, whitespace: bool? = false",
       characters},
  };
}

}  // namespace gregale::expression::yaql
