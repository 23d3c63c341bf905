// gregale eval: expressions by themselves.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/exit_code.hpp"
#include "cli/output.hpp"
#include "core/json.hpp"
#include "interpreter/expression/batch.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::cli {

namespace {

using core::Value;

struct Options {
  std::string expression;
  std::string data;
  std::vector<std::string> budgets;
  bool batch = false;
};

// NAME=NUMBER, several of them: limits of an evaluation.
expression::Budget read_budget(const std::vector<std::string>& settings) {
  expression::Budget budget;
  for (const std::string& setting : settings) {
    const auto [name, number] = read_setting("--budget", setting);
    if (name == "steps") {
      budget.steps = number;
    } else if (name == "memory") {
      budget.memory = number;
    } else if (name == "output") {
      budget.output = number;
    } else if (name == "recursion") {
      budget.recursion = static_cast<uint32_t>(std::min<uint64_t>(number, UINT32_MAX));
    } else {
      throw core::Error(
          core::ErrorKind::invalid,
          fmt::format("there is no budget '{}': it is one of steps, memory, output, recursion", name));
    }
  }
  return budget;
}

// Points at the stretch of the expression that is wrong.
int report(const std::string& text, std::string_view code, const std::string& message, size_t begin,
           size_t end) {
  core::Diagnostics diagnostics;
  const auto source = std::make_shared<const core::Source>("<expression>", text);
  diagnostics.add({std::string(code), core::Severity::error, message, {source, begin, end}});
  print_findings(diagnostics);
  return kFailed;
}

int evaluate(const Options& options) {
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
  scope.budget = read_budget(options.budgets);
  try {
    const expression::BoundExpression bound(*parsed.expression);
    print_json(expression::to_data(bound.evaluate(scope)));
  } catch (const expression::EvaluationError& error) {
    return report(options.expression, "GR0502", error.what(), error.begin, error.end);
  }
  return kDone;
}

// One answer a line, in the order of the questions.
int evaluate_batch(const Options& options) {
  const bool from_file = !options.expression.empty() && options.expression != "-";
  const std::string text = read_file(from_file ? options.expression : "-");
  size_t start = 0;
  while (start < text.size()) {
    size_t end = text.find('\n', start);
    if (end == std::string::npos) end = text.size();
    const std::string_view line = std::string_view(text).substr(start, end - start);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) {
      print(expression::evaluate_batch_line(line) + "\n");
    }
    start = end + 1;
  }
  return kDone;
}

}  // namespace

void add_eval(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("eval", "Evaluate an expression");
  command->add_option("EXPRESSION", options->expression,
                      "Text with <% YAQL %> or {{ Jinja }}; with --batch a file, or - for standard input");
  command->add_option("--data", options->data, "What $ and _ stand for: JSON, or @FILE");
  command->add_option("--budget", options->budgets,
                      "Limit of the evaluation, NAME=NUMBER: steps, memory or output (bytes), recursion");
  command->add_flag("--batch", options->batch, "Read JSON lines {id, expr, data}, write one answer each");
  command->callback([options, &exit_code] {
    if (!options->batch && options->expression.empty()) throw CLI::RequiredError("EXPRESSION");
    exit_code = options->batch ? evaluate_batch(*options) : evaluate(*options);
  });
}

}  // namespace gregale::cli
