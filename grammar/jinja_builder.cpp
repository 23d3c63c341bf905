#include "grammar/jinja_builder.hpp"

#include <algorithm>
#include <cstdlib>

#include "core/big_integer.hpp"

namespace gregale::grammar::jinja {

using core::Value;

void fail(std::string message, size_t begin, size_t end) {
  throw Failure{{std::move(message), begin, end}};
}

void Builder::rewind(const Mark& mark) {
  tree_.nodes.resize(mark.nodes);
  depths_.resize(mark.nodes);
  pending_.resize(mark.pending);
  words_.resize(mark.words);
}

void Builder::push(Node node) {
  uint32_t depth = 0;
  for (uint32_t child : node.children) depth = std::max(depth, depths_[child]);
  if (++depth > kTreeDepthLimit) {
    fail("the expression is too deep: more than " + std::to_string(kTreeDepthLimit) + " levels", node.begin,
         node.end);
  }
  pending_.push_back(static_cast<uint32_t>(tree_.nodes.size()));
  tree_.nodes.push_back(std::move(node));
  depths_.push_back(depth);
}

void Builder::push_leaf(NodeKind kind, size_t begin, size_t end, Value value) {
  push(Node{kind, static_cast<uint32_t>(begin), static_cast<uint32_t>(end), std::move(value), {}});
}

void Builder::close(NodeKind kind, const Mark& mark, size_t begin, size_t end) {
  Node node{kind, static_cast<uint32_t>(begin), static_cast<uint32_t>(end), {}, {}};
  node.children.assign(pending_.begin() + static_cast<std::ptrdiff_t>(mark.pending), pending_.end());
  pending_.resize(mark.pending);
  const auto first_word = words_.begin() + static_cast<std::ptrdiff_t>(mark.words);
  if (kind == NodeKind::jinja_compare) {
    node.value = Value::list(core::List(first_word, words_.end()));
  } else if (kind == NodeKind::jinja_filter || kind == NodeKind::jinja_test) {
    std::string name;  // may have dots
    for (auto word = first_word; word != words_.end(); ++word) {
      if (!name.empty()) name += '.';
      name += word->as_string();
    }
    node.value = Value(std::move(name));
  } else if (kind == NodeKind::jinja_for) {
    core::Map flags{{"recursive", false}, {"filter", false}, {"else", false}};
    for (auto word = first_word; word != words_.end(); ++word) flags.set(*word, true);
    node.value = Value::map(std::move(flags));
  } else if (first_word != words_.end()) {
    node.value = *first_word;
  }
  words_.resize(mark.words);
  if (kind == NodeKind::call || kind == NodeKind::jinja_filter || kind == NodeKind::jinja_test) {
    check_arguments(node);
  }
  if (kind == NodeKind::jinja_macro || kind == NodeKind::jinja_call_block) check_parameters(node);
  if (kind == NodeKind::jinja_required_block) check_empty(node);
  push(std::move(node));
}

// Positional arguments, then *arguments once, then named ones, then **arguments once.
void Builder::check_arguments(const Node& node) const {
  bool named = false;
  bool star = false;
  bool double_star = false;
  for (size_t i = 1; i < node.children.size(); ++i) {
    const Node& argument = tree_.nodes[node.children[i]];
    bool in_order = !double_star;
    if (argument.kind == NodeKind::keyword_argument) {
      named = true;
    } else if (argument.kind == NodeKind::jinja_double_star) {
      double_star = true;
    } else if (argument.kind == NodeKind::jinja_star) {
      in_order = in_order && !star;
      star = true;
    } else {
      in_order = in_order && !star && !named;
    }
    if (!in_order) {
      fail("a positional argument follows named ones, or * and ** are not last and single", argument.begin,
           argument.end);
    }
  }
}

// A required block is there to be filled by others.
void Builder::check_empty(const Node& node) const {
  for (uint32_t child : tree_.nodes[node.children.front()].children) {
    const Node& part = tree_.nodes[child];
    const bool blank = part.kind == NodeKind::jinja_text &&
                       part.value.as_string().find_first_not_of(" \t\n\r\f\v") == std::string::npos;
    if (!blank) fail("a required block holds nothing but blanks and comments", part.begin, part.end);
  }
}

// Parameters with defaults come last; a call block calls something.
void Builder::check_parameters(const Node& node) const {
  bool with_default = false;
  for (uint32_t child : node.children) {
    const Node& part = tree_.nodes[child];
    if (part.kind != NodeKind::jinja_parameter) {
      if (node.kind == NodeKind::jinja_call_block && part.kind != NodeKind::call) {
        fail("expected a call, as in {% call name(...) %}", part.begin, part.end);
      }
      return;
    }
    if (with_default && part.children.empty()) {
      fail("a parameter without a default follows one that has a default", part.begin, part.end);
    }
    with_default = !part.children.empty();
  }
}

void Builder::enter(size_t offset) {
  if (++nesting_ > kNestingLimit) {
    fail("nested too deep: more than " + std::to_string(kNestingLimit) + " levels", offset, offset);
  }
}

Tree Builder::take() {
  tree_.root = pending_.back();
  return std::move(tree_);
}

}  // namespace gregale::grammar::jinja
