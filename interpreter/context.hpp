// Context: the variables that a branch of a workflow has published so far.
//
// An immutable chain of small layers that is shared with the tasks before; publishing costs what is
// published. Layers are merged as they grow (each is larger than the one above it), so a look-up meets a
// number of layers that grows with the logarithm of the variables.
//
// Each variable knows how often it was published on the way to here. Where branches meet, that tells a
// value that a branch has published from one that it merely inherited.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::interpreter {

using core::Value;

class Context {
 public:
  Context() = default;  // empty

  // This context with the variables of [published] (a map) on top.
  Context with(const core::Map& published) const;
  // Where branches meet: of a variable that was published at different depths the deepest wins, of equally
  // deep ones the last of [branches]; maps are merged at every depth in that order.
  static Context merge(const std::vector<Context>& branches);

  const Value* find(std::string_view name) const noexcept;
  // All variables as one map. O(variables).
  core::Map flatten() const;
  bool empty() const noexcept { return top_ == nullptr; }

 private:
  struct Variable {
    Value name;
    Value value;
    uint32_t depth;  // how many times it was published up to here
  };
  struct Layer {
    std::shared_ptr<const Layer> below;
    core::Map index;  // name -> position in variables
    std::vector<Variable> variables;
  };

  const Variable* find_variable(std::string_view name) const noexcept;
  static void put(Layer& layer, Variable variable);
  std::vector<Variable> all() const;

  std::shared_ptr<const Layer> top_;
};

}  // namespace gregale::interpreter
