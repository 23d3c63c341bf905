#include "interpreter/expression/yaql/sequence.hpp"

#include <fmt/format.h>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/steps.hpp"

namespace gregale::expression::yaql {

namespace {

class GeneratorWalk : public Iterator {
 public:
  explicit GeneratorWalk(std::shared_ptr<const Generator> generator) : generator_(std::move(generator)) {}
  bool next(Value& item) override { return generator_->next(item); }

 private:
  std::shared_ptr<const Generator> generator_;
};

class MemorizedWalk : public Iterator {
 public:
  explicit MemorizedWalk(std::shared_ptr<const Memorized> sequence) : sequence_(std::move(sequence)) {}
  bool next(Value& item) override {
    const Value* found = sequence_->at(position_);
    if (found == nullptr) return false;
    item = *found;
    ++position_;
    return true;
  }

 private:
  std::shared_ptr<const Memorized> sequence_;
  size_t position_ = 0;
};

class ListWalk : public Iterator {
 public:
  explicit ListWalk(Value list) : list_(std::move(list)) {}
  bool next(Value& item) override {
    const List& items = list_.as_list();
    if (position_ == items.size()) return false;
    item = items[position_++];
    return true;
  }

 private:
  Value list_;
  size_t position_ = 0;
};

// The keys of a dict, the members of a set.
class KeyWalk : public Iterator {
 public:
  explicit KeyWalk(Value holder) : holder_(std::move(holder)) {}
  bool next(Value& item) override {
    const Map& map = holder_.is_set() ? holder_.as_set() : holder_.as_map();
    if (position_ == map.size()) return false;
    item = map.at(position_++).key;
    return true;
  }

 private:
  Value holder_;
  size_t position_ = 0;
};

class ViewWalk : public Iterator {
 public:
  explicit ViewWalk(DictView view) : view_(std::move(view)) {}
  bool next(Value& item) override {
    if (position_ == view_.size()) return false;
    item = view_.item(position_++);
    return true;
  }

 private:
  DictView view_;
  size_t position_ = 0;
};

class FunctionWalk : public Iterator {
 public:
  explicit FunctionWalk(std::function<bool(Value&)> next) : next_(std::move(next)) {}
  bool next(Value& item) override { return next_(item); }

 private:
  std::function<bool(Value&)> next_;
};

}  // namespace

namespace {

// Counts the sequences that draw from each other at this moment.
class DrawDepth {
 public:
  DrawDepth() {
    if (++depth_ <= kSequenceDepthLimit) return;
    --depth_;
    throw core::Error(core::ErrorKind::limit, "too many lazy sequences draw from each other");
  }
  ~DrawDepth() { --depth_; }
  DrawDepth(const DrawDepth&) = delete;
  DrawDepth& operator=(const DrawDepth&) = delete;

 private:
  static thread_local uint32_t depth_;
};
thread_local uint32_t DrawDepth::depth_ = 0;

}  // namespace

IteratorPtr Generator::iterate() const {
  return std::make_unique<GeneratorWalk>(shared_from_this());
}

bool Generator::next(Value& item) const {
  if (!source_) return false;
  const DrawDepth depth;
  // A generator that asks itself for its next item finds nothing; its source lives until it returns.
  IteratorPtr source = std::move(source_);
  if (!source->next(item)) return false;
  source_ = std::move(source);
  return true;
}

IteratorPtr Memorized::iterate() const {
  return std::make_unique<MemorizedWalk>(shared_from_this());
}

const Value* Memorized::at(size_t position) const {
  while (position >= seen_.size()) {
    if (!source_) return nullptr;
    const DrawDepth depth;
    IteratorPtr source = std::move(source_);
    Value item;
    if (!source->next(item)) return nullptr;
    seen_.push_back(std::move(item));
    source_ = std::move(source);
  }
  return &seen_[position];
}

std::string_view DictView::type_name() const noexcept {
  return part_ == Part::keys ? "dict keys" : part_ == Part::items ? "dict items" : "dict values";
}

bool DictView::equals(const core::Object& other) const noexcept {
  const auto* view = dynamic_cast<const DictView*>(&other);
  if (view == nullptr || view->part_ != part_) return false;
  if (part_ == Part::items) return dict_ == view->dict_;
  if (part_ == Part::values || size() != view->size()) return this == view;
  for (const Map::Entry& entry : dict_.as_map()) {
    if (view->dict_.as_map().find(entry.key) == nullptr) return false;
  }
  return true;
}

IteratorPtr DictView::iterate() const {
  return std::make_unique<ViewWalk>(*this);
}

Value DictView::item(size_t position) const {
  const Map::Entry& entry = dict_.as_map().at(position);
  if (part_ == Part::keys) return entry.key;
  if (part_ == Part::values) return entry.value;
  return make_list({entry.key, entry.value});
}

Value make_generator(IteratorPtr source) {
  return Value::object(std::make_shared<Generator>(std::move(source)));
}

Value make_generator(std::function<bool(Value&)> next) {
  return make_generator(std::make_unique<FunctionWalk>(std::move(next)));
}

bool is_iterator(const Value& value) noexcept {
  return value.object_as<Generator>() != nullptr || value.object_as<Memorized>() != nullptr;
}

bool is_set_like(const Value& value) noexcept {
  if (value.is_set()) return true;
  const auto* view = value.object_as<DictView>();
  return view != nullptr && view->is_set();
}

bool is_iterable(const Value& value) noexcept {
  return value.is_list() || value.is_set() || value.object_as<Iterable>() != nullptr;
}

IteratorPtr iterate(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::list:
      return std::make_unique<ListWalk>(value);
    case Value::Kind::map:
    case Value::Kind::set:
      return std::make_unique<KeyWalk>(value);
    default:
      break;
  }
  if (const auto* iterable = value.object_as<Iterable>()) return iterable->iterate();
  throw python::TypeError(fmt::format("'{}' is not iterable", value.kind_name()));
}

Value make_list(List items) {
  return Value(std::move(items));
}
Value make_mutable_list(List items) {
  return Value::tuple(std::move(items));
}
Value make_mutable_dict(Map map) {
  return Value(std::move(map)).with_mark(true);
}

namespace {

constexpr size_t kComparableDepth = 2000;

void demand_depth(size_t depth) {
  if (depth > kComparableDepth) {
    throw core::Error(core::ErrorKind::limit, "lists and dicts are nested too deeply");
  }
}

}  // namespace

void demand_hashable(const Value& value, size_t depth) {
  demand_depth(depth);
  switch (value.kind()) {
    case Value::Kind::list:
      if (value.is_marked()) throw python::TypeError("unhashable type: 'list'");
      for (const Value& item : value.as_list()) demand_hashable(item, depth + 1);
      return;
    case Value::Kind::map:
      if (value.is_marked()) throw python::TypeError("unhashable type: 'dict'");
      for (const Map::Entry& entry : value.as_map()) demand_hashable(entry.value, depth + 1);
      return;
    case Value::Kind::object:
      if (value.object_as<DictView>() != nullptr) {
        throw python::TypeError("unhashable type: a view of a dict");
      }
      return;
    default:
      return;
  }
}

void demand_comparable(const Value& value, size_t depth) {
  demand_depth(depth);
  if (value.is_list()) {
    python::work(value.size());
    for (const Value& item : value.as_list()) demand_comparable(item, depth + 1);
  } else if (value.is_map()) {
    python::work(value.size());
    for (const Map::Entry& entry : value.as_map()) demand_comparable(entry.value, depth + 1);
  } else if (const auto* view = value.object_as<DictView>()) {
    demand_comparable(view->dict(), depth + 1);
  }
}

}  // namespace gregale::expression::yaql
