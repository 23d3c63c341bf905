// Queries over collections that give a value or a lazy sequence item by item.
#include <optional>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/collection_operations.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/operators.hpp"

namespace gregale::expression::yaql {

namespace {

using Walk = std::shared_ptr<Iterator>;

// What making a list, and adding a key to many, are worth.
constexpr uint64_t kStepsOfList = 4;
constexpr uint64_t kStepsOfKey = 8;

[[noreturn]] void refuse_empty() {
  throw python::ValueError("the collection is empty");
}

std::optional<Lambda> optional_lambda(Call& call, size_t parameter) {
  if (!call.has_lambda(parameter)) return std::nullopt;
  return call.lambda(parameter);
}

Value where(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), predicate = call.lambda(1),
                         &evaluation = call.evaluation](Value& item) mutable {
    while (walk->next(item)) {
      evaluation.step();
      if (predicate(item).truthy()) return true;
    }
    return false;
  });
}

Value select(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), selector = call.lambda(1)](Value& item) mutable {
    Value source;
    if (!walk->next(source)) return false;
    item = selector(std::move(source));
    return true;
  });
}

Value select_many(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), selector = call.lambda(1), inner = Walk(),
                         &evaluation = call.evaluation](Value& item) mutable {
    while (true) {
      evaluation.step();
      if (inner) {
        if (inner->next(item)) return true;
        inner.reset();
      }
      Value source;
      if (!walk->next(source)) return false;
      Value selected = selector(std::move(source));
      if (!is_iterable(selected)) {
        item = std::move(selected);
        return true;
      }
      inner = iterate(selected);
    }
  });
}

int64_t non_negative(Call& call, size_t parameter) {
  const int64_t count = call.integer(parameter);
  if (count < 0) throw python::ValueError("the number of items must not be negative");
  return count;
}

Value skip(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), left = non_negative(call, 1),
                         &evaluation = call.evaluation](Value& item) mutable {
    for (; left > 0; --left) {
      evaluation.step();
      if (!walk->next(item)) return false;
    }
    return walk->next(item);
  });
}

Value limit(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), left = non_negative(call, 1)](Value& item) mutable {
    if (left == 0 || !walk->next(item)) return false;
    --left;
    return true;
  });
}

Value take_while(Call& call) {
  return make_generator(
      [walk = Walk(iterate(call[0])), predicate = call.lambda(1), ended = false](Value& item) mutable {
        Value next;
        if (ended || !walk->next(next)) return false;
        ended = !predicate(next).truthy();
        if (!ended) item = std::move(next);
        return !ended;
      });
}

Value skip_while(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), predicate = call.lambda(1), skipping = true,
                         &evaluation = call.evaluation](Value& item) mutable {
    while (walk->next(item)) {
      evaluation.step();
      if (!skipping || !predicate(item).truthy()) {
        skipping = false;
        return true;
      }
    }
    return false;
  });
}

Value append(Call& call) {
  List added;
  for (const Argument& argument : call.rest) added.push_back(argument.value);
  return make_generator([walk = Walk(iterate(call[0])),
                         rest = Walk(iterate(make_list(std::move(added))))](Value& item) mutable {
    if (walk && walk->next(item)) return true;
    walk.reset();
    return rest->next(item);
  });
}

Value concat(Call& call) {
  std::vector<Walk> walks;
  for (const Argument& argument : call.rest) walks.emplace_back(iterate(argument.value));
  return make_generator([walks = std::move(walks), current = size_t{0}](Value& item) mutable {
    for (; current < walks.size(); ++current) {
      if (walks[current]->next(item)) return true;
    }
    return false;
  });
}

Value enumerate(Call& call) {
  if (call[1].is_null()) throw python::TypeError("enumerate() takes an integer as its start");
  return make_generator(
      [walk = Walk(iterate(call[0])), index = call[1], &evaluation = call.evaluation](Value& item) mutable {
        Value next;
        if (!walk->next(next)) return false;
        Value position = python::positive(index);
        index = python::add(position, Value(1));
        evaluation.steps(kStepsOfList);
        evaluation.charge_items(2);
        item = make_mutable_list({std::move(position), std::move(next)});
        return true;
      });
}

Value distinct(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), selector = optional_lambda(call, 1), seen = Map(),
                         &evaluation = call.evaluation](Value& item) mutable {
    while (walk->next(item)) {
      evaluation.steps(kStepsOfKey);
      Value key = selector ? (*selector)(item) : item;
      demand_hashable(key);
      evaluation.charge_items(4);
      if (seen.set(std::move(key), Value())) return true;
    }
    return false;
  });
}

Value any(Call& call) {
  std::optional<Lambda> predicate = optional_lambda(call, 1);
  bool found = false;
  for_each(call.evaluation, call[0], [&](const Value& item) {
    found = !predicate || (*predicate)(item).truthy();
    return !found;
  });
  return found;
}

Value all(Call& call) {
  std::optional<Lambda> predicate = optional_lambda(call, 1);
  bool result = true;
  for_each(call.evaluation, call[0], [&](const Value& item) {
    result = predicate ? (*predicate)(item).truthy() : item.truthy();
    return result;
  });
  return result;
}

Value first(Call& call) {
  Value item;
  if (iterate(call[0])->next(item)) return item;
  if (!call.given(1)) refuse_empty();
  return call[1];
}

Value single(Call& call) {
  const IteratorPtr walk = iterate(call[0]);
  Value item;
  Value second;
  if (!walk->next(item)) refuse_empty();
  if (walk->next(second)) throw python::ValueError("the collection has more than one item");
  return item;
}

Value last(Call& call) {
  if (call[0].is_list() && call[0].size() != 0) return call[0].as_list().back();
  Value item = call[1];
  bool found = call.given(1);
  for_each(call.evaluation, call[0], [&](const Value& next) {
    item = next;
    found = true;
    return true;
  });
  if (!found) refuse_empty();
  return item;
}

// Folds with [step]; without a seed the first item is it.
template <typename Step>
Value fold(Call& call, size_t seed_parameter, Step step) {
  bool started = call.given(seed_parameter);
  Value total = call[seed_parameter];
  for_each(call.evaluation, call[0], [&](const Value& item) {
    total = started ? step(total, item) : item;
    started = true;
    return true;
  });
  if (!started) throw python::TypeError("the collection is empty and there is no initial value");
  return total;
}

Value sum(Call& call) {
  return fold(call, 1, [&](const Value& total, const Value& item) {
    return operator_add(call.evaluation, total, item);
  });
}

Value max(Call& call) {
  return fold(call, 1, [&](const Value& total, const Value& item) {
    return operator_greater(call.evaluation, item, total).as_boolean() ? item : total;
  });
}

Value min(Call& call) {
  return fold(call, 1, [&](const Value& total, const Value& item) {
    return operator_greater(call.evaluation, item, total).as_boolean() ? total : item;
  });
}

Value aggregate(Call& call) {
  Lambda selector = call.lambda(1);
  return fold(call, 2, [&](const Value& total, const Value& item) { return selector(total, item); });
}

Value accumulate(Call& call) {
  return make_generator([walk = Walk(iterate(call[0])), selector = call.lambda(1), total = call[2],
                         seeded = call.given(2), started = false](Value& item) mutable {
    if (!started) {
      started = true;
      if (!seeded && !walk->next(total)) {
        throw python::TypeError("accumulate() of an empty collection with no initial value");
      }
    } else {
      Value next;
      if (!walk->next(next)) return false;
      total = selector(std::move(total), std::move(next));
    }
    item = total;
    return true;
  });
}

// Position of the first or last item that [fits], or -1.
template <typename Fits>
Value position_of(Call& call, bool last, Fits fits) {
  int64_t index = -1;
  int64_t position = 0;
  for_each(call.evaluation, call[0], [&](const Value& item) {
    if (fits(item)) index = position;
    ++position;
    return last || index < 0;
  });
  return index;
}

Value index_of(Call& call) {
  return position_of(call, false, [&](const Value& item) { return equal(item, call[1]); });
}
Value last_index_of(Call& call) {
  return position_of(call, true, [&](const Value& item) { return equal(item, call[1]); });
}
Value index_where(Call& call) {
  Lambda predicate = call.lambda(1);
  return position_of(call, false, [&](const Value& item) { return predicate(item).truthy(); });
}
Value last_index_where(Call& call) {
  Lambda predicate = call.lambda(1);
  return position_of(call, true, [&](const Value& item) { return predicate(item).truthy(); });
}

Value zip(Call& call) {
  std::vector<Walk> walks;
  for (const Argument& argument : call.rest) walks.emplace_back(iterate(argument.value));
  return make_generator([walks = std::move(walks), &evaluation = call.evaluation](Value& item) {
    evaluation.steps(kStepsOfList);
    evaluation.charge_items(walks.size());
    List items;
    for (const Walk& walk : walks) {
      Value next;
      if (!walk->next(next)) return false;
      items.push_back(std::move(next));
    }
    item = make_list(std::move(items));
    return true;
  });
}

Value zip_longest(Call& call) {
  std::vector<Walk> walks;
  for (const Argument& argument : call.rest) walks.emplace_back(iterate(argument.value));
  const Value* filler = call.keywords.find(std::string_view("default"));
  return make_generator([walks = std::move(walks), filler = filler != nullptr ? *filler : Value(),
                         &evaluation = call.evaluation](Value& item) mutable {
    evaluation.steps(kStepsOfList);
    evaluation.charge_items(walks.size());
    List items;
    bool found = false;
    for (Walk& walk : walks) {
      Value next;
      if (walk && walk->next(next)) {
        found = true;
      } else {
        walk.reset();
        next = filler;
      }
      items.push_back(std::move(next));
    }
    if (found) item = make_list(std::move(items));
    return found;
  });
}

Value join(Call& call) {
  const bool sized = call[1].is_list() || is_set_like(call[1]) || call[1].is_map();
  Value other = sized ? call[1] : Value::object(std::make_shared<Memorized>(iterate(call[1])));
  return make_generator([walk = Walk(iterate(call[0])), other = std::move(other), inner = Walk(),
                         left = Value(), predicate = call.lambda(2), selector = call.lambda(3),
                         &evaluation = call.evaluation](Value& item) mutable {
    while (true) {
      if (!inner) {
        if (!walk->next(left)) return false;
        inner = iterate(other);
      }
      Value right;
      while (inner->next(right)) {
        evaluation.step();
        if (!predicate(left, right).truthy()) continue;
        item = selector(left, std::move(right));
        return true;
      }
      inner.reset();
    }
  });
}

Value memorize(Call& call) {
  if (call[0].is_list() || is_set_like(call[0]) || call[0].is_map()) return call[0];
  return Value::object(std::make_shared<Memorized>(iterate(call[0])));
}

Value default_if_empty(Call& call) {
  if (call[0].is_list() || is_set_like(call[0])) {
    Value item;
    return iterate(call[0])->next(item) ? call[0] : call[1];
  }
  const auto memorized = std::make_shared<Memorized>(iterate(call[0]));
  return memorized->at(0) != nullptr ? Value::object(memorized) : call[1];
}

Value reverse(Call& call) {
  List items = collect(call.evaluation, call[0]);
  return make_generator([items = std::move(items)](Value& item) mutable {
    if (items.empty()) return false;
    item = std::move(items.back());
    items.pop_back();
    return true;
  });
}

}  // namespace

List distinct_items(Evaluation& evaluation, const List& items) {
  Map seen;
  List result;
  for (const Value& item : items) {
    evaluation.steps(kStepsOfKey);
    evaluation.charge_items(4);
    demand_hashable(item);
    if (seen.set(item, Value())) result.push_back(item);
  }
  return result;
}

std::vector<Declaration> query_functions() {
  using Use = Declaration::Use;
  return {
      {"where", Use::method, "collection: iterable, predicate: lambda", where},
      {"filter", Use::method, "collection: iterable, predicate: lambda", where},
      {"select", Use::method, "collection: iterable, selector: lambda", select},
      {"map", Use::method, "collection: iterable, selector: lambda", select},
      {"selectMany", Use::method, "collection: iterable, selector: lambda", select_many},
      {"skip", Use::method, "collection: iterable, count: int|bool", skip},
      {"limit", Use::method, "collection: iterable, count: int|bool", limit},
      {"take", Use::method, "collection: iterable, count: int|bool", limit},
      {"takeWhile", Use::method, "collection: iterable, predicate: lambda", take_while},
      {"skipWhile", Use::method, "collection: iterable, predicate: lambda", skip_while},
      {"append", Use::both, "collection: iterable, *args: any", append},
      {"concat", Use::both, "*collections: iterable", concat},
      {"enumerate", Use::both, "collection: iterable, start: int|bool? = 0", enumerate},
      {"distinct", Use::both, "collection: iterable, keySelector: lambda = null", distinct},
      {"any", Use::both, "collection: iterable, predicate: lambda = null", any},
      {"all", Use::both, "collection: iterable, predicate: lambda = null", all},
      {"first", Use::method, "collection: iterable, default: any = none", first},
      {"single", Use::method, "collection: iterable", single},
      {"last", Use::method, "collection: iterable, default: any = none", last},
      {"sum", Use::method, "collection: iterable, initial: any = none", sum},
      {"max", Use::method, "collection: iterable, initial: any = none", max},
      {"min", Use::method, "collection: iterable, initial: any = none", min},
      {"aggregate", Use::method, "collection: iterable, selector: lambda, seed: any = none", aggregate},
      {"reduce", Use::method, "collection: iterable, selector: lambda, seed: any = none", aggregate},
      {"accumulate", Use::method, "collection: iterable, selector: lambda, seed: any = none", accumulate},
      {"indexOf", Use::method, "collection: iterable, item: any", index_of},
      {"lastIndexOf", Use::method, "collection: iterable, item: any", last_index_of},
      {"indexWhere", Use::method, "collection: iterable, predicate: lambda", index_where},
      {"lastIndexWhere", Use::method, "collection: iterable, predicate: lambda", last_index_where},
      {"zip", Use::method, "*collections: iterable", zip},
      {"zipLongest", Use::method, "*collections: iterable, **kwargs: any", zip_longest},
      {"join", Use::method,
       "collection1: iterable, collection2: iterable, predicate: lambda, selector: lambda", join},
      {"memorize", Use::method, "collection: iterable", memorize},
      {"defaultIfEmpty", Use::method, "collection: iterable, default: iterable", default_if_empty},
      {"reverse", Use::method, "collection: iterable", reverse},
  };
}

}  // namespace gregale::expression::yaql
