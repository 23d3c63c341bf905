// Evaluating expressions: a parsed text is bound once (functions, filters and methods looked up), then
// evaluated any number of times against a scope, from any thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/value.hpp"
#include "grammar/expression.hpp"

namespace gregale::expression {

using core::Value;

// The data that an expression sees as `$` or `_`. Members are looked up one by one, so that a large
// context costs nothing where one member is read.
class DataContext {
 public:
  virtual ~DataContext() = default;
  // The member, or nullptr. The pointer lives as long as the context.
  virtual const Value* find(std::string_view name) const = 0;
  // All of it as one value; usually a map. May be built on demand.
  virtual const Value& whole() const = 0;
};

// A context that is just a value.
class ValueContext : public DataContext {
 public:
  explicit ValueContext(Value value) : value_(std::move(value)) {}
  const Value* find(std::string_view name) const override { return value_.find(name); }
  const Value& whole() const override { return value_; }

 private:
  Value value_;
};

struct TaskFilter {
  std::optional<std::string> workflow_execution_id;
  bool recursive = false;
  std::optional<std::string> state;
  bool flat = false;
};

struct ExecutionFilter {
  std::optional<std::string> id;
  std::optional<std::string> root_execution_id;
  std::optional<std::string> state;
  std::optional<std::string> from_time;
  std::optional<std::string> to_time;
};

// Mistral's functions that look at executions. Each gives what Mistral's function of the same name
// gives: maps, lists of maps, or null.
class ExecutionQueries {
 public:
  virtual ~ExecutionQueries() = default;
  // Without a name the current task.
  virtual Value task(const std::optional<std::string>& name) const = 0;
  virtual Value tasks(const TaskFilter& filter) const = 0;
  virtual Value execution() const = 0;
  virtual Value executions(const ExecutionFilter& filter) const = 0;
  virtual Value global(std::string_view variable) const = 0;
  // The environment; null when there is none.
  virtual Value env() const = 0;
  // Gregale's own: the region of the current call or execution; null when none is named.
  virtual Value region() const { return Value(); }
  // A value of the execution's custom context (null: there is none), and whether it must never be seen.
  struct ContextValue {
    Value value;
    bool secret = false;
  };
  virtual ContextValue custom_context(std::string_view key) const {
    (void)key;
    return {};
  }
};

// What one evaluation may use at most. The defaults are generous for honest work (lists of a million items)
// and end what is not within about a second.
struct Budget {
  uint64_t steps = 20'000'000;     // nodes evaluated, items walked, pieces of text read (python/steps.hpp)
  uint64_t memory = 512ull << 20;  // bytes made by the evaluation, whether or not they were freed again
  uint64_t output = 128ull << 20;  // bytes of the longest text
  uint32_t recursion = 200;        // calls of functions and macros within each other
};

// Options of Mistral's [yaql] section.
struct YaqlOptions {
  int64_t limit_iterators = -1;
  int64_t memory_quota = -1;
  bool convert_input_data = true;
  bool convert_output_data = true;
  bool convert_tuples_to_lists = true;
  bool convert_sets_to_lists = false;
  bool iterable_dicts = false;
};

struct Scope {
  const DataContext& data;
  const ExecutionQueries* executions = nullptr;  // none: those functions give null
  const core::Clock* clock = nullptr;            // none: the real one
  Budget budget = {};
  YaqlOptions yaql = {};
  bool* secret_read = nullptr;  // set to true when the evaluation reads a secret
};

// An evaluation that failed: why, and where in the expression's text (bytes). Its kind is `limit` when a
// budget was used up, otherwise `invalid`.
class EvaluationError : public core::Error {
 public:
  EvaluationError(const std::string& message, size_t begin, size_t end,
                  core::ErrorKind kind = core::ErrorKind::invalid)
      : core::Error(kind, message), begin(begin), end(end) {}
  size_t begin;
  size_t end;
};

class BoundExpression {
 public:
  explicit BoundExpression(const grammar::Expression& expression);
  ~BoundExpression();
  BoundExpression(BoundExpression&&) noexcept;
  BoundExpression& operator=(BoundExpression&&) noexcept;

  // Throws EvaluationError. The result may still hold sets, tuples and objects; as a result of a
  // workflow it goes through to_data().
  Value evaluate(const Scope& scope) const;
  // Bytes of the text that the expression came from, for messages.
  const std::string& text() const noexcept;

 private:
  struct Implementation;
  Value evaluate_pieces(const Scope& scope) const;

  std::unique_ptr<Implementation> implementation_;
};

// The value as workflows keep it: sets, tuples, views and lazy sequences become lists, keys become text,
// date-times become text. Throws EvaluationError for what has no such form.
Value to_data(const Value& value);

}  // namespace gregale::expression
