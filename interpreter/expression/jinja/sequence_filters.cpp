// Filters that take a sequence (or a map) and give a value at once.
#include <algorithm>
#include <random>

#include "interpreter/expression/jinja/attribute_path.hpp"
#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

bool flag(Runtime& runtime, const Value* value, bool otherwise = false) {
  return value == nullptr ? otherwise : truth(runtime, *value);
}

Value first(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("first", arguments, {"seq"}, 1);
  Value item;
  if (Iteration(runtime, bound.at(0)).next(item)) return item;
  return make_undefined("No first item, sequence was empty.");
}

// Only what can be walked backwards.
void require_reversible(Runtime& runtime, const Value& value) {
  const Value& now = runtime.current(value);
  require_defined(now);
  if (now.is_set() || now.object_as<Generator>() != nullptr || !is_iterable(now)) {
    throw TypeError("'" + std::string(python::type_name(now)) + "' object is not reversible");
  }
}

Value last(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("last", arguments, {"seq"}, 1);
  require_reversible(runtime, bound.at(0));
  const Value& now = runtime.current(bound.at(0));
  if (now.is_list()) {
    if (now.size() > 0) return now.as_list().back();
  } else {
    List items = to_list(runtime, now);
    if (!items.empty()) return items.back();
  }
  return make_undefined("No last item, sequence was empty.");
}

Value length(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("length", arguments, {"obj"}, 1, 1);
  return Value(length_of(runtime, bound.at(0)));
}

Value list(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("list", arguments, {"value"}, 1);
  return Value(to_list(runtime, bound.at(0)));
}

Value reverse(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("reverse", arguments, {"value"}, 1);
  const Value& now = runtime.current(bound.at(0));
  if (now.is_string()) {
    std::u32string points = python::to_code_points(now.as_string());
    std::reverse(points.begin(), points.end());
    runtime.use_memory(now.size());
    return Value(python::from_code_points(points)).tagged(now.tag());
  }
  List items = to_list(runtime, now);
  std::reverse(items.begin(), items.end());
  if (now.is_set() || now.object_as<Generator>() != nullptr) return Value(std::move(items));
  auto shared = std::make_shared<List>(std::move(items));
  return make_generator([shared, position = size_t{0}](Runtime&, Value& item) mutable {
    if (position == shared->size()) return false;
    item = (*shared)[position++];
    return true;
  });
}

Value join(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("join", arguments, {"value", "d", "attribute"}, 1);
  const bool by_attribute = bound[2] != nullptr && !bound[2]->is_null();
  const AttributePath path(by_attribute ? bound.at(2) : Value());
  const Value separator = bound[1] == nullptr ? Value("") : runtime.text_value(bound.at(1));
  Iteration iteration(runtime, bound.at(0));
  Value item;
  if (runtime.autoescape) {
    List items;
    bool any_markup = is_markup(separator);
    while (iteration.next(item)) {
      if (by_attribute) item = path.get(runtime, item);
      any_markup = any_markup || is_markup(item);
      items.push_back(runtime.text_value(item));
    }
    std::string out;
    const auto part = [&](const Value& text) {
      return any_markup ? escape(runtime, text).as_string() : text.as_string();
    };
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += part(separator);
      out += part(items[i]);
    }
    runtime.use_memory(out.size());
    return any_markup ? markup(std::move(out)) : Value(std::move(out));
  }
  std::string out;
  bool is_first = true;
  while (iteration.next(item)) {
    if (!is_first) out += separator.as_string();
    is_first = false;
    const size_t before = out.size();
    const Value& shown = by_attribute ? (item = path.get(runtime, item)) : item;
    if (shown.is_string()) {
      out += shown.as_string();
    } else {
      out += python::str(runtime.settled(shown));
    }
    runtime.use_memory(out.size() - before + separator.size());
  }
  return Value(std::move(out));
}

// ---- order

List keys_of(Runtime& runtime, const List& items, const AttributePath& path, bool case_sensitive) {
  List keys;
  keys.reserve(items.size());
  for (const Value& item : items) {
    keys.push_back(path.key(runtime, item, case_sensitive));
  }
  return keys;
}

Value sort(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("sort", arguments, {"value", "reverse", "case_sensitive", "attribute"}, 1);
  List items = to_list(runtime, bound.at(0));
  const bool case_sensitive = flag(runtime, bound[2]);
  const bool reversed = flag(runtime, bound[1]);
  // "a,b": by a, then by b.
  const std::vector<AttributePath> paths =
      AttributePath::several(bound[3] == nullptr ? Value() : bound.at(3));
  List keys;
  if (paths.size() == 1) {
    keys = keys_of(runtime, items, paths[0], case_sensitive);
  } else {
    for (const Value& item : items) {
      List parts;
      for (const AttributePath& path : paths) parts.push_back(path.key(runtime, item, case_sensitive));
      keys.push_back(Value::tuple(std::move(parts)));
    }
  }
  for (const Value& key : keys) require_defined(key);
  sort_by(runtime, items, keys, reversed);
  return Value(std::move(items));
}

template <bool kMaximum>
Value extreme(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("min", arguments, {"value", "case_sensitive", "attribute"}, 1);
  const AttributePath path(bound[2] == nullptr ? Value() : bound.at(2));
  const bool case_sensitive = flag(runtime, bound[1]);
  Iteration iteration(runtime, bound.at(0));
  Value best;
  if (!iteration.next(best)) return make_undefined("No aggregated item, sequence was empty.");
  Value best_key = path.key(runtime, best, case_sensitive);
  for (Value item; iteration.next(item);) {
    Value key = path.key(runtime, item, case_sensitive);
    if (kMaximum ? less(runtime, best_key, key) : less(runtime, key, best_key)) {
      best = std::move(item);
      best_key = std::move(key);
    }
  }
  return best;
}

Value dict_sort(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("dictsort", arguments, {"value", "case_sensitive", "by", "reverse"}, 1);
  const Value by = bound[2] == nullptr ? Value("key") : bound.at(2);
  if (by != Value("key") && by != Value("value")) {
    throw ValueError("You can only sort by either \"key\" or \"value\"");
  }
  const Value& map = runtime.current(bound.at(0));
  require_defined(map);
  if (!map.is_map()) throw AttributeError("dictsort needs a dict");
  List items;
  List keys;
  const AttributePath whole{Value()};
  for (const Map::Entry& entry : map.as_map()) {
    items.push_back(Value::tuple({entry.key, entry.value}));
    keys.push_back(whole.key(runtime, by == Value("key") ? entry.key : entry.value,
                             flag(runtime, bound[1])));
  }
  sort_by(runtime, items, keys, flag(runtime, bound[3]));
  return Value(std::move(items));
}

Value group_by(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("groupby", arguments, {"value", "attribute", "default", "case_sensitive"}, 2);
  const AttributePath path(bound.at(1), bound[2] == nullptr ? Value() : bound.at(2));
  const bool case_sensitive = flag(runtime, bound[3]);
  List items = to_list(runtime, bound.at(0));
  List keys = keys_of(runtime, items, path, case_sensitive);
  for (const Value& key : keys) require_defined(key);
  List positions;
  positions.reserve(items.size());
  for (size_t i = 0; i < items.size(); ++i) positions.push_back(Value(static_cast<int64_t>(i)));
  sort_by(runtime, positions, keys, false);
  List groups;
  for (size_t begin = 0; begin < positions.size();) {
    const Value& key = keys[static_cast<size_t>(positions[begin].as_integer())];
    List members;
    size_t end = begin;
    while (end < positions.size()) {
      const auto at = static_cast<size_t>(positions[end].as_integer());
      if (end > begin && !equal(runtime, keys[at], key)) break;
      members.push_back(items[at]);
      ++end;
    }
    Value grouper = case_sensitive ? key : path.get(runtime, members[0]);
    groups.push_back(
        Value::tuple({std::move(grouper), Value(std::move(members))}).tagged(kGroup));
    begin = end;
  }
  return Value(std::move(groups));
}

Value sum(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("sum", arguments, {"iterable", "attribute", "start"}, 1);
  const bool by_attribute = bound[1] != nullptr && !bound[1]->is_null();
  const AttributePath path(by_attribute ? bound.at(1) : Value());
  Value total = bound[2] == nullptr ? Value(0) : bound.at(2);
  if (total.is_string()) throw TypeError("sum() can't sum strings [use ''.join(seq) instead]");
  Iteration iteration(runtime, bound.at(0));
  for (Value item; iteration.next(item);) {
    total = binary(runtime, "+", total, by_attribute ? path.get(runtime, item) : item);
  }
  return total;
}

Value random(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("random", arguments, {"seq"}, 1);
  const int64_t size = length_of(runtime, bound.at(0));
  if (size == 0) return make_undefined("No random item, sequence was empty.");
  static thread_local std::mt19937_64 generator{std::random_device{}()};
  const int64_t pick = std::uniform_int_distribution<int64_t>(0, size - 1)(generator);
  Value item = get_item(runtime, bound.at(0), Value(pick));
  require_defined(item);
  return item;
}

// ---- what is not about order

Value default_value(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("default", arguments, {"value", "default_value", "boolean"}, 1);
  const bool replace = is_undefined(bound.at(0)) ||
                       (flag(runtime, bound[2]) && !truth(runtime, bound.at(0)));
  if (!replace) return bound.at(0);
  return bound[1] == nullptr ? Value("") : bound.at(1);
}

Value attribute(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("attr", arguments, {"obj", "name"}, 2);
  require_defined(bound.at(0));
  require_defined(bound.at(1));
  if (!bound.at(1).is_string()) throw TypeError("attribute name must be string");
  return get_plain_attribute(runtime, bound.at(0), bound.at(1));
}

constexpr NamedFunction<Function> kFilters[] = {
    {"attr", attribute},
    {"count", length},
    {"d", default_value},
    {"default", default_value},
    {"dictsort", dict_sort},
    {"first", first},
    {"groupby", group_by},
    {"join", join},
    {"last", last},
    {"length", length},
    {"list", list},
    {"max", extreme<true>},
    {"min", extreme<false>},
    {"random", random},
    {"reverse", reverse},
    {"sort", sort},
    {"sum", sum},
};

}  // namespace

std::span<const NamedFunction<Function>> sequence_filters() { return kFilters; }

}  // namespace gregale::expression::jinja
