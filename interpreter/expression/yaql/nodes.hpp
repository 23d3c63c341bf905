// The parts of a bound YAQL expression, and how a syntax tree becomes them.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "grammar/expression_tree.hpp"
#include "interpreter/expression/yaql/evaluation.hpp"

namespace gregale::expression::yaql {

// A literal, or a bare word (Kind::keyword).
struct ConstantNode : Node {
  ConstantNode(Kind kind, Value value, uint32_t begin, uint32_t end)
      : Node(kind, begin, end), value(std::move(value)) {}
  Value evaluate(Evaluation& evaluation, const FramePtr&) const override {
    evaluation.step();
    return value;
  }
  Value value;
};

// Both sides of a node of Kind::mapping.
struct MappingNodes {
  const Node* key;
  const Node* value;
};
MappingNodes mapping_nodes(const Node& mapping);

NodePtr bind_tree(const grammar::Tree& tree);

// Calls a function (or operator, "#operator_+") of that name with values, as call() does.
Value call_by_name(Evaluation& evaluation, const FramePtr& frame, const std::string& name,
                   const List& positional, const Map& named, const Value* receiver);

// receiver.name: a member of a dict, the list of members of a collection's items, a property.
Value member(Evaluation& evaluation, const Value& receiver, const Value& name);

}  // namespace gregale::expression::yaql
