// Methods of sets. The operand may be anything that can be iterated. Those that change the set change it for
// this evaluation.
#include <algorithm>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/messages.hpp"

namespace gregale::expression::jinja {

namespace {

List members_of(Runtime& runtime, const Value& set) {
  List members;
  members.reserve(runtime.current(set).size());
  Iteration(runtime, set).each([&](const Value& member) { members.push_back(member); });
  runtime.use_memory(2 * members.size() * sizeof(Value));
  return members;
}

bool has(const Value& set, const Value& member) {
  return set.as_set().find(member) != nullptr;
}

const Value& hashable(const Value& value) {
  require_hashable(value);
  return value;
}

// ---- operations on the members and one operand

using Operation = void (*)(List& members, const Value& other);

void unite(List& members, const Value& other) {
  for (const Map::Entry& entry : other.as_set()) members.push_back(entry.key);  // equal ones count once
}
void intersect(List& members, const Value& other) {
  std::erase_if(members, [&](const Value& member) { return !has(other, member); });
}
void subtract(List& members, const Value& other) {
  std::erase_if(members, [&](const Value& member) { return has(other, member); });
}
void differ(List& members, const Value& other) {
  const Value before = Value::set(members);
  subtract(members, other);
  for (const Map::Entry& entry : other.as_set()) {
    if (!has(before, entry.key)) members.push_back(entry.key);
  }
}

template <Operation kOperation>
List combined(Runtime& runtime, const Value& self, const Arguments& arguments) {
  if (!arguments.named.empty()) throw TypeError("methods of sets take no keyword arguments");
  if (kOperation == differ) Bound("symmetric_difference", arguments, {"other"}, 1, 1);
  List members = members_of(runtime, self);
  for (const Value& other : arguments.positional) {
    const Value operand = to_set(runtime, other);
    runtime.step(members.size() + operand.size());
    runtime.use_memory(operand.size() * sizeof(Value));
    kOperation(members, operand);
  }
  return members;
}

template <Operation kOperation>
Value made(Runtime& runtime, const Value& self, const Arguments& arguments) {
  return Value::set(combined<kOperation>(runtime, self, arguments));
}
template <Operation kOperation>
Value changed(Runtime& runtime, const Value& self, const Arguments& arguments) {
  runtime.change_set(self, combined<kOperation>(runtime, self, arguments));
  return Value();
}

// ---- comparisons

bool within(Runtime& runtime, const Value& inner, const Value& outer) {
  runtime.step(inner.size());
  return std::all_of(inner.as_set().begin(), inner.as_set().end(),
                     [&](const Map::Entry& entry) { return has(outer, entry.key); });
}

Value is_subset(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("issubset", arguments, {"other"}, 1, 1);
  return Value(within(runtime, runtime.current(self), to_set(runtime, bound.at(0))));
}
Value is_superset(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("issuperset", arguments, {"other"}, 1, 1);
  return Value(within(runtime, to_set(runtime, bound.at(0)), runtime.current(self)));
}
Value is_disjoint(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("isdisjoint", arguments, {"other"}, 1, 1);
  List members = members_of(runtime, self);
  intersect(members, to_set(runtime, bound.at(0)));
  return Value(members.empty());
}

// keys() and items() have this method of sets only.
Value view_is_disjoint(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("isdisjoint", arguments, {"other"}, 1, 1);
  Iteration others(runtime, bound.at(0));
  while (const Value* other = others.next()) {
    if (contains(runtime, self, *other)) return Value(false);
  }
  return Value(true);
}

// ---- one member

Value add(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("add", arguments, {"member"}, 1, 1);
  List members = members_of(runtime, self);
  members.push_back(hashable(bound.at(0)));
  runtime.change_set(self, std::move(members));
  return Value();
}

template <bool kMustBeThere>
Value drop(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("remove", arguments, {"member"}, 1, 1);
  if (!has(runtime.current(self), hashable(bound.at(0)))) {
    if (kMustBeThere) throw KeyError("there is no member " + shown(bound.at(0)));
    return Value();
  }
  List members = members_of(runtime, self);
  std::erase_if(members, [&](const Value& member) { return member == bound.at(0); });
  runtime.change_set(self, std::move(members));
  return Value();
}

Value pop(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Bound("pop", arguments, {}, 0);
  List members = members_of(runtime, self);
  if (members.empty()) throw KeyError("pop from an empty set");
  Value first = members.front();
  members.erase(members.begin());
  runtime.change_set(self, std::move(members));
  return first;
}

Value clear(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Bound("clear", arguments, {}, 0);
  runtime.change_set(self, {});
  return Value();
}

Value copy(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Bound("copy", arguments, {}, 0);
  return Value::set(members_of(runtime, self));
}

constexpr NamedFunction<Method> kSetMethods[] = {
    {"add", add},
    {"clear", clear},
    {"copy", copy},
    {"difference", made<subtract>},
    {"difference_update", changed<subtract>},
    {"discard", drop<false>},
    {"intersection", made<intersect>},
    {"intersection_update", changed<intersect>},
    {"isdisjoint", is_disjoint},
    {"issubset", is_subset},
    {"issuperset", is_superset},
    {"pop", pop},
    {"remove", drop<true>},
    {"symmetric_difference", made<differ>},
    {"symmetric_difference_update", changed<differ>},
    {"union", made<unite>},
    {"update", changed<unite>},
};

constexpr NamedFunction<Method> kSetLikeViewMethods[] = {{"isdisjoint", view_is_disjoint}};

}  // namespace

std::span<const NamedFunction<Method>> set_methods() {
  return kSetMethods;
}
std::span<const NamedFunction<Method>> set_like_view_methods() {
  return kSetLikeViewMethods;
}

}  // namespace gregale::expression::jinja
