// Methods of lists, tuples, dicts and ranges. Those that change something change it for this evaluation.
#include <algorithm>
#include <numeric>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/jinja/sorting.hpp"
#include "interpreter/expression/messages.hpp"

namespace gregale::expression::jinja {

namespace {

void none(std::string_view method, const Arguments& arguments) {
  Bound(method, arguments, {}, 0);
}

// ---- sequences

Value count(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("count", arguments, {"value"}, 1, 1);
  int64_t number = 0;
  Iteration iteration(runtime, self);
  while (const Value* item = iteration.next()) number += equal(runtime, *item, bound.at(0)) ? 1 : 0;
  return Value(number);
}

Value index(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("index", arguments, {"value", "start", "stop"}, 1, 3);
  const int64_t size = length_of(runtime, self);
  const auto limit = [&](const Value* value, int64_t otherwise) {
    if (value == nullptr) return otherwise;
    const int64_t at = to_count(*value, "a position");
    return at < 0 ? std::max<int64_t>(at + size, 0) : at;
  };
  const int64_t start = limit(bound[1], 0);
  const int64_t stop = limit(bound[2], size);
  int64_t position = 0;
  Iteration iteration(runtime, self);
  for (Value item; iteration.next(item); ++position) {
    if (position >= start && position < stop && equal(runtime, item, bound.at(0))) {
      return Value(position);
    }
  }
  throw ValueError("the value is not in the list");
}

Value append(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("append", arguments, {"value"}, 1, 1);
  runtime.use_memory(sizeof(Value));
  runtime.change_list(self).push_back(bound.at(0));
  return Value();
}

Value extend(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("extend", arguments, {"iterable"}, 1, 1);
  const List more = to_list(runtime, bound.at(0));
  List& items = runtime.change_list(self);
  items.insert(items.end(), more.begin(), more.end());
  return Value();
}

Value insert(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("insert", arguments, {"index", "value"}, 2, 2);
  int64_t at = to_count(bound.at(0), "the index");
  List& items = runtime.change_list(self);
  const auto size = static_cast<int64_t>(items.size());
  at = std::clamp<int64_t>(at < 0 ? at + size : at, 0, size);
  runtime.step(static_cast<uint64_t>(size - at) / 16);
  runtime.use_memory(sizeof(Value));
  items.insert(items.begin() + at, bound.at(1));
  return Value();
}

Value pop(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("pop", arguments, {"index"}, 0, 1);
  int64_t at = bound[0] == nullptr ? -1 : to_count(*bound[0], "the index");
  List& items = runtime.change_list(self);
  if (items.empty()) throw IndexError("pop from empty list");
  const auto size = static_cast<int64_t>(items.size());
  if (at < 0) at += size;
  if (at < 0 || at >= size) throw IndexError("pop index out of range");
  Value item = items[static_cast<size_t>(at)];
  runtime.step(static_cast<uint64_t>(size - at) / 16);
  items.erase(items.begin() + at);
  return item;
}

Value remove(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const int64_t at = index(runtime, self, arguments).as_integer();
  List& items = runtime.change_list(self);
  runtime.step((items.size() - static_cast<size_t>(at)) / 16);
  items.erase(items.begin() + at);
  return Value();
}

Value clear(Runtime& runtime, const Value& self, const Arguments& arguments) {
  none("clear", arguments);
  runtime.change_list(self).clear();
  return Value();
}

Value copy(Runtime& runtime, const Value& self, const Arguments& arguments) {
  none("copy", arguments);
  return Value(to_list(runtime, self));
}

Value reverse(Runtime& runtime, const Value& self, const Arguments& arguments) {
  none("reverse", arguments);
  List& items = runtime.change_list(self);
  runtime.step(items.size() / 8);
  std::reverse(items.begin(), items.end());
  return Value();
}

Value sort(Runtime& runtime, const Value& self, const Arguments& arguments) {
  if (!arguments.positional.empty()) throw TypeError("sort() takes no positional arguments");
  const Bound bound("sort", arguments, {"key", "reverse"}, 0);
  List items = to_list(runtime, self);
  List keys = items;
  if (bound[0] != nullptr && !bound[0]->is_null()) {
    for (Value& key : keys) key = call_value(runtime, *bound[0], Arguments{{key}, {}});
  }
  const bool reversed = bound[1] != nullptr && to_count(*bound[1], "reverse") != 0;
  runtime.change_list(self) = sorted(runtime, std::move(items), Keys(keys), reversed);
  return Value();
}

// ---- dicts

Value view(Runtime&, const Value& self, const Arguments& arguments, DictView::Part part) {
  none("keys", arguments);
  return Value::object(std::make_shared<DictView>(self, part));
}
template <DictView::Part kPart>
Value dict_view(Runtime& runtime, const Value& self, const Arguments& arguments) {
  return view(runtime, self, arguments, kPart);
}

const Value* look_up(Runtime& runtime, const Value& self, const Value& key) {
  require_hashable(key);
  return runtime.current(self).as_map().find(key);
}

Value get(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("get", arguments, {"key", "default"}, 1, 2);
  if (const Value* found = look_up(runtime, self, bound.at(0))) return *found;
  return bound[1] == nullptr ? Value() : bound.at(1);
}

Value dict_pop(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("pop", arguments, {"key", "default"}, 1, 2);
  const Value* found = look_up(runtime, self, bound.at(0));
  if (found == nullptr) {
    if (bound[1] == nullptr) throw KeyError("there is no key " + shown(bound.at(0)));
    return bound.at(1);
  }
  Value value = *found;
  runtime.step(runtime.current(self).size());
  runtime.change_map(self).erase(bound.at(0));
  return value;
}

Value pop_item(Runtime& runtime, const Value& self, const Arguments& arguments) {
  none("popitem", arguments);
  Map& map = runtime.change_map(self);
  if (map.empty()) throw KeyError("popitem(): dictionary is empty");
  runtime.step(map.size());
  const Map::Entry last = map.at(map.size() - 1);
  map.erase(last.key);
  return Value::tuple({last.key, last.value});
}

Value set_default(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("setdefault", arguments, {"key", "default"}, 1, 2);
  if (const Value* found = look_up(runtime, self, bound.at(0))) return *found;
  const Value value = bound[1] == nullptr ? Value() : bound.at(1);
  runtime.use_memory(2 * sizeof(Value));
  runtime.change_map(self).set(bound.at(0), value);
  return value;
}

Value update(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Arguments only_positional{arguments.positional, {}};
  const Bound bound("update", only_positional, {"other"}, 0, 1);
  Map more;
  if (bound[0] != nullptr) more = make_map(runtime, *bound[0]);
  for (const auto& [name, value] : arguments.named) more.set(Value(name), value);
  runtime.use_memory(more.size() * 2 * sizeof(Value));
  runtime.change_map(self).update(more);
  return Value();
}

Value dict_clear(Runtime& runtime, const Value& self, const Arguments& arguments) {
  none("clear", arguments);
  runtime.change_map(self) = Map();
  return Value();
}

Value dict_copy(Runtime& runtime, const Value& self, const Arguments& arguments) {
  none("copy", arguments);
  Map map = runtime.current(self).as_map();
  runtime.use_memory(map.size() * 2 * sizeof(Value));
  return Value(std::move(map));
}

Value from_keys(Runtime& runtime, const Value&, const Arguments& arguments) {
  const Bound bound("fromkeys", arguments, {"iterable", "value"}, 1, 2);
  Map map;
  Iteration iteration(runtime, bound.at(0));
  for (Value key; iteration.next(key);) {
    require_hashable(key);
    runtime.use_memory(2 * sizeof(Value));
    map.set(key, bound[1] == nullptr ? Value() : bound.at(1));
  }
  return Value(std::move(map));
}

constexpr NamedFunction<Method> kListMethods[] = {
    {"append", append}, {"clear", clear},     {"copy", copy},     {"count", count},
    {"extend", extend}, {"index", index},     {"insert", insert}, {"pop", pop},
    {"remove", remove}, {"reverse", reverse}, {"sort", sort},
};
constexpr NamedFunction<Method> kTupleMethods[] = {{"count", count}, {"index", index}};
constexpr NamedFunction<Method> kDictMethods[] = {
    {"clear", dict_clear},
    {"copy", dict_copy},
    {"fromkeys", from_keys},
    {"get", get},
    {"items", dict_view<DictView::Part::items>},
    {"keys", dict_view<DictView::Part::keys>},
    {"pop", dict_pop},
    {"popitem", pop_item},
    {"setdefault", set_default},
    {"update", update},
    {"values", dict_view<DictView::Part::values>},
};

}  // namespace

Map make_map(Runtime& runtime, const Value& source) {
  const Value& now = runtime.current(source);
  if (now.is_map()) return now.as_map();
  Map map;
  Iteration iteration(runtime, source);
  for (Value item; iteration.next(item);) {
    const List pair = to_list(runtime, item);
    if (pair.size() != 2) {
      throw ValueError("dictionary update sequence element has length " + std::to_string(pair.size()) +
                       "; 2 is required");
    }
    require_hashable(pair[0]);
    runtime.use_memory(2 * sizeof(Value));
    map.set(pair[0], pair[1]);
  }
  return map;
}

std::span<const NamedFunction<Method>> list_methods() {
  return kListMethods;
}
std::span<const NamedFunction<Method>> tuple_methods() {
  return kTupleMethods;
}
std::span<const NamedFunction<Method>> dict_methods() {
  return kDictMethods;
}

}  // namespace gregale::expression::jinja
