// Functions that make contexts or call other functions.
#include <fmt/format.h>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/nodes.hpp"

namespace gregale::expression::yaql {

namespace {

Value context(FramePtr frame) {
  return Value::object(std::make_shared<FrameObject>(std::move(frame)));
}

Value assert_condition(Call& call) {
  Value object = call[0];
  if (object.object_as<Generator>() != nullptr) {
    object = Value::object(std::make_shared<Memorized>(iterate(object)));
  }
  if (!call.lambda(1)(object).truthy()) {
    throw core::Error(core::ErrorKind::invalid, call.text(2));
  }
  return object;
}

// A name that could be written in front of `=>`.
bool is_argument_name(const Value& key) {
  if (!key.is_string()) throw python::TypeError("the names of arguments must be texts");
  const std::string& name = key.as_string();
  return !name.empty() && !name.starts_with("__") && !(name[0] >= '0' && name[0] <= '9');
}

Value call_function(Call& call) {
  for (const Map::Entry& entry : call[2].as_map()) {
    if (!is_argument_name(entry.key)) throw python::ValueError("a name of an argument is no word");
  }
  const Value* receiver = call.given(3) ? &call[3] : nullptr;
  return call_by_name(call.evaluation, call.frame, call.text(0), call[1].as_list(), call[2].as_map(),
                      receiver);
}

Value define(Call& call) {
  FramePtr frame = call.new_frame();
  std::string_view name = call.text(0);
  while (name.ends_with('_')) name.remove_suffix(1);
  frame->define(std::string(name), call.arguments[1].lazy);
  return context(std::move(frame));
}

Value let(Call& call) {
  FramePtr frame = call.new_frame();
  for (size_t i = 0; i < call.rest.size(); ++i) frame->add(i + 1, call.rest[i].value);
  for (const Map::Entry& entry : call.keywords) frame->set(entry.key.as_string(), entry.value);
  return context(std::move(frame));
}

Value unpack(Call& call) {
  FramePtr frame = call.new_frame();
  const bool list = call[0].is_list();
  const IteratorPtr walk = iterate(call[0]);
  List items;
  Value item;
  while (items.size() <= call.rest.size() && walk->next(item)) items.push_back(std::move(item));
  if (!call.rest.empty()) {
    if (items.size() != call.rest.size()) {
      throw python::ValueError(fmt::format("cannot unpack {} items into {}", items.size(), call.rest.size()));
    }
    for (size_t i = 0; i < items.size(); ++i) frame->set(call.rest[i].value.as_string(), items[i]);
    return context(std::move(frame));
  }
  // Without names all items become $1, $2, ...; of a generator the first is gone by now.
  size_t position = 0;
  const bool again = list || call[0].is_set() || call[0].is_map() || call[0].object_as<DictView>() != nullptr;
  for_each(call.evaluation, again ? call[0] : make_generator([&](Value& next) { return walk->next(next); }),
           [&](const Value& next) {
             call.evaluation.charge(sizeof(Value) * 4);
             frame->add(++position, next);
             return true;
           });
  return context(std::move(frame));
}

Value with(Call& call) {
  FramePtr frame = call.new_frame();
  for (size_t i = 0; i < call.rest.size(); ++i) frame->add(i + 1, call.rest[i].value);
  return context(std::move(frame));
}

}  // namespace

std::vector<Declaration> system_functions() {
  using Use = Declaration::Use;
  return {
      {"assert", Use::method, "obj: any, condition: lambda, message: string = \"Assertion failed\"",
       assert_condition},
      {"call", Use::function, "name: string, args: sequence, kwargs: dict, receiver: any = none",
       call_function},
      {"def", Use::function, "name: string, func: lambda", define},
      {"let", Use::function, "*args: any, **kwargs: any", let},
      {"unpack", Use::method, "sequence: iterable, *args: string", unpack},
      {"with", Use::function, "*args: any", with},
  };
}

}  // namespace gregale::expression::yaql
