// From a syntax tree to a bound program.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "grammar/expression_tree.hpp"
#include "interpreter/expression/jinja/nodes.hpp"

namespace gregale::expression::jinja {

struct Program {
  NodePtr expression;     // an expression, or
  StatementPtr template_;  // a template
  bool from_context = false;  // the expression is a path into the context: _.a.b[0]

  // What Jinja finds when it compiles (an unknown filter, a block defined twice): each evaluation fails
  // with it.
  struct CompileError {
    std::string message;
    uint32_t begin, end;
  };
  std::optional<CompileError> compile_error;
};

// Never throws for what is wrong with the program.
Program bind(const grammar::Tree& tree);

}  // namespace gregale::expression::jinja
