// Filters that take a sequence (or a map) and give a value at once.
#include <algorithm>
#include <random>

#include "interpreter/expression/jinja/grouping.hpp"
#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

bool flag(Runtime& runtime, const Value* value, bool otherwise = false) {
  return value == nullptr ? otherwise : truth(runtime, *value);
}

// What Python's sorted() takes as its direction: an integer or a boolean.
bool is_reversed(const Value* value) {
  return value != nullptr && to_count(*value, "reverse") != 0;
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

void length_of_item(Runtime& runtime, const Value& item, Value& result) {
  result = Value(length_of(runtime, item));
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
  return make_generator([items = std::move(items), position = size_t{0}](Runtime&, Value& item) mutable {
    if (position == items.size()) return false;
    item = std::move(items[position++]);
    return true;
  });
}

// Any Markup among the items makes Markup of the whole.
Value join_escaped(Runtime& runtime, const Value& separator, const List& items) {
  const bool any_markup = is_markup(separator) || std::any_of(items.begin(), items.end(), is_markup);
  std::string out;
  const auto add = [&](const Value& text) {
    const size_t before = out.size();
    out += any_markup ? escape(runtime, text).as_string() : text.as_string();
    runtime.use_memory(out.size() - before);
    python::check_text_size(out.size());
  };
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) add(separator);
    add(items[i]);
  }
  return any_markup ? markup(std::move(out)) : Value(std::move(out));
}

Value join(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("join", arguments, {"value", "d", "attribute"}, 1);
  const AttributePath path(bound[2] == nullptr ? Value() : bound.at(2));
  const Value separator = bound[1] == nullptr ? Value("") : runtime.text_value(bound.at(1));
  Iteration iteration(runtime, bound.at(0));
  Value made;
  if (runtime.autoescape) {
    List items;
    iteration.each([&](const Value& item) {
      runtime.use_memory(sizeof(Value));
      items.push_back(runtime.text_value(path.find(runtime, item, made)));
    });
    return join_escaped(runtime, separator, items);
  }
  std::string out;
  bool any = false;
  iteration.each([&](const Value& item) {
    if (any) runtime.print(separator, out);
    any = true;
    runtime.print(path.find(runtime, item, made), out);
  });
  return Value(std::move(out));
}

// ---- order

void require_all_defined(const Keys& keys) {
  for (size_t i = 0; i < keys.size(); ++i) require_defined(keys[i]);
}

// A list and the order of its items.
struct Sorted {
  Value items;
  std::vector<uint32_t> order;
};

Sorted sort_items(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("sort", arguments, {"value", "reverse", "case_sensitive", "attribute"}, 1);
  Value items = as_list_value(runtime, bound.at(0));
  const bool case_sensitive = flag(runtime, bound[2]);
  const bool reversed = is_reversed(bound[1]);
  // "a,b": by a, then by b.
  const std::vector<AttributePath> paths =
      AttributePath::several(bound[3] == nullptr ? Value() : bound.at(3));
  const std::vector<Keys> columns = Keys::columns(runtime, items.as_list(), paths, case_sensitive);
  if (columns.size() == 1) require_all_defined(columns[0]);
  std::vector<uint32_t> order = sorted_order(runtime, columns, reversed);
  return {std::move(items), std::move(order)};
}

Value sort(Runtime& runtime, const Arguments& arguments) {
  const Sorted sorted = sort_items(runtime, arguments);
  runtime.use_memory(sorted.order.size() * sizeof(Value));
  List result;
  result.reserve(sorted.order.size());
  const List& items = sorted.items.as_list();
  for (size_t i = 0; i < sorted.order.size(); ++i) {
    fetch_ahead(i, sorted.order.size(), [&](size_t at) -> const Value& { return items[sorted.order[at]]; });
    result.push_back(items[sorted.order[i]]);
  }
  return Value(std::move(result));
}

class SortedCursor : public Cursor {
 public:
  explicit SortedCursor(Sorted sorted) : sorted_(std::move(sorted)) {}
  const Value* next(Runtime&) override {
    return at_ == sorted_.order.size() ? nullptr : &sorted_.items.as_list()[sorted_.order[at_++]];
  }
  void drain(Runtime& runtime, Sink sink) override {
    const List& items = sorted_.items.as_list();
    const std::vector<uint32_t>& order = sorted_.order;
    runtime.step(order.size() - at_);
    while (at_ < order.size()) {
      fetch_ahead(at_, order.size(), [&](size_t at) -> const Value& { return items[order[at]]; });
      sink(items[order[at_++]]);
    }
  }

 private:
  Sorted sorted_;
  size_t at_ = 0;
};

// The items in order, where they are: no list of them is made.
Value walk_sorted(Runtime& runtime, const Arguments& arguments) {
  Sorted sorted = sort_items(runtime, arguments);
  if (sorted.order.empty()) return Value(List());  // which is false, unlike a lazy sequence
  return make_generator(std::unique_ptr<Cursor>(std::make_unique<SortedCursor>(std::move(sorted))));
}

template <bool kMaximum>
Value extreme(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("min", arguments, {"value", "case_sensitive", "attribute"}, 1);
  const AttributePath path(bound[2] == nullptr ? Value() : bound.at(2));
  const bool case_sensitive = flag(runtime, bound[1]);
  Value best, best_key, made;
  bool any = false;
  Iteration(runtime, bound.at(0)).each([&](const Value& item) {
    const Value& key = path.key(runtime, item, case_sensitive, made);
    if (any && !(kMaximum ? less(runtime, best_key, key) : less(runtime, key, best_key))) return;
    any = true;
    best = item;
    best_key = key;
  });
  return any ? best : make_undefined("No aggregated item, sequence was empty.");
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
  List compared;
  for (const Map::Entry& entry : map.as_map()) {
    items.push_back(Value::tuple({entry.key, entry.value}));
    compared.push_back(by == Value("key") ? entry.key : entry.value);
  }
  const Keys keys(runtime, compared, AttributePath(Value()), flag(runtime, bound[1]));
  return Value(sorted(runtime, std::move(items), keys, is_reversed(bound[3])));
}

Value group_by(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("groupby", arguments, {"value", "attribute", "default", "case_sensitive"}, 2);
  const AttributePath path(bound.at(1), bound[2] == nullptr ? Value() : bound.at(2));
  const bool case_sensitive = flag(runtime, bound[3]);
  const Value source = as_list_value(runtime, bound.at(0));
  const List& items = source.as_list();
  const Keys keys(runtime, items, path, case_sensitive);
  require_all_defined(keys);
  const Grouping grouping = group(runtime, keys);
  std::vector<List> members(grouping.sizes.size());
  for (size_t group = 0; group < members.size(); ++group) members[group].reserve(grouping.sizes[group]);
  for (size_t i = 0; i < items.size(); ++i) members[grouping.group_of[i]].push_back(items[i]);
  runtime.use_memory(items.size() * sizeof(Value));
  const Keys group_keys(keys, grouping.first);
  List groups;
  for (uint32_t group : sorted_order(runtime, {&group_keys, 1}, false)) {
    Value grouper = case_sensitive ? group_keys[group] : path.get(runtime, members[group].front());
    groups.push_back(Value::tuple({std::move(grouper), Value(std::move(members[group]))}).tagged(kGroup));
  }
  return Value(std::move(groups));
}

Value sum(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("sum", arguments, {"iterable", "attribute", "start"}, 1);
  const AttributePath path(bound[1] == nullptr ? Value() : bound.at(1));
  Value total = bound[2] == nullptr ? Value(0) : bound.at(2);
  if (total.is_string()) throw TypeError("sum() can't sum strings [use ''.join(seq) instead]");
  Value made;
  Iteration(runtime, bound.at(0)).each([&](const Value& item) {
    const Value& term = path.find(runtime, item, made);
    int64_t sum;
    if (total.is_small_integer() && term.is_small_integer() &&
        !__builtin_add_overflow(total.as_integer(), term.as_integer(), &sum)) {
      total = Value(sum);
    } else {
      total = binary(runtime, "+", total, term);
    }
  });
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
  const bool replace = is_undefined(bound.at(0)) || (flag(runtime, bound[2]) && !truth(runtime, bound.at(0)));
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

constexpr NamedFilter kSequenceFilters[] = {
    {"attr", attribute},
    {"count", length, length_of_item},
    {"d", default_value},
    {"default", default_value},
    {"dictsort", dict_sort},
    {"first", first},
    {"groupby", group_by},
    {.name = "join", .function = join, .only_walks = true},
    {"last", last},
    {"length", length, length_of_item},
    {.name = "list", .function = list, .only_walks = true},
    {"max", extreme<true>},
    {"min", extreme<false>},
    {"random", random},
    {"reverse", reverse},
    {.name = "sort", .function = sort, .walked = walk_sorted},
    {.name = "sum", .function = sum, .only_walks = true},
};

}  // namespace

std::span<const NamedFilter> sequence_filters() {
  return kSequenceFilters;
}

}  // namespace gregale::expression::jinja
