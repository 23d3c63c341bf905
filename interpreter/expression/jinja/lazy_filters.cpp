// Filters that give a lazy sequence. Their errors come when it is walked, as in Jinja.
#include <unordered_set>

#include "interpreter/expression/jinja/attribute_path.hpp"
#include "interpreter/expression/jinja/registry.hpp"

namespace gregale::expression::jinja {

namespace {

// Walks [source] lazily: its errors, too, come at the first item.
class LazySource {
 public:
  explicit LazySource(Value source) : source_(std::move(source)) {}
  bool next(Runtime& runtime, Value& item) {
    if (!iteration_) iteration_ = std::make_shared<Iteration>(runtime, source_);
    return iteration_->next(item);
  }
  const Value& value() const noexcept { return source_; }

 private:
  Value source_;
  std::shared_ptr<Iteration> iteration_;
};

// ---- map

Value map_attribute(const Value& source, const Arguments& arguments) {
  Value attribute;
  Value fallback;
  std::string unknown;
  for (const auto& [name, value] : arguments.named) {
    if (name == "attribute") {
      attribute = value;
    } else if (name == "default") {
      fallback = value;
    } else {
      unknown = name;
    }
  }
  return make_generator([source = LazySource(source), attribute, fallback, unknown,
                         path = std::shared_ptr<AttributePath>()](Runtime& runtime,
                                                                  Value& item) mutable {
    if (!path) {
      if (!truth(runtime, source.value())) return false;
      if (!unknown.empty()) throw TypeError("Unexpected keyword argument '" + unknown + "'");
      path = std::make_shared<AttributePath>(attribute, fallback);
    }
    if (!source.next(runtime, item)) return false;
    item = path->get(runtime, item);
    return true;
  });
}

Value map(Runtime&, const Arguments& arguments) {
  if (arguments.positional.empty()) throw TypeError("map() misses the argument 'value'");
  const Value& source = arguments.positional[0];
  if (arguments.size() == 1 && arguments.find("attribute") != nullptr) {
    return map_attribute(source, arguments);
  }
  return make_generator([source = LazySource(source), call = arguments,
                         filter = Function(nullptr)](Runtime& runtime, Value& item) mutable {
    if (filter == nullptr) {
      if (!truth(runtime, source.value())) return false;
      if (call.positional.size() < 2) throw TypeError("map requires a filter argument");
      const Value name = call.positional[1];
      require_hashable(runtime.current(name));
      filter = name.is_string() ? find_filter(name.as_string()) : nullptr;
      if (filter == nullptr) unknown_filter(runtime.text(name));
      call.positional.erase(call.positional.begin());  // the item takes the place of the name
    }
    if (!source.next(runtime, item)) return false;
    call.positional[0] = std::move(item);
    item = filter(runtime, call);
    return true;
  });
}

// ---- select and reject

template <bool kByAttribute, bool kWanted>
Value choose(Runtime&, const Arguments& arguments) {
  if (arguments.positional.empty()) throw TypeError("select() misses the argument 'value'");
  struct State {
    LazySource source;
    Arguments call;
    bool ready;
    std::shared_ptr<AttributePath> path;
    Test test;  // none: the truth of the item
  };
  auto state = std::make_shared<State>(
      State{LazySource(arguments.positional[0]), arguments, false, nullptr, nullptr});
  return make_generator([state](Runtime& runtime, Value& item) {
    if (!state->ready) {
      if (!truth(runtime, state->source.value())) return false;
      List& positional = state->call.positional;
      positional.erase(positional.begin());
      if (kByAttribute) {
        if (positional.empty()) throw TypeError("Missing parameter for attribute name");
        state->path = std::make_shared<AttributePath>(positional[0]);
        positional.erase(positional.begin());
      }
      if (!positional.empty()) {
        const Value name = positional[0];
        require_hashable(runtime.current(name));
        state->test = name.is_string() ? find_test(name.as_string()) : nullptr;
        if (state->test == nullptr) unknown_test(runtime.text(name));
      }
      state->ready = true;
    }
    while (state->source.next(runtime, item)) {
      bool chosen;
      if (state->test != nullptr) {
        state->call.positional[0] = kByAttribute ? state->path->get(runtime, item) : item;
        chosen = state->test(runtime, state->call);
      } else {
        chosen = truth(runtime, kByAttribute ? state->path->get(runtime, item) : item);
      }
      if (chosen == kWanted) return true;
    }
    return false;
  });
}

// ---- parts

Value batch(Runtime&, const Arguments& arguments) {
  const Bound bound("batch", arguments, {"value", "linecount", "fill_with"}, 2);
  return make_generator([source = LazySource(bound.at(0)), count = bound.at(1),
                         fill = bound[2] == nullptr ? Value() : bound.at(2), pending = List(),
                         done = false](Runtime& runtime, Value& item) mutable {
    if (done) return false;
    const Value wanted = count;
    for (Value next; source.next(runtime, next);) {
      const bool full = equal(runtime, Value(static_cast<int64_t>(pending.size())), wanted);
      runtime.use_memory(sizeof(Value));
      if (full) {
        item = Value(std::move(pending));
        pending = List{std::move(next)};
        return true;
      }
      pending.push_back(std::move(next));
    }
    done = true;
    if (pending.empty()) return false;
    if (!fill.is_null() && less(runtime, Value(static_cast<int64_t>(pending.size())), wanted)) {
      const auto missing =
          static_cast<uint64_t>(to_count(wanted, "linecount")) - pending.size();
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
                         fill = bound[2] == nullptr ? Value() : bound.at(2),
                         items = std::shared_ptr<List>(), number = int64_t{0},
                         offset = int64_t{0}](Runtime& runtime, Value& item) mutable {
    if (!items) items = std::make_shared<List>(to_list(runtime, source));
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

Value unique(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("unique", arguments, {"value", "case_sensitive", "attribute"}, 1);
  const bool case_sensitive = bound[1] != nullptr && truth(runtime, *bound[1]);
  auto path = std::make_shared<AttributePath>(bound[2] == nullptr ? Value() : bound.at(2));
  auto seen = std::make_shared<std::unordered_set<Value, ValueHash>>();
  return make_generator([source = LazySource(bound.at(0)), case_sensitive, path,
                         seen](Runtime& runtime, Value& item) mutable {
    while (source.next(runtime, item)) {
      Value key = path->key(runtime, item, case_sensitive);
      require_hashable(key);
      runtime.use_memory(64);
      if (seen->insert(std::move(key)).second) return true;
    }
    return false;
  });
}

Value items(Runtime&, const Arguments& arguments) {
  const Bound bound("items", arguments, {"value"}, 1);
  return make_generator([map = bound.at(0), position = size_t{0}](Runtime& runtime,
                                                                  Value& item) mutable {
    if (is_undefined(map)) return false;
    const Value& now = runtime.current(map);
    if (!now.is_map()) throw TypeError("Can only get item pairs from a mapping.");
    if (position >= now.size()) return false;
    const Map::Entry& entry = now.as_map().at(position++);
    item = Value::tuple({entry.key, entry.value});
    return true;
  });
}

constexpr NamedFunction<Function> kFilters[] = {
    {"batch", batch},
    {"items", items},
    {"map", map},
    {"reject", choose<false, false>},
    {"rejectattr", choose<true, false>},
    {"select", choose<false, true>},
    {"selectattr", choose<true, true>},
    {"slice", slice},
    {"unique", unique},
};

}  // namespace

std::span<const NamedFunction<Function>> lazy_filters() { return kFilters; }

}  // namespace gregale::expression::jinja
