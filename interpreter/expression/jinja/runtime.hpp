// One evaluation of a Jinja program: what it may still use, what it has changed, the kinds of objects that
// live in it only (its sequences: sequence.hpp), and the meanings that all parts share.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/value.hpp"
#include "interpreter/expression/evaluator.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/steps.hpp"
#include "interpreter/expression/python/text.hpp"

namespace gregale::expression::jinja {

using core::List;
using core::Map;
using core::Value;
using python::AttributeError;
using python::IndexError;
using python::KeyError;
using python::OverflowError;
using python::TypeError;
using python::ValueError;

struct UndefinedError : core::Error {
  explicit UndefinedError(const std::string& message) : Error(core::ErrorKind::not_found, message) {}
};
struct SecurityError : core::Error {
  explicit SecurityError(const std::string& message) : Error(core::ErrorKind::unauthorized, message) {}
};

// What Jinja itself refuses at run time, as an unknown filter.
struct TemplateRuntimeError : core::Error {
  explicit TemplateRuntimeError(const std::string& message) : Error(core::ErrorKind::not_found, message) {}
};
struct FilterArgumentError : core::Error {
  explicit FilterArgumentError(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};
// Name of the class that the error has in Python.
std::string_view error_class(const core::Error& error) noexcept;

// Marks of values, see core::Value::tag().
inline constexpr int32_t kMarkup = python::kMarkupTag;
inline constexpr int32_t kGroup = 2;  // a tuple (grouper, list), as groupby makes

class Runtime;

// What a function, filter, test or method is called with. A filter's operand is the first positional.
struct Arguments {
  List positional;
  std::vector<std::pair<std::string, Value>> named;

  size_t size() const noexcept { return positional.size(); }
  const Value* find(std::string_view name) const noexcept;
};

// Reads arguments by a signature, as Python does; throws TypeError.
class Bound {
 public:
  // The first [required] of [names] must be given; those before [positional_only] not by name.
  Bound(std::string_view function, const Arguments& arguments, std::initializer_list<std::string_view> names,
        size_t required, size_t positional_only = 0);
  // Null when it was not given.
  const Value* operator[](size_t position) const noexcept { return values_[position]; }
  const Value& at(size_t position) const noexcept { return *values_[position]; }

 private:
  static constexpr size_t kMost = 8;
  const Value* values_[kMost] = {};
};

// An undefined value: any use but asking whether it is defined fails. The value of an "if" without
// "else" is lenient: it is false, empty, and its text is "".
class Undefined : public python::Printable {
 public:
  enum class Kind { strict, unsafe, lenient };
  explicit Undefined(std::string message, Kind kind = Kind::strict)
      : message_(std::move(message)), kind_(kind) {}
  [[noreturn]] void fail() const;
  bool lenient() const noexcept { return kind_ == Kind::lenient; }
  std::string_view type_name() const noexcept override { return "undefined"; }
  bool truthy() const noexcept override { return false; }
  bool equals(const core::Object& other) const noexcept override {
    return dynamic_cast<const Undefined*>(&other) != nullptr;
  }
  std::string repr() const override { return "Undefined"; }
  void require_comparable() const override {
    if (!lenient()) fail();
  }
  std::string str() const override {
    if (!lenient()) fail();
    return {};
  }

 protected:
  virtual std::string message() const { return message_; }

 private:
  std::string message_;
  Kind kind_;
};

Value make_undefined(std::string message, Undefined::Kind kind = Undefined::Kind::strict);
inline bool is_undefined(const Value& value) {
  return value.is_object() && value.object_as<Undefined>() != nullptr;
}
// Fails when [value] is undefined, unless it is lenient.
void require_defined_object(const Value& value);
inline void require_defined(const Value& value) {
  if (value.is_object()) require_defined_object(value);
}

class Callable : public python::Printable {
 public:
  virtual Value call(Runtime& runtime, const Arguments& arguments) const = 0;
};

// An object that has attributes of its own.
class WithAttributes {
 public:
  virtual ~WithAttributes() = default;
  // False when there is none of that name.
  virtual bool attribute(Runtime& runtime, std::string_view name, Value& result) const = 0;
};

// An object that may come to hold itself. The circle is cut when the evaluation ends.
class Circular {
 public:
  virtual ~Circular() = default;
  // Lets go what it holds.
  virtual void cut() const noexcept = 0;
};

// object.method, not called yet.
class BoundMethod : public Callable {
 public:
  BoundMethod(Value self, std::string name, Value (*method)(Runtime&, const Value&, const Arguments&))
      : self_(std::move(self)), name_(std::move(name)), method_(method) {}
  Value call(Runtime& runtime, const Arguments& arguments) const override {
    return method_(runtime, self_, arguments);
  }
  std::string_view type_name() const noexcept override { return "builtin_function_or_method"; }
  std::string repr() const override {
    return "<built-in method " + name_ + " of " + std::string(python::type_name(self_)) + " object>";
  }

 private:
  Value self_;
  std::string name_;
  Value (*method_)(Runtime&, const Value&, const Arguments&);
};

// What str.encode gives; nothing else in the language makes or takes bytes.
class Bytes : public python::Printable {
 public:
  explicit Bytes(std::string content) : content(std::move(content)) {}
  std::string_view type_name() const noexcept override { return "bytes"; }
  std::string repr() const override;
  bool truthy() const noexcept override { return !content.empty(); }
  bool equals(const core::Object& other) const noexcept override {
    const auto* bytes = dynamic_cast<const Bytes*>(&other);
    return bytes != nullptr && bytes->content == content;
  }

  const std::string content;
};

// Variables of one level: a template, a loop's body, a macro's call, ...
struct Frame {
  std::shared_ptr<Frame> parent;
  std::vector<std::pair<uint32_t, Value>> variables;

  const Value* find(uint32_t name) const noexcept {
    return item_ != nullptr && item_name_ == name ? item_ : find_any(name);
  }
  void set(uint32_t name, Value value);

  // The variable of a loop over a list: the item where it lies, since counting the references of every item
  // costs more than most bodies. It must stay until it is replaced or cleared.
  void set_item(uint32_t name, const Value& item) noexcept {
    item_name_ = name;
    item_ = &item;
  }
  void clear() noexcept {
    item_ = nullptr;
    variables.clear();
  }

 private:
  const Value* find_any(uint32_t name) const noexcept;

  const Value* item_ = nullptr;  // none
  uint32_t item_name_ = 0;
};

class Runtime {
 public:
  explicit Runtime(const Scope& scope)
      : scope(scope), steps_(scope.budget.steps), memory_left_(scope.budget.memory) {
    keep(frame);
  }
  ~Runtime() {
    for (const auto& level : kept_) level->clear();
    for (const auto& object : circular_) object->cut();
  }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  // ---- budget; each throws Error(limit)
  void step(uint64_t count = 1) { steps_.take(count); }
  void use_memory(uint64_t bytes) {
    if (memory_left_ < bytes) out_of_memory();
    memory_left_ -= bytes;
  }
  class Call {  // one level of calls
   public:
    explicit Call(Runtime& runtime) : runtime_(runtime) {
      if (++runtime.depth_ > runtime.scope.budget.recursion) runtime.too_deep();
    }
    ~Call() { --runtime_.depth_; }

   private:
    Runtime& runtime_;
  };

  // ---- changed values
  //
  // A list, map or set that was changed is known by its identity; what it is now stands in changed_. Whoever
  // reads the content of a container goes through current(); whoever hands a value to code that knows
  // nothing of this (printing, comparing, the result) goes through settled().
  const Value& current(const Value& value) const { return changed_.empty() ? value : find_current(value); }
  // With all changes inside it.
  Value settled(const Value& value) const { return changed_.empty() ? value : settle(value, 0); }
  List& change_list(const Value& list);
  Map& change_map(const Value& map);
  void change_set(const Value& set, List members);
  bool anything_changed() const noexcept { return !changed_.empty(); }

  // A level of variables that something in it may refer to: the circle is cut at the end.
  void keep(const std::shared_ptr<Frame>& level) {
    if (!kept_.empty() && kept_.back() == level) return;
    use_memory(sizeof(Frame));
    kept_.push_back(level);
  }
  void keep(std::shared_ptr<const Circular> object) {
    use_memory(sizeof object);
    circular_.push_back(std::move(object));
  }

  // ---- text of values
  std::string text(const Value& value);  // str()
  Value text_value(const Value& value);  // the same, without a copy of a string
  // Appends str(value), escaped where autoescape is on.
  void print(const Value& value, std::string& out) {
    if (!value.is_string() || autoescape) return print_other(value, out);
    use_memory(value.as_string().size());
    out += value.as_string();
    if (out.size() > scope.budget.output) python::check_text_size(out.size());
  }

  const Scope& scope;
  bool autoescape = false;
  Value block_text;  // what the filters of the block at work are applied to
  std::shared_ptr<Frame> frame = std::make_shared<Frame>();
  std::shared_ptr<Frame> root_frame = frame;
  // Where the evaluation is, for messages.
  uint32_t begin = 0;
  uint32_t end = 0;

 private:
  struct Change {
    Value original;  // keeps the identity alive
    Value current;
  };
  void print_other(const Value& value, std::string& out);
  [[noreturn]] void out_of_memory() const;
  [[noreturn]] void too_deep();
  const Value& find_current(const Value& value) const;
  Value settle(const Value& value, size_t depth) const;
  Change& change(const Value& value);

  python::Steps steps_;
  uint64_t memory_left_;
  uint32_t depth_ = 0;
  std::unordered_map<const void*, Change> changed_;
  std::vector<std::shared_ptr<Frame>> kept_;
  std::vector<std::shared_ptr<const Circular>> circular_;
};

// ---- meanings shared by all parts

// Python's bool(); fails for undefined values.
bool truth(Runtime& runtime, const Value& value);
// ==; fails for undefined values.
bool equal(Runtime& runtime, const Value& left, const Value& right);
bool less(Runtime& runtime, const Value& left, const Value& right);
bool less_or_equal(Runtime& runtime, const Value& left, const Value& right);
inline bool greater(Runtime& runtime, const Value& left, const Value& right) {
  return less(runtime, right, left);
}
inline bool greater_or_equal(Runtime& runtime, const Value& left, const Value& right) {
  return less_or_equal(runtime, right, left);
}
bool contains(Runtime& runtime, const Value& container, const Value& item);
// len(); throws TypeError.
int64_t length_of(Runtime& runtime, const Value& value);
List to_list(Runtime& runtime, const Value& iterable);
// A set of the items, which must be hashable; a set is itself.
Value to_set(Runtime& runtime, const Value& iterable);
// As to_list(), but a value: a list is itself, without a copy.
Value as_list_value(Runtime& runtime, const Value& iterable);
bool is_iterable(const Value& value);
void require_hashable(const Value& value);

Value call_value(Runtime& runtime, const Value& callee, const Arguments& arguments);
// object.name and object[key] by Jinja's rules: never fail for what is missing, but give undefined.
Value get_attribute(Runtime& runtime, const Value& object, const Value& name);
Value get_item(Runtime& runtime, const Value& object, const Value& key);
// As object.name, but items do not count (the filter attr).
Value get_plain_attribute(Runtime& runtime, const Value& object, const Value& name);
Value get_slice(Runtime& runtime, const Value& object, const Value& start, const Value& stop,
                const Value& step);
// Whether getattr(object, name) would succeed in Python; the attribute in [value].
bool find_attribute(Runtime& runtime, const Value& object, const Value& name, Value& value);
Value binary(Runtime& runtime, std::string_view operation, const Value& left, const Value& right);

// An integer for counts and positions (__index__).
int64_t to_count(const Value& value, std::string_view what);

inline bool is_markup(const Value& value) {
  return value.is_string() && value.tag() == kMarkup;
}
Value markup(std::string text);
std::string escape_html(std::string_view text);
// Markup of the value: itself if it is Markup, otherwise its escaped text.
Value escape(Runtime& runtime, const Value& value);

using Function = Value (*)(Runtime&, const Arguments&);
using Test = bool (*)(Runtime&, const Arguments&);
using Comparison = bool (*)(Runtime&, const Value&, const Value&);
using Method = Value (*)(Runtime&, const Value& self, const Arguments&);

// A filter applied to one item of a sequence, without arguments. [result] holds what it gave for the item
// before.
using ItemFilter = void (*)(Runtime&, const Value& item, Value& result);

// A filter, and where there are such its short forms for sequences.
struct NamedFilter {
  std::string_view name;
  Function function;
  ItemFilter of_item = nullptr;
  // The same items as of the list that [function] makes, for whoever walks them once and does nothing else.
  Function walked = nullptr;
  bool only_walks = false;  // what it does with its operand
};
// A test, and for the comparisons what they are between two values.
struct NamedTest {
  std::string_view name;
  Test function;
  Comparison comparison = nullptr;
};

// Null when there is none of that name.
const NamedFilter* find_filter(std::string_view name);
const NamedTest* find_test(std::string_view name);
Method find_method(const Value& object, std::string_view name);
std::vector<std::string> method_names(const Value& object);
// A global function as a value; null value when there is none.
const Value* find_global(std::string_view name);
std::vector<std::string> global_names();

template <typename T>
struct NamedFunction {
  std::string_view name;
  T function;
};

}  // namespace gregale::expression::jinja
