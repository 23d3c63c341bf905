// The syntax tree of an expression, the same container for YAQL and Jinja.
//
// Nodes lie in one array and refer to each other by index, children before their parent, so a tree
// is copied, compared and stored as plain data. What the members mean for a kind stands beside the
// kind.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/value.hpp"

namespace gregale::grammar {

enum class Language : uint8_t { yaql = 0, jinja = 1 };

enum class NodeKind : uint8_t {
  // ---- both languages
  constant = 0,          // value
  list = 1,              // children: items
  map = 2,               // children: key, value, key, value, ...  (YAQL: mapping or positional arguments)
  unary = 3,             // value: operator text; one child
  binary = 4,            // value: operator text; two children. YAQL's "." and "?." are binary operators
  index = 5,             // children: object, subscripts...
  call = 6,              // YAQL: value is the function's name, children the arguments ("#call": the first
                         // child is what is called).
                         // Jinja: first child is the callee, then the arguments
  keyword_argument = 7,  // Jinja: value is the name, one child. YAQL: children are key and value (k => v)

  // ---- YAQL only
  yaql_keyword = 20,      // a bare word; value: the word
  yaql_variable = 21,     // value: the name without "$" ("" for "$")
  yaql_omitted = 22,      // a position left out: f(, 1)
  yaql_parentheses = 23,  // one child; (a) is no bare word, so it can neither name an argument nor a member

  // ---- Jinja only: expressions
  jinja_name = 40,         // value: the name
  jinja_attribute = 41,    // value: the name; child: the object
  jinja_slice = 42,        // three children: start, stop, step (constant null where left out)
  jinja_filter = 43,       // value: the name; children: operand, arguments...
  jinja_test = 44,         // value: the name; children: operand, arguments...
  jinja_condition = 45,    // children: then, condition, and else if there is one
  jinja_compare = 46,      // value: list of operators; children: operands, one more than operators
  jinja_tuple = 47,        // children: items
  jinja_star = 48,         // *child, as an argument
  jinja_double_star = 49,  // **child, as an argument

  // ---- Jinja only: templates. A filter chain of a block is a jinja_filter whose innermost operand
  // is a jinja_body without children; it stands for the block's text. Targets of assignments are a
  // jinja_name, a jinja_tuple of targets, or (set only) a jinja_attribute of a jinja_name: a member
  // of a namespace.
  jinja_template = 60,        // children: parts in order
  jinja_text = 61,            // value: the text
  jinja_output = 62,          // {{ child }}
  jinja_if = 63,              // children: condition, body, condition, body, ..., and the body of else
  jinja_body = 64,            // children: parts in order
  jinja_for = 65,             // value: {"recursive": bool, "filter": bool, "else": bool}; children:
                              // target, iterable, filter if there is one, body, else if there is one
  jinja_set = 66,             // children: target, value
  jinja_set_block = 67,       // children: target, filter chain if there is one, body
  jinja_with = 68,            // children: target, value, ..., body
  jinja_macro = 69,           // value: the name; children: parameters (jinja_parameter)..., body
  jinja_parameter = 70,       // value: the name; child: the default if there is one
  jinja_call_block = 71,      // children: parameters..., call, body
  jinja_filter_block = 72,    // children: filter chain, body
  jinja_block = 73,           // value: the name; child: body
  jinja_autoescape = 74,      // children: expression, body
  jinja_load = 75,            // value: include, import, from, extends; child: the template's name. There is
                              // no loader, so running it fails
  jinja_required_block = 76,  // {% block x required %}. value: the name; child: body, which prints nothing
};

struct Node {
  NodeKind kind = NodeKind::constant;
  uint32_t begin = 0;  // bytes of the text that was parsed
  uint32_t end = 0;
  core::Value value = {};
  std::vector<uint32_t> children = {};
};

struct Tree {
  std::vector<Node> nodes;
  uint32_t root = 0;
};

// What does not parse: where, in bytes of the text that was parsed, and why.
struct SyntaxError {
  std::string message;
  size_t begin = 0;
  size_t end = 0;
};

}  // namespace gregale::grammar
