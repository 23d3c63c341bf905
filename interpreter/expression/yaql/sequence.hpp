// What YAQL can walk: lazy sequences, views of a dict, sorted collections.
//
// These objects live inside one evaluation and are used by its thread only.
//
// A list in YAQL is Python's immutable tuple; data from a workflow and list literals are such. Python's
// own list (the result of split(), json_parse(), ...) is not equal to one and cannot be a key: it carries
// Value's mark. The same holds for dicts.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "core/value.hpp"

namespace gregale::expression::yaql {

using core::List;
using core::Map;
using core::Value;

// One walk over a sequence.
class Iterator {
 public:
  virtual ~Iterator() = default;
  // False at the end; [item] is unchanged then.
  virtual bool next(Value& item) = 0;
};
using IteratorPtr = std::unique_ptr<Iterator>;

class Iterable : public core::Object {
 public:
  virtual IteratorPtr iterate() const = 0;
};

// Destroys what is given to it in a loop: sequences that hold each other, thousands deep, would otherwise
// end the stack when the outermost goes.
template <typename Held>
void release_in_turn(Held held) {
  thread_local std::vector<Held>* pending = nullptr;
  if (pending != nullptr) {
    pending->push_back(std::move(held));
    return;
  }
  std::vector<Held> waiting;
  pending = &waiting;
  { const Held first = std::move(held); }
  while (!waiting.empty()) {
    const Held next = std::move(waiting.back());
    waiting.pop_back();
  }
  pending = nullptr;
}

// Sequences that draw from each other may be this deep; each level takes a few hundred bytes of stack.
inline constexpr uint32_t kSequenceDepthLimit = 1000;

// Python's generator: what was taken from it once does not come again.
class Generator : public Iterable, public std::enable_shared_from_this<Generator> {
 public:
  explicit Generator(IteratorPtr source) : source_(std::move(source)) {}
  ~Generator() override { release_in_turn(std::move(source_)); }
  std::string_view type_name() const noexcept override { return "generator"; }
  IteratorPtr iterate() const override;
  bool next(Value& item) const;

 private:
  mutable IteratorPtr source_;  // null when it has ended
};

// Remembers what it was given, so that it can be walked again.
class Memorized : public Iterable, public std::enable_shared_from_this<Memorized> {
 public:
  explicit Memorized(IteratorPtr source) : source_(std::move(source)) {}
  ~Memorized() override { release_in_turn(std::move(source_)); }
  std::string_view type_name() const noexcept override { return "memorized sequence"; }
  IteratorPtr iterate() const override;
  // The item at that position; nullptr when there are not so many.
  const Value* at(size_t position) const;

 private:
  mutable IteratorPtr source_;
  mutable List seen_;
};

// keys(), values(), items() of a dict.
class DictView : public Iterable {
 public:
  enum class Part { keys, values, items };
  DictView(Value dict, Part part) : dict_(std::move(dict)), part_(part) {}
  std::string_view type_name() const noexcept override;
  bool truthy() const noexcept override { return dict_.size() != 0; }
  bool equals(const core::Object& other) const noexcept override;
  IteratorPtr iterate() const override;

  Part part() const noexcept { return part_; }
  // Keys and items are sets to YAQL, values are not.
  bool is_set() const noexcept { return part_ != Part::values; }
  size_t size() const noexcept { return dict_.size(); }
  const Value& dict() const noexcept { return dict_; }
  Value item(size_t position) const;

 private:
  Value dict_;
  Part part_;
};

// Makes a generator from a function that gives the next item or false.
Value make_generator(std::function<bool(Value&)> next);
Value make_generator(IteratorPtr source);

// Whether the value is one of the lazy one-way kinds (Python's Iterator).
bool is_iterator(const Value& value) noexcept;
// A set, or a view that counts as one.
bool is_set_like(const Value& value) noexcept;
// Whether Python could walk it; neither strings nor dicts.
bool is_iterable(const Value& value) noexcept;

// A walk over any iterable value; over the keys of a dict. Throws python::TypeError for others.
IteratorPtr iterate(const Value& value);

Value make_list(List items);
// Python's own list and dict: unequal to a list literal, not a key.
Value make_mutable_list(List items);
Value make_mutable_dict(Map map);

// Throws python::TypeError when the value cannot be a key or a member of a set.
void demand_hashable(const Value& value, size_t depth = 0);
// Throws Error(limit) when lists and dicts lie in each other deeper than can be compared.
void demand_comparable(const Value& value, size_t depth = 0);

}  // namespace gregale::expression::yaql
