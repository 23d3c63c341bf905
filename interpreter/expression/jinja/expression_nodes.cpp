// Nodes of expressions but for operators: constants, names, access, calls, filters and tests.
#include <atomic>
#include <cstring>

#include "interpreter/expression/jinja/nodes.hpp"

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/number.hpp"

namespace gregale::expression::jinja {

namespace {

class Constant : public Node {
 public:
  explicit Constant(Value value) : value_(std::move(value)) {}
  Value evaluate(Runtime&) const override { return value_; }
  const Value& view(Runtime&, Value&) const override { return value_; }
  bool only_looks_up() const noexcept override { return true; }
  const Value* constant() const noexcept override { return &value_; }

 private:
  Value value_;
};

class ListNode : public Node {
 public:
  ListNode(std::vector<NodePtr> items, bool tuple) : items_(std::move(items)), tuple_(tuple) {}
  Value evaluate(Runtime& runtime) const override {
    runtime.step();
    runtime.use_memory(items_.size() * sizeof(Value));
    List items;
    items.reserve(items_.size());
    for (const NodePtr& item : items_) items.push_back(item->evaluate(runtime));
    return tuple_ ? Value::tuple(std::move(items)) : Value(std::move(items));
  }

 private:
  std::vector<NodePtr> items_;
  bool tuple_;
};

class MapNode : public Node {
 public:
  explicit MapNode(std::vector<NodePtr> parts) : parts_(std::move(parts)) {}
  Value evaluate(Runtime& runtime) const override {
    runtime.step();
    runtime.use_memory(parts_.size() * sizeof(Value));
    Map map;
    map.reserve(parts_.size() / 2);
    for (size_t i = 0; i + 1 < parts_.size(); i += 2) {
      Value key = parts_[i]->evaluate(runtime);
      mark(runtime);
      require_hashable(key);
      map.set(std::move(key), parts_[i + 1]->evaluate(runtime));
    }
    return Value(std::move(map));
  }

 private:
  std::vector<NodePtr> parts_;
};

// ---- names

class Context : public Node {
 public:
  Value evaluate(Runtime& runtime) const override { return runtime.scope.data.whole(); }
};

// Where maps had a member when a node looked for it last; read and written by all threads that evaluate the
// node, and only ever a guess.
class Guess {
 public:
  const Value* find(const Map& map, const std::string& name) const noexcept {
    const uint32_t guess = position_.load(std::memory_order_relaxed);
    if (guess < map.size()) {
      const Map::Entry& entry = map.at(guess);
      if (entry.key.is_string() && same(entry.key.as_string(), name)) return &entry.value;
    }
    return search(map, name, guess);
  }

 private:
  // Names are short: a call of memcmp costs more than the comparison.
  static bool same(const std::string& a, const std::string& b) noexcept {
    if (a.size() != b.size()) return false;
    if (a.size() > 16) return a == b;
    if (a.size() >= 8) return same_ends<uint64_t>(a, b);
    if (a.size() >= 4) return same_ends<uint32_t>(a, b);
    if (a.size() >= 2) return same_ends<uint16_t>(a, b);
    return a.empty() || a[0] == b[0];
  }
  // For texts of one size that is at most that of two Parts.
  template <typename Part>
  static bool same_ends(const std::string& a, const std::string& b) noexcept {
    const auto part = [](const char* from) {
      Part bytes;
      std::memcpy(&bytes, from, sizeof bytes);
      return bytes;
    };
    const size_t last = a.size() - sizeof(Part);
    return part(a.data()) == part(b.data()) && part(a.data() + last) == part(b.data() + last);
  }
  const Value* search(const Map& map, const std::string& name, uint32_t guess) const noexcept {
    const Value* found = map.find(name, guess);
    position_.store(guess, std::memory_order_relaxed);
    return found;
  }

  mutable std::atomic<uint32_t> position_{0};
};

// _.name without building the whole context, where that is only an item of it.
class ContextMember : public Node {
 public:
  explicit ContextMember(Value name)
      : name_(std::move(name)),
        hidden_(find_method(Value(Map()), name_.as_string()) != nullptr ||
                name_.as_string().starts_with("__")) {}
  Value evaluate(Runtime& runtime) const override {
    Value slot;
    return view(runtime, slot);
  }
  const Value& view(Runtime& runtime, Value& slot) const override {
    if (!hidden_ && !runtime.anything_changed()) {
      if (const Value* found = runtime.scope.data.find(name_.as_string())) return *found;
    }
    mark(runtime);
    slot = get_attribute(runtime, runtime.scope.data.whole(), name_);
    return slot;
  }
  bool only_looks_up() const noexcept override { return true; }

 private:
  Value name_;
  bool hidden_;  // by a method of the same name, or it may be internal
};

class ContextVariable : public Node {
 public:
  explicit ContextVariable(std::string name) : name_(std::move(name)) {}
  Value evaluate(Runtime& runtime) const override {
    if (const Value* found = runtime.scope.data.find(name_)) return *found;
    if (runtime.scope.data.whole().is_map()) return Value();
    return make_undefined("'" + name_ + "' is undefined");
  }

 private:
  std::string name_;
};

class Variable : public Node {
 public:
  Variable(uint32_t id, std::string name, NodePtr otherwise, std::string hint)
      : id_(id), name_(std::move(name)), otherwise_(std::move(otherwise)), hint_(std::move(hint)) {}
  Value evaluate(Runtime& runtime) const override {
    Value slot;
    return view(runtime, slot);
  }
  const Value& view(Runtime& runtime, Value& slot) const override {
    if (const Value* found = runtime.frame->find(id_)) return *found;
    if (otherwise_) return otherwise_->view(runtime, slot);
    slot = make_undefined("'" + name_ + "' is undefined" + hint_);
    return slot;
  }
  bool only_looks_up() const noexcept override { return !otherwise_ || otherwise_->only_looks_up(); }
  uint32_t variable() const noexcept override { return id_; }

 private:
  uint32_t id_;
  std::string name_;
  NodePtr otherwise_;
  std::string hint_;
};

// ---- access

class Attribute : public Node {
 public:
  Attribute(NodePtr object, Value name)
      : object_(std::move(object)),
        variable_(object_->variable()),
        name_(std::move(name)),
        hidden_(find_method(Value(Map()), name_.as_string()) != nullptr ||
                name_.as_string().starts_with("__")) {}
  Value evaluate(Runtime& runtime) const override {
    Value slot;
    return view(runtime, slot);
  }
  const Value& view(Runtime& runtime, Value& slot) const override {
    const Value* known = variable_ == 0 ? nullptr : runtime.frame->find(variable_);
    const Value& object = known != nullptr ? *known : object_->view(runtime, slot);
    runtime.step();
    if (!hidden_) {  // the usual case: the item of a dict
      const Value& now = runtime.current(object);
      if (now.is_map()) {
        if (const Value* found = guess_.find(now.as_map(), name_.as_string())) return *found;
      }
    }
    mark(runtime);
    slot = get_attribute(runtime, object, name_);
    return slot;
  }
  bool only_looks_up() const noexcept override { return object_->only_looks_up(); }

 private:
  NodePtr object_;
  uint32_t variable_;  // that the object is; 0: something else
  Value name_;
  bool hidden_;
  Guess guess_;
};

class Item : public Node {
 public:
  Item(NodePtr object, NodePtr key) : object_(std::move(object)), key_(std::move(key)) {}
  Value evaluate(Runtime& runtime) const override {
    const Value object = object_->evaluate(runtime);
    const Value key = key_->evaluate(runtime);
    runtime.step();
    mark(runtime);
    return get_item(runtime, object, key);
  }

 private:
  NodePtr object_;
  NodePtr key_;
};

class Slice : public Node {
 public:
  Slice(NodePtr object, NodePtr start, NodePtr stop, NodePtr step)
      : object_(std::move(object)),
        start_(std::move(start)),
        stop_(std::move(stop)),
        step_(std::move(step)) {}
  Value evaluate(Runtime& runtime) const override {
    const Value object = object_->evaluate(runtime);
    const Value start = start_->evaluate(runtime);
    const Value stop = stop_->evaluate(runtime);
    const Value step = step_->evaluate(runtime);
    runtime.step();
    mark(runtime);
    return get_slice(runtime, object, start, stop, step);
  }

 private:
  NodePtr object_, start_, stop_, step_;
};

// ---- calls

class Call : public Node {
 public:
  Call(NodePtr callee, ArgumentNodes arguments)
      : callee_(std::move(callee)), arguments_(std::move(arguments)) {}
  Value evaluate(Runtime& runtime) const override {
    const Value callee = callee_->evaluate(runtime);
    Arguments arguments;
    arguments_.evaluate(runtime, arguments);
    mark(runtime);
    return call_value(runtime, callee, arguments);
  }

 private:
  NodePtr callee_;
  ArgumentNodes arguments_;
};

// object.name(arguments): a method of a Python type is called without making an object for it.
class MethodCall : public Node {
 public:
  MethodCall(NodePtr object, Value name, ArgumentNodes arguments)
      : object_(std::move(object)), name_(std::move(name)), arguments_(std::move(arguments)) {}
  Value evaluate(Runtime& runtime) const override {
    const Value object = object_->evaluate(runtime);
    Arguments arguments;
    if (const Method method = find_method(object, name_.as_string())) {
      arguments_.evaluate(runtime, arguments);
      runtime.step();
      mark(runtime);
      python::work_on_text(object);
      return method(runtime, object, arguments);
    }
    mark(runtime);
    const Value callee = get_attribute(runtime, object, name_);
    arguments_.evaluate(runtime, arguments);
    mark(runtime);
    return call_value(runtime, callee, arguments);
  }

 private:
  NodePtr object_;
  Value name_;
  ArgumentNodes arguments_;
};

class Filter : public Node {
 public:
  Filter(const NamedFilter& filter, ArgumentNodes arguments)
      : filter_(filter), arguments_(std::move(arguments)) {}
  Value evaluate(Runtime& runtime) const override { return apply(runtime, filter_.function); }
  Value evaluate_for_walk(Runtime& runtime) const override {
    return apply(runtime, filter_.walked != nullptr ? filter_.walked : filter_.function);
  }

 private:
  Value apply(Runtime& runtime, Function function) const {
    Arguments arguments;
    arguments_.evaluate(runtime, arguments, filter_.only_walks);
    runtime.step();
    mark(runtime);
    if (!arguments.positional.empty()) python::work_on_text(arguments.positional.front());
    return function(runtime, arguments);
  }

  const NamedFilter& filter_;
  ArgumentNodes arguments_;
};

class TestNode : public Node {
 public:
  TestNode(Test function, ArgumentNodes arguments) : function_(function), arguments_(std::move(arguments)) {}
  Value evaluate(Runtime& runtime) const override { return Value(test(runtime)); }
  bool test(Runtime& runtime) const override {
    Arguments arguments;
    arguments_.evaluate(runtime, arguments);
    runtime.step();
    mark(runtime);
    if (!arguments.positional.empty()) python::work_on_text(arguments.positional.front());
    return function_(runtime, arguments);
  }

 private:
  Test function_;
  ArgumentNodes arguments_;
};

class Failure : public Node {
 public:
  explicit Failure(std::string message) : message_(std::move(message)) {}
  Value evaluate(Runtime& runtime) const override {
    mark(runtime);
    throw core::Error(core::ErrorKind::invalid, message_);
  }

 private:
  std::string message_;
};

class BlockText : public Node {
 public:
  Value evaluate(Runtime& runtime) const override { return runtime.block_text; }
};

}  // namespace

void ArgumentNodes::evaluate(Runtime& runtime, Arguments& result, bool walks_first) const {
  result.positional.reserve(arguments.size());
  for (const Argument& argument : arguments) {
    const bool walk = walks_first && &argument == &arguments.front();
    Value value = walk ? argument.node->evaluate_for_walk(runtime) : argument.node->evaluate(runtime);
    if (argument.kind == Kind::positional) {
      result.positional.push_back(std::move(value));
    } else if (argument.kind == Kind::named) {
      result.named.emplace_back(argument.name, std::move(value));
    } else if (argument.kind == Kind::star) {
      for (Value& item : to_list(runtime, value)) result.positional.push_back(std::move(item));
    } else {
      const Value& now = runtime.current(value);
      require_defined(now);
      if (!now.is_map()) throw TypeError("the argument after ** must be a mapping");
      for (const Map::Entry& entry : now.as_map()) {
        if (!entry.key.is_string()) throw TypeError("keywords must be strings");
        if (result.find(entry.key.as_string()) != nullptr) {
          throw TypeError("got multiple values for keyword argument " + shown(entry.key));
        }
        result.named.emplace_back(entry.key.as_string(), entry.value);
      }
    }
  }
}

NodePtr make_constant(Value value) {
  return std::make_unique<Constant>(std::move(value));
}
NodePtr make_list(std::vector<NodePtr> items, bool tuple) {
  return std::make_unique<ListNode>(std::move(items), tuple);
}
NodePtr make_map(std::vector<NodePtr> keys_and_values) {
  return std::make_unique<MapNode>(std::move(keys_and_values));
}
NodePtr make_context() {
  return std::make_unique<Context>();
}
NodePtr make_context_member(Value name) {
  return std::make_unique<ContextMember>(std::move(name));
}
NodePtr make_context_variable(std::string name) {
  return std::make_unique<ContextVariable>(std::move(name));
}
NodePtr make_variable(uint32_t id, std::string name, NodePtr otherwise, std::string hint) {
  return std::make_unique<Variable>(id, std::move(name), std::move(otherwise), std::move(hint));
}
NodePtr make_attribute(NodePtr object, Value name) {
  return std::make_unique<Attribute>(std::move(object), std::move(name));
}
NodePtr make_item(NodePtr object, NodePtr key) {
  return std::make_unique<Item>(std::move(object), std::move(key));
}
NodePtr make_slice(NodePtr object, NodePtr start, NodePtr stop, NodePtr step) {
  return std::make_unique<Slice>(std::move(object), std::move(start), std::move(stop), std::move(step));
}
NodePtr make_call(NodePtr callee, ArgumentNodes arguments) {
  return std::make_unique<Call>(std::move(callee), std::move(arguments));
}
NodePtr make_method_call(NodePtr object, Value name, ArgumentNodes arguments) {
  return std::make_unique<MethodCall>(std::move(object), std::move(name), std::move(arguments));
}
NodePtr make_filter(const NamedFilter& filter, ArgumentNodes arguments) {
  return std::make_unique<Filter>(filter, std::move(arguments));
}
NodePtr make_test(Test test, ArgumentNodes arguments) {
  return std::make_unique<TestNode>(test, std::move(arguments));
}
NodePtr make_failure(std::string message) {
  return std::make_unique<Failure>(std::move(message));
}
NodePtr make_block_text() {
  return std::make_unique<BlockText>();
}

}  // namespace gregale::expression::jinja
