#include "interpreter/expression/yaql/evaluation.hpp"

#include <fmt/format.h>

#include "core/big_integer.hpp"
#include "interpreter/expression/yaql/conversion.hpp"

namespace gregale::expression::yaql {

namespace {

class LimitedWalk : public Iterator {
 public:
  LimitedWalk(IteratorPtr source, int64_t limit) : source_(std::move(source)), left_(limit) {}
  bool next(Value& item) override {
    if (!source_->next(item)) return false;
    if (left_-- <= 0) {
      throw core::Error(core::ErrorKind::limit, "a collection has more items than limit_iterators allows");
    }
    return true;
  }

 private:
  IteratorPtr source_;
  int64_t left_;
};

// About what Python's sys.getsizeof() says.
int64_t python_size(const Value& value) {
  const int64_t count = static_cast<int64_t>(value.size());
  switch (value.kind()) {
    case Value::Kind::string:
      return 49 + count;
    case Value::Kind::list:
      return 56 + 8 * count;
    case Value::Kind::map:
      return value.is_marked() ? 64 + 100 * count : 48;
    case Value::Kind::set:
      return 216 + 64 * count;
    default:
      return 64;
  }
}

}  // namespace

Evaluation::Evaluation(const Scope& scope)
    : scope_(scope), steps_(scope.budget.steps), root_(new Frame(FramePtr())) {}

const Value& Evaluation::data() {
  if (!data_ready_) {
    data_ = options().convert_input_data ? scope_.data.whole() : marked(scope_.data.whole());
    data_ready_ = true;
  }
  return data_;
}

const Value* Evaluation::data_member(const Value& name) {
  if (!data_ready_ && options().convert_input_data) return scope_.data.find(name.as_string());
  return data().find(name.as_string());
}

core::Microseconds Evaluation::now() const {
  return scope_.clock != nullptr ? scope_.clock->now() : core::RealClock().now();
}

Value Evaluation::limited(const Value& iterable) {
  const int64_t limit = options().limit_iterators;
  if (limit < 0) return iterable;
  size_t size = 0;
  if (iterable.is_list() || iterable.is_map() || iterable.is_set()) {
    size = iterable.size();
  } else if (const auto* view = iterable.object_as<DictView>(); view != nullptr && view->is_set()) {
    size = view->size();
  } else {
    return make_generator(std::make_unique<LimitedWalk>(iterate(iterable), limit));
  }
  if (size > static_cast<uint64_t>(limit)) {
    throw core::Error(core::ErrorKind::limit, fmt::format("a collection has more than {} items", limit));
  }
  return iterable;
}

void Evaluation::check_quota(const Value& value) const {
  if (options().memory_quota > 0 && python_size(value) > options().memory_quota) {
    throw core::Error(core::ErrorKind::limit, "a value is larger than memory_quota allows");
  }
}

Evaluation::Recursion::Recursion(Evaluation& evaluation) : evaluation_(evaluation) {
  if (++evaluation_.recursion_ > evaluation_.scope_.budget.recursion) {
    --evaluation_.recursion_;
    throw core::Error(core::ErrorKind::limit,
                      fmt::format("functions call each other more than {} deep (the budget `recursion`)",
                                  evaluation_.scope_.budget.recursion));
  }
}

void Evaluation::charge_big_integer(const Value& value) {
  const auto integer = core::to_big_integer(value);
  const uint64_t limbs = integer.backend().size();
  charge(limbs * 8);
  steps(limbs * limbs + 1);
}

void Evaluation::refuse_memory() const {
  throw core::Error(core::ErrorKind::limit,
                    fmt::format("the evaluation makes more than {} bytes of data (the budget `memory`)",
                                scope_.budget.memory));
}

void Evaluation::refuse_depth() {
  --depth_;
  throw core::Error(core::ErrorKind::limit, "the evaluation is nested too deeply");
}

List collect(Evaluation& evaluation, const Value& iterable) {
  if (iterable.is_list()) {
    evaluation.steps(iterable.size());
    evaluation.charge_items(iterable.size());
    return iterable.as_list();
  }
  ListBuilder builder(evaluation);
  const IteratorPtr walk = iterate(iterable);
  Value item;
  while (walk->next(item)) builder.add(std::move(item));
  return builder.take();
}

}  // namespace gregale::expression::yaql
