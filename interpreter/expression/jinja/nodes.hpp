// The bound form of a Jinja program: nodes that evaluate themselves. Private to
// interpreter/expression/jinja.
//
// Names, filters, tests and methods with known names are looked up once, when the program is bound
// (binder.hpp); an unknown one is an error of the evaluation, as in Jinja.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

// An expression.
class Node {
 public:
  virtual ~Node() = default;
  virtual Value evaluate(Runtime& runtime) const = 0;
  // The value where it lies, without counting a reference, or in [slot] when it had to be made. It stays
  // until something else is evaluated that is not only_looks_up().
  virtual const Value& view(Runtime& runtime, Value& slot) const {
    slot = evaluate(runtime);
    return slot;
  }
  // As evaluate(), for whoever walks the items once and does nothing else: a sequence of the same items.
  virtual Value evaluate_for_walk(Runtime& runtime) const { return evaluate(runtime); }
  // Whether its evaluation cannot change anything: constants, names and attributes.
  virtual bool only_looks_up() const noexcept { return false; }
  // The truth of the value.
  virtual bool test(Runtime& runtime) const {
    Value slot;
    return truth(runtime, view(runtime, slot));
  }
  // The variable's id if that is all that the node looks up, otherwise 0.
  virtual uint32_t variable() const noexcept { return 0; }
  // The value if it is a constant, otherwise null.
  virtual const Value* constant() const noexcept { return nullptr; }

  uint32_t begin = 0;
  uint32_t end = 0;

 protected:
  // Says that what fails from now on is this node.
  void mark(Runtime& runtime) const noexcept {
    runtime.begin = begin;
    runtime.end = end;
  }
};
using NodePtr = std::unique_ptr<const Node>;

// A part of a template.
class Statement {
 public:
  virtual ~Statement() = default;
  virtual void run(Runtime& runtime, std::string& out) const = 0;
};
using StatementPtr = std::unique_ptr<const Statement>;

class Body : public Statement {
 public:
  void run(Runtime& runtime, std::string& out) const override {
    for (const StatementPtr& part : parts) part->run(runtime, out);
  }
  std::vector<StatementPtr> parts;
};

// What is assigned to.
class Target {
 public:
  virtual ~Target() = default;
  virtual void assign(Runtime& runtime, Value value) const = 0;
  // The variable's id if that is all that is assigned to, otherwise 0.
  virtual uint32_t name() const noexcept { return 0; }
};
using TargetPtr = std::unique_ptr<const Target>;

// Arguments as written: constant ones are ready, * and ** are opened.
class ArgumentNodes {
 public:
  enum class Kind { positional, named, star, double_star };
  struct Argument {
    Kind kind;
    std::string name;
    NodePtr node;
  };
  // [walks_first]: the first one is only walked, once.
  void evaluate(Runtime& runtime, Arguments& arguments, bool walks_first = false) const;

  std::vector<Argument> arguments;
};

// ---- made in expression_nodes.cpp

NodePtr make_constant(Value value);
// A list or map that is written in the program: made anew each time, since it may be changed.
NodePtr make_list(std::vector<NodePtr> items, bool tuple);
NodePtr make_map(std::vector<NodePtr> keys_and_values);
NodePtr make_context();                           // _
NodePtr make_context_member(Value name);          // _.name
NodePtr make_context_variable(std::string name);  // __env, __execution, __task_execution
// [hint] ends the message when there is no variable of that name.
NodePtr make_variable(uint32_t id, std::string name, NodePtr otherwise, std::string hint = {});
NodePtr make_attribute(NodePtr object, Value name);
NodePtr make_item(NodePtr object, NodePtr key);
NodePtr make_slice(NodePtr object, NodePtr start, NodePtr stop, NodePtr step);
NodePtr make_call(NodePtr callee, ArgumentNodes arguments);
NodePtr make_method_call(NodePtr object, Value name, ArgumentNodes arguments);
NodePtr make_filter(const NamedFilter& filter, ArgumentNodes arguments);  // which stays
NodePtr make_test(Test test, ArgumentNodes arguments);
NodePtr make_failure(std::string message);  // fails when it is evaluated
NodePtr make_block_text();                  // the text that a block's filter chain works on

// ---- made in operator_nodes.cpp

NodePtr make_binary(std::string operation, NodePtr left, NodePtr right);
NodePtr make_and(NodePtr left, NodePtr right);
NodePtr make_or(NodePtr left, NodePtr right);
NodePtr make_not(NodePtr operand);
NodePtr make_sign(NodePtr operand, bool negative);
NodePtr make_concat(std::vector<NodePtr> parts);
NodePtr make_compare(std::vector<NodePtr> operands, const List& operators);
NodePtr make_condition(NodePtr then, NodePtr condition, NodePtr otherwise);

// ---- made in statement_nodes.cpp, macro_nodes.cpp and loop_node.cpp

StatementPtr make_text(std::string text);
StatementPtr make_output(NodePtr node, std::string text);  // and the text behind it
StatementPtr make_if(std::vector<NodePtr> conditions, std::vector<StatementPtr> bodies);
StatementPtr make_set(TargetPtr target, NodePtr value);
StatementPtr make_set_block(TargetPtr target, NodePtr filters, StatementPtr body);
StatementPtr make_with(std::vector<TargetPtr> targets, std::vector<NodePtr> values, StatementPtr body);
StatementPtr make_filter_block(NodePtr filters, StatementPtr body);
StatementPtr make_autoescape(NodePtr condition, StatementPtr body);
StatementPtr make_failing_statement(std::string message, uint32_t begin, uint32_t end);

TargetPtr make_name_target(uint32_t id);
TargetPtr make_tuple_target(std::vector<TargetPtr> targets);
TargetPtr make_member_target(uint32_t id, std::string member);

struct LoopParts {
  TargetPtr target;
  NodePtr iterable;
  NodePtr filter;  // may be null
  std::shared_ptr<const Statement> body;
  std::shared_ptr<const Statement> otherwise;  // may be null
  bool recursive = false;
  uint32_t loop_name = 0;
};
StatementPtr make_loop(LoopParts parts);

struct MacroParts {
  struct Parameter {
    uint32_t id;
    std::string name;
    NodePtr otherwise;  // may be null
  };
  std::string name;
  std::vector<Parameter> parameters;
  StatementPtr body;
  uint32_t varargs = 0, kwargs = 0, caller = 0;  // ids of these names
  // Whether the body uses them: extra arguments are refused otherwise.
  bool takes_varargs = false, takes_kwargs = false, takes_caller = false;
};
StatementPtr make_macro(uint32_t id, std::shared_ptr<const MacroParts> parts);
// [call] with the macro as its caller.
StatementPtr make_call_block(std::shared_ptr<const MacroParts> caller, NodePtr callee,
                             ArgumentNodes arguments);

// Blocks: the content of {% block %}, and self.name() for it.
StatementPtr make_block(std::shared_ptr<const Statement> body);
using Blocks = std::vector<std::pair<std::string, std::shared_ptr<const Statement>>>;
NodePtr make_self(std::shared_ptr<const Blocks> blocks);

// A new level of variables while it lives.
class Level {
 public:
  explicit Level(Runtime& runtime, std::shared_ptr<Frame> parent = nullptr)
      : runtime_(runtime), outer_(runtime.frame) {
    runtime.frame = std::make_shared<Frame>();
    runtime.frame->parent = parent ? std::move(parent) : outer_;
  }
  ~Level() { runtime_.frame = std::move(outer_); }
  Level(const Level&) = delete;
  Level& operator=(const Level&) = delete;

 private:
  Runtime& runtime_;
  std::shared_ptr<Frame> outer_;
};

}  // namespace gregale::expression::jinja
