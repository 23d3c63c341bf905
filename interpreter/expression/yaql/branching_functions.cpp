#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/nodes.hpp"

namespace gregale::expression::yaql {

namespace {

Value coalesce(Call& call) {
  for (size_t i = 0; i < call.rest.size(); ++i) {
    Value value = call.rest_lambda(i)();
    if (!value.is_null()) return value;
  }
  return Value();
}

std::vector<Lambda> lambdas(Call& call) {
  std::vector<Lambda> result;
  for (size_t i = 0; i < call.rest.size(); ++i) result.push_back(call.rest_lambda(i));
  return result;
}

Value examine(Call& call) {
  return make_generator([cases = lambdas(call), next = size_t{0}](Value& item) mutable {
    if (next == cases.size()) return false;
    item = cases[next++]().truthy();
    return true;
  });
}

Value select_all_cases(Call& call) {
  return make_generator([cases = lambdas(call), next = size_t{0}](Value& item) mutable {
    while (next < cases.size()) {
      const size_t at = next++;
      if (!cases[at]().truthy()) continue;
      item = static_cast<int64_t>(at);
      return true;
    }
    return false;
  });
}

Value select_case(Call& call) {
  for (size_t i = 0; i < call.rest.size(); ++i) {
    if (call.rest_lambda(i)().truthy()) return static_cast<int64_t>(i);
  }
  return static_cast<int64_t>(call.rest.size());
}

Value switch_rules(Call& call) {
  for (const Argument& argument : call.rest) {
    const MappingNodes rule = mapping_nodes(*argument.lazy);
    if (rule.key->evaluate(call.evaluation, call.frame).truthy()) {
      return rule.value->evaluate(call.evaluation, call.frame);
    }
  }
  return Value();
}

Value switch_case(Call& call) {
  if (call.rest.empty()) return Value();
  const Value& number = call[0];
  size_t index = call.rest.size() - 1;
  if (number.kind() != Value::Kind::big_integer && number.as_integer() >= 0) {
    index = std::min(index, static_cast<size_t>(number.as_integer()));
  }
  return call.rest_lambda(index)();
}

}  // namespace

std::vector<Declaration> branching_functions() {
  using Use = Declaration::Use;
  return {
      {"coalesce", Use::function, "*args: lambda", coalesce},
      {"examine", Use::function, "*args: lambda", examine},
      {"selectAllCases", Use::function, "*args: lambda", select_all_cases},
      {"selectCase", Use::function, "*args: lambda", select_case},
      {"switch", Use::function, "*args: lazy mapping-rule", switch_rules, true},
      {"switchCase", Use::method, "case: int|bool, *args: lambda", switch_case},
  };
}

}  // namespace gregale::expression::yaql
