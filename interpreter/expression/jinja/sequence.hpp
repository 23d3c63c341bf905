// Sequences that live in an evaluation only (lazy ones, ranges, views of dicts), and walking anything that
// can be iterated. Private to interpreter/expression, as all of jinja/.
#pragma once

#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "interpreter/expression/jinja/prefetch.hpp"
#include "interpreter/expression/jinja/runtime.hpp"

namespace gregale::expression::jinja {

// What a walk gives its items to: a function void(const Value&), which is referred to, not owned. The item
// stays while it is at work. It must not run anything of the author's.
class Sink {
 public:
  template <typename Take>
  requires(!std::same_as<std::remove_cvref_t<Take>, Sink>) Sink(Take& take)
  noexcept
      : take_(&take),
        call_([](void* function, const Value& item) { (*static_cast<Take*>(function))(item); }) {}
  void operator()(const Value& item) const { call_(take_, item); }

 private:
  void* take_;
  void (*call_)(void*, const Value&);
};

// One walk over a sequence. Whoever may stop on the way, or runs something of the author's between two items,
// asks for one after the other; whoever wants them all has them pushed, which costs half as much for each.
class Cursor {
 public:
  virtual ~Cursor() = default;
  // The next item, or nullptr at the end. It stays until the next call, or until a list or map is changed.
  virtual const Value* next(Runtime& runtime) = 0;
  // Gives [sink] all items that are left.
  virtual void drain(Runtime& runtime, Sink sink) {
    while (const Value* item = next(runtime)) sink(*item);
  }
};

// A lazy sequence: it can be walked once, by the evaluation that made it.
class Generator : public python::Printable {
 public:
  explicit Generator(std::unique_ptr<Cursor> cursor) : cursor_(std::move(cursor)) {}
  // As Cursor's. After an error or the end there is nothing more.
  const Value* next(Runtime& runtime) const;
  void drain(Runtime& runtime, Sink sink) const;
  std::string_view type_name() const noexcept override { return "generator"; }
  std::string repr() const override { return "<generator object>"; }

 private:
  mutable std::unique_ptr<Cursor> cursor_;
  mutable bool finished_ = false;
};
Value make_generator(std::unique_ptr<Cursor> cursor);
// A generator from a function bool(Runtime&, Value& item), which is false at the end.
template <std::invocable<Runtime&, Value&> Next>
Value make_generator(Next next) {
  class Calling : public Cursor {
   public:
    explicit Calling(Next next) : next_(std::move(next)) {}
    const Value* next(Runtime& runtime) override { return next_(runtime, item_) ? &item_ : nullptr; }

   private:
    Next next_;
    Value item_;
  };
  return make_generator(std::unique_ptr<Cursor>(std::make_unique<Calling>(std::move(next))));
}

class Range : public python::Printable {
 public:
  Range(int64_t start, int64_t stop, int64_t step);
  int64_t size() const noexcept { return size_; }
  int64_t at(int64_t index) const noexcept { return start + index * step; }
  std::string_view type_name() const noexcept override { return "range"; }
  std::string repr() const override;
  bool truthy() const noexcept override { return size_ != 0; }
  bool equals(const core::Object& other) const noexcept override;

  const int64_t start, stop, step;

 private:
  int64_t size_;
};

// dict.keys(), dict.values(), dict.items().
class DictView : public python::Printable {
 public:
  enum class Part { keys, values, items };
  DictView(Value map, Part part) : map_(std::move(map)), part_(part) {}
  const Value& map() const noexcept { return map_; }
  Part part() const noexcept { return part_; }
  // Keys and items are like sets: the other operand may be anything that can be iterated.
  bool is_set_like() const noexcept { return part_ != Part::values; }
  List items() const;
  std::string_view type_name() const noexcept override;
  std::string repr() const override;
  bool truthy() const noexcept override { return map_.size() != 0; }

 private:
  Value map_;
  Part part_;
};

bool is_set_like_view(const Value& value);
// Comparisons of sets and of views that are like them; false for anything else.
bool same_members(Runtime& runtime, const Value& left, const Value& right);
bool has_all_members(Runtime& runtime, const Value& outer, const Value& inner);

// Walks anything that can be iterated; throws TypeError for what cannot. As in Python, a walk sees what
// becomes of its list on the way; a dict or set must keep its size.
class Iteration {
 public:
  Iteration(Runtime& runtime, const Value& iterable);
  // The next item, or nullptr at the end and ever after. It stays until the next call.
  const Value* next();
  // Copies the next item; false at the end.
  bool next(Value& item) {
    const Value* found = next();
    if (found != nullptr) item = *found;
    return found != nullptr;
  }
  // Whether the item that was given last stays as long as this walk.
  bool item_stays() const noexcept { return item_stays_; }
  // Gives all items that are left to a function as a Sink has.
  template <typename Take>
  void each(Take take) {
    if (list_ == nullptr || runtime_.anything_changed()) return each_of_other(take);
    runtime_.step(list_->size() - position_);
    while (position_ < list_->size()) {
      fetch_ahead(position_, list_->size(), [&](size_t at) -> const Value& { return (*list_)[at]; });
      take((*list_)[position_++]);
    }
  }

 private:
  const Value* next_of_other();
  const Value* next_of_changed(const Value& now);
  const Value* next_entry(const Map& map);
  void each_of_other(Sink sink);

  Runtime& runtime_;
  Value walked_;  // as it was before any change: what its changes are known by
  Value holder_;  // as it was when the walk began
  const List* list_ = nullptr;
  const Map* map_ = nullptr;
  DictView::Part part_ = DictView::Part::keys;
  const Range* range_ = nullptr;
  const Generator* generator_ = nullptr;
  std::string_view text_;
  size_t position_ = 0;
  bool item_stays_ = false;
  bool finished_ = false;
  Value made_;  // an item that does not lie in the sequence itself
};

inline const Value* Iteration::next() {
  runtime_.step();
  if (list_ == nullptr || position_ == list_->size() || runtime_.anything_changed()) return next_of_other();
  fetch_ahead(position_, list_->size(), [&](size_t at) -> const Value& { return (*list_)[at]; });
  return &(*list_)[position_++];
}

// What a lazy sequence leaves when an evaluation ends with it and it fails on the way: the items that came
// before the error. It is a value only as the result of an evaluation: nobody sees it who uses the result,
// because to_data() fails with the same error.
class FailedSequence : public core::Object {
 public:
  FailedSequence(List items, std::string error, std::string error_class)
      : items(std::move(items)), error(std::move(error)), error_class(std::move(error_class)) {}
  std::string_view type_name() const noexcept override { return "generator"; }

  const List items;
  const std::string error;
  const std::string error_class;  // its name in Python
};

}  // namespace gregale::expression::jinja
