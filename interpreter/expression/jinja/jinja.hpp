// Jinja as Mistral configures it: a parsed expression or template, bound once and evaluated any number
// of times, from any thread.
//
// Methods that change a list or a map (`_.l.append(1)`) change it for the rest of that evaluation only:
// values are shared with the rest of the program and never change.
#pragma once

#include <memory>
#include <string_view>

#include "grammar/expression_tree.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::expression {

class JinjaProgram {
 public:
  // [source_text] is what the tree's offsets count from.
  JinjaProgram(const grammar::Tree& tree, std::string_view source_text);
  ~JinjaProgram();
  JinjaProgram(JinjaProgram&&) noexcept;
  JinjaProgram& operator=(JinjaProgram&&) noexcept;

  // An expression: its value; a template: its text. Lazy sequences are exhausted: the result is a list,
  // or a jinja::FailedSequence (sequence.hpp) when they end with an error. Undefined values may be in
  // it. Throws EvaluationError with offsets into the tree's text.
  Value evaluate(const Scope& scope) const;

 private:
  struct Implementation;
  std::unique_ptr<const Implementation> implementation_;
};

}  // namespace gregale::expression
