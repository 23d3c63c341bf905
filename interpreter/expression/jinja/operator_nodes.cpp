// Nodes of operators.
#include <algorithm>

#include "interpreter/expression/jinja/nodes.hpp"
#include "interpreter/expression/python/number.hpp"

namespace gregale::expression::jinja {

namespace {

// The value of [node], which stays while the next one is evaluated, which may only look up.
const Value& view_before(bool next_looks_up, const Node& node, Runtime& runtime, Value& slot) {
  if (next_looks_up) return node.view(runtime, slot);
  slot = node.evaluate(runtime);
  return slot;
}

class Binary : public Node {
 public:
  Binary(std::string operation, NodePtr left, NodePtr right)
      : operation_(std::move(operation)),
        left_(std::move(left)),
        right_(std::move(right)),
        right_looks_up_(right_->only_looks_up()) {}
  Value evaluate(Runtime& runtime) const override {
    Value left_slot, right_slot;
    const Value& left = view_before(right_looks_up_, *left_, runtime, left_slot);
    const Value& right = right_->view(runtime, right_slot);
    runtime.step();
    mark(runtime);
    return binary(runtime, operation_, left, right);
  }

 private:
  std::string operation_;
  NodePtr left_, right_;
  bool right_looks_up_;
};

class And : public Node {
 public:
  And(NodePtr left, NodePtr right) : left_(std::move(left)), right_(std::move(right)) {}
  Value evaluate(Runtime& runtime) const override {
    Value left = left_->evaluate(runtime);
    mark(runtime);
    return truth(runtime, left) ? right_->evaluate(runtime) : left;
  }
  bool test(Runtime& runtime) const override { return left_->test(runtime) && right_->test(runtime); }

 private:
  NodePtr left_, right_;
};

class Or : public Node {
 public:
  Or(NodePtr left, NodePtr right) : left_(std::move(left)), right_(std::move(right)) {}
  Value evaluate(Runtime& runtime) const override {
    Value left = left_->evaluate(runtime);
    mark(runtime);
    return truth(runtime, left) ? left : right_->evaluate(runtime);
  }
  bool test(Runtime& runtime) const override { return left_->test(runtime) || right_->test(runtime); }

 private:
  NodePtr left_, right_;
};

class Not : public Node {
 public:
  explicit Not(NodePtr operand) : operand_(std::move(operand)) {}
  Value evaluate(Runtime& runtime) const override { return Value(test(runtime)); }
  bool test(Runtime& runtime) const override {
    mark(runtime);
    return !operand_->test(runtime);
  }

 private:
  NodePtr operand_;
};

class Sign : public Node {
 public:
  Sign(NodePtr operand, bool negative) : operand_(std::move(operand)), negative_(negative) {}
  Value evaluate(Runtime& runtime) const override {
    const Value operand = operand_->evaluate(runtime);
    mark(runtime);
    require_defined(operand);
    if (operand.is_time_span()) {
      return negative_ ? Value::time_span(-operand.as_time_span()) : operand;
    }
    if (!python::is_number(operand)) {
      throw TypeError(std::string("bad operand type for unary ") + (negative_ ? "-" : "+") + ": '" +
                      std::string(python::type_name(operand)) + "'");
    }
    return negative_ ? python::negate(operand) : python::positive(operand);
  }

 private:
  NodePtr operand_;
  bool negative_;
};

class Concat : public Node {
 public:
  explicit Concat(std::vector<NodePtr> parts) : parts_(std::move(parts)) {}
  Value evaluate(Runtime& runtime) const override {
    runtime.step();
    if (runtime.autoescape) return evaluate_escaped(runtime);
    std::string out;
    for (const NodePtr& part : parts_) {
      Value slot;
      const Value& value = part->view(runtime, slot);
      mark(runtime);
      runtime.print(value, out);
    }
    return Value(std::move(out));
  }

 private:
  // Any Markup among the parts makes Markup of the whole.
  Value evaluate_escaped(Runtime& runtime) const {
    List values;
    bool any_markup = false;
    for (const NodePtr& part : parts_) {
      values.push_back(part->evaluate(runtime));
      any_markup = any_markup || is_markup(values.back());
    }
    mark(runtime);
    std::string out;
    for (const Value& value : values) {
      out += any_markup ? escape(runtime, value).as_string() : runtime.text(value);
    }
    runtime.use_memory(out.size());
    return any_markup ? markup(std::move(out)) : Value(std::move(out));
  }

  std::vector<NodePtr> parts_;
};

bool unequal(Runtime& runtime, const Value& left, const Value& right) {
  return !equal(runtime, left, right);
}
bool is_in(Runtime& runtime, const Value& left, const Value& right) {
  return contains(runtime, right, left);
}
bool is_not_in(Runtime& runtime, const Value& left, const Value& right) {
  return !contains(runtime, right, left);
}

// A comparison, and which orders of two integers it is true for.
struct Comparing {
  std::string_view name;
  Comparison function;
  bool less = false, equal = false, greater = false;
  bool of_integers = true;
};
constexpr Comparing kComparisons[] = {
    {.name = "==", .function = equal, .equal = true},
    {.name = "!=", .function = unequal, .less = true, .greater = true},
    {.name = "<", .function = less, .less = true},
    {.name = "<=", .function = less_or_equal, .less = true, .equal = true},
    {.name = ">", .function = greater, .greater = true},
    {.name = ">=", .function = greater_or_equal, .equal = true, .greater = true},
    {.name = "in", .function = is_in, .of_integers = false},
    {.name = "not in", .function = is_not_in, .of_integers = false},
};

bool compare(Runtime& runtime, const Comparing& how, const Value& left, const Value& right) {
  if (how.of_integers && left.is_small_integer() && right.is_small_integer()) {
    const int64_t a = left.as_integer();
    const int64_t b = right.as_integer();
    return a < b ? how.less : a == b ? how.equal : how.greater;
  }
  return how.function(runtime, left, right);
}

class Compare : public Node {
 public:
  Compare(std::vector<NodePtr> operands, const List& operators)
      : operands_(std::move(operands)), second_looks_up_(operands_[1]->only_looks_up()) {
    for (const Value& name : operators) {
      comparisons_.push_back(
          std::find_if(std::begin(kComparisons), std::end(kComparisons) - 1,
                       [&](const Comparing& how) { return how.name == name.as_string(); }));
    }
  }
  Value evaluate(Runtime& runtime) const override { return Value(test(runtime)); }
  bool test(Runtime& runtime) const override {
    if (comparisons_.size() == 1) {
      Value left_slot, right_slot;
      const Value& left = view_before(second_looks_up_, *operands_[0], runtime, left_slot);
      const Value& right = operands_[1]->view(runtime, right_slot);
      runtime.step();
      mark(runtime);
      return compare(runtime, *comparisons_[0], left, right);
    }
    Value left = operands_[0]->evaluate(runtime);
    for (size_t i = 0; i < comparisons_.size(); ++i) {
      Value right = operands_[i + 1]->evaluate(runtime);
      runtime.step();
      mark(runtime);
      if (!compare(runtime, *comparisons_[i], left, right)) return false;
      left = std::move(right);
    }
    return true;
  }

 private:
  std::vector<NodePtr> operands_;
  std::vector<const Comparing*> comparisons_;
  bool second_looks_up_;
};

class Condition : public Node {
 public:
  Condition(NodePtr then, NodePtr condition, NodePtr otherwise)
      : then_(std::move(then)), condition_(std::move(condition)), otherwise_(std::move(otherwise)) {}
  Value evaluate(Runtime& runtime) const override {
    mark(runtime);
    if (condition_->test(runtime)) return then_->evaluate(runtime);
    if (otherwise_) return otherwise_->evaluate(runtime);
    return make_undefined("the inline if-expression is false and has no else", Undefined::Kind::lenient);
  }

 private:
  NodePtr then_, condition_, otherwise_;
};

}  // namespace

NodePtr make_binary(std::string operation, NodePtr left, NodePtr right) {
  return std::make_unique<Binary>(std::move(operation), std::move(left), std::move(right));
}
NodePtr make_and(NodePtr left, NodePtr right) {
  return std::make_unique<And>(std::move(left), std::move(right));
}
NodePtr make_or(NodePtr left, NodePtr right) {
  return std::make_unique<Or>(std::move(left), std::move(right));
}
NodePtr make_not(NodePtr operand) {
  return std::make_unique<Not>(std::move(operand));
}
NodePtr make_sign(NodePtr operand, bool negative) {
  return std::make_unique<Sign>(std::move(operand), negative);
}
NodePtr make_concat(std::vector<NodePtr> parts) {
  return std::make_unique<Concat>(std::move(parts));
}
NodePtr make_compare(std::vector<NodePtr> operands, const List& operators) {
  return std::make_unique<Compare>(std::move(operands), operators);
}
NodePtr make_condition(NodePtr then, NodePtr condition, NodePtr otherwise) {
  return std::make_unique<Condition>(std::move(then), std::move(condition), std::move(otherwise));
}

}  // namespace gregale::expression::jinja
