// Operators and access: what +, *, ., [] and slices do with values of each type.
#include <algorithm>

#include "interpreter/expression/jinja/runtime.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/unicode.hpp"
#include "interpreter/expression/unknown.hpp"

namespace gregale::expression::jinja {

namespace {

[[noreturn]] void unsupported(std::string_view operation, const Value& left, const Value& right) {
  throw TypeError("unsupported operand type(s) for " + std::string(operation) + ": '" +
                  std::string(python::type_name(left)) + "' and '" + std::string(python::type_name(right)) +
                  "'");
}

Value concatenate(Runtime& runtime, const Value& left, const Value& right) {
  if (left.is_string() && right.is_string()) {
    runtime.use_memory(left.size() + right.size());
    if (is_markup(left) || is_markup(right)) {
      return markup(escape(runtime, left).as_string() + escape(runtime, right).as_string());
    }
    std::string text;
    text.reserve(left.size() + right.size());
    text += left.as_string();
    text += right.as_string();
    return Value(std::move(text));
  }
  if (left.is_list() && right.is_list() && left.is_tuple() == right.is_tuple()) {
    List items = to_list(runtime, left);
    const List more = to_list(runtime, right);
    items.insert(items.end(), more.begin(), more.end());
    return left.is_tuple() ? Value::tuple(std::move(items)) : Value(std::move(items));
  }
  unsupported("+", left, right);
}

bool repeatable(const Value& value) {
  return value.is_string() || value.is_list();
}

Value repeat(Runtime& runtime, const Value& sequence, const Value& times) {
  if (!python::is_integer(times)) {
    throw TypeError("can't multiply sequence by non-int of type '" + std::string(python::type_name(times)) +
                    "'");
  }
  const int64_t count = std::max<int64_t>(to_count(times, "the count"), 0);
  const Value& now = runtime.current(sequence);
  const size_t unit = now.is_string() ? 1 : sizeof(Value);
  if (now.size() != 0 && static_cast<uint64_t>(count) > UINT64_MAX / unit / now.size()) {
    runtime.use_memory(UINT64_MAX);
  }
  runtime.use_memory(static_cast<uint64_t>(count) * now.size() * unit);
  runtime.step(static_cast<uint64_t>(count) * now.size() / 64);
  if (now.is_string()) {
    std::string text;
    text.reserve(static_cast<size_t>(count) * now.size());
    for (int64_t i = 0; i < count && now.size() > 0; ++i) text += now.as_string();
    return Value(std::move(text)).tagged(now.tag());
  }
  List items;
  items.reserve(static_cast<size_t>(count) * now.size());
  for (int64_t i = 0; i < count && now.size() > 0; ++i) {
    items.insert(items.end(), now.as_list().begin(), now.as_list().end());
  }
  return now.is_tuple() ? Value::tuple(std::move(items)) : Value(std::move(items));
}

bool has_set_difference(const Value& left, const Value& right) {
  return (left.is_set() && right.is_set()) || is_set_like_view(left) || is_set_like_view(right);
}

Value set_difference(Runtime& runtime, const Value& left, const Value& right) {
  const Value removed = to_set(runtime, right);
  List members;
  Iteration(runtime, left).each([&](const Value& member) {
    require_hashable(member);
    if (removed.as_set().find(member) != nullptr) return;
    runtime.use_memory(2 * sizeof(Value));
    members.push_back(member);
  });
  return Value::set(std::move(members));
}

// Date-times and time spans.
bool time_arithmetic(char operation, const Value& left, const Value& right, Value& result) {
  const bool plus = operation == '+';
  if (left.is_time_span() && right.is_time_span()) {
    result = Value::time_span(plus ? left.as_time_span() + right.as_time_span()
                                   : left.as_time_span() - right.as_time_span());
    return true;
  }
  if (left.is_date_time() && right.is_time_span()) {
    const int64_t span = right.as_time_span();
    result = Value::date_time(left.local_microseconds() + (plus ? span : -span), left.offset_seconds());
    return true;
  }
  if (left.is_time_span() && right.is_date_time() && plus) {
    return time_arithmetic(operation, right, left, result);
  }
  if (left.is_date_time() && right.is_date_time() && !plus) {
    const auto instant = [](const Value& moment) {
      return moment.local_microseconds() - int64_t{moment.offset_seconds()} * 1000000;
    };
    result = Value::time_span(instant(left) - instant(right));
    return true;
  }
  return false;
}

// Markup % arguments: what is put in is escaped.
Value escape_arguments(Runtime& runtime, const Value& arguments) {
  const auto escaped = [&](const Value& value) {
    return python::is_number(value) ? value : escape(runtime, value);
  };
  if (arguments.is_tuple()) {
    List items;
    for (const Value& item : arguments.as_list()) items.push_back(escaped(item));
    return Value::tuple(std::move(items));
  }
  if (arguments.is_map()) {
    Map map;
    for (const Map::Entry& entry : arguments.as_map()) map.set(entry.key, escaped(entry.value));
    return Value(std::move(map));
  }
  return escaped(arguments);
}

// text % undefined is the text, if it asks for nothing.
Value format_nothing(const Value& text, const Value& undefined) {
  std::string out;
  const std::string& pattern = text.as_string();
  for (size_t i = 0; i < pattern.size(); ++i) {
    if (pattern[i] == '%') {
      if (i + 1 == pattern.size() || pattern[i + 1] != '%') require_defined(undefined);
      ++i;
    }
    if (i < pattern.size()) out += pattern[i];
  }
  return Value(std::move(out)).tagged(text.tag());
}

// Position in a sequence of [size]; false when it is outside.
bool locate(int64_t index, int64_t size, size_t& position) {
  if (index < 0) index += size;
  if (index < 0 || index >= size) return false;
  position = static_cast<size_t>(index);
  return true;
}

struct SliceBounds {
  int64_t start, stop, step;
};

// One that is further than any sequence reaches is as good as the furthest.
int64_t slice_index(const Value& value) {
  constexpr int64_t kFar = int64_t{1} << 62;
  if (value.kind() == Value::Kind::big_integer) return python::compare(value, Value(0)) > 0 ? kFar : -kFar;
  return std::clamp(to_count(value, "a slice index"), -kFar, kFar);
}

SliceBounds slice_bounds(const Value& start, const Value& stop, const Value& step, int64_t size) {
  SliceBounds bounds{};
  bounds.step = step.is_null() ? 1 : slice_index(step);
  if (bounds.step == 0) throw ValueError("slice step cannot be zero");
  const bool forward = bounds.step > 0;
  const auto bound = [&](const Value& value, int64_t otherwise) {
    if (value.is_null()) return otherwise;
    int64_t index = slice_index(value);
    if (index < 0) index = std::max<int64_t>(index + size, forward ? 0 : -1);
    return std::min(index, forward ? size : size - 1);
  };
  bounds.start = bound(start, forward ? 0 : size - 1);
  bounds.stop = bound(stop, forward ? size : -1);
  return bounds;
}

// What object.key and object[key] give where there is none. Most are only asked whether they are defined, so
// the message is made for an error only.
class Missing : public Undefined {
 public:
  Missing(Value object, Value key) : Undefined(""), object_(std::move(object)), key_(std::move(key)) {}

 protected:
  std::string message() const override {
    if (!key_.is_string()) {
      return "the " + std::string(object_.kind_name()) + " has no item " + shown(key_);
    }
    std::vector<std::string> names = method_names(object_);
    if (object_.is_map()) {
      const std::vector<std::string> members = names_of_members(object_.as_map());
      names.insert(names.begin(), members.begin(), members.end());
    }
    return "there is no " + shown(key_) + " in the " + std::string(object_.kind_name()) +
           suggestion(key_.as_string(), names);
  }

 private:
  Value object_;
  Value key_;
};

Value missing(Runtime& runtime, const Value& object, const Value& key) {
  if (unknown_text(object) != nullptr) return looked_into(object);
  return Value::object(std::make_shared<Missing>(runtime.current(object), key));
}

// object[key]; false for what Python answers with TypeError, LookupError or AttributeError.
bool find_item(Runtime& runtime, const Value& object, const Value& key, Value& result) {
  const Value& now = runtime.current(object);
  if (now.is_map()) {
    require_hashable(key);
    const Value* found = now.as_map().find(key);
    if (found == nullptr) return false;
    result = *found;
    return true;
  }
  if (!key.is_small_integer() && !key.is_boolean()) return false;
  const int64_t index = key.as_integer();
  size_t position = 0;
  if (now.is_list()) {
    if (!locate(index, static_cast<int64_t>(now.size()), position)) return false;
    result = now.as_list()[position];
    return true;
  }
  if (now.is_string()) {
    if (!locate(index, length_of(runtime, now), position)) return false;
    const std::string& text = now.as_string();
    if (!now.is_ascii()) python::work_on_text(now);
    result = Value(now.is_ascii() ? std::string_view(text).substr(position, 1)
                                  : python::substring(text, position, position + 1))
                 .tagged(now.tag());
    return true;
  }
  if (const auto* range = now.object_as<Range>()) {
    if (!locate(index, range->size(), position)) return false;
    result = Value(range->at(static_cast<int64_t>(position)));
    return true;
  }
  return false;
}

// Whether the name is one that every Python object answers to and the sandbox hides.
bool is_internal(const Value& object, std::string_view name) {
  static constexpr std::string_view kAlways[] = {
      "__class__",   "__delattr__", "__dir__",           "__doc__",         "__eq__",
      "__format__",  "__ge__",      "__getattribute__",  "__getstate__",    "__gt__",
      "__hash__",    "__init__",    "__init_subclass__", "__le__",          "__lt__",
      "__ne__",      "__new__",     "__reduce__",        "__reduce_ex__",   "__repr__",
      "__setattr__", "__sizeof__",  "__str__",           "__subclasshook__"};
  static constexpr std::string_view kContainers[] = {"__contains__", "__getitem__", "__iter__", "__len__"};
  static constexpr std::string_view kFunctions[] = {"__globals__", "__code__", "__func__",
                                                    "__self__",    "__name__", "__call__",
                                                    "__closure__", "__dict__", "__module__"};
  const auto among = [&](const auto& names) {
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
  };
  if (among(kAlways)) return true;
  if (object.is_object()) {
    return object.object_as<Callable>() != nullptr && among(kFunctions);
  }
  if ((object.is_map() || object.is_list()) &&
      (name == "__setitem__" || name == "__delitem__" || name == "__reversed__")) {
    return true;
  }
  if ((object.is_string() || object.is_list()) &&
      (name == "__add__" || name == "__mul__" || name == "__mod__")) {
    return true;
  }
  return (object.is_map() || object.is_list() || object.is_string()) && among(kContainers);
}

Value unsafe(const Value& object, const Value& name) {
  return make_undefined("access to attribute " + shown(name) + " of '" +
                            std::string(python::type_name(object)) + "' object is unsafe",
                        Undefined::Kind::unsafe);
}

// Looks for the attribute, as getattr does.
bool find_safe_attribute(Runtime& runtime, const Value& object, const Value& name, Value& result) {
  const std::string& text = name.as_string();
  if (text.starts_with("__") && is_internal(object, text)) {
    result = unsafe(object, name);
    return true;
  }
  return find_attribute(runtime, object, name, result);
}

}  // namespace

Value binary(Runtime& runtime, std::string_view operation, const Value& left, const Value& right) {
  require_defined(left);
  if (operation == "%" && left.is_string() && is_undefined(right)) {
    return format_nothing(left, right);
  }
  require_defined(right);
  const char first = operation[0];
  if (python::is_number(left) && python::is_number(right)) {
    if (operation == "+") return python::add(left, right);
    if (operation == "-") return python::subtract(left, right);
    if (operation == "*") return python::multiply(left, right);
    if (operation == "/") return python::true_divide(left, right);
    if (operation == "//") return python::floor_divide(left, right);
    if (operation == "%") return python::modulo(left, right);
    return python::power(left, right);
  }
  if (operation == "+" && repeatable(left)) return concatenate(runtime, left, right);
  if (operation == "*" && repeatable(left)) return repeat(runtime, left, right);
  if (operation == "*" && repeatable(right)) return repeat(runtime, right, left);
  if (operation == "%" && left.is_string()) {
    const Value arguments = runtime.settled(right);
    std::string text = python::percent_format(
        left.as_string(), is_markup(left) ? escape_arguments(runtime, arguments) : arguments);
    runtime.use_memory(text.size());
    return Value(std::move(text)).tagged(left.tag());
  }
  if (operation == "-" && has_set_difference(left, right)) return set_difference(runtime, left, right);
  Value result;
  if ((operation == "+" || operation == "-") && time_arithmetic(first, left, right, result)) {
    return result;
  }
  unsupported(operation, left, right);
}

Value get_attribute(Runtime& runtime, const Value& object, const Value& name) {
  if (const auto* undefined = object.object_as<Undefined>()) undefined->fail();
  Value result;
  if (find_safe_attribute(runtime, object, name, result)) return result;
  if (find_item(runtime, object, name, result)) return result;
  return missing(runtime, object, name);
}

Value get_plain_attribute(Runtime& runtime, const Value& object, const Value& name) {
  require_defined(object);
  Value result;
  if (find_safe_attribute(runtime, object, name, result)) return result;
  return missing(runtime, object, name);
}

Value get_item(Runtime& runtime, const Value& object, const Value& key) {
  if (const auto* undefined = object.object_as<Undefined>()) undefined->fail();
  Value result;
  if (!key.is_object() || !is_undefined(key)) {
    if (find_item(runtime, object, key, result)) return result;
    if (key.is_string() && find_safe_attribute(runtime, object, key, result)) return result;
  } else {
    require_defined(key);
  }
  return missing(runtime, object, key);
}

Value get_slice(Runtime& runtime, const Value& object, const Value& start, const Value& stop,
                const Value& step) {
  require_defined(object);
  const Value& now = runtime.current(object);
  if (!now.is_list() && !now.is_string() && now.object_as<Range>() == nullptr) {
    return make_undefined("the " + std::string(now.kind_name()) + " cannot be sliced");
  }
  const int64_t size = length_of(runtime, now);
  const SliceBounds bounds = slice_bounds(start, stop, step, size);
  if (const auto* range = now.object_as<Range>()) {
    return Value::object(
        std::make_shared<Range>(range->at(bounds.start), range->at(bounds.stop), range->step * bounds.step));
  }
  const int64_t stride = std::clamp(bounds.step, -size - 1, size + 1);  // further is outside anyway
  const auto each = [&](auto take) {
    for (int64_t i = bounds.start; stride > 0 ? i < bounds.stop : i > bounds.stop; i += stride) {
      take(static_cast<size_t>(i));
    }
  };
  if (now.is_list()) {
    List items;
    each([&](size_t i) { items.push_back(now.as_list()[i]); });
    runtime.step(items.size());
    runtime.use_memory(items.size() * sizeof(Value));
    return now.is_tuple() ? Value::tuple(std::move(items)) : Value(std::move(items));
  }
  const std::string& text = now.as_string();
  runtime.step(text.size() / 64);
  if (bounds.step == 1) {
    const size_t begin = static_cast<size_t>(bounds.start);
    const size_t end = static_cast<size_t>(std::max(bounds.stop, bounds.start));
    return Value(now.is_ascii() ? std::string_view(text).substr(begin, end - begin)
                                : python::substring(text, begin, end))
        .tagged(now.tag());
  }
  const std::u32string points = python::to_code_points(text);
  std::u32string picked;
  each([&](size_t i) { picked += points[i]; });
  return Value(python::from_code_points(picked)).tagged(now.tag());
}

}  // namespace gregale::expression::jinja
