#include "interpreter/expression/yaql/text.hpp"

#include <fmt/format.h>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/steps.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/yaql/sequence.hpp"

namespace gregale::expression::yaql {

namespace {

// A value within a wrapper's name: frozenset({1, 2}), KeysView({'a': 1}).
class Wrapped : public python::Printable {
 public:
  Wrapped(std::string_view wrapper, Value inner) : wrapper_(wrapper), inner_(std::move(inner)) {}
  std::string_view type_name() const noexcept override { return wrapper_; }
  std::string repr() const override {
    if (inner_.is_set() && inner_.size() == 0) return fmt::format("{}()", wrapper_);
    return fmt::format("{}({})", wrapper_, python::repr(inner_));
  }

 private:
  std::string_view wrapper_;
  Value inner_;
};

Value wrap(std::string_view wrapper, Value inner) {
  return Value::object(std::make_shared<Wrapped>(wrapper, std::move(inner)));
}

List printable_items(const IteratorPtr& walk, size_t depth);

Value printable(const Value& value, size_t depth) {
  if (depth > python::kNestingLimit) {
    throw core::Error(core::ErrorKind::limit, "a value is nested too deeply to be printed");
  }
  switch (value.kind()) {
    case Value::Kind::list: {
      python::work(value.size());
      List items = printable_items(iterate(value), depth);
      return value.is_marked() ? Value(std::move(items)) : Value::tuple(std::move(items));
    }
    case Value::Kind::map: {
      python::work(value.size());
      Map map;
      map.reserve(value.size());
      for (const Map::Entry& entry : value.as_map()) {
        map.set(printable(entry.key, depth + 1), printable(entry.value, depth + 1));
      }
      return Value(std::move(map));
    }
    case Value::Kind::set:
      return wrap("frozenset", Value::set(printable_items(iterate(value), depth)));
    case Value::Kind::object:
      break;
    default:
      return value;
  }
  const auto* view = value.object_as<DictView>();
  if (view == nullptr) return value;
  if (!view->dict().is_marked()) {
    constexpr std::string_view kFrozen[] = {"KeysView", "ValuesView", "ItemsView"};
    return wrap(kFrozen[static_cast<size_t>(view->part())], printable(view->dict(), depth + 1));
  }
  constexpr std::string_view kPlain[] = {"dict_keys", "dict_values", "dict_items"};
  return wrap(kPlain[static_cast<size_t>(view->part())], Value(printable_items(view->iterate(), depth)));
}

List printable_items(const IteratorPtr& walk, size_t depth) {
  List items;
  Value item;
  while (walk->next(item)) items.push_back(printable(item, depth + 1));
  return items;
}

}  // namespace

Value to_printable(const Value& value) {
  return printable(value, 0);
}

std::string python_text(const Value& value) {
  if (value.is_string()) return value.as_string();
  return python::str(to_printable(value));
}

std::string yaql_text(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is_boolean()) return value.as_boolean() ? "true" : "false";
  return python_text(value);
}

}  // namespace gregale::expression::yaql
