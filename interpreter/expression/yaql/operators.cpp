#include "interpreter/expression/yaql/operators.hpp"

#include <fmt/format.h>

#include <cmath>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/date_time.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/yaql/regex_object.hpp"
#include "interpreter/expression/yaql/set_operations.hpp"

namespace gregale::expression::yaql {

namespace {

using python::compare;

[[noreturn]] void refuse(std::string_view symbol, const Value& left, const Value& right) {
  throw NoMatch(fmt::format("operator {} does not take {} and {}", symbol, a_kind(left), a_kind(right)));
}

bool numbers(const Value& left, const Value& right) {
  return left.is_number() && right.is_number();
}
bool is_integer(const Value& value) {
  return value.is_integer() || value.is_boolean();
}
bool dates(const Value& left, const Value& right) {
  return left.is_date_time() && right.is_date_time();
}
bool spans(const Value& left, const Value& right) {
  return left.is_time_span() && right.is_time_span();
}

int64_t instant(const Value& date_time) {
  return date_time.local_microseconds() - int64_t{date_time.offset_seconds()} * core::kSecond;
}

bool walkable(Evaluation& evaluation, const Value& value) {
  return is_iterable(value) || (evaluation.options().iterable_dicts && value.is_map());
}

Value add_iterables(Evaluation& evaluation, const Value& left, const Value& right) {
  if (left.is_list() && right.is_list() && !left.is_marked() && !right.is_marked()) {
    evaluation.charge_items(left.size() + right.size());
    List items = left.as_list();
    items.insert(items.end(), right.as_list().begin(), right.as_list().end());
    return make_list(std::move(items));
  }
  if (left.is_set() && right.is_set()) return set_union(evaluation, left, right);
  std::shared_ptr<Iterator> first = iterate(left);
  std::shared_ptr<Iterator> second = iterate(right);
  return make_generator([first, second](Value& item) mutable {
    if (first && first->next(item)) return true;
    first.reset();
    return second->next(item);
  });
}

Value subtract(Evaluation& evaluation, const Value& left, const Value& right) {
  if (numbers(left, right)) return python::subtract(left, right);
  if (is_set_like(left) && is_set_like(right)) return set_difference(evaluation, left, right);
  if (dates(left, right)) return Value::time_span(instant(left) - instant(right));
  if (left.is_date_time() && right.is_time_span()) {
    return python::shift_date_time(left, -right.as_time_span());
  }
  if (spans(left, right)) return python::subtract_time_spans(left, right);
  refuse("-", left, right);
}

Value repeat_text(Evaluation& evaluation, const std::string& text, const Value& count) {
  if (compare(count, Value(0)) <= 0 || text.empty()) return Value("");
  const int64_t times = python::to_int64(count);
  if (static_cast<uint64_t>(times) > evaluation.scope().budget.memory / text.size()) {
    throw core::Error(core::ErrorKind::limit, "a text would be too long (the budget `memory`)");
  }
  evaluation.charge(text.size() * static_cast<size_t>(times));
  std::string result;
  result.reserve(text.size() * static_cast<size_t>(times));
  for (int64_t i = 0; i < times; ++i) result += text;
  return Value(std::move(result));
}

Value repeat_list(Evaluation& evaluation, const Value& list, const Value& count) {
  List items;
  if (compare(count, Value(0)) > 0 && list.size() != 0) {
    const int64_t times = python::to_int64(count);
    if (static_cast<uint64_t>(times) > evaluation.scope().budget.memory / (list.size() * sizeof(Value))) {
      throw core::Error(core::ErrorKind::limit, "a list would be too long (the budget `memory`)");
    }
    evaluation.charge_items(list.size() * static_cast<size_t>(times));
    items.reserve(list.size() * static_cast<size_t>(times));
    for (int64_t i = 0; i < times; ++i) {
      items.insert(items.end(), list.as_list().begin(), list.as_list().end());
    }
  }
  return make_list(std::move(items)).with_mark(list.is_marked());
}

Value multiply(Evaluation& evaluation, const Value& left, const Value& right) {
  if (numbers(left, right)) return python::multiply(left, right);
  if (left.is_string() && is_integer(right)) return repeat_text(evaluation, left.as_string(), right);
  if (is_integer(left) && right.is_string()) return repeat_text(evaluation, right.as_string(), left);
  if (left.is_list() && is_integer(right)) return repeat_list(evaluation, left, right);
  if (is_integer(left) && right.is_list()) return repeat_list(evaluation, right, left);
  if (left.is_time_span() && right.is_number()) {
    return python::time_span_of(python::multiply(Value(left.as_time_span()), right));
  }
  if (left.is_number() && right.is_time_span()) {
    return python::time_span_of(python::multiply(left, Value(right.as_time_span())));
  }
  refuse("*", left, right);
}

Value divide(Evaluation&, const Value& left, const Value& right) {
  if (numbers(left, right)) {
    return left.is_integer() && right.is_integer() ? python::floor_divide(left, right)
                                                   : python::true_divide(left, right);
  }
  if (left.is_time_span() && right.is_number()) {
    return python::time_span_of(python::true_divide(Value(left.as_time_span()), right));
  }
  if (spans(left, right)) {
    return python::true_divide(Value(static_cast<double>(left.as_time_span())), Value(right.as_time_span()));
  }
  refuse("/", left, right);
}

Value modulo(Evaluation&, const Value& left, const Value& right) {
  if (!numbers(left, right)) refuse("mod", left, right);
  return python::modulo(left, right);
}

enum class Order { less, less_equal, greater, greater_equal };

template <typename Ordering>
bool holds(Order order, Ordering ordering) {
  switch (order) {
    case Order::less:
      return ordering < 0;
    case Order::less_equal:
      return ordering <= 0;
    case Order::greater:
      return ordering > 0;
    case Order::greater_equal:
      return ordering >= 0;
  }
  return false;
}

template <Order kOrder>
Value compare_values(Evaluation& evaluation, const Value& left, const Value& right) {
  constexpr std::string_view kSymbols[] = {"<", "<=", ">", ">="};
  if (left.is_small_integer() && right.is_small_integer()) {
    return holds(kOrder, left.as_integer() <=> right.as_integer());
  }
  if (numbers(left, right)) return holds(kOrder, compare(left, right));
  // UTF-8 keeps the order of code points.
  if (left.is_string() && right.is_string()) {
    python::work_on_text(std::min(left.size(), right.size()));
    return holds(kOrder, left.as_string().compare(right.as_string()) <=> 0);
  }
  // null is less than everything else.
  if (left.is_null() || right.is_null()) {
    return holds(kOrder, static_cast<int>(!left.is_null()) <=> static_cast<int>(!right.is_null()));
  }
  if (dates(left, right)) return holds(kOrder, instant(left) <=> instant(right));
  if (spans(left, right)) return holds(kOrder, left.as_time_span() <=> right.as_time_span());
  if (is_set_like(left) && is_set_like(right)) {
    switch (kOrder) {
      case Order::less:
        return is_subset(evaluation, left, right) && !is_subset(evaluation, right, left);
      case Order::less_equal:
        return is_subset(evaluation, left, right);
      case Order::greater:
        return is_subset(evaluation, right, left) && !is_subset(evaluation, left, right);
      case Order::greater_equal:
        return is_subset(evaluation, right, left);
    }
  }
  refuse(kSymbols[static_cast<size_t>(kOrder)], left, right);
}

Value is_equal(Evaluation&, const Value& left, const Value& right) {
  return equal(left, right);
}
Value is_unequal(Evaluation&, const Value& left, const Value& right) {
  return !equal(left, right);
}

Value is_in(Evaluation& evaluation, const Value& left, const Value& right) {
  if (left.is_string() && right.is_string()) {
    return right.as_string().find(left.as_string()) != std::string::npos;
  }
  if (walkable(evaluation, right)) return contains(evaluation, right, left);
  refuse("in", left, right);
}

bool matches(const Value& left, const Value& right, std::string_view symbol) {
  if (!left.is_string()) refuse(symbol, left, right);
  if (const auto* regex = right.object_as<RegexObject>()) {
    return regex->regex().search(left.as_string(), 0).has_value();
  }
  if (!right.is_string()) refuse(symbol, left, right);
  return python::Regex::cached(right.as_string())->search(left.as_string()).has_value();
}

Value does_match(Evaluation&, const Value& left, const Value& right) {
  return matches(left, right, "=~");
}
Value does_not_match(Evaluation&, const Value& left, const Value& right) {
  return !matches(left, right, "!~");
}

Value negate(Evaluation&, const Value& operand) {
  if (operand.is_number()) return python::negate(operand);
  if (operand.is_time_span()) return Value::time_span(-operand.as_time_span());
  throw NoMatch(fmt::format("operator - does not take {}", a_kind(operand)));
}

Value positive(Evaluation&, const Value& operand) {
  if (operand.is_number() || operand.is_time_span()) return operand;
  throw NoMatch(fmt::format("operator + does not take {}", a_kind(operand)));
}

Value logical_not(Evaluation&, const Value& operand) {
  return !operand.truthy();
}

struct NamedBinary {
  std::string_view symbol;
  BinaryOperator function;
};
constexpr NamedBinary kBinary[] = {
    {"+", operator_add},
    {"-", subtract},
    {"*", multiply},
    {"/", divide},
    {"mod", modulo},
    {"<", compare_values<Order::less>},
    {"<=", compare_values<Order::less_equal>},
    {">", compare_values<Order::greater>},
    {">=", compare_values<Order::greater_equal>},
    {"=", is_equal},
    {"!=", is_unequal},
    {"in", is_in},
    {"=~", does_match},
    {"!~", does_not_match},
};

}  // namespace

BinaryOperator find_binary_operator(std::string_view symbol) {
  for (const NamedBinary& entry : kBinary) {
    if (entry.symbol == symbol) return entry.function;
  }
  return nullptr;
}

UnaryOperator find_unary_operator(std::string_view symbol) {
  if (symbol == "-") return negate;
  if (symbol == "+") return positive;
  if (symbol == "not") return logical_not;
  return nullptr;
}

Value operator_add(Evaluation& evaluation, const Value& left, const Value& right) {
  if (numbers(left, right)) return python::add(left, right);
  if (left.is_string() && right.is_string()) {
    evaluation.charge(left.size() + right.size());
    return Value(left.as_string() + right.as_string());
  }
  if (left.is_map() && right.is_map()) {
    evaluation.charge_items(4 * (left.size() + right.size()));
    Map map = left.as_map();
    map.update(right.as_map());
    return Value(std::move(map));
  }
  if (walkable(evaluation, left) && walkable(evaluation, right)) {
    return add_iterables(evaluation, left, right);
  }
  if (left.is_date_time() && right.is_time_span()) {
    return python::shift_date_time(left, right.as_time_span());
  }
  if (left.is_time_span() && right.is_date_time()) {
    return python::shift_date_time(right, left.as_time_span());
  }
  if (spans(left, right)) return python::add_time_spans(left, right);
  refuse("+", left, right);
}

Value operator_less(Evaluation& evaluation, const Value& left, const Value& right) {
  return compare_values<Order::less>(evaluation, left, right);
}

Value operator_greater(Evaluation& evaluation, const Value& left, const Value& right) {
  return compare_values<Order::greater>(evaluation, left, right);
}

bool equal(const Value& left, const Value& right) {
  const bool containers = left.kind() == right.kind() && (left.is_list() || left.is_map());
  if (containers) {
    // Lists of unlike length need no walk.
    if (left.size() != right.size()) return false;
    demand_comparable(left);
  }
  if (left.kind() != right.kind() && is_set_like(left) && is_set_like(right)) {
    return sets_equal(left, right);
  }
  return python::equal(left, right);
}

bool contains(Evaluation& evaluation, const Value& collection, const Value& value) {
  if (collection.is_set()) {
    demand_hashable(value);
    return collection.as_set().find(value) != nullptr;
  }
  if (collection.is_map()) {
    demand_hashable(value);
    return collection.as_map().find(value) != nullptr;
  }
  bool found = false;
  for_each(evaluation, collection, [&](const Value& item) {
    found = equal(item, value);
    return !found;
  });
  return found;
}

}  // namespace gregale::expression::yaql
