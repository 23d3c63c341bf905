#include "interpreter/expression/yaql/nodes.hpp"

#include <fmt/format.h>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/date_time.hpp"
#include "interpreter/expression/yaql/function.hpp"
#include "interpreter/expression/yaql/invocation.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/operators.hpp"

namespace gregale::expression::yaql {

namespace {

using grammar::NodeKind;

// Runs [work] for [node]: counts it, guards the stack, and gives an error the place of the innermost node
// that it came from.
template <typename Work>
Value run(Evaluation& evaluation, const Node& node, Work work) {
  using Cause = Failure::Cause;
  try {
    evaluation.step();
    const Evaluation::Nesting nesting(evaluation);
    return work();
  } catch (const EvaluationError&) {
    throw;
  } catch (const NoMatch& error) {
    throw Failure(error.what(), node.begin, node.end, Cause::no_match);
  } catch (const python::IndexError& error) {
    throw Failure(error.what(), node.begin, node.end, Cause::index);
  } catch (const core::Error& error) {
    throw Failure(error.what(), node.begin, node.end,
                  error.kind() == core::ErrorKind::limit ? Cause::limit : Cause::other);
  }
}

struct VariableNode : Node {
  VariableNode(std::string name, uint32_t begin, uint32_t end)
      : Node(Kind::variable, begin, end),
        name(std::move(name)),
        first(this->name.empty() || this->name == "1") {}

  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&]() -> Value {
      if (const Value* found = first ? frame->find_first() : frame->find(name)) return *found;
      if (first) return evaluation.data();
      // Mistral sets $__env, $__execution and $__task_execution from the members of the same names.
      if (name == "__env" || name == "__execution" || name == "__task_execution") {
        if (const Value* value = evaluation.data_member(Value(name))) return *value;
      }
      return Value();
    });
  }

  std::string name;
  bool first;
};

struct ParenthesesNode : Node {
  ParenthesesNode(NodePtr inner, uint32_t begin, uint32_t end)
      : Node(Kind::parentheses, begin, end), inner(std::move(inner)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return inner->evaluate(evaluation, frame);
  }
  NodePtr inner;
};

struct OmittedNode : Node {
  OmittedNode(uint32_t begin, uint32_t end) : Node(Kind::omitted, begin, end) {}
  Value evaluate(Evaluation&, const FramePtr&) const override { return Value(); }
};

struct MappingNode : Node {
  MappingNode(NodePtr key, NodePtr value, uint32_t begin, uint32_t end)
      : Node(Kind::mapping, begin, end), key(std::move(key)), value(std::move(value)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    Value left = key->evaluate(evaluation, frame);
    Value right = value->evaluate(evaluation, frame);
    return Value::object(std::make_shared<MappingRule>(std::move(left), std::move(right)));
  }
  NodePtr key;
  NodePtr value;
};

// What parses but cannot mean anything: fails when it is evaluated.
struct MeaninglessNode : Node {
  MeaninglessNode(std::string message, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), message(std::move(message)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr&) const override {
    return run(evaluation, *this, [&]() -> Value { throw NoMatch(message); });
  }
  std::string message;
};

struct ListNode : Node {
  ListNode(std::vector<NodePtr> items, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), items(std::move(items)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&]() -> Value {
      List list;
      list.reserve(items.size());
      evaluation.charge_items(items.size());
      for (const NodePtr& item : items) list.push_back(item->evaluate(evaluation, frame));
      return make_list(std::move(list));
    });
  }
  std::vector<NodePtr> items;
};

struct MapNode : Node {
  MapNode(std::vector<std::pair<NodePtr, NodePtr>> entries, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), entries(std::move(entries)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&]() -> Value {
      Map map;
      map.reserve(entries.size());
      evaluation.charge_items(4 * entries.size());
      for (const auto& [key_node, value_node] : entries) {
        Value key = key_node->evaluate(evaluation, frame);
        Value value = value_node->evaluate(evaluation, frame);
        demand_hashable(key);
        map.set(std::move(key), std::move(value));
      }
      return Value(std::move(map));
    });
  }
  std::vector<std::pair<NodePtr, NodePtr>> entries;
};

struct UnaryNode : Node {
  UnaryNode(UnaryOperator function, NodePtr operand, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), function(function), operand(std::move(operand)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] { return function(evaluation, operand->evaluate(evaluation, frame)); });
  }
  UnaryOperator function;
  NodePtr operand;
};

struct BinaryNode : Node {
  BinaryNode(BinaryOperator function, NodePtr left, NodePtr right, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), function(function), left(std::move(left)), right(std::move(right)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] {
      const Value a = left->evaluate(evaluation, frame);
      const Value b = right->evaluate(evaluation, frame);
      if (evaluation.options().limit_iterators < 0 && evaluation.options().memory_quota <= 0) {
        Value result = function(evaluation, a, b);
        evaluation.charge_integer(result);
        return result;
      }
      return limited(evaluation, a, b);
    });
  }
  Value limited(Evaluation& evaluation, const Value& a, const Value& b) const {
    const auto prepared = [&](const Value& value) {
      evaluation.check_quota(value);
      return is_iterable(value) ? evaluation.limited(value) : value;
    };
    Value result = function(evaluation, prepared(a), prepared(b));
    evaluation.check_quota(result);
    return result;
  }
  BinaryOperator function;
  NodePtr left;
  NodePtr right;
};

// `and` and `or`: give an operand, the right one is evaluated when it is needed.
struct LogicNode : Node {
  LogicNode(bool is_and, NodePtr left, NodePtr right, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), is_and(is_and), left(std::move(left)), right(std::move(right)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] {
      Value value = left->evaluate(evaluation, frame);
      return value.truthy() == is_and ? right->evaluate(evaluation, frame) : value;
    });
  }
  bool is_and;
  NodePtr left;
  NodePtr right;
};

// left -> right: right sees the variables of the context that left made.
struct ArrowNode : Node {
  ArrowNode(NodePtr left, NodePtr right, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), left(std::move(left)), right(std::move(right)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] {
      const Value context = left->evaluate(evaluation, frame);
      const auto* object = context.object_as<FrameObject>();
      if (object == nullptr) {
        throw NoMatch(fmt::format("what stands before -> is {}, no context", a_kind(context)));
      }
      return right->evaluate(evaluation, object->frame());
    });
  }
  NodePtr left;
  NodePtr right;
};

struct CallNode : Node {
  CallNode(std::string name, std::vector<NodePtr> arguments, const ArgumentNodes& shape, uint32_t begin,
           uint32_t end)
      : Node(Kind::call, begin, end),
        name(name),
        arguments(std::move(arguments)),
        function(name, functions_of(name), false, shape),
        method(name, methods_of(name), true, shape) {}

  static const std::vector<Function>* functions_of(const std::string& name) {
    const Overloads* overloads = find_overloads(name);
    return overloads == nullptr ? nullptr : &overloads->functions;
  }
  static const std::vector<Function>* methods_of(const std::string& name) {
    const Overloads* overloads = find_overloads(name);
    return overloads == nullptr ? nullptr : &overloads->methods;
  }

  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] {
      std::string_view plain = name;
      while (plain.ends_with('_')) plain.remove_suffix(1);
      const Frame::Definition defined = frame->find_function(plain);
      if (defined.body != nullptr) return function.invoke_defined(evaluation, frame, defined);
      return function.invoke(evaluation, frame, nullptr);
    });
  }
  Value evaluate_method(Evaluation& evaluation, const FramePtr& frame, const Value& receiver) const {
    return run(evaluation, *this, [&] { return method.invoke(evaluation, frame, &receiver); });
  }

  std::string name;
  std::vector<NodePtr> arguments;
  Invocation function;
  Invocation method;
};

// x[i], x[key, default].
struct IndexNode : Node {
  IndexNode(NodePtr object, std::vector<NodePtr> arguments, const ArgumentNodes& shape, uint32_t begin,
            uint32_t end)
      : Node(Kind::other, begin, end),
        object(std::move(object)),
        arguments(std::move(arguments)),
        general("#indexer", CallNode::functions_of("#indexer"), false, shape) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] { return general.invoke(evaluation, frame, nullptr); });
  }
  NodePtr object;
  std::vector<NodePtr> arguments;
  Invocation general;
};

struct MemberNode : Node {
  MemberNode(NodePtr object, Value name, bool elvis, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), object(std::move(object)), name(std::move(name)), elvis(elvis) {
    const auto* variable = dynamic_cast<const VariableNode*>(this->object.get());
    of_data = variable != nullptr && variable->first;
  }
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&]() -> Value {
      if (of_data) {
        if (const Value* first = frame->find_first()) return member(evaluation, *first, name);
        if (const Value* found = evaluation.data_member(name)) return *found;
      }
      const Value receiver = object->evaluate(evaluation, frame);
      if (elvis && receiver.is_null()) return Value();
      return member(evaluation, receiver, name);
    });
  }
  NodePtr object;
  Value name;
  bool elvis;
  bool of_data;
};

struct MethodNode : Node {
  MethodNode(NodePtr object, std::unique_ptr<const CallNode> call, bool elvis, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), object(std::move(object)), call(std::move(call)), elvis(elvis) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] {
      const Value receiver = object->evaluate(evaluation, frame);
      if (elvis && receiver.is_null()) return Value();
      return call->evaluate_method(evaluation, frame, receiver);
    });
  }
  NodePtr object;
  std::unique_ptr<const CallNode> call;
  bool elvis;
};

// a ?. b where b is neither a word nor a call: null for null, otherwise an error.
struct ElvisNode : Node {
  ElvisNode(NodePtr object, uint32_t begin, uint32_t end)
      : Node(Kind::other, begin, end), object(std::move(object)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr& frame) const override {
    return run(evaluation, *this, [&] {
      if (!object->evaluate(evaluation, frame).is_null()) {
        throw NoMatch("behind '?.' a member's name or a method is expected");
      }
      return Value();
    });
  }
  NodePtr object;
};

// ---- from the syntax tree

class Binder {
 public:
  explicit Binder(const grammar::Tree& tree) : tree_(tree) {}

  NodePtr bind(uint32_t index) {
    const grammar::Node& node = tree_.nodes[index];
    switch (node.kind) {
      case NodeKind::constant:
        return std::make_unique<ConstantNode>(Node::Kind::constant, node.value, node.begin, node.end);
      case NodeKind::yaql_keyword:
        return std::make_unique<ConstantNode>(Node::Kind::keyword, node.value, node.begin, node.end);
      case NodeKind::yaql_variable:
        return std::make_unique<VariableNode>(node.value.as_string(), node.begin, node.end);
      case NodeKind::yaql_omitted:
        return std::make_unique<OmittedNode>(node.begin, node.end);
      case NodeKind::yaql_parentheses:
        return bind_parentheses(node);
      case NodeKind::keyword_argument:
        return std::make_unique<MappingNode>(bind(node.children[0]), bind(node.children[1]), node.begin,
                                             node.end);
      case NodeKind::list:
        return bind_list(node);
      case NodeKind::map:
        return bind_map(node);
      case NodeKind::unary:
        return std::make_unique<UnaryNode>(find_unary_operator(node.value.as_string()),
                                           bind(node.children[0]), node.begin, node.end);
      case NodeKind::binary:
        return bind_binary(node);
      case NodeKind::index:
        return bind_index(node);
      case NodeKind::call:
        return bind_call(node);
      default:
        throw core::Error(core::ErrorKind::internal, "the tree is no YAQL expression");
    }
  }

 private:
  std::vector<NodePtr> bind_arguments(const grammar::Node& node, size_t first, ArgumentNodes& shape) {
    std::vector<NodePtr> arguments;
    for (size_t i = first; i < node.children.size(); ++i) {
      arguments.push_back(bind(node.children[i]));
      add_to_shape(shape, arguments.back().get());
    }
    return arguments;
  }

  static void add_to_shape(ArgumentNodes& shape, const Node* argument) {
    shape.all.push_back(argument);
    if (argument->kind != Node::Kind::mapping) {
      shape.positional.push_back(argument);
      return;
    }
    const auto* mapping = static_cast<const MappingNode*>(argument);
    if (mapping->key->kind != Node::Kind::keyword) {
      shape.bad_name = true;
      return;
    }
    const std::string& name = static_cast<const ConstantNode*>(mapping->key.get())->value.as_string();
    for (auto& [known, value] : shape.named) {
      if (known != name) continue;
      value = mapping->value.get();
      return;
    }
    shape.named.emplace_back(name, mapping->value.get());
  }

  // Only a literal needs its parentheses: they hide from the choice of an overload that it is one.
  NodePtr bind_parentheses(const grammar::Node& node) {
    NodePtr inner = bind(node.children[0]);
    if (inner->kind != Node::Kind::constant && inner->kind != Node::Kind::keyword) return inner;
    return std::make_unique<ParenthesesNode>(std::move(inner), node.begin, node.end);
  }

  std::unique_ptr<const CallNode> bind_call(const grammar::Node& node) {
    ArgumentNodes shape;
    std::vector<NodePtr> arguments = bind_arguments(node, 0, shape);
    return std::make_unique<CallNode>(node.value.as_string(), std::move(arguments), shape, node.begin,
                                      node.end);
  }

  NodePtr bind_index(const grammar::Node& node) {
    ArgumentNodes shape;
    NodePtr object = bind(node.children[0]);
    add_to_shape(shape, object.get());
    std::vector<NodePtr> arguments = bind_arguments(node, 1, shape);
    return std::make_unique<IndexNode>(std::move(object), std::move(arguments), shape, node.begin, node.end);
  }

  NodePtr bind_list(const grammar::Node& node) {
    std::vector<NodePtr> items;
    for (const uint32_t child : node.children) {
      const NodeKind kind = tree_.nodes[child].kind;
      if (kind == NodeKind::yaql_omitted || kind == NodeKind::keyword_argument) {
        return std::make_unique<MeaninglessNode>("a list takes values only", node.begin, node.end);
      }
      items.push_back(bind(child));
    }
    return std::make_unique<ListNode>(std::move(items), node.begin, node.end);
  }

  NodePtr bind_map(const grammar::Node& node) {
    std::vector<std::pair<NodePtr, NodePtr>> entries;
    for (const uint32_t child : node.children) {
      const grammar::Node& entry = tree_.nodes[child];
      if (entry.kind != NodeKind::keyword_argument) {
        return std::make_unique<MeaninglessNode>("a dict takes pairs of key and value only", node.begin,
                                                 node.end);
      }
      NodePtr key = bind(entry.children[0]);
      entries.emplace_back(std::move(key), bind(entry.children[1]));
    }
    return std::make_unique<MapNode>(std::move(entries), node.begin, node.end);
  }

  NodePtr bind_binary(const grammar::Node& node) {
    const std::string& symbol = node.value.as_string();
    if (symbol == "." || symbol == "?.") return bind_access(node, symbol == "?.");
    NodePtr left = bind(node.children[0]);
    NodePtr right = bind(node.children[1]);
    if (symbol == "and" || symbol == "or") {
      return std::make_unique<LogicNode>(symbol == "and", std::move(left), std::move(right), node.begin,
                                         node.end);
    }
    if (symbol == "->") {
      return std::make_unique<ArrowNode>(std::move(left), std::move(right), node.begin, node.end);
    }
    return std::make_unique<BinaryNode>(find_binary_operator(symbol), std::move(left), std::move(right),
                                        node.begin, node.end);
  }

  NodePtr bind_access(const grammar::Node& node, bool elvis) {
    const grammar::Node& right = tree_.nodes[node.children[1]];
    NodePtr object = bind(node.children[0]);
    if (right.kind == NodeKind::yaql_keyword) {
      return std::make_unique<MemberNode>(std::move(object), right.value, elvis, node.begin, node.end);
    }
    if (right.kind == NodeKind::call && right.value.as_string() != "#call") {
      return std::make_unique<MethodNode>(std::move(object), bind_call(right), elvis, node.begin, node.end);
    }
    if (elvis) return std::make_unique<ElvisNode>(std::move(object), node.begin, node.end);
    return std::make_unique<MeaninglessNode>("behind '.' a member's name or a method is expected", node.begin,
                                             node.end);
  }

  const grammar::Tree& tree_;
};

}  // namespace

MappingNodes mapping_nodes(const Node& mapping) {
  const auto& node = static_cast<const MappingNode&>(mapping);
  return {node.key.get(), node.value.get()};
}

NodePtr bind_tree(const grammar::Tree& tree) {
  return Binder(tree).bind(tree.root);
}

Value member(Evaluation& evaluation, const Value& receiver, const Value& name) {
  if (receiver.is_map()) {
    if (const Value* found = receiver.as_map().find(name)) return *found;
    throw_missing_key(receiver.as_map(), name);
  }
  if (is_iterable(receiver)) {
    std::shared_ptr<Iterator> walk = iterate(evaluation.limited(receiver));
    return make_generator([&evaluation, walk, name](Value& item) {
      Value whole;
      if (!walk->next(whole)) return false;
      evaluation.step();
      item = member(evaluation, whole, name);
      return true;
    });
  }
  return date_time_property(receiver, name.as_string());
}

Value call_by_name(Evaluation& evaluation, const FramePtr& frame, const std::string& name,
                   const List& positional, const Map& named, const Value* receiver) {
  constexpr std::string_view kBinary = "#operator_";
  constexpr std::string_view kUnary = "#unary_operator_";
  if (receiver == nullptr) {
    BinaryOperator binary = nullptr;
    if (name.starts_with(kBinary)) binary = find_binary_operator(name.substr(kBinary.size()));
    if (name == "*equal") binary = find_binary_operator("=");
    if (name == "*not_equal") binary = find_binary_operator("!=");
    if (binary != nullptr && positional.size() == 2 && named.empty()) {
      return binary(evaluation, positional[0], positional[1]);
    }
    UnaryOperator unary = nullptr;
    if (name.starts_with(kUnary)) unary = find_unary_operator(name.substr(kUnary.size()));
    if (unary != nullptr && positional.size() == 1 && named.empty()) {
      return unary(evaluation, positional[0]);
    }
    if (name == "#list" && named.empty()) return make_list(positional);
  }
  ArgumentNodes shape;
  const auto constant = [&](const Value& value) {
    return evaluation.keep(std::make_unique<ConstantNode>(Node::Kind::constant, value, 0, 0));
  };
  for (const Value& value : positional) shape.positional.push_back(constant(value));
  shape.all = shape.positional;
  for (const Map::Entry& entry : named) {
    shape.named.emplace_back(entry.key.as_string(), constant(entry.value));
  }
  if (receiver != nullptr) {
    return Invocation(name, CallNode::methods_of(name), true, shape).invoke(evaluation, frame, receiver);
  }
  const Invocation invocation(name, CallNode::functions_of(name), false, shape);
  const Frame::Definition defined = frame->find_function(name);
  if (defined.body != nullptr) return invocation.invoke_defined(evaluation, frame, defined);
  return invocation.invoke(evaluation, frame, nullptr);
}

}  // namespace gregale::expression::yaql
