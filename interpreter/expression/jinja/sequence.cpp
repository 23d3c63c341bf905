// Sequences: lazy ones, ranges, views of dicts; and walking anything that can be iterated.
#include "interpreter/expression/jinja/sequence.hpp"

#include <fmt/format.h>

#include "core/big_integer.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

const Value* Generator::next(Runtime& runtime) const {
  if (finished_) return nullptr;
  const Runtime::Call level(runtime);  // lazy sequences may be within each other without end
  runtime.step();
  finished_ = true;  // while it runs (it may not be entered again from inside) and after an error
  const Value* item = cursor_->next(runtime);
  if (item == nullptr) {
    cursor_ = nullptr;
    return nullptr;
  }
  finished_ = false;
  return item;
}

void Generator::drain(Runtime& runtime, Sink sink) const {
  if (finished_) return;
  const Runtime::Call level(runtime);
  finished_ = true;
  cursor_->drain(runtime, sink);
  cursor_ = nullptr;
}

Value make_generator(std::unique_ptr<Cursor> cursor) {
  return Value::object(std::make_shared<Generator>(std::move(cursor)));
}

namespace {

int64_t range_size(int64_t start, int64_t stop, int64_t step) {
  const __int128 distance =
      step > 0 ? static_cast<__int128>(stop) - start : static_cast<__int128>(start) - stop;
  const __int128 width = step > 0 ? step : -static_cast<__int128>(step);
  const __int128 count = distance <= 0 ? 0 : (distance + width - 1) / width;
  return count > INT64_MAX ? INT64_MAX : static_cast<int64_t>(count);
}

}  // namespace

Range::Range(int64_t start, int64_t stop, int64_t step)
    : start(start), stop(stop), step(step), size_(range_size(start, stop, step)) {}

std::string Range::repr() const {
  return step == 1 ? fmt::format("range({}, {})", start, stop)
                   : fmt::format("range({}, {}, {})", start, stop, step);
}

bool Range::equals(const core::Object& other) const noexcept {
  const auto* range = dynamic_cast<const Range*>(&other);
  if (range == nullptr || range->size() != size()) return false;
  return size() == 0 || (start == range->start && (size() == 1 || step == range->step));
}

List DictView::items() const {
  List result;
  for (const Map::Entry& entry : map_.as_map()) {
    if (part_ == Part::keys) {
      result.push_back(entry.key);
    } else if (part_ == Part::values) {
      result.push_back(entry.value);
    } else {
      result.push_back(Value::tuple({entry.key, entry.value}));
    }
  }
  return result;
}

std::string_view DictView::type_name() const noexcept {
  return part_ == Part::keys ? "dict_keys" : part_ == Part::values ? "dict_values" : "dict_items";
}

std::string DictView::repr() const {
  return std::string(type_name()) + "(" + python::repr(Value(items())) + ")";
}

Iteration::Iteration(Runtime& runtime, const Value& iterable)
    : runtime_(runtime), walked_(iterable), holder_(runtime.current(iterable)) {
  if (const auto* view = holder_.object_as<DictView>()) {
    part_ = view->part();
    walked_ = view->map();
    holder_ = runtime.current(walked_);
  }
  if (holder_.is_list()) {
    list_ = &holder_.as_list();
  } else if (holder_.is_map()) {
    map_ = &holder_.as_map();
  } else if (holder_.is_set()) {
    map_ = &holder_.as_set();
  } else if (holder_.is_string()) {
    text_ = holder_.as_string();
  } else if (holder_.is_object()) {
    require_defined(holder_);
    generator_ = holder_.object_as<Generator>();
    range_ = holder_.object_as<Range>();
  }
  item_stays_ = list_ != nullptr || (map_ != nullptr && part_ != DictView::Part::items);
  const bool nothing = is_undefined(holder_);  // a lenient one: empty
  const bool known = nothing || list_ != nullptr || map_ != nullptr || range_ != nullptr ||
                     generator_ != nullptr || holder_.is_string();
  if (!known) {
    throw TypeError("'" + std::string(python::type_name(holder_)) + "' object is not iterable");
  }
}

const Value* Iteration::next_of_other() {
  if (finished_) return nullptr;
  const Value* item = nullptr;
  if (generator_ != nullptr) {
    item = generator_->next(runtime_);
  } else if (list_ != nullptr || map_ != nullptr) {
    const Value& now = runtime_.current(walked_);
    if (!now.same_as(holder_)) {
      item = next_of_changed(now);
    } else if (map_ != nullptr) {
      item = next_entry(*map_);
    } else if (position_ < list_->size()) {
      item = &(*list_)[position_++];
    }
  } else if (range_ != nullptr && position_ < static_cast<size_t>(range_->size())) {
    made_ = Value(range_->at(static_cast<int64_t>(position_++)));
    item = &made_;
  } else if (position_ < text_.size()) {
    const size_t begin = position_;
    python::decode(text_, position_);
    made_ = Value(text_.substr(begin, position_ - begin)).tagged(holder_.tag());
    item = &made_;
  }
  finished_ = item == nullptr;
  return item;
}

// The list, dict or set as it is now. Its items may go when it is changed again, so they are copied.
const Value* Iteration::next_of_changed(const Value& now) {
  item_stays_ = false;
  if (now.is_list()) {
    if (position_ >= now.size()) return nullptr;
    made_ = now.as_list()[position_++];
    return &made_;
  }
  if (now.size() != holder_.size()) {
    throw core::Error(core::ErrorKind::invalid, now.is_map() ? "dictionary changed size during iteration"
                                                             : "Set changed size during iteration");
  }
  const Value* item = next_entry(now.is_map() ? now.as_map() : now.as_set());
  if (item == nullptr || item == &made_) return item;
  made_ = *item;
  return &made_;
}

const Value* Iteration::next_entry(const Map& map) {
  if (position_ == map.size()) return nullptr;
  const Map::Entry& entry = map.at(position_++);
  if (part_ == DictView::Part::keys) return &entry.key;
  if (part_ == DictView::Part::values) return &entry.value;
  made_ = Value::tuple({entry.key, entry.value});
  return &made_;
}

void Iteration::each_of_other(Sink sink) {
  if (generator_ != nullptr) return generator_->drain(runtime_, sink);
  while (const Value* item = next()) sink(*item);
}

bool is_iterable(const Value& value) {
  if (value.is_object()) {
    require_defined(value);
    return value.object_as<Generator>() != nullptr || value.object_as<Range>() != nullptr ||
           value.object_as<DictView>() != nullptr;
  }
  return value.is_list() || value.is_map() || value.is_set() || value.is_string();
}

List to_list(Runtime& runtime, const Value& iterable) {
  const Value& now = runtime.current(iterable);
  if (now.is_list()) {
    runtime.step(now.size());
    runtime.use_memory(now.size() * sizeof(Value));
    return now.as_list();
  }
  List result;
  Iteration(runtime, iterable).each([&](const Value& item) {
    runtime.use_memory(sizeof(Value));
    result.push_back(item);
  });
  return result;
}

Value to_set(Runtime& runtime, const Value& iterable) {
  const Value& now = runtime.current(iterable);
  if (now.is_set()) return now;
  List members = to_list(runtime, iterable);
  runtime.use_memory(members.size() * sizeof(Value));
  for (const Value& member : members) require_hashable(member);
  return Value::set(std::move(members));
}

Value as_list_value(Runtime& runtime, const Value& iterable) {
  const Value& now = runtime.current(iterable);
  return now.is_list() ? now : Value(to_list(runtime, iterable));
}

int64_t length_of(Runtime& runtime, const Value& value) {
  const Value& now = runtime.current(value);
  if (now.is_string()) {
    if (!now.is_ascii()) python::work_on_text(now);
    return static_cast<int64_t>(now.is_ascii() ? now.size() : python::length(now.as_string()));
  }
  if (now.is_list() || now.is_map() || now.is_set()) return static_cast<int64_t>(now.size());
  require_defined(now);
  if (is_undefined(now)) return 0;
  if (const auto* range = now.object_as<Range>()) return range->size();
  if (const auto* view = now.object_as<DictView>()) return length_of(runtime, view->map());
  throw TypeError("object of type '" + std::string(python::type_name(now)) + "' has no len()");
}

namespace {

bool view_contains(Runtime& runtime, const DictView& view, const Value& item) {
  if (view.part() == DictView::Part::keys) return contains(runtime, view.map(), item);
  if (!item.is_tuple() || item.size() != 2) return false;
  const Value& key = item.as_list()[0];
  require_hashable(key);
  const Value* found = runtime.current(view.map()).as_map().find(key);
  return found != nullptr && equal(runtime, *found, item.as_list()[1]);
}

bool is_set_like(const Value& value) {
  return value.is_set() || is_set_like_view(value);
}

}  // namespace

bool is_set_like_view(const Value& value) {
  const auto* view = value.object_as<DictView>();
  return view != nullptr && view->is_set_like();
}

bool has_all_members(Runtime& runtime, const Value& outer, const Value& inner) {
  Iteration members(runtime, inner);
  while (const Value* member = members.next()) {
    if (!contains(runtime, outer, *member)) return false;
  }
  return true;
}

bool same_members(Runtime& runtime, const Value& left, const Value& right) {
  return is_set_like(left) && is_set_like(right) && length_of(runtime, left) == length_of(runtime, right) &&
         has_all_members(runtime, right, left);
}

bool contains(Runtime& runtime, const Value& container, const Value& item) {
  const Value& now = runtime.current(container);
  require_defined(now);
  if (now.is_string()) {
    require_defined(item);
    if (!item.is_string()) {
      throw TypeError("'in <string>' requires string as left operand, not " +
                      std::string(python::type_name(item)));
    }
    python::work_on_search(now.size(), item.size());
    return now.as_string().find(item.as_string()) != std::string::npos;
  }
  if (now.is_map()) {
    require_hashable(item);
    return now.as_map().find(item) != nullptr;
  }
  if (now.is_set()) {
    require_hashable(item);
    return now.as_set().find(item) != nullptr;
  }
  if (const auto* range = now.object_as<Range>()) {
    require_defined(item);
    if (item.is_integer() || item.is_boolean()) {
      if (!item.is_small_integer() && !item.is_boolean()) return false;
      const int64_t number = item.as_integer();
      const bool inside = range->step > 0 ? number >= range->start && number < range->stop
                                          : number <= range->start && number > range->stop;
      return inside && (static_cast<__int128>(number) - range->start) % range->step == 0;
    }
  }
  if (is_set_like_view(now)) return view_contains(runtime, *now.object_as<DictView>(), item);
  Iteration iteration(runtime, now);
  for (Value candidate; iteration.next(candidate);) {
    if (candidate.same_as(item) || equal(runtime, candidate, item)) return true;
  }
  return false;
}

namespace {

bool less_at(Runtime& runtime, const Value& left, const Value& right, size_t depth) {
  if (depth > python::kNestingLimit) {
    throw core::Error(core::ErrorKind::limit, "the values are nested too deep to be compared");
  }
  require_defined(left);
  require_defined(right);
  if (left.is_string() && right.is_string()) {
    python::work_on_text(std::min(left.size(), right.size()));
    return left.as_string() < right.as_string();
  }
  if (python::is_number(left) && python::is_number(right)) {
    if (left.is_small_integer() && right.is_small_integer()) {
      return left.as_integer() < right.as_integer();
    }
    return python::compare(left, right) < 0;
  }
  if (left.is_list() && right.is_list() && left.is_tuple() == right.is_tuple()) {
    const Value left_now = runtime.settled(left);
    const Value right_now = runtime.settled(right);
    const List& a = left_now.as_list();
    const List& b = right_now.as_list();
    for (size_t i = 0; i < a.size() && i < b.size(); ++i) {
      runtime.step();
      if (!equal(runtime, a[i], b[i])) return less_at(runtime, a[i], b[i], depth + 1);
    }
    return a.size() < b.size();
  }
  if (is_set_like(left) && is_set_like(right)) {
    return length_of(runtime, left) < length_of(runtime, right) && has_all_members(runtime, right, left);
  }
  if (left.is_date_time() && right.is_date_time()) {
    const auto instant = [](const Value& moment) {
      return moment.local_microseconds() - int64_t{moment.offset_seconds()} * 1000000;
    };
    return instant(left) < instant(right);
  }
  if (left.is_time_span() && right.is_time_span()) {
    return left.as_time_span() < right.as_time_span();
  }
  throw TypeError("'<' not supported between instances of '" + std::string(python::type_name(left)) +
                  "' and '" + std::string(python::type_name(right)) + "'");
}

}  // namespace

// Ordering of two values, as sort needs it: what < means for their types.
bool less(Runtime& runtime, const Value& left, const Value& right) {
  return less_at(runtime, left, right, 0);
}

bool less_or_equal(Runtime& runtime, const Value& left, const Value& right) {
  if (left.is_string() && right.is_string()) return left.as_string() <= right.as_string();
  if (python::is_number(left) && python::is_number(right)) return python::compare(left, right) <= 0;
  return less(runtime, left, right) || equal(runtime, left, right);
}

}  // namespace gregale::expression::jinja
