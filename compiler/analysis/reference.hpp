// What expressions refer to, as the check of expressions has found it: the input of the analyses of data
// flow. `$.server.id` is the variable `server` with the member `id`; `task(a).result.id` the task `a` with
// the members `result` and `id`.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/lowering.hpp"

namespace gregale::compiler {

// A word of an expression; offsets are bytes of the scalar that holds the expression. The text belongs to the
// program's syntax trees.
struct Word {
  std::string_view text;
  size_t begin = 0;
  size_t end = 0;
};

struct Reference {
  enum class Kind : uint8_t {
    variable,  // of the context
    task,      // task(name); without a name the task that the expression belongs to
    context,   // the context as a whole
  };
  Kind kind = Kind::context;
  ir::Index site = ir::kNone;  // of Lowered::sites
  bool whole = false;          // the expression is nothing else, and neither is the text
  Word name;
  Word first;  // the member behind it, and the one behind that; empty where there is none
  Word second;
};

// Of each of Program::workflows, in the order of the sites.
using References = std::vector<std::vector<Reference>>;

inline core::Span place_of(const Lowered& lowered, const Reference& reference, const Word& word) {
  return lowered.sites[reference.site].node->span_of(word.begin, word.end);
}

}  // namespace gregale::compiler
