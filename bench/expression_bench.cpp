// Evaluations per second of CPU time; bench/expressions.py asks and compares with Mistral.
//
// Reads JSON lines {"expr", "data", "seconds"} and answers each with {"bound", "text", "value"}: per second
// with the expression parsed and bound once, as the engine evaluates, and with its text parsed anew each
// time, as Mistral evaluates; and the result, for the comparison.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <string>

#include "core/json.hpp"
#include "interpreter/expression/evaluator.hpp"

namespace gregale::bench {
namespace {

using core::Value;

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// The best of three runs of at least [seconds] and one evaluation each.
template <typename Work>
double per_second(double seconds, Work work) {
  double best = 0;
  for (int run = 0; run < 3; ++run) {
    const double start = cpu_seconds();
    double spent = 0;
    uint64_t count = 0;
    for (uint64_t batch = 1; spent < seconds || spent <= 0; batch *= 2) {
      for (uint64_t i = 0; i < batch; ++i) work();
      count += batch;
      spent = cpu_seconds() - start;
    }
    best = std::max(best, static_cast<double>(count) / spent);
  }
  return best;
}

expression::BoundExpression bind(const std::string& text) {
  const grammar::ParsedText parsed = grammar::parse_text(text);
  if (!parsed.expression) throw core::Error(core::ErrorKind::invalid, "does not parse: " + text);
  return expression::BoundExpression(*parsed.expression);
}

Value evaluate(const expression::BoundExpression& bound, const Value& data) {
  const expression::ValueContext context(data);
  return expression::to_data(bound.evaluate({context}));
}

Value answer(const Value& question) {
  const std::string text = question.get("expr").as_string();
  const Value data = question.get("data");
  const double seconds = question.get("seconds").as_float();
  const expression::BoundExpression bound = bind(text);
  return Value(core::Map{{"bound", per_second(seconds, [&] { evaluate(bound, data); })},
                         {"text", per_second(seconds, [&] { evaluate(bind(text), data); })},
                         {"value", evaluate(bound, data)}});
}

bool read_line(std::string& line) {
  line.clear();
  for (int c = std::getc(stdin); c != EOF; c = std::getc(stdin)) {
    if (c == '\n') return true;
    line += static_cast<char>(c);
  }
  return !line.empty();
}

}  // namespace
}  // namespace gregale::bench

int main() {
  for (std::string line; gregale::bench::read_line(line);) {
    fmt::print("{}\n", gregale::core::to_json(gregale::bench::answer(gregale::core::parse_json(line))));
    std::fflush(stdout);
  }
}
