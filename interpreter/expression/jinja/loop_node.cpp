// {% for %}, and the variable loop in it.
#include "interpreter/expression/jinja/nodes.hpp"

namespace gregale::expression::jinja {

namespace {

class Loop;

// The variable loop. It is gone with the evaluation; loop(items) runs a recursive loop's body again.
class LoopVariable : public Callable,
                     public WithAttributes,
                     public std::enable_shared_from_this<LoopVariable> {
 public:
  LoopVariable(const Loop& loop, List items, int64_t depth, std::shared_ptr<Frame> outside)
      : loop_(loop), items_(std::move(items)), depth_(depth), outside_(std::move(outside)) {}

  const List& items() const noexcept { return items_; }
  void move_to(size_t position) noexcept { position_ = position; }

  Value call(Runtime& runtime, const Arguments& arguments) const override;
  bool attribute(Runtime& runtime, std::string_view name, Value& result) const override;
  std::string_view type_name() const noexcept override { return "LoopContext"; }
  std::string repr() const override {
    return "<LoopContext " + std::to_string(position_ + 1) + "/" + std::to_string(items_.size()) +
           ">";
  }

 private:
  static Value cycle(Runtime& runtime, const Value& self, const Arguments& arguments);
  static Value changed(Runtime& runtime, const Value& self, const Arguments& arguments);
  Value method(std::string name, Method function) const {
    return Value::object(std::make_shared<BoundMethod>(
        Value::object(std::shared_ptr<const core::Object>(shared_from_this())), std::move(name),
        function));
  }

  const Loop& loop_;
  List items_;
  int64_t depth_;
  std::shared_ptr<Frame> outside_;
  size_t position_ = 0;
  mutable Value last_seen_;  // by changed()
  mutable bool any_seen_ = false;
};

class Loop : public Statement {
 public:
  explicit Loop(LoopParts parts) : parts_(std::move(parts)) {}

  void run(Runtime& runtime, std::string& out) const override {
    run_items(runtime, parts_.iterable->evaluate(runtime), 0, runtime.frame, out);
  }

  bool recursive() const noexcept { return parts_.recursive; }

  void run_items(Runtime& runtime, const Value& iterable, int64_t depth,
                 const std::shared_ptr<Frame>& outside, std::string& out) const {
    bool any = false;
    {
      Level level(runtime, outside);
      any = parts_.loop_name != 0 ? run_with_variable(runtime, iterable, depth, outside, out)
                                  : run_simple(runtime, iterable, outside, out);
    }
    if (!any && parts_.otherwise) {
      Level level(runtime, outside);
      parts_.otherwise->run(runtime, out);
    }
  }

 private:
  // Each item has variables of its own.
  static void fresh_frame(Runtime& runtime, const std::shared_ptr<Frame>& outside) {
    if (runtime.frame.use_count() == 1) {
      runtime.frame->variables.clear();
    } else {  // a macro or a loop variable still looks at it
      runtime.frame = std::make_shared<Frame>();
      runtime.frame->parent = outside;
    }
  }

  bool wanted(Runtime& runtime) const {
    return !parts_.filter || parts_.filter->test(runtime);
  }

  bool run_simple(Runtime& runtime, const Value& iterable, const std::shared_ptr<Frame>& outside,
                  std::string& out) const {
    bool any = false;
    Iteration iteration(runtime, iterable);
    for (Value item; iteration.next(item);) {
      fresh_frame(runtime, outside);
      parts_.target->assign(runtime, std::move(item));
      if (!wanted(runtime)) continue;
      any = true;
      parts_.body->run(runtime, out);
    }
    return any;
  }

  bool run_with_variable(Runtime& runtime, const Value& iterable, int64_t depth,
                         const std::shared_ptr<Frame>& outside, std::string& out) const {
    List items;
    Iteration iteration(runtime, iterable);
    for (Value item; iteration.next(item);) {
      if (parts_.filter) {
        fresh_frame(runtime, outside);
        parts_.target->assign(runtime, item);
        if (!wanted(runtime)) continue;
      }
      runtime.use_memory(sizeof(Value));
      items.push_back(std::move(item));
    }
    auto loop = std::make_shared<LoopVariable>(*this, std::move(items), depth, outside);
    const Value variable = Value::object(loop);
    for (size_t i = 0; i < loop->items().size(); ++i) {
      fresh_frame(runtime, outside);
      loop->move_to(i);
      parts_.target->assign(runtime, loop->items()[i]);
      runtime.frame->set(parts_.loop_name, variable);
      parts_.body->run(runtime, out);
    }
    return !loop->items().empty();
  }

  LoopParts parts_;
};

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
  return arguments.positional[loop.position_ % arguments.size()];
}

Value LoopVariable::changed(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const auto& loop = *self.object_as<LoopVariable>();
  Value seen = Value::tuple(arguments.positional);
  if (loop.any_seen_ && equal(runtime, loop.last_seen_, seen)) return Value(false);
  loop.any_seen_ = true;
  loop.last_seen_ = std::move(seen);
  return Value(true);
}

bool LoopVariable::attribute(Runtime&, std::string_view name, Value& result) const {
  const auto position = static_cast<int64_t>(position_);
  const auto size = static_cast<int64_t>(items_.size());
  if (name == "index") {
    result = Value(position + 1);
  } else if (name == "index0") {
    result = Value(position);
  } else if (name == "revindex") {
    result = Value(size - position);
  } else if (name == "revindex0") {
    result = Value(size - position - 1);
  } else if (name == "first") {
    result = Value(position == 0);
  } else if (name == "last") {
    result = Value(position + 1 == size);
  } else if (name == "length") {
    result = Value(size);
  } else if (name == "depth") {
    result = Value(depth_ + 1);
  } else if (name == "depth0") {
    result = Value(depth_);
  } else if (name == "previtem") {
    result = position == 0 ? make_undefined("there is no previous item") : items_[position_ - 1];
  } else if (name == "nextitem") {
    result = position + 1 == size ? make_undefined("there is no next item") : items_[position_ + 1];
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

StatementPtr make_loop(LoopParts parts) { return std::make_unique<Loop>(std::move(parts)); }

}  // namespace gregale::expression::jinja
