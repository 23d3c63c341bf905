#include "interpreter/expression/yaql/ordering.hpp"

#include <algorithm>

#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/operators.hpp"

namespace gregale::expression::yaql {

namespace {

class SharedListWalk : public Iterator {
 public:
  explicit SharedListWalk(Value list) : list_(std::move(list)) {}
  bool next(Value& item) override {
    if (position_ == list_.size()) return false;
    item = list_.as_list()[position_++];
    return true;
  }

 private:
  Value list_;
  size_t position_ = 0;
};

Value order(Call& call, bool ascending) {
  auto ordering = std::make_shared<Ordering>(call.evaluation, call[0]);
  ordering->add_key({call.lambda(1), ascending});
  return Value::object(std::move(ordering));
}
Value order_by(Call& call) {
  return order(call, true);
}
Value order_by_descending(Call& call) {
  return order(call, false);
}

Value then(Call& call, bool ascending) {
  call[0].object_as<Ordering>()->add_key({call.lambda(1), ascending});
  return call[0];
}
Value then_by(Call& call) {
  return then(call, true);
}
Value then_by_descending(Call& call) {
  return then(call, false);
}

}  // namespace

IteratorPtr Ordering::iterate() const {
  if (!sorted_) sort();
  return std::make_unique<SharedListWalk>(collection_);
}

void Ordering::sort() const {
  const Evaluation::Nesting nesting(evaluation_);
  List items = collect(evaluation_, collection_);
  const size_t count = items.size();
  const size_t width = keys_.size();
  // Each key is computed once an item, when there is something to compare.
  std::vector<Value> values;
  if (count > 1) {
    evaluation_.charge_items(count * width);
    values.reserve(count * width);
    for (const Value& item : items) {
      for (Key& key : keys_) values.push_back(key.selector(item));
    }
  }
  std::vector<uint32_t> places(count);
  for (size_t i = 0; i < count; ++i) places[i] = static_cast<uint32_t>(i);
  const auto before = [&](uint32_t left, uint32_t right) {
    evaluation_.step();
    for (size_t k = 0; k < width; ++k) {
      const Value& a = values[left * width + k];
      const Value& b = values[right * width + k];
      if (operator_less(evaluation_, a, b).as_boolean()) return keys_[k].ascending;
      if (operator_greater(evaluation_, a, b).as_boolean()) return !keys_[k].ascending;
    }
    return false;
  };
  // A merge sort: safe also for an order that NaN makes inconsistent.
  std::vector<uint32_t> buffer(count);
  for (size_t run = 1; run < count; run *= 2) {
    for (size_t begin = 0; begin < count; begin += 2 * run) {
      const size_t middle = std::min(begin + run, count);
      const size_t end = std::min(begin + 2 * run, count);
      std::merge(
          places.begin() + static_cast<ptrdiff_t>(begin), places.begin() + static_cast<ptrdiff_t>(middle),
          places.begin() + static_cast<ptrdiff_t>(middle), places.begin() + static_cast<ptrdiff_t>(end),
          buffer.begin() + static_cast<ptrdiff_t>(begin), before);
    }
    places.swap(buffer);
  }
  List sorted;
  sorted.reserve(count);
  for (const uint32_t place : places) sorted.push_back(std::move(items[place]));
  collection_ = make_list(std::move(sorted));
  sorted_ = true;
}

std::vector<Declaration> ordering_functions() {
  using Use = Declaration::Use;
  return {
      {"orderBy", Use::method, "collection: iterable, selector: lambda", order_by},
      {"orderByDescending", Use::method, "collection: iterable, selector: lambda", order_by_descending},
      {"thenBy", Use::method, "collection: ordering, selector: lambda", then_by},
      {"thenByDescending", Use::method, "collection: ordering, selector: lambda", then_by_descending},
  };
}

}  // namespace gregale::expression::yaql
