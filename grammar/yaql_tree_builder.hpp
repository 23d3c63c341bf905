// Operators and operands of a YAQL expression, put together by precedence while the text is read.
//
// The grammar tells what it meets from left to right; each opened bracket starts a group of its
// own. Prefix operators may stand anywhere that an operand may (`1 = not 0`), as in YAQL's own
// table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grammar/expression_tree.hpp"

namespace gregale::grammar {

class YaqlTreeBuilder {
 public:
  // What cannot be built; becomes the SyntaxError of the whole text.
  struct Refusal {
    std::string message;
    size_t begin;
    size_t end;
  };

  enum class Bracket { parentheses, list, map, call, index, delegate_call };

  explicit YaqlTreeBuilder(std::string_view text);

  void operand(NodeKind kind, core::Value value, size_t begin, size_t end);
  void prefix_operator(std::string_view name, size_t begin);
  void binary_operator(std::string_view name, size_t begin);

  // [name] is the function's, for calls. index and delegate_call take the last operand as their
  // first child.
  void open(Bracket bracket, std::string_view name, size_t begin, size_t end);
  // One argument of the open group is complete.
  void argument();
  void omitted_argument(size_t at);
  // The name before => is complete.
  void keyword();
  void close(size_t end);

  Tree finish();
  std::string_view text() const noexcept { return text_; }

 private:
  struct Operator {
    std::string_view name;
    int level;
    bool prefix;
    bool right_associative;
    size_t begin;
  };
  enum class Slot : uint8_t { value, omitted, keyword };
  struct Group {
    Bracket bracket;
    std::string_view name;
    size_t begin;
    size_t open_end;
    size_t first_operator;
    bool pending_keyword = false;
    uint32_t key = 0;
    std::vector<uint32_t> children;
    std::vector<Slot> slots;
  };

  uint32_t add(NodeKind kind, core::Value value, size_t begin, size_t end, std::vector<uint32_t> children);
  // Builds what binds tighter than [level]; at the same level too when [left_associative].
  void reduce(int level, bool left_associative);
  void reduce_all();
  uint32_t take_operand();
  void check_arguments(const Group& group, size_t end) const;

  std::string_view text_;
  Tree tree_;
  std::vector<uint16_t> heights_;
  std::vector<uint32_t> operands_;
  std::vector<Operator> operators_;
  std::vector<Group> groups_;
};

}  // namespace gregale::grammar
