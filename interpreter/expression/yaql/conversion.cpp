#include "interpreter/expression/yaql/conversion.hpp"

#include "interpreter/expression/python/errors.hpp"

namespace gregale::expression::yaql {

namespace {

bool has_objects(const Value& value, size_t depth = 0) {
  if (depth > Evaluation::kDepthLimit) return true;
  switch (value.kind()) {
    case Value::Kind::list:
      for (const Value& item : value.as_list()) {
        if (has_objects(item, depth + 1)) return true;
      }
      return false;
    case Value::Kind::map:
      for (const Map::Entry& entry : value.as_map()) {
        if (has_objects(entry.value, depth + 1)) return true;
      }
      return false;
    default:
      return value.is_object();
  }
}

class OutputConverter {
 public:
  explicit OutputConverter(Evaluation& evaluation)
      : evaluation_(evaluation), limits_(evaluation.options().limit_iterators >= 0) {}

  // Whether the value already is what convert() would give.
  bool is_plain(const Value& value) {
    const Evaluation::Nesting nesting(evaluation_);
    switch (value.kind()) {
      case Value::Kind::list:
        if (limits_ || value.is_marked() || !evaluation_.options().convert_tuples_to_lists) return false;
        for (const Value& item : value.as_list()) {
          if (!is_scalar(item) && !is_plain(item)) return false;
        }
        return true;
      case Value::Kind::map:
        if (limits_ || value.is_marked()) return false;
        for (const Map::Entry& entry : value.as_map()) {
          if (!is_scalar(entry.key) || (!is_scalar(entry.value) && !is_plain(entry.value))) return false;
        }
        return true;
      default:
        return is_scalar(value);
    }
  }

  Value convert(const Value& value) {
    const Evaluation::Nesting nesting(evaluation_);
    evaluation_.step();
    if (value.is_map()) return dict(value);
    if (is_set_like(value)) return set(value);
    if (is_iterable(value)) return sequence(value);
    if (value.object_as<FrameObject>() != nullptr) {
      return Value::object(std::make_shared<ContextResult>());
    }
    return value;
  }

 private:
  static bool is_scalar(const Value& value) {
    switch (value.kind()) {
      case Value::Kind::list:
      case Value::Kind::map:
      case Value::Kind::set:
      case Value::Kind::object:
        return false;
      default:
        return true;
    }
  }

  // Converted lists, dicts and sets can be neither keys nor members of sets.
  void demand_key(const Value& converted) {
    const bool tuple = converted.is_tuple();
    if (tuple) {
      for (const Value& item : converted.as_list()) demand_key(item);
    } else if (converted.is_list() || converted.is_map() || converted.is_set()) {
      throw python::TypeError("a list, dict or set in the result cannot be a key or a member of a set");
    }
  }

  Value dict(const Value& value) {
    Map map;
    map.reserve(value.size());
    evaluation_.charge_items(4 * value.size());
    evaluation_.limited(value);
    for (const Map::Entry& entry : value.as_map()) {
      Value key = convert(entry.key);
      demand_key(key);
      map.set(std::move(key), convert(entry.value));
    }
    return Value(std::move(map));
  }

  Value set(const Value& value) {
    List members;
    for_each(evaluation_, evaluation_.limited(value), [&](const Value& member) {
      members.push_back(convert(member));
      return true;
    });
    if (evaluation_.options().convert_sets_to_lists) return Value(std::move(members));
    for (const Value& member : members) demand_key(member);
    return Value::set(std::move(members));
  }

  Value sequence(const Value& value) {
    ListBuilder items(evaluation_);
    for_each(evaluation_, evaluation_.limited(value), [&](const Value& item) {
      items.add(convert(item));
      return true;
    });
    const bool tuple =
        value.is_list() && !value.is_marked() && !evaluation_.options().convert_tuples_to_lists;
    return tuple ? Value::tuple(items.take()) : Value(items.take());
  }

  Evaluation& evaluation_;
  bool limits_;
};

// Without output conversion: YAQL's lists are tuples, its marked ones lists.
Value unconverted(Evaluation& evaluation, const Value& value) {
  const Evaluation::Nesting nesting(evaluation);
  if (value.is_map()) {
    Map map;
    for (const Map::Entry& entry : value.as_map()) {
      map.set(unconverted(evaluation, entry.key), unconverted(evaluation, entry.value));
    }
    return Value(std::move(map));
  }
  if (value.is_set()) {
    List members;
    for (const Map::Entry& entry : value.as_set()) members.push_back(unconverted(evaluation, entry.key));
    return Value::set(std::move(members));
  }
  if (is_iterable(value)) {
    ListBuilder items(evaluation);
    for_each(evaluation, value, [&](const Value& item) {
      items.add(unconverted(evaluation, item));
      return true;
    });
    return value.is_list() && !value.is_marked() ? Value::tuple(items.take()) : Value(items.take());
  }
  if (value.object_as<FrameObject>() != nullptr) return Value::object(std::make_shared<ContextResult>());
  return value;
}

}  // namespace

Value marked(const Value& value) {
  if (value.is_list()) {
    List items;
    items.reserve(value.size());
    for (const Value& item : value.as_list()) items.push_back(marked(item));
    return make_mutable_list(std::move(items));
  }
  if (value.is_map()) {
    Map map;
    map.reserve(value.size());
    for (const Map::Entry& entry : value.as_map()) map.set(entry.key, marked(entry.value));
    return make_mutable_dict(std::move(map));
  }
  return value;
}

Value materialized(Evaluation& evaluation, const Value& value) {
  if (!has_objects(value)) return value;
  const Evaluation::Nesting nesting(evaluation);
  if (value.is_map()) {
    Map map;
    for (const Map::Entry& entry : value.as_map()) {
      map.set(entry.key, materialized(evaluation, entry.value));
    }
    return Value(std::move(map));
  }
  if (!is_iterable(value)) return value;
  ListBuilder items(evaluation);
  for_each(evaluation, value, [&](const Value& item) {
    items.add(materialized(evaluation, item));
    return true;
  });
  return items.list();
}

Value output(Evaluation& evaluation, const Value& value) {
  if (!evaluation.options().convert_output_data) return unconverted(evaluation, value);
  OutputConverter converter(evaluation);
  return converter.is_plain(value) ? value : converter.convert(value);
}

}  // namespace gregale::expression::yaql
