#include <fmt/format.h>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/collection_operations.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/operators.hpp"

namespace gregale::expression::yaql {

namespace {

Value count_of(size_t count) {
  return static_cast<int64_t>(count);
}

Map copy_of(Call& call, const Value& dict) {
  call.evaluation.charge_items(4 * dict.size());
  return dict.as_map();
}

void set_rules(Map& map, const std::vector<Argument>& rules) {
  for (const Argument& argument : rules) {
    const auto* rule = argument.value.object_as<MappingRule>();
    demand_hashable(rule->key);
    map.set(rule->key, rule->value);
  }
}

Value dict_of_rules(Call& call) {
  Map map;
  call.evaluation.charge_items(4 * call.rest.size());
  set_rules(map, call.rest);
  return Value(std::move(map));
}

Value dict_of_pairs(Call& call) {
  Map map;
  for_each(call.evaluation, call[0], [&](const Value& pair) {
    // A text is a sequence of characters to Python.
    IteratorPtr walk = pair.is_string() ? iterate(characters_of(pair)) : iterate(pair);
    Value key;
    Value value;
    if (!walk->next(key) || !walk->next(value)) {
      throw python::ValueError("dict() takes pairs of key and value");
    }
    demand_hashable(key);
    call.evaluation.charge_items(4);
    map.set(std::move(key), std::move(value));
    return true;
  });
  return Value(std::move(map));
}

Value to_dict(Call& call) {
  Map map;
  Lambda key_selector = call.lambda(1);
  std::optional<Lambda> value_selector;
  if (call.has_lambda(2)) value_selector = call.lambda(2);
  for_each(call.evaluation, call[0], [&](const Value& item) {
    Value key = key_selector(item);
    Value value = value_selector ? (*value_selector)(item) : item;
    demand_hashable(key);
    call.evaluation.charge_items(4);
    map.set(std::move(key), std::move(value));
    return true;
  });
  return make_mutable_dict(std::move(map));
}

Value dict_item(Call& call) {
  demand_hashable(call[1]);
  const Value* found = call[0].as_map().find(call[1]);
  if (found != nullptr) return *found;
  throw_missing_key(call[0].as_map(), call[1]);
}

Value dict_get(Call& call) {
  demand_hashable(call[1]);
  const Value* found = call[0].as_map().find(call[1]);
  return found != nullptr ? *found : call[2];
}

Value list_item(Call& call) {
  const List& items = call[0].as_list();
  const int64_t size = static_cast<int64_t>(items.size());
  const Value& position = call[1];
  int64_t index = position.kind() == Value::Kind::big_integer ? size : position.as_integer();
  if (index < 0) index += size;
  if (index < 0 || index >= size) throw python::IndexError("list index out of range");
  return items[static_cast<size_t>(index)];
}

Value dict_set(Call& call) {
  Map map = copy_of(call, call[0]);
  demand_hashable(call[1]);
  map.set(call[1], call[2]);
  return Value(std::move(map));
}

Value dict_set_many(Call& call) {
  Map map = copy_of(call, call[0]);
  map.update(call[1].as_map());
  return Value(std::move(map));
}

Value dict_set_rules(Call& call) {
  Map map = copy_of(call, call[0]);
  set_rules(map, call.rest);
  return Value(std::move(map));
}

Value view(Call& call, DictView::Part part) {
  return Value::object(std::make_shared<DictView>(call[0], part));
}
Value dict_keys(Call& call) {
  return view(call, DictView::Part::keys);
}
Value dict_values(Call& call) {
  return view(call, DictView::Part::values);
}
Value dict_items(Call& call) {
  return view(call, DictView::Part::items);
}

Value contains_method(Call& call) {
  return contains(call.evaluation, call[0], call[1]);
}

Value contains_key(Call& call) {
  demand_hashable(call[1]);
  return call[0].as_map().find(call[1]) != nullptr;
}

Value contains_value(Call& call) {
  for (const Map::Entry& entry : call[0].as_map()) {
    call.evaluation.step();
    if (equal(entry.value, call[1])) return true;
  }
  return false;
}

// The dict without the keys; [visit] is given a function that takes one of them.
template <typename Visit>
Value without_keys(Call& call, Visit visit) {
  std::vector<Value> keys;
  visit([&](const Value& key) {
    demand_hashable(key);
    keys.push_back(key);
  });
  const Value dropped = Value::set(std::move(keys));
  Map map;
  call.evaluation.charge_items(4 * call[0].size());
  for (const Map::Entry& entry : call[0].as_map()) {
    if (dropped.as_set().find(entry.key) == nullptr) map.set(entry.key, entry.value);
  }
  return make_mutable_dict(std::move(map));
}

Value delete_keys(Call& call) {
  return without_keys(call, [&](const auto& take) {
    for (const Argument& argument : call.rest) take(argument.value);
  });
}

Value delete_all_keys(Call& call) {
  return without_keys(call, [&](const auto& take) {
    for_each(call.evaluation, call[1], [&](const Value& key) {
      take(key);
      return true;
    });
  });
}

Value is_dict(Call& call) {
  return call[0].is_map();
}
Value is_list(Call& call) {
  return call[0].is_list();
}
Value is_iterable_value(Call& call) {
  return is_iterable(call[0]);
}
Value container_len(Call& call) {
  return count_of(call[0].size());
}

Value count(Call& call) {
  if (call[0].is_list()) return count_of(call[0].size());
  int64_t result = 0;
  for_each(call.evaluation, call[0], [&](const Value&) {
    ++result;
    return true;
  });
  return result;
}

Value to_list(Call& call) {
  if (call[0].is_list()) return call[0].with_mark(false);
  return make_list(collect(call.evaluation, call[0]));
}

// Walks nested collections depth first.
class FlattenWalk : public Iterator {
 public:
  FlattenWalk(Evaluation& evaluation, const Value& collection) : evaluation_(evaluation) {
    levels_.push_back(iterate(collection));
  }
  bool next(Value& item) override {
    while (!levels_.empty()) {
      evaluation_.step();
      if (!levels_.back()->next(item)) {
        levels_.pop_back();
      } else if (is_iterable(item)) {
        evaluation_.charge(sizeof(Value));
        levels_.push_back(iterate(item));
      } else {
        return true;
      }
    }
    return false;
  }

 private:
  Evaluation& evaluation_;
  std::vector<IteratorPtr> levels_;
};

Value flatten(Call& call) {
  return make_generator(std::make_unique<FlattenWalk>(call.evaluation, call[0]));
}

// Whether [index] lies in the stretch that delete() and replace() mean; a negative count is "to the end".
bool in_stretch(int64_t index, int64_t position, int64_t count) {
  return index >= position && (count < 0 || index - position < count);
}

Value delete_items(Call& call) {
  return make_generator([walk = std::shared_ptr<Iterator>(iterate(call[0])), position = call.position(1),
                         count = call.position(2), index = int64_t{-1},
                         &evaluation = call.evaluation](Value& item) mutable {
    while (walk->next(item)) {
      evaluation.step();
      if (!in_stretch(++index, position, count)) return true;
    }
    return false;
  });
}

// replace() and replaceMany(): instead of the stretch comes what [values] walks.
Value replace_stretch(Call& call, Value values, size_t count_parameter) {
  return make_generator([walk = std::shared_ptr<Iterator>(iterate(call[0])), values = std::move(values),
                         inserted = std::shared_ptr<Iterator>(), started = false, position = call.position(1),
                         count = call.position(count_parameter), index = int64_t{-1},
                         &evaluation = call.evaluation](Value& item) mutable {
    while (true) {
      evaluation.step();
      if (inserted) {
        if (inserted->next(item)) return true;
        inserted.reset();
      }
      if (!walk->next(item)) return false;
      if (!in_stretch(++index, position, count)) return true;
      if (started) continue;
      started = true;
      inserted = iterate(values);
    }
  });
}

Value replace_items(Call& call) {
  return replace_stretch(call, make_list({call[2]}), 3);
}
Value replace_many(Call& call) {
  return replace_stretch(call, call[2], 3);
}

Value insert_into_list(Call& call) {
  List items = collect(call.evaluation, call[0]);
  const int64_t size = static_cast<int64_t>(items.size());
  const bool far = call[1].kind() == Value::Kind::big_integer;
  int64_t position = far ? size : call.integer(1);
  if (position < 0) position = std::max<int64_t>(0, position + size);
  position = std::min(position, size);
  items.insert(items.begin() + position, call[2]);
  return make_mutable_list(std::move(items));
}

// Inserts what [values] walks before item number [position]; beyond the end it is appended.
Value insert_walk(Call& call, Value values, bool negative_is_front) {
  return make_generator([walk = std::shared_ptr<Iterator>(iterate(call[0])), values = std::move(values),
                         inserted = std::shared_ptr<Iterator>(), held = std::optional<Value>(),
                         position = call.integer(1), negative_is_front, index = int64_t{-1}, at_end = false,
                         started = false, &evaluation = call.evaluation](Value& item) mutable {
    while (true) {
      evaluation.step();
      if (!started) {
        started = true;
        if (negative_is_front && position < 0) inserted = iterate(values);
      }
      if (inserted) {
        if (inserted->next(item)) return true;
        inserted.reset();
      }
      if (held) {
        item = std::move(*held);
        held.reset();
        return true;
      }
      if (at_end) return false;
      if (!walk->next(item)) {
        at_end = true;
        if (position > index) inserted = iterate(values);
        continue;
      }
      if (++index != position) return true;
      held = std::move(item);
      inserted = iterate(values);
    }
  });
}

Value insert_into_iterable(Call& call) {
  return insert_walk(call, make_list({call[2]}), false);
}
Value insert_many(Call& call) {
  return insert_walk(call, call[2], true);
}

}  // namespace

std::vector<Declaration> collection_functions() {
  using Use = Declaration::Use;
  return {
      {"dict", Use::function, "*args: mapping-rule", dict_of_rules, true},
      {"dict", Use::function, "items: iterable", dict_of_pairs, true},
      {"#map", Use::function, "*args: mapping-rule", dict_of_rules, true},
      {"toDict", Use::method, "collection: iterable, keySelector: lambda, valueSelector: lambda = null",
       to_dict},
      {"#indexer", Use::function, "dict: dict, key: any", dict_item},
      {"#indexer", Use::function, "dict: dict, key: any, default: any", dict_get},
      {"#indexer", Use::function, "list: sequence, index: int|bool", list_item},
      {"get", Use::method, "dict: dict, key: any, default: any = null", dict_get},
      {"set", Use::method, "dict: dict, key: any, value: any", dict_set, true},
      {"set", Use::method, "dict: dict, replacements: dict", dict_set_many, true},
      {"set", Use::method, "dict: dict, *args: mapping-rule", dict_set_rules, true},
      {"keys", Use::method, "dict: dict", dict_keys},
      {"values", Use::method, "dict: dict", dict_values},
      {"items", Use::method, "dict: dict", dict_items},
      {"contains", Use::method, "collection: iterable, value: any", contains_method},
      {"containsKey", Use::method, "dict: dict, key: any", contains_key},
      {"containsValue", Use::method, "dict: dict, value: any", contains_value},
      {"delete", Use::method, "collection: iterable, position: int|bool, count: int|bool = 1", delete_items},
      {"delete", Use::method, "dict: dict, *keys: any", delete_keys},
      {"deleteAll", Use::method, "dict: dict, keys: iterable", delete_all_keys},
      {"isDict", Use::function, "arg: any", is_dict},
      {"isList", Use::function, "arg: any", is_list},
      {"isIterable", Use::function, "value: any", is_iterable_value},
      {"len", Use::both, "dict: dict", container_len},
      {"len", Use::both, "sequence: sequence", container_len},
      {"len", Use::both, "collection: iterator", count},
      {"count", Use::method, "collection: iterable", count},
      {"toList", Use::method, "collection: iterable", to_list},
      {"flatten", Use::method, "collection: iterable", flatten},
      {"replace", Use::method, "collection: iterable, position: int|bool, value: any, count: int|bool = 1",
       replace_items},
      {"replaceMany", Use::method,
       "collection: iterable, position: int|bool, values: iterable, count: int|bool = 1", replace_many},
      {"insert", Use::method, "collection: sequence, position: int|bool, value: any", insert_into_list},
      {"insert", Use::method, "collection: iterable (not set), position: int|bool, value: any",
       insert_into_iterable},
      {"insertMany", Use::method, "collection: iterable, position: int|bool, values: iterable", insert_many},
  };
}

}  // namespace gregale::expression::yaql
