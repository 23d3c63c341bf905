// One evaluation of a YAQL expression: its data, its options and what it has used of its budget.
#pragma once

#include <memory>
#include <vector>

#include "interpreter/expression/evaluator.hpp"
#include "interpreter/expression/python/steps.hpp"
#include "interpreter/expression/yaql/frame.hpp"
#include "interpreter/expression/yaql/sequence.hpp"

namespace gregale::expression::yaql {

class Evaluation;

// A part of the bound expression.
struct Node {
  enum class Kind : uint8_t { constant, keyword, variable, parentheses, omitted, mapping, call, other };

  Node(Kind kind, uint32_t begin, uint32_t end) : kind(kind), begin(begin), end(end) {}
  virtual ~Node() = default;
  virtual Value evaluate(Evaluation& evaluation, const FramePtr& frame) const = 0;

  Kind kind;
  uint32_t begin;  // bytes of the source text
  uint32_t end;
};
using NodePtr = std::unique_ptr<const Node>;

// No overload takes the arguments (or several do, or nothing has that name).
struct NoMatch : core::Error {
  explicit NoMatch(const std::string& message) : Error(core::ErrorKind::invalid, message) {}
};

// An evaluation that failed, with what groupBy() must know about the reason.
struct Failure : EvaluationError {
  enum class Cause : uint8_t { other, no_match, index, limit };
  Failure(const std::string& message, size_t begin, size_t end, Cause cause)
      : EvaluationError(message, begin, end,
                        cause == Cause::limit ? core::ErrorKind::limit : core::ErrorKind::invalid),
        cause(cause) {}
  Cause cause;
};

class Evaluation {
 public:
  explicit Evaluation(const Scope& scope);

  // Counts one node evaluated or one item walked; throws when the budget is used up.
  void step() { steps_.take(); }
  // The same for several at once.
  void steps(uint64_t count) { steps_.take(count); }
  // Counts bytes that the evaluation makes.
  void charge(size_t bytes) {
    memory_ += bytes;
    if (memory_ > scope_.budget.memory) refuse_memory();
  }
  // Counts the work with an integer of many digits: its text costs the square of its length.
  void charge_integer(const Value& value) {
    if (value.kind() == Value::Kind::big_integer) charge_big_integer(value);
  }
  void charge_items(size_t count) { charge(count * sizeof(Value)); }

  // The data as `$`.
  const Value& data();
  // The member of the data, without building all of it; nullptr when there is none.
  const Value* data_member(const Value& name);

  const Scope& scope() const noexcept { return scope_; }
  const YaqlOptions& options() const noexcept { return scope_.yaql; }
  core::Microseconds now() const;
  const FramePtr& root() const noexcept { return root_; }

  // What a function gets for a parameter declared iterable: refused or cut short beyond the option
  // limit_iterators.
  Value limited(const Value& iterable);
  // Refuses values beyond the option memory_quota; the size is about Python's.
  void check_quota(const Value& value) const;

  // Keeps a node alive as long as the evaluation (arguments of call()).
  const Node* keep(NodePtr node) {
    kept_.push_back(std::move(node));
    return kept_.back().get();
  }

  // Guards the stack: every nested node counts, a call of a def() function counts for the budget too.
  class Nesting {
   public:
    explicit Nesting(Evaluation& evaluation) : evaluation_(evaluation) {
      if (++evaluation_.depth_ > kDepthLimit) evaluation_.refuse_depth();
    }
    ~Nesting() { --evaluation_.depth_; }
    Nesting(const Nesting&) = delete;
    Nesting& operator=(const Nesting&) = delete;

   private:
    Evaluation& evaluation_;
  };
  class Recursion {
   public:
    explicit Recursion(Evaluation& evaluation);
    ~Recursion() { --evaluation_.recursion_; }
    Recursion(const Recursion&) = delete;
    Recursion& operator=(const Recursion&) = delete;

   private:
    Evaluation& evaluation_;
  };

  // Nodes within each other, over all functions and lazy sequences; about 1 MiB of stack, and several times
  // that under a sanitizer.
  static constexpr uint32_t kDepthLimit = 1000;

 private:
  void charge_big_integer(const Value& value);
  [[noreturn]] void refuse_memory() const;
  [[noreturn]] void refuse_depth();

  const Scope& scope_;
  python::Steps steps_;
  uint64_t memory_ = 0;
  uint32_t depth_ = 0;
  uint32_t recursion_ = 0;
  bool data_ready_ = false;
  Value data_;
  std::vector<NodePtr> kept_;
  FramePtr root_;
};

// Builds a list within the budget.
class ListBuilder {
 public:
  explicit ListBuilder(Evaluation& evaluation) : evaluation_(evaluation) {}
  void add(Value item) {
    evaluation_.step();
    evaluation_.charge(sizeof(Value));
    items_.push_back(std::move(item));
  }
  void reserve(size_t count) { items_.reserve(count); }
  size_t size() const noexcept { return items_.size(); }
  List take() { return std::move(items_); }
  Value list() { return make_list(std::move(items_)); }

 private:
  Evaluation& evaluation_;
  List items_;
};

// Every item of an iterable value, within the budget.
List collect(Evaluation& evaluation, const Value& iterable);

// Calls visit(item) for each item until it gives false.
template <typename Visit>
void for_each(Evaluation& evaluation, const Value& iterable, Visit visit) {
  if (iterable.is_list()) {
    const Value held = iterable;
    for (const Value& item : held.as_list()) {
      evaluation.step();
      if (!visit(item)) return;
    }
    return;
  }
  const IteratorPtr walk = iterate(iterable);
  Value item;
  while (walk->next(item)) {
    evaluation.step();
    if (!visit(item)) return;
  }
}

}  // namespace gregale::expression::yaql
