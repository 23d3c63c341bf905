// The functions that Mistral adds to YAQL, and Gregale's own.
#include "core/uuid.hpp"
#include "interpreter/expression/python/data_formats.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/yaql/conversion.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/text.hpp"

namespace gregale::expression::yaql {

namespace {

const ExecutionQueries* queries(Call& call) {
  return call.evaluation.scope().executions;
}

std::optional<std::string> optional_text(const Value& value) {
  if (value.is_null()) return std::nullopt;
  return python_text(value);
}

Value env(Call& call) {
  if (const ExecutionQueries* executions = queries(call)) return executions->env();
  const Value* value = call.evaluation.data_member(Value("__env"));
  return value != nullptr ? *value : Value();
}

Value execution(Call& call) {
  return queries(call) != nullptr ? queries(call)->execution() : Value();
}

Value executions(Call& call) {
  if (queries(call) == nullptr) return Value();
  return queries(call)->executions({optional_text(call[0]), optional_text(call[1]), optional_text(call[2]),
                                    optional_text(call[3]), optional_text(call[4])});
}

Value global(Call& call) {
  if (queries(call) == nullptr) return Value();
  return queries(call)->global(python_text(call[0]));
}

Value task(Call& call) {
  if (queries(call) == nullptr) return Value();
  return queries(call)->task(call[0].truthy() ? optional_text(call[0]) : std::nullopt);
}

Value tasks(Call& call) {
  if (queries(call) == nullptr) return Value();
  TaskFilter filter;
  if (call[0].truthy()) filter.workflow_execution_id = python_text(call[0]);
  filter.recursive = call.truth(1);
  if (call[2].truthy()) filter.state = python_text(call[2]);
  filter.flat = call.truth(3);
  return queries(call)->tasks(filter);
}

const std::string& demand_text(const Value& value) {
  if (!value.is_string()) throw python::TypeError("a text is needed");
  return value.as_string();
}

Value custom_context(Call& call) {
  if (queries(call) == nullptr) return Value();
  auto found = queries(call)->custom_context(python_text(call[0]));
  if (found.secret && call.evaluation.scope().secret_read != nullptr) {
    *call.evaluation.scope().secret_read = true;
  }
  return std::move(found.value);
}

Value region(Call& call) {
  return queries(call) == nullptr ? Value() : queries(call)->region();
}

Value json_parse(Call& call) {
  Value value = python::parse_json(demand_text(call[0]));
  return marked(value);
}

Value json_dump(Call& call) {
  std::string text = python::dump_json(materialized(call.evaluation, call[0]), "    ");
  call.evaluation.charge(text.size());
  return Value(std::move(text));
}

Value json_pretty(Call& call) {
  const Value data = call[0].truthy() ? call[0] : call.evaluation.data();
  std::string text = python::dump_json(materialized(call.evaluation, data), "    ");
  call.evaluation.charge(text.size());
  // Every written line break becomes one, and blanks before it go.
  std::string result;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size() && text[i + 1] == 'n') {
      result += '\n';
      ++i;
    } else {
      result += text[i];
    }
  }
  std::string stripped;
  for (const char c : result) {
    if (c == '\n' && !stripped.empty() && stripped.back() == ' ') stripped.pop_back();
    stripped += c;
  }
  return Value(std::move(stripped));
}

Value yaml_parse(Call& call) {
  return marked(python::parse_yaml(demand_text(call[0])));
}

Value yaml_dump(Call& call) {
  std::string text = python::dump_yaml(call[0]);
  call.evaluation.charge(text.size());
  return Value(std::move(text));
}

Value uuid(Call&) {
  return Value(core::Uuid::random().text());
}

}  // namespace

std::vector<Declaration> mistral_functions() {
  using Use = Declaration::Use;
  return {
      {"custom_context", Use::function, "key: any", custom_context},
      {"env", Use::function, "", env},
      {"execution", Use::function, "", execution},
      {"executions", Use::function,
       "id: any = null, rootExecutionId: any = null, state: any = null, fromTime: any = null, "
       "toTime: any = null",
       executions},
      {"global", Use::function, "varName: any", global},
      {"region", Use::function, "", region},
      {"task", Use::function, "taskName: any = null", task},
      {"tasks", Use::function,
       "workflowExecutionId: any = null, recursive: bool? = false, state: any = null, "
       "flat: bool? = false",
       tasks},
      {"json_parse", Use::function, "data: any", json_parse},
      {"json_dump", Use::function, "data: any", json_dump},
      {"json_pp", Use::function, "data: any = null", json_pretty},
      {"yaml_parse", Use::function, "data: any", yaml_parse},
      {"yaml_dump", Use::function, "data: any", yaml_dump},
      {"uuid", Use::function, "", uuid},
  };
}

}  // namespace gregale::expression::yaql
