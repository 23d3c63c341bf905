// {% for %}, and the variable loop in it.
#include <algorithm>
#include <optional>

#include "interpreter/expression/jinja/nodes.hpp"
#include "interpreter/expression/jinja/sequence.hpp"

namespace gregale::expression::jinja {

namespace {

class Loop;

// The variable loop, which also walks. It is gone with the evaluation; loop(items) runs a recursive loop's
// body again.
class LoopVariable : public Callable,
                     public WithAttributes,
                     public Circular,
                     public std::enable_shared_from_this<LoopVariable> {
 public:
  LoopVariable(const Loop& loop, Runtime& runtime, const Value& iterable, int64_t depth,
               std::shared_ptr<Frame> outside);

  // Goes to the next item; null at the end. It stays until the next one.
  const Value* advance();

  void cut() const noexcept override { last_seen_ = Value(); }
  Value call(Runtime& runtime, const Arguments& arguments) const override;
  bool attribute(Runtime& runtime, std::string_view name, Value& result) const override;
  std::string_view type_name() const noexcept override { return "LoopContext"; }
  std::string repr() const override {
    return "<LoopContext " + std::to_string(position_ + 1) + "/" + std::to_string(length()) + ">";
  }

 private:
  static Value cycle(Runtime& runtime, const Value& self, const Arguments& arguments);
  static Value changed(Runtime& runtime, const Value& self, const Arguments& arguments);
  Value method(std::string name, Method function) const {
    return Value::object(std::make_shared<BoundMethod>(
        Value::object(std::shared_ptr<const core::Object>(shared_from_this())), std::move(name), function));
  }
  // The item after this one, which is then fetched; null at the end.
  const Value* peek() const;
  // Of the whole walk. What has no length is fetched whole.
  int64_t length() const;

  const Loop& loop_;
  Runtime& runtime_;
  Value iterable_;
  int64_t depth_;
  std::shared_ptr<Frame> outside_;
  int64_t position_ = -1;
  Value previous_;
  Value item_;
  // What its attributes have found out.
  mutable std::unique_ptr<Iteration> walk_;
  mutable List ahead_;  // fetched, in reverse order
  mutable std::optional<int64_t> length_;
  mutable Value last_seen_;  // by changed()
  mutable bool any_seen_ = false;
};

class Loop : public Statement {
 public:
  explicit Loop(LoopParts parts) : parts_(std::move(parts)) {}

  void run(Runtime& runtime, std::string& out) const override {
    const std::shared_ptr<Frame> outside = runtime.frame;  // runtime.frame itself will change
    run_items(runtime, parts_.iterable->evaluate(runtime), 0, outside, out);
  }

  bool recursive() const noexcept { return parts_.recursive; }
  bool has_filter() const noexcept { return parts_.filter != nullptr; }

  // The next item that the filter wants; false at the end.
  bool next_wanted(Runtime& runtime, Iteration& walk, const std::shared_ptr<Frame>& outside,
                   Value& item) const {
    while (walk.next(item)) {
      if (!parts_.filter) return true;
      const Level level(runtime, outside);  // the body's variables are not there yet
      parts_.target->assign(runtime, item);
      if (parts_.filter->test(runtime)) return true;
    }
    return false;
  }

  void run_items(Runtime& runtime, const Value& iterable, int64_t depth,
                 const std::shared_ptr<Frame>& outside, std::string& out) const {
    bool any = false;
    {
      const Level level(runtime, outside);
      any = parts_.loop_name != 0 ? run_with_variable(runtime, iterable, depth, outside, out)
                                  : run_simple(runtime, iterable, out);
      runtime.frame->clear();  // for macros that live longer: what the loop has defined is gone
    }
    if (!any && parts_.otherwise) {
      const Level level(runtime, outside);
      parts_.otherwise->run(runtime, out);
    }
  }

 private:
  bool run_simple(Runtime& runtime, const Value& iterable, std::string& out) const {
    Frame& frame = *runtime.frame;
    const uint32_t name = parts_.target->name();
    bool any = false;
    Iteration iteration(runtime, iterable);
    while (const Value* item = iteration.next()) {
      frame.clear();
      if (name != 0 && iteration.item_stays()) {
        frame.set_item(name, *item);
      } else {
        parts_.target->assign(runtime, *item);
      }
      if (parts_.filter && !parts_.filter->test(runtime)) continue;
      any = true;
      parts_.body->run(runtime, out);
    }
    return any;
  }

  bool run_with_variable(Runtime& runtime, const Value& iterable, int64_t depth,
                         const std::shared_ptr<Frame>& outside, std::string& out) const {
    runtime.keep(outside);  // what stands there may hold the loop
    const auto loop = std::make_shared<LoopVariable>(*this, runtime, iterable, depth, outside);
    const Value variable = Value::object(loop);
    bool any = false;
    while (const Value* item = loop->advance()) {
      any = true;
      runtime.frame->clear();
      parts_.target->assign(runtime, *item);
      runtime.frame->set(parts_.loop_name, variable);
      parts_.body->run(runtime, out);
    }
    return any;
  }

  LoopParts parts_;
};

LoopVariable::LoopVariable(const Loop& loop, Runtime& runtime, const Value& iterable, int64_t depth,
                           std::shared_ptr<Frame> outside)
    : loop_(loop),
      runtime_(runtime),
      iterable_(iterable),
      depth_(depth),
      outside_(std::move(outside)),
      walk_(std::make_unique<Iteration>(runtime, iterable)) {}

const Value* LoopVariable::peek() const {
  if (ahead_.empty()) {
    Value item;
    if (!loop_.next_wanted(runtime_, *walk_, outside_, item)) return nullptr;
    ahead_.push_back(std::move(item));
  }
  return &ahead_.back();
}

const Value* LoopVariable::advance() {
  if (peek() == nullptr) return nullptr;
  previous_ = std::move(item_);
  item_ = std::move(ahead_.back());
  ahead_.pop_back();
  ++position_;
  return &item_;
}

int64_t LoopVariable::length() const {
  if (length_) return *length_;
  const bool has_length = iterable_.object_as<Generator>() == nullptr && !loop_.has_filter();
  if (has_length) {
    length_ = length_of(runtime_, iterable_);
  } else {
    List rest = std::move(ahead_);
    for (Value item; loop_.next_wanted(runtime_, *walk_, outside_, item);) {
      runtime_.use_memory(sizeof(Value));
      rest.push_back(std::move(item));
    }
    std::reverse(rest.begin(), rest.end());
    ahead_ = std::move(rest);
    length_ = position_ + 1 + static_cast<int64_t>(ahead_.size());
  }
  return *length_;
}

Value LoopVariable::call(Runtime& runtime, const Arguments& arguments) const {
  if (!loop_.recursive()) {
    throw TypeError("The loop must have the 'recursive' marker to be called recursively.");
  }
  const Bound bound("loop", arguments, {"iterable"}, 1);
  std::string out;
  loop_.run_items(runtime, bound.at(0), depth_ + 1, outside_, out);
  return runtime.autoescape ? markup(std::move(out)) : Value(std::move(out));
}

Value LoopVariable::cycle(Runtime&, const Value& self, const Arguments& arguments) {
  const auto& loop = *self.object_as<LoopVariable>();
  if (arguments.positional.empty()) throw TypeError("no items for cycling given");
  return arguments.positional[static_cast<size_t>(loop.position_) % arguments.size()];
}

Value LoopVariable::changed(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto& loop = *self.object_as<LoopVariable>();
  Value seen = Value::tuple(arguments.positional);
  if (loop.any_seen_ && equal(runtime, loop.last_seen_, seen)) return Value(false);
  if (!loop.any_seen_) runtime.keep(std::shared_ptr<const Circular>(loop.shared_from_this()));
  loop.any_seen_ = true;
  loop.last_seen_ = std::move(seen);
  return Value(true);
}

bool LoopVariable::attribute(Runtime&, std::string_view name, Value& result) const {
  if (name == "index") {
    result = Value(position_ + 1);
  } else if (name == "index0") {
    result = Value(position_);
  } else if (name == "revindex") {
    result = Value(length() - position_);
  } else if (name == "revindex0") {
    result = Value(length() - position_ - 1);
  } else if (name == "first") {
    result = Value(position_ == 0);
  } else if (name == "last") {
    result = Value(peek() == nullptr);
  } else if (name == "length") {
    result = Value(length());
  } else if (name == "depth") {
    result = Value(depth_ + 1);
  } else if (name == "depth0") {
    result = Value(depth_);
  } else if (name == "previtem") {
    result = position_ == 0 ? make_undefined("there is no previous item") : previous_;
  } else if (name == "nextitem") {
    const Value* next = peek();
    result = next == nullptr ? make_undefined("there is no next item") : *next;
  } else if (name == "cycle") {
    result = method("cycle", cycle);
  } else if (name == "changed") {
    result = method("changed", changed);
  } else {
    return false;
  }
  return true;
}

}  // namespace

StatementPtr make_loop(LoopParts parts) {
  return std::make_unique<Loop>(std::move(parts));
}

}  // namespace gregale::expression::jinja
