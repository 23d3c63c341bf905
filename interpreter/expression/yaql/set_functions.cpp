#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/set_operations.hpp"

namespace gregale::expression::yaql {

namespace {

void demand_set(const Value& value) {
  if (!value.is_set()) throw python::AttributeError("a view of a dict has no operations of sets");
}

size_t size_of(const Value& set) {
  const auto* view = set.object_as<DictView>();
  return view != nullptr ? view->size() : set.size();
}

bool holds(const Value& set, const Value& member) {
  if (set.is_set()) return set.as_set().find(member) != nullptr;
  const auto* view = set.object_as<DictView>();
  const Map& map = view->dict().as_map();
  if (view->part() == DictView::Part::keys) return map.find(member) != nullptr;
  if (!member.is_list() || member.size() != 2) return false;
  const Value* value = map.find(member.as_list()[0]);
  return value != nullptr && *value == member.as_list()[1];
}

template <typename Keep>
void add_members(Evaluation& evaluation, List& members, const Value& set, Keep keep) {
  for_each(evaluation, set, [&](const Value& member) {
    if (keep(member)) members.push_back(member);
    return true;
  });
}

// What list() and set() make of their arguments: generators are taken apart, nothing else is.
void expand(Call& call, const Value& value, List& items) {
  if (!is_iterator(value)) {
    items.push_back(value);
    return;
  }
  for_each(call.evaluation, value, [&](const Value& item) {
    expand(call, item, items);
    return true;
  });
}

Value set(Call& call) {
  List items;
  for (const Argument& argument : call.rest) expand(call, argument.value, items);
  return make_set(call.evaluation, std::move(items));
}

Value to_set(Call& call) {
  return make_set(call.evaluation, collect(call.evaluation, call[0]));
}

Value set_len(Call& call) {
  return static_cast<int64_t>(size_of(call[0]));
}

Value set_add(Call& call) {
  demand_set(call[0]);
  List added;
  for (const Argument& argument : call.rest) added.push_back(argument.value);
  return set_union(call.evaluation, call[0], make_set(call.evaluation, std::move(added)));
}

Value set_remove(Call& call) {
  demand_set(call[0]);
  List removed;
  for (const Argument& argument : call.rest) removed.push_back(argument.value);
  return set_difference(call.evaluation, call[0], make_set(call.evaluation, std::move(removed)));
}

Value union_of(Call& call) {
  return set_union(call.evaluation, call[0], call[1]);
}
Value intersect(Call& call) {
  return set_intersection(call.evaluation, call[0], call[1]);
}
Value difference(Call& call) {
  return set_difference(call.evaluation, call[0], call[1]);
}
Value symmetric_difference(Call& call) {
  return set_symmetric_difference(call.evaluation, call[0], call[1]);
}

Value is_set(Call& call) {
  return is_set_like(call[0]);
}

Value list(Call& call) {
  List items;
  for (const Argument& argument : call.rest) expand(call, argument.value, items);
  call.evaluation.charge_items(items.size());
  return make_list(std::move(items));
}

}  // namespace

Value make_set(Evaluation& evaluation, List items) {
  evaluation.charge_items(4 * items.size());
  for (const Value& item : items) demand_hashable(item);
  return Value::set(std::move(items));
}

Value set_union(Evaluation& evaluation, const Value& left, const Value& right) {
  demand_set(left);
  List members;
  const auto all = [](const Value&) { return true; };
  add_members(evaluation, members, left, all);
  add_members(evaluation, members, right, all);
  return make_set(evaluation, std::move(members));
}

Value set_difference(Evaluation& evaluation, const Value& left, const Value& right) {
  demand_set(left);
  List members;
  add_members(evaluation, members, left, [&](const Value& member) { return !holds(right, member); });
  return make_set(evaluation, std::move(members));
}

Value set_intersection(Evaluation& evaluation, const Value& left, const Value& right) {
  demand_set(left);
  List members;
  add_members(evaluation, members, left, [&](const Value& member) { return holds(right, member); });
  return make_set(evaluation, std::move(members));
}

Value set_symmetric_difference(Evaluation& evaluation, const Value& left, const Value& right) {
  demand_set(left);
  List members;
  add_members(evaluation, members, left, [&](const Value& member) { return !holds(right, member); });
  add_members(evaluation, members, right, [&](const Value& member) { return !holds(left, member); });
  return make_set(evaluation, std::move(members));
}

bool is_subset(Evaluation& evaluation, const Value& left, const Value& right) {
  if (size_of(left) > size_of(right)) return false;
  bool result = true;
  for_each(evaluation, left, [&](const Value& member) {
    result = holds(right, member);
    return result;
  });
  return result;
}

bool sets_equal(const Value& left, const Value& right) {
  if (size_of(left) != size_of(right)) return false;
  const IteratorPtr walk = iterate(left);
  Value member;
  while (walk->next(member)) {
    python::work(1);
    if (!holds(right, member)) return false;
  }
  return true;
}

std::vector<Declaration> set_functions() {
  using Use = Declaration::Use;
  return {
      {"set", Use::function, "*args: any", set},
      {"list", Use::function, "*args: any", list},
      {"toSet", Use::method, "collection: iterable", to_set},
      {"len", Use::both, "set: set", set_len},
      {"add", Use::method, "set: set, *values: any", set_add},
      {"remove", Use::method, "set: set, *values: any", set_remove},
      {"union", Use::method, "left: set, right: set", union_of},
      {"intersect", Use::method, "left: set, right: set", intersect},
      {"difference", Use::method, "left: set, right: set", difference},
      {"symmetricDifference", Use::method, "left: set, right: set", symmetric_difference},
      {"isSet", Use::function, "arg: any", is_set},
  };
}

}  // namespace gregale::expression::yaql
