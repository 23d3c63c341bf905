// groupBy() and mergeWith().
#include <fmt/format.h>

#include <optional>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/yaql/collection_operations.hpp"
#include "interpreter/expression/yaql/library.hpp"

namespace gregale::expression::yaql {

namespace {

// Applies the aggregator of groupBy() to one group after the other.
//
// It gets the group's values. In old versions of YAQL it got the pair [key, values] and gave a pair;
// expressions written so still work: when the first group fails with "no overload" or a wrong index, the
// pair is tried, and stays the way if the result is a pair.
class GroupAggregator {
 public:
  explicit GroupAggregator(Lambda aggregator) : aggregator_(std::move(aggregator)) {}

  Value operator()(const Value& key, const Value& values) {
    if (!failure_) {
      try {
        Value result = aggregator_(values);
        if (!looks_old(values, result)) old_syntax_allowed_ = false;
        return make_list({key, std::move(result)});
      } catch (const Failure& failure) {
        if (failure.cause != Failure::Cause::no_match && failure.cause != Failure::Cause::index) throw;
        failure_ = failure;
      }
    }
    if (old_syntax_allowed_) {
      try {
        Value result = aggregator_(make_list({key, values}));
        if (has_two_items(result)) return result;
      } catch (const Failure& failure) {
        if (failure.cause == Failure::Cause::limit) throw;
      }
    }
    throw *failure_;
  }

 private:
  static bool has_two_items(const Value& value) {
    return (value.is_list() || value.is_map() || value.is_set() || value.is_string()) && value.size() == 2;
  }
  // A result that the old way would have given for this group.
  static bool looks_old(const Value& values, const Value& result) {
    return values.size() == 2 && result.is_list() && result.size() == 2 &&
           result.as_list()[0] == values.as_list()[0];
  }

  Lambda aggregator_;
  bool old_syntax_allowed_ = true;
  std::optional<Failure> failure_;
};

Value group_by(Call& call) {
  Lambda key_selector = call.lambda(1);
  std::optional<Lambda> value_selector;
  if (call.has_lambda(2)) value_selector = call.lambda(2);
  Map positions;
  std::vector<Value> keys;
  std::vector<List> groups;
  for_each(call.evaluation, call[0], [&](const Value& item) {
    Value value = value_selector ? (*value_selector)(item) : item;
    Value key = key_selector(item);
    demand_hashable(key);
    call.evaluation.charge_items(2);
    size_t position = groups.size();
    if (const Value* known = positions.find(key)) {
      position = static_cast<size_t>(known->as_integer());
    } else {
      positions.set(key, Value(static_cast<int64_t>(position)));
      keys.push_back(std::move(key));
      groups.emplace_back();
    }
    groups[position].push_back(std::move(value));
    return true;
  });
  std::optional<GroupAggregator> aggregator;
  if (call.has_lambda(3)) aggregator.emplace(call.lambda(3));
  return make_generator([keys = std::move(keys), groups = std::move(groups),
                         aggregator = std::move(aggregator), next = size_t{0}](Value& item) mutable {
    if (next == keys.size()) return false;
    Value values = make_mutable_list(std::move(groups[next]));
    item = aggregator ? (*aggregator)(keys[next], values) : make_list({keys[next], values});
    ++next;
    return true;
  });
}

class Merger {
 public:
  Merger(Call& call) : call_(call) {
    if (call.has_lambda(2)) list_merger_ = call.lambda(2);
    if (call.has_lambda(3)) item_merger_ = call.lambda(3);
  }

  Value merge(const Value& left, const Value& right, const Value& levels) {
    const Evaluation::Nesting nesting(call_.evaluation);
    const bool last_level = levels == Value(1);
    Map result;
    call_.evaluation.charge_items(4 * (left.size() + right.size()));
    for (const Map::Entry& entry : left.as_map()) {
      call_.evaluation.step();
      const Value* other = right.as_map().find(entry.key);
      result.set(entry.key,
                 other == nullptr ? entry.value : merge_item(entry.value, *other, levels, last_level));
    }
    for (const Map::Entry& entry : right.as_map()) {
      if (result.find(entry.key) == nullptr) result.set(entry.key, entry.value);
    }
    return make_mutable_dict(std::move(result));
  }

 private:
  Value merge_item(const Value& left, const Value& right, const Value& levels, bool last_level) {
    if (!last_level && right.is_map()) {
      if (!left.is_map()) refuse(left, right);
      const int64_t count = levels.is_small_integer() ? levels.as_integer() : levels.truthy();
      return merge(left, right, count == 0 ? Value(0) : Value(count - 1));
    }
    if (!last_level && right.is_list()) {
      if (!left.is_list()) refuse(left, right);
      return merge_lists(left, right);
    }
    return item_merger_ ? (*item_merger_)(left, right) : right;
  }

  Value merge_lists(const Value& left, const Value& right) {
    if (list_merger_) return (*list_merger_)(left, right);
    if (left.is_marked() != right.is_marked()) {
      throw python::TypeError("a list of Python and a list of YAQL cannot be put together");
    }
    List items = left.as_list();
    items.insert(items.end(), right.as_list().begin(), right.as_list().end());
    return make_list(distinct_items(call_.evaluation, items));
  }

  [[noreturn]] static void refuse(const Value& left, const Value& right) {
    throw python::TypeError(fmt::format("{} cannot be merged with {}", a_kind(left), a_kind(right)));
  }

  Call& call_;
  std::optional<Lambda> list_merger_;
  std::optional<Lambda> item_merger_;
};

Value merge_with(Call& call) {
  return Merger(call).merge(call[0], call[1], call[4]);
}

}  // namespace

std::vector<Declaration> grouping_functions() {
  using Use = Declaration::Use;
  return {
      {"groupBy", Use::method,
       "collection: iterable, keySelector: lambda, valueSelector: lambda = null, "
       "aggregator: lambda = null",
       group_by},
      {"mergeWith", Use::method,
       "dict: dict, another: dict, listMerger: lambda = null, itemMerger: lambda = null, "
       "maxLevels: int|bool = 0",
       merge_with},
  };
}

}  // namespace gregale::expression::yaql
