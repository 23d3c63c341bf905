// Filters that give a lazy sequence. Their errors come when it is walked, as in Jinja.
#include <memory>
#include <optional>
#include <unordered_set>

#include "interpreter/expression/jinja/attribute_path.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/messages.hpp"

namespace gregale::expression::jinja {

namespace {

// What calling a filter or test for an item is worth, beside walking it.
constexpr uint64_t kStepsOfCall = 4;

// Walks [source] lazily: its errors, too, come at the first item.
class LazySource {
 public:
  explicit LazySource(Value source) : source_(std::move(source)) {}
  const Value* next(Runtime& runtime) { return walk(runtime).next(); }
  Iteration& walk(Runtime& runtime) {
    if (!iteration_) iteration_ = std::make_unique<Iteration>(runtime, source_);
    return *iteration_;
  }
  const Value& value() const noexcept { return source_; }

 private:
  Value source_;
  std::unique_ptr<Iteration> iteration_;
};

// The walk of a filter that gives for each item of its source another one, or none. [Stage] says what:
// prepare(Runtime&, Arguments&) reads the arguments when the first item is asked for, and not at all when the
// source is false; apply(Runtime&, const Value& item) gives the item's successor, or nullptr to leave it out.
template <typename Stage>
class Staged : public Cursor {
 public:
  explicit Staged(const Arguments& arguments) : source_(arguments.positional[0]), call_(arguments) {}

  const Value* next(Runtime& runtime) override {
    if (!started(runtime)) return nullptr;
    while (const Value* item = source_.next(runtime)) {
      if (const Value* result = stage_.apply(runtime, *item)) return result;
    }
    return nullptr;
  }

  void drain(Runtime& runtime, Sink sink) override {
    if (!started(runtime)) return;
    source_.walk(runtime).each([&](const Value& item) {
      runtime.step();
      if (const Value* result = stage_.apply(runtime, item)) sink(*result);
    });
  }

 private:
  bool started(Runtime& runtime) {
    if (!ready_) {
      if (!truth(runtime, source_.value())) return false;
      stage_.prepare(runtime, call_);
      ready_ = true;
    }
    return true;
  }

  LazySource source_;
  Arguments call_;
  Stage stage_;
  bool ready_ = false;
};

template <typename Stage>
Value make_staged(const Arguments& arguments) {
  return make_generator(std::unique_ptr<Cursor>(std::make_unique<Staged<Stage>>(arguments)));
}

// The name that selects a filter or a test.
const Value& selector(Runtime& runtime, const Value& name) {
  require_hashable(runtime.current(name));
  return name;
}

// ---- map

class MapAttribute {
 public:
  void prepare(Runtime&, Arguments& call) {
    Value attribute;
    Value fallback;
    for (const auto& [name, value] : call.named) {
      if (name == "attribute") {
        attribute = value;
      } else if (name == "default") {
        fallback = value;
      } else {
        throw FilterArgumentError("Unexpected keyword argument " + shown(name));
      }
    }
    path_.emplace(attribute, fallback);
  }
  const Value* apply(Runtime& runtime, const Value& item) { return &path_->find(runtime, item, made_); }

 private:
  std::optional<AttributePath> path_;
  Value made_;
};

class MapFilter {
 public:
  void prepare(Runtime&, Arguments& call) {
    if (call.size() < 2) throw FilterArgumentError("map requires a filter argument");
    call.positional.erase(call.positional.begin());  // the item takes the place of the name
    call_ = &call;
  }
  const Value* apply(Runtime& runtime, const Value& item) {
    if (filter_ == nullptr) look_up(runtime);
    python::work_on_text(item);
    if (of_item_ != nullptr) {
      of_item_(runtime, item, made_);
    } else {
      runtime.step(kStepsOfCall);
      call_->positional[0] = item;
      made_ = filter_->function(runtime, *call_);
    }
    return &made_;
  }

 private:
  // An unknown name is an error of the first item.
  void look_up(Runtime& runtime) {
    const Value name = selector(runtime, call_->positional[0]);
    filter_ = name.is_string() ? find_filter(name.as_string()) : nullptr;
    if (filter_ == nullptr) unknown_filter(runtime.text(name));
    if (call_->size() == 1 && call_->named.empty()) of_item_ = filter_->of_item;
  }

  const NamedFilter* filter_ = nullptr;
  ItemFilter of_item_ = nullptr;
  Arguments* call_ = nullptr;
  Value made_;
};

Value map(Runtime&, const Arguments& arguments) {
  if (arguments.positional.empty()) throw TypeError("map() misses the argument 'value'");
  const bool by_attribute = arguments.size() == 1 && arguments.find("attribute") != nullptr;
  return by_attribute ? make_staged<MapAttribute>(arguments) : make_staged<MapFilter>(arguments);
}

// ---- select and reject

template <bool kByAttribute, bool kWanted>
class Choice {
 public:
  void prepare(Runtime&, Arguments& call) {
    List& positional = call.positional;
    positional.erase(positional.begin());
    if (kByAttribute) {
      if (positional.empty()) throw FilterArgumentError("Missing parameter for attribute name");
      path_.emplace(positional[0]);
      positional.erase(positional.begin());
    }
    call_ = &call;
    by_test_ = !positional.empty();
  }
  const Value* apply(Runtime& runtime, const Value& item) {
    const Value& tested = kByAttribute ? path_->find(runtime, item, made_) : item;
    return holds(runtime, tested) == kWanted ? &item : nullptr;
  }

 private:
  bool holds(Runtime& runtime, const Value& value) {
    if (comparison_ != nullptr) return comparison_(runtime, value, call_->positional[1]);
    if (!by_test_) return truth(runtime, value);
    if (test_ == nullptr) {
      look_up(runtime);
      return holds(runtime, value);
    }
    runtime.step(kStepsOfCall);
    python::work_on_text(value);
    call_->positional[0] = value;  // in the place of the test's name
    return test_->function(runtime, *call_);
  }

  // An unknown name is an error of the first item.
  void look_up(Runtime& runtime) {
    const Value name = selector(runtime, call_->positional[0]);
    test_ = name.is_string() ? find_test(name.as_string()) : nullptr;
    if (test_ == nullptr) unknown_test(runtime.text(name));
    if (call_->size() == 2 && call_->named.empty()) comparison_ = test_->comparison;
  }

  std::optional<AttributePath> path_;
  bool by_test_ = false;  // otherwise by the truth of the item
  const NamedTest* test_ = nullptr;
  Comparison comparison_ = nullptr;
  Arguments* call_ = nullptr;
  Value made_;
};

template <bool kByAttribute, bool kWanted>
Value choose(Runtime&, const Arguments& arguments) {
  if (arguments.positional.empty()) throw TypeError("select() misses the argument 'value'");
  return make_staged<Choice<kByAttribute, kWanted>>(arguments);
}

// ---- parts

Value batch(Runtime&, const Arguments& arguments) {
  const Bound bound("batch", arguments, {"value", "linecount", "fill_with"}, 2);
  return make_generator([source = LazySource(bound.at(0)), wanted = bound.at(1),
                         fill = bound[2] == nullptr ? Value() : bound.at(2), pending = List(),
                         done = false](Runtime& runtime, Value& item) mutable {
    if (done) return false;
    while (const Value* next = source.next(runtime)) {
      const bool full = equal(runtime, Value(static_cast<int64_t>(pending.size())), wanted);
      runtime.use_memory(sizeof(Value));
      if (full) {
        item = Value(std::move(pending));
        pending = List{*next};
        return true;
      }
      pending.push_back(*next);
    }
    done = true;
    if (pending.empty()) return false;
    if (!fill.is_null() && less(runtime, Value(static_cast<int64_t>(pending.size())), wanted)) {
      const auto missing = static_cast<uint64_t>(to_count(wanted, "linecount")) - pending.size();
      runtime.use_memory(missing * sizeof(Value));
      pending.insert(pending.end(), missing, fill);
    }
    item = Value(std::move(pending));
    return true;
  });
}

Value slice(Runtime&, const Arguments& arguments) {
  const Bound bound("slice", arguments, {"value", "slices", "fill_with"}, 2);
  return make_generator([source = bound.at(0), slices = bound.at(1),
                         fill = bound[2] == nullptr ? Value() : bound.at(2), items = std::optional<List>(),
                         number = int64_t{0}, offset = int64_t{0}](Runtime& runtime, Value& item) mutable {
    if (!items) items = to_list(runtime, source);
    const int64_t count = to_count(slices, "slices");
    if (count == 0) throw python::ZeroDivisionError("integer division or modulo by zero");
    if (number >= count) return false;
    const auto size = static_cast<int64_t>(items->size());
    const int64_t each = size / count;
    const int64_t with_extra = size % count;
    const int64_t begin = offset + number * each;
    if (number < with_extra) ++offset;
    const int64_t end = offset + (number + 1) * each;
    List part(items->begin() + begin, items->begin() + end);
    runtime.use_memory((part.size() + 1) * sizeof(Value));
    if (!fill.is_null() && number >= with_extra) part.push_back(fill);
    ++number;
    item = Value(std::move(part));
    return true;
  });
}

struct ValueHash {
  size_t operator()(const Value& value) const noexcept { return value.hash(); }
};

Value unique(Runtime&, const Arguments& arguments) {
  const Bound bound("unique", arguments, {"value", "case_sensitive", "attribute"}, 1);
  AttributePath path(bound[2] == nullptr ? Value() : bound.at(2));
  return make_generator(
      [source = LazySource(bound.at(0)), flag = bound[1] == nullptr ? Value(false) : bound.at(1),
       path = std::move(path),
       seen = std::unordered_set<Value, ValueHash>()](Runtime& runtime, Value& item) mutable {
        while (const Value* next = source.next(runtime)) {
          Value made;
          const Value& key = path.key(runtime, *next, truth(runtime, flag), made);
          require_hashable(key);
          runtime.use_memory(64);
          runtime.step(kStepsOfCall);
          if (!seen.insert(key).second) continue;
          item = *next;
          return true;
        }
        return false;
      });
}

Value items(Runtime&, const Arguments& arguments) {
  const Bound bound("items", arguments, {"value"}, 1);
  return make_generator([map = bound.at(0), position = size_t{0}](Runtime& runtime, Value& item) mutable {
    if (is_undefined(map)) return false;
    const Value& now = runtime.current(map);
    if (!now.is_map()) throw TypeError("Can only get item pairs from a mapping.");
    if (position >= now.size()) return false;
    const Map::Entry& entry = now.as_map().at(position++);
    item = Value::tuple({entry.key, entry.value});
    return true;
  });
}

constexpr NamedFilter kLazyFilters[] = {
    {.name = "batch", .function = batch, .only_walks = true},
    {.name = "items", .function = items},
    {.name = "map", .function = map, .only_walks = true},
    {.name = "reject", .function = choose<false, false>, .only_walks = true},
    {.name = "rejectattr", .function = choose<true, false>, .only_walks = true},
    {.name = "select", .function = choose<false, true>, .only_walks = true},
    {.name = "selectattr", .function = choose<true, true>, .only_walks = true},
    {.name = "slice", .function = slice, .only_walks = true},
    {.name = "unique", .function = unique, .only_walks = true},
};

}  // namespace

std::span<const NamedFilter> lazy_filters() {
  return kLazyFilters;
}

}  // namespace gregale::expression::jinja
