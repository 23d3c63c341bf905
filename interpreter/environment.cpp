#include "interpreter/environment.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/leaves.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::interpreter {

namespace {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;

class EnvironmentQueries : public expression::ExecutionQueries {
 public:
  explicit EnvironmentQueries(const Value& env) : env_(env) {}
  Value task(const std::optional<std::string>&) const override { return Value(); }
  Value tasks(const expression::TaskFilter&) const override { return Value(List()); }
  Value execution() const override { return Value(); }
  Value executions(const expression::ExecutionFilter&) const override { return Value(List()); }
  Value global(std::string_view) const override { return Value(); }
  Value env() const override { return env_; }

 private:
  const Value& env_;
};

Value evaluate_text(const Value& text, const expression::Scope& scope) {
  const grammar::ParsedText parsed = grammar::parse_text(text.as_string());
  if (!parsed.errors.empty()) {
    throw Error(ErrorKind::invalid, fmt::format("environment: `{}` does not parse: {}", text.as_string(),
                                                parsed.errors.front().message));
  }
  if (!parsed.expression) return text;
  try {
    return expression::to_data(expression::BoundExpression(*parsed.expression).evaluate(scope));
  } catch (const Error& error) {
    throw Error(error.kind(), fmt::format("environment: `{}` failed: {}", text.as_string(), error.what()));
  }
}

Value evaluate(const Value& value, const expression::Scope& scope) {
  return core::with_leaves(
      value, [&](const Value& leaf) { return leaf.is_string() ? evaluate_text(leaf, scope) : leaf; });
}

}  // namespace

Value evaluate_environment(const Value& env, Microseconds now, const expression::Budget& budget) {
  const expression::ValueContext data(Value(Map{{"__env", env}}));
  const EnvironmentQueries queries(env);
  const core::VirtualClock clock(now);
  return evaluate(env, {data, &queries, &clock, budget, {}});
}

}  // namespace gregale::interpreter
