// What the Jinja grammars build while they match: finished nodes, and stacks of those that wait for
// their parent. Private to grammar/jinja*.cpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grammar/expression_tree.hpp"

namespace gregale::grammar::jinja {

// Ends a parse.
struct Failure {
  SyntaxError error;
};

// Constructs within each other while parsing; each costs some twenty frames of the stack.
inline constexpr size_t kNestingLimit = 200;
// Depth of the finished tree, which long chains (a + b + c ..., x|f|g ...) make deep without nesting.
inline constexpr size_t kTreeDepthLimit = 1000;

class Builder {
 public:
  // Heights of the stacks at some point, to go back to or to take what came since.
  struct Mark {
    size_t nodes, pending, words;
  };

  explicit Builder(std::string_view text) : text_(text) {}

  std::string_view text() const noexcept { return text_; }
  Mark mark() const noexcept { return {tree_.nodes.size(), pending_.size(), words_.size()}; }
  void rewind(const Mark& mark);

  // A word (name, operator) waits for the node that it belongs to.
  void push_word(core::Value word) { words_.push_back(std::move(word)); }
  void pop_word() { words_.pop_back(); }
  // A node without children.
  void push_leaf(NodeKind kind, size_t begin, size_t end, core::Value value);
  // A node that takes the pending nodes and words since [mark]. Words become its value by the rules of
  // its kind.
  void close(NodeKind kind, const Mark& mark, size_t begin, size_t end);
  size_t begin_of_pending(size_t position) const { return tree_.nodes[pending_[position]].begin; }

  void enter(size_t offset);
  void leave() noexcept { --nesting_; }

  Tree take();

 private:
  void check_arguments(const Node& node) const;
  void check_parameters(const Node& node) const;
  void check_empty(const Node& node) const;
  void push(Node node);

  std::string_view text_;
  Tree tree_;
  std::vector<uint32_t> depths_;  // beside tree_.nodes
  std::vector<uint32_t> pending_;
  std::vector<core::Value> words_;
  size_t nesting_ = 0;
};

[[noreturn]] void fail(std::string message, size_t begin, size_t end);

// ---- literals

// The inside of a string literal, escapes decoded as Python does. [offset] is its place, for errors.
std::string decode_string(std::string_view inside, size_t offset);
core::Value decode_integer(std::string_view digits);
core::Value decode_float(std::string_view digits);
// Each of \r\n, \r and \n becomes \n.
std::string normalize_line_breaks(std::string_view text);
std::string_view strip_right(std::string_view text) noexcept;
// What stands at [offset], for messages: a name, a number, an operator, "the end of the text".
std::string describe(std::string_view text, size_t offset);

}  // namespace gregale::grammar::jinja
