// What an expression gives as far as that can be told without data: its value where it is constant, else the
// kind of it, else nothing; and the operators in it that fail whatever the data are.
//
// The rules are those of the evaluators (YAQL's operators, Python's for Jinja), reduced to what is certain.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "core/value.hpp"
#include "grammar/expression_tree.hpp"

namespace gregale::compiler {

struct Foreseen {
  enum class Kind : uint8_t { unknown, null, boolean, number, text, list, map };
  Kind kind = Kind::unknown;
  std::optional<core::Value> value;  // of null, boolean, number, text

  static Foreseen of(const core::Value& value);
};

// [fails](node, why): the operator of that node always fails.
using OnFailure = std::function<void(const grammar::Node&, const std::string&)>;

// What the tree of an expression gives (for a Jinja template: always text). Expressions that are nested
// deeper than the parsers allow do not reach this.
Foreseen foresee(const grammar::Tree& tree, grammar::Language language, const OnFailure& fails);

}  // namespace gregale::compiler
