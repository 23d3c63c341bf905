// Functions that make sequences, or cut one into pieces.
#include <deque>
#include <optional>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/operators.hpp"

namespace gregale::expression::yaql {

namespace {

Value counted(Evaluation& evaluation, Value start, std::optional<Value> stop, Value step) {
  const bool forward = python::compare(step, Value(0)) > 0;
  return make_generator([&evaluation, next = std::move(start), stop = std::move(stop), step = std::move(step),
                         forward](Value& item) mutable {
    evaluation.step();
    if (stop) {
      const std::partial_ordering order = python::compare(next, *stop);
      if (forward ? order >= 0 : order <= 0) return false;
    }
    item = next;
    next = python::add(next, step);
    return true;
  });
}

Value range_to(Call& call) {
  return counted(call.evaluation, Value(0), python::positive(call[0]), Value(1));
}

Value range_between(Call& call) {
  if (python::compare(call[2], Value(0)) == 0) throw python::ValueError("range(): the step is zero");
  return counted(call.evaluation, python::positive(call[0]), python::positive(call[1]),
                 python::positive(call[2]));
}

Value sequence(Call& call) {
  return counted(call.evaluation, call[0], std::nullopt, call[1]);
}

Value repeat(Call& call) {
  return make_generator(
      [&evaluation = call.evaluation, value = call[0], left = call.integer(1)](Value& item) mutable {
        evaluation.step();
        if (left == 0) return false;
        if (left > 0) --left;
        item = value;
        return true;
      });
}

Value cycle(Call& call) {
  return make_generator([walk = std::shared_ptr<Iterator>(iterate(call[0])), seen = List(),
                         position = size_t{0}, &evaluation = call.evaluation](Value& item) mutable {
    evaluation.step();
    if (walk) {
      if (walk->next(item)) {
        evaluation.charge(sizeof(Value));
        seen.push_back(item);
        return true;
      }
      walk.reset();
    }
    if (seen.empty()) return false;
    item = seen[position];
    position = (position + 1) % seen.size();
    return true;
  });
}

// Remembers values and says whether one is new.
class Seen {
 public:
  explicit Seen(bool active) : active_(active) {}
  bool add(Evaluation& evaluation, const Value& value) {
    if (!active_) return true;
    demand_hashable(value);
    evaluation.steps(8);
    evaluation.charge_items(4);
    return seen_.set(value, Value());
  }

 private:
  bool active_;
  Map seen_;
};

std::optional<Lambda> optional_lambda(Call& call, size_t parameter) {
  if (!call.has_lambda(parameter)) return std::nullopt;
  return call.lambda(parameter);
}

Value generate(Call& call) {
  return make_generator([current = call[0], predicate = call.lambda(1), producer = call.lambda(2),
                         selector = optional_lambda(call, 3), seen = Seen(call.truth(4)), started = false,
                         &evaluation = call.evaluation](Value& item) mutable {
    evaluation.step();
    if (started) current = producer(current);
    started = true;
    if (!predicate(current).truthy() || !seen.add(evaluation, current)) return false;
    item = selector ? (*selector)(current) : current;
    return true;
  });
}

Value generate_many(Call& call) {
  return make_generator([queue = std::deque<Value>{call[0]}, producer = call.lambda(1),
                         selector = optional_lambda(call, 2), seen = Seen(call.truth(3)),
                         depth_first = call.truth(4), pending = std::optional<Value>(),
                         &evaluation = call.evaluation](Value& item) mutable {
    if (pending) {
      const List children = collect(evaluation, producer(*pending));
      pending.reset();
      queue.insert(depth_first ? queue.begin() : queue.end(), children.begin(), children.end());
    }
    while (!queue.empty()) {
      evaluation.step();
      Value next = std::move(queue.front());
      queue.pop_front();
      if (!seen.add(evaluation, next)) continue;
      item = selector ? (*selector)(next) : next;
      pending = std::move(next);
      return true;
    }
    return false;
  });
}

Value slice(Call& call) {
  const int64_t length = call.integer(1);
  return make_generator([walk = std::shared_ptr<Iterator>(iterate(call[0])), length,
                         &evaluation = call.evaluation](Value& item) {
    if (length < 0) throw python::ValueError("slice(): the length must not be negative");
    ListBuilder piece(evaluation);
    Value next;
    while (piece.size() < static_cast<size_t>(length) && walk->next(next)) piece.add(std::move(next));
    if (piece.size() == 0) return false;
    item = piece.list();
    return true;
  });
}

Value part(const Value& list, size_t begin, size_t end) {
  const List& items = list.as_list();
  return make_list(
      List(items.begin() + static_cast<ptrdiff_t>(begin), items.begin() + static_cast<ptrdiff_t>(end)));
}

Value as_list(Call& call) {
  return call[0].is_list() ? call[0].with_mark(false) : make_list(collect(call.evaluation, call[0]));
}

Value split_where(Call& call) {
  return make_generator([collection = call[0], list = std::optional<Value>(), start = size_t{0},
                         end = size_t{0}, predicate = call.lambda(1),
                         &evaluation = call.evaluation](Value& item) mutable {
    if (!list) list = make_list(collect(evaluation, collection));
    while (end < list->size()) {
      evaluation.step();
      const size_t at = end++;
      if (!predicate(list->as_list()[at]).truthy()) continue;
      item = part(*list, start, at);
      start = at + 1;
      return true;
    }
    if (start == end) return false;
    item = part(*list, start, end);
    start = end;
    return true;
  });
}

Value slice_where(Call& call) {
  return make_generator([collection = call[0], list = std::optional<Value>(), start = size_t{0},
                         end = size_t{0}, previous = std::optional<Value>(), predicate = call.lambda(1),
                         &evaluation = call.evaluation](Value& item) mutable {
    if (!list) list = make_list(collect(evaluation, collection));
    while (end < list->size()) {
      evaluation.step();
      Value current = predicate(list->as_list()[end]);
      const bool changed = previous && !equal(*previous, current);
      previous = std::move(current);
      const size_t at = end++;
      if (!changed) continue;
      item = part(*list, start, at);
      start = at;
      return true;
    }
    if (start == end) return false;
    item = part(*list, start, end);
    start = end;
    return true;
  });
}

Value split_at(Call& call) {
  const Value list = as_list(call);
  const int64_t size = static_cast<int64_t>(list.size());
  int64_t index = call[1].kind() == Value::Kind::big_integer ? size : call.integer(1);
  if (index < 0) index = std::max<int64_t>(0, index + size);
  const size_t at = static_cast<size_t>(std::min(index, size));
  return make_mutable_list({part(list, 0, at), part(list, at, list.size())});
}

}  // namespace

std::vector<Declaration> generator_functions() {
  using Use = Declaration::Use;
  return {
      {"range", Use::function, "stop: int|bool", range_to},
      {"range", Use::function, "start: int|bool, stop: int|bool, step: int|bool = 1", range_between},
      {"sequence", Use::function, "start: int|bool = 0, step: int|bool = 1", sequence},
      {"repeat", Use::method, "value: any, times: int|bool = -1", repeat},
      {"cycle", Use::method, "collection: iterable", cycle},
      {"generate", Use::function,
       "initial: any, predicate: lambda, producer: lambda, selector: lambda = null, "
       "decycle: bool = false",
       generate},
      {"generateMany", Use::function,
       "initial: any, producer: lambda, selector: lambda = null, decycle: bool = false, "
       "depthFirst: bool = false",
       generate_many},
      {"slice", Use::method, "collection: iterable, length: int|bool", slice},
      {"sliceWhere", Use::method, "collection: iterable, predicate: lambda", slice_where},
      {"splitWhere", Use::method, "collection: iterable, predicate: lambda", split_where},
      {"splitAt", Use::method, "collection: iterable, index: int|bool", split_at},
  };
}

}  // namespace gregale::expression::yaql
