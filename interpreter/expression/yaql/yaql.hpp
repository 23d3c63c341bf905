// A YAQL expression, bound: its functions are looked up once, then it is evaluated any number of times.
#pragma once

#include <memory>
#include <string_view>

#include "grammar/expression_tree.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::expression {

class YaqlProgram {
 public:
  // [source_text] is what the tree's offsets count from; it is not kept.
  YaqlProgram(const grammar::Tree& tree, std::string_view source_text);
  ~YaqlProgram();
  YaqlProgram(YaqlProgram&&) noexcept;
  YaqlProgram& operator=(YaqlProgram&&) noexcept;

  // The value after YAQL's own output conversion: no lazy sequences are left, tuples are lists, sets stay
  // sets. Throws EvaluationError with offsets into the source text. May be called from any thread.
  Value evaluate(const Scope& scope) const;

 private:
  struct Implementation;
  std::unique_ptr<const Implementation> implementation_;
};

}  // namespace gregale::expression
