#include "interpreter/expression/jinja/runtime.hpp"
#include "interpreter/expression/jinja/sequence.hpp"

#include <fmt/format.h>

#include "core/big_integer.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

using core::Error;
using core::ErrorKind;

std::string_view error_class(const Error& error) noexcept {
  const auto is = [&]<typename T>(const T*) { return dynamic_cast<const T*>(&error) != nullptr; };
  if (is(static_cast<const UndefinedError*>(nullptr))) return "UndefinedError";
  if (is(static_cast<const SecurityError*>(nullptr))) return "SecurityError";
  if (is(static_cast<const TemplateRuntimeError*>(nullptr))) return "TemplateRuntimeError";
  if (is(static_cast<const FilterArgumentError*>(nullptr))) return "FilterArgumentError";
  if (is(static_cast<const TypeError*>(nullptr))) return "TypeError";
  if (is(static_cast<const ValueError*>(nullptr))) return "ValueError";
  if (is(static_cast<const KeyError*>(nullptr))) return "KeyError";
  if (is(static_cast<const IndexError*>(nullptr))) return "IndexError";
  if (is(static_cast<const AttributeError*>(nullptr))) return "AttributeError";
  if (is(static_cast<const OverflowError*>(nullptr))) return "OverflowError";
  if (is(static_cast<const python::ZeroDivisionError*>(nullptr))) return "ZeroDivisionError";
  return "RuntimeError";
}

const Value* Arguments::find(std::string_view name) const noexcept {
  for (const auto& [key, value] : named) {
    if (key == name) return &value;
  }
  return nullptr;
}

Bound::Bound(std::string_view function, const Arguments& arguments,
             std::initializer_list<std::string_view> names, size_t required, size_t positional_only) {
  // Made for an error only: this runs once for each item of a sequence.
  const auto title = [&] { return std::string(function) + "()"; };
  if (arguments.positional.size() > names.size()) {
    throw TypeError(title() + " takes at most " + std::to_string(names.size()) + " arguments (" +
                    std::to_string(arguments.positional.size()) + " given)");
  }
  for (size_t i = 0; i < arguments.positional.size(); ++i) values_[i] = &arguments.positional[i];
  for (const auto& [key, value] : arguments.named) {
    size_t position = positional_only;
    while (position < names.size() && names.begin()[position] != key) ++position;
    if (position == names.size()) {
      throw TypeError(title() + " got an unexpected keyword argument " + shown(key));
    }
    if (values_[position] != nullptr) {
      throw TypeError(title() + " got multiple values for argument " + shown(key));
    }
    values_[position] = &value;
  }
  for (size_t i = 0; i < required; ++i) {
    if (values_[i] == nullptr) {
      throw TypeError(title() + " misses the argument '" + std::string(names.begin()[i]) + "'");
    }
  }
}

void Undefined::fail() const {
  if (kind_ == Kind::unsafe) throw SecurityError(message());
  throw UndefinedError(message());
}

Value make_undefined(std::string message, Undefined::Kind kind) {
  return Value::object(std::make_shared<Undefined>(std::move(message), kind));
}

void require_defined_object(const Value& value) {
  const auto* undefined = value.object_as<Undefined>();
  if (undefined != nullptr && !undefined->lenient()) undefined->fail();
}

const Value* Frame::find_any(uint32_t name) const noexcept {
  for (const Frame* frame = this; frame != nullptr; frame = frame->parent.get()) {
    if (frame->item_ != nullptr && frame->item_name_ == name) return frame->item_;
    for (const auto& [key, value] : frame->variables) {
      if (key == name) return &value;
    }
  }
  return nullptr;
}

void Frame::set(uint32_t name, Value value) {
  if (name == item_name_) item_ = nullptr;
  for (auto& [key, old] : variables) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  variables.emplace_back(name, std::move(value));
}

// ---- budget

void Runtime::out_of_memory() const {
  throw Error(ErrorKind::limit,
              fmt::format("the evaluation makes more than {} bytes of data (the budget `memory`)",
                          scope.budget.memory));
}

void Runtime::too_deep() {
  --depth_;
  throw Error(ErrorKind::limit, fmt::format("calls are nested more than {} deep (the budget `recursion`)",
                                            scope.budget.recursion));
}

// ---- changed values

namespace {

const void* identity(const Value& value) {
  if (value.is_list()) return &value.as_list();
  if (value.is_map()) return &value.as_map();
  if (value.is_set()) return &value.as_set();
  return nullptr;
}

}  // namespace

const Value& Runtime::find_current(const Value& value) const {
  const void* key = identity(value);
  if (key == nullptr) return value;
  const auto found = changed_.find(key);
  return found == changed_.end() ? value : found->second.current;
}

Runtime::Change& Runtime::change(const Value& value) {
  const auto [place, added] = changed_.try_emplace(identity(value), Change{value, value});
  if (added) use_memory(value.size() * sizeof(Value));
  return place->second;
}

List& Runtime::change_list(const Value& list) {
  return change(list).current.writable_list();
}
Map& Runtime::change_map(const Value& map) {
  return change(map).current.writable_map();
}

void Runtime::change_set(const Value& set, List members) {
  change(set).current = Value::set(std::move(members));
}

Value Runtime::settle(const Value& value, size_t depth) const {
  if (depth > python::kNestingLimit) {
    throw Error(ErrorKind::limit, "a value contains itself or is nested too deep");
  }
  const Value& now = find_current(value);
  if (now.is_list() || now.is_map()) python::work(now.size());
  if (now.is_list()) {
    List items;
    items.reserve(now.size());
    bool same = now.same_as(value);
    for (const Value& item : now.as_list()) {
      items.push_back(settle(item, depth + 1));
      same = same && items.back().same_as(item);
    }
    if (same) return value;
    return (now.is_tuple() ? Value::tuple(std::move(items)) : Value(std::move(items))).tagged(now.tag());
  }
  if (now.is_map()) {
    Map map;
    map.reserve(now.size());
    bool same = now.same_as(value);
    for (const Map::Entry& entry : now.as_map()) {
      Value settled_value = settle(entry.value, depth + 1);
      same = same && settled_value.same_as(entry.value);
      map.set(entry.key, std::move(settled_value));
    }
    return same ? value : Value(std::move(map));
  }
  return now;
}

// ---- text

std::string Runtime::text(const Value& value) {
  if (value.is_string()) return value.as_string();
  std::string result = python::str(settled(value));
  use_memory(result.size());
  return result;
}

Value Runtime::text_value(const Value& value) {
  return value.is_string() ? value : Value(text(value));
}

void Runtime::print_other(const Value& value, std::string& out) {
  const size_t before = out.size();
  if (autoescape) {
    out += escape(*this, value).as_string();
  } else {
    out += python::str(settled(value));
  }
  use_memory(out.size() - before);
  python::check_text_size(out.size());
}

Value markup(std::string text) {
  return Value(std::move(text)).tagged(kMarkup);
}

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '"':
        out += "&#34;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Value escape(Runtime& runtime, const Value& value) {
  if (is_markup(value)) return value;
  return markup(escape_html(runtime.text_value(value).as_string()));
}

// ---- meanings

bool truth(Runtime& runtime, const Value& value) {
  if (value.is_object()) {
    require_defined(value);
    if (const auto* view = value.object_as<DictView>()) {
      return runtime.current(view->map()).size() != 0;
    }
  }
  return runtime.current(value).truthy();
}

bool equal(Runtime& runtime, const Value& left, const Value& right) {
  if (left.is_string() && right.is_string()) {
    if (left.size() != right.size()) return false;
    python::work_on_text(left);
    return left.as_string() == right.as_string();
  }
  require_defined(left);
  require_defined(right);
  if (is_set_like_view(left) || is_set_like_view(right)) return same_members(runtime, left, right);
  if (!runtime.anything_changed()) return python::equal(left, right);
  return python::equal(runtime.settled(left), runtime.settled(right));
}

namespace {

void require_hashable_at(const Value& value, size_t depth) {
  require_defined(value);
  if (value.is_list() && value.is_tuple()) {
    if (depth > python::kNestingLimit) {
      throw Error(ErrorKind::limit, "the value is nested too deep to be a key");
    }
    for (const Value& item : value.as_list()) require_hashable_at(item, depth + 1);
  } else if (value.is_list() || value.is_map() || value.is_set() || is_set_like_view(value)) {
    throw TypeError("unhashable type: '" + std::string(python::type_name(value)) + "'");
  }
}

}  // namespace

void require_hashable(const Value& value) {
  require_hashable_at(value, 0);
}

int64_t to_count(const Value& value, std::string_view what) {
  if (value.is_small_integer() || value.is_boolean()) return value.as_integer();
  require_defined(value);
  if (value.is_integer()) throw OverflowError(std::string(what) + " is too large");
  throw TypeError(std::string(what) + " must be an integer, not " + std::string(python::type_name(value)));
}

Value call_value(Runtime& runtime, const Value& callee, const Arguments& arguments) {
  if (const auto* callable = callee.object_as<Callable>()) {
    Runtime::Call level(runtime);
    runtime.step();
    return callable->call(runtime, arguments);
  }
  require_defined(callee);
  throw TypeError("'" + std::string(python::type_name(callee)) + "' object is not callable");
}

}  // namespace gregale::expression::jinja
