// gregale eval: expressions by themselves.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/budget.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/json.hpp"
#include "interpreter/expression/batch.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::cli {

namespace {

using core::Value;

struct EvalOptions {
  std::string expression;
  std::string data;
  BudgetSettings budget;
  bool batch = false;
};

// Points at the stretch of the expression that is wrong.
int report(const std::string& text, std::string_view code, const std::string& message, size_t begin,
           size_t end) {
  core::Diagnostics diagnostics;
  const auto source = std::make_shared<const core::Source>("<expression>", text);
  diagnostics.add({std::string(code), core::Severity::error, message, {source, begin, end}});
  print_findings(diagnostics);
  return kFailed;
}

int evaluate(const EvalOptions& options) {
  const grammar::ParsedText parsed = grammar::parse_text(options.expression);
  if (!parsed.errors.empty()) {
    const grammar::SyntaxError& error = parsed.errors.front();
    report(options.expression, "GR0501", error.message, error.begin, error.end);
    return kDefinition;
  }
  if (!parsed.expression) {
    throw core::Error(
        core::ErrorKind::invalid,
        fmt::format("'{}' has no expression: write <% ... %> or {{{{ ... }}}}", options.expression));
  }
  const Value data = options.data.empty() ? Value(core::Map()) : read_value("--data", options.data);
  const expression::ValueContext context(data);
  expression::Scope scope{context};
  scope.budget = read_budget(options.budget);
  try {
    const expression::BoundExpression bound(*parsed.expression);
    print_json(expression::to_data(bound.evaluate(scope)));
  } catch (const expression::EvaluationError& error) {
    return report(options.expression, "GR0502", error.what(), error.begin, error.end);
  }
  return kDone;
}

// One answer a line, in the order of the questions.
int evaluate_batch(const EvalOptions& options) {
  const bool from_file = !options.expression.empty() && options.expression != "-";
  const std::string text = read_file(from_file ? options.expression : "-");
  const expression::Budget budget = read_budget(options.budget);
  size_t start = 0;
  while (start < text.size()) {
    size_t end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    const std::string_view line = std::string_view(text).substr(start, end - start);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      print(expression::evaluate_batch_line(line, budget) + "\n");
    }
    start = end + 1;
  }
  return kDone;
}

}  // namespace

void add_eval(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<EvalOptions>();
  CLI::App* command = app.add_subcommand("eval", "Evaluate an expression");
  command->add_option("EXPRESSION", options->expression,
                      "Text with <% YAQL %> or {{ Jinja }}; with --batch a file, or - for standard input");
  command->add_option("--data", options->data, "What $ and _ stand for: JSON, or @FILE");
  add_budget_option(*command, options->budget);
  command->add_flag("--batch", options->batch, "Read JSON lines {id, expr, data}, write one answer each");
  command->callback([options, &exit_code] {
    if (!options->batch && options->expression.empty()) throw CLI::RequiredError("EXPRESSION");
    exit_code = options->batch ? evaluate_batch(*options) : evaluate(*options);
  });
}

}  // namespace gregale::cli
