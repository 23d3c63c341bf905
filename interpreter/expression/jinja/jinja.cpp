#include "interpreter/expression/jinja/jinja.hpp"

#include <algorithm>
#include <new>

#include "interpreter/expression/jinja/binder.hpp"
#include "interpreter/expression/jinja/sequence.hpp"

namespace gregale::expression {

namespace {

using namespace jinja;

// Whether there is nothing in the value that only lives inside an evaluation.
bool is_final(const Value& value, size_t depth) {
  if (depth > python::kNestingLimit) return false;
  switch (value.kind()) {
    case Value::Kind::list:
      return std::all_of(value.as_list().begin(), value.as_list().end(),
                         [&](const Value& item) { return is_final(item, depth + 1); });
    case Value::Kind::map:
      return std::all_of(value.as_map().begin(), value.as_map().end(),
                         [&](const Map::Entry& entry) { return is_final(entry.value, depth + 1); });
    case Value::Kind::object:
      return false;
    default:
      return true;
  }
}

// The value as the rest of the program can use it: lazy sequences, ranges and views as lists.
Value result_form(Runtime& runtime, const Value& value, size_t depth) {
  if (depth > python::kNestingLimit) {
    throw core::Error(core::ErrorKind::limit, "the result is nested too deep");
  }
  const Value& now = runtime.current(value);
  if (now.is_object()) {
    if (is_undefined(now) || !is_iterable(now)) return now;
    List items;
    try {
      Iteration iteration(runtime, now);
      for (Value item; iteration.next(item);) {
        runtime.use_memory(sizeof(Value));
        items.push_back(result_form(runtime, item, depth + 1));
      }
    } catch (const core::Error& error) {
      if (error.kind() == core::ErrorKind::limit) throw;
      return Value::object(
          std::make_shared<FailedSequence>(std::move(items), error.what(), std::string(error_class(error))));
    }
    return Value(std::move(items));
  }
  if (now.is_list()) {
    List items;
    items.reserve(now.size());
    bool same = now.same_as(value);
    for (const Value& item : now.as_list()) {
      items.push_back(result_form(runtime, item, depth + 1));
      same = same && items.back().same_as(item);
    }
    if (same) return value;
    return now.is_tuple() ? Value::tuple(std::move(items)) : Value(std::move(items));
  }
  if (now.is_map()) {
    Map map;
    map.reserve(now.size());
    bool same = now.same_as(value);
    for (const Map::Entry& entry : now.as_map()) {
      Value member = result_form(runtime, entry.value, depth + 1);
      same = same && member.same_as(entry.value);
      map.set(entry.key, std::move(member));
    }
    return same ? value : Value(std::move(map));
  }
  return now;
}

Value run(const Program& program, Runtime& runtime) {
  if (program.compile_error) {
    throw EvaluationError(program.compile_error->message, program.compile_error->begin,
                          program.compile_error->end);
  }
  if (program.template_) {
    std::string out;
    program.template_->run(runtime, out);
    return Value(std::move(out));
  }
  const Value value = program.expression->evaluate(runtime);
  if (value.is_object() || value.is_list() || value.is_map()) {
    require_defined(value);
    const bool ready =
        !runtime.anything_changed() && ((program.from_context && !value.is_object()) || is_final(value, 0));
    return ready ? value : result_form(runtime, value, 0);
  }
  return value;
}

}  // namespace

struct JinjaProgram::Implementation {
  Program program;
};

JinjaProgram::JinjaProgram(const grammar::Tree& tree, std::string_view)
    : implementation_(std::make_unique<Implementation>(Implementation{bind(tree)})) {}
JinjaProgram::~JinjaProgram() = default;
JinjaProgram::JinjaProgram(JinjaProgram&&) noexcept = default;
JinjaProgram& JinjaProgram::operator=(JinjaProgram&&) noexcept = default;

Value JinjaProgram::evaluate(const Scope& scope) const {
  Runtime runtime(scope);
  try {
    return run(implementation_->program, runtime);
  } catch (const EvaluationError&) {
    throw;
  } catch (const core::Error& error) {
    const auto kind =
        error.kind() == core::ErrorKind::limit ? core::ErrorKind::limit : core::ErrorKind::invalid;
    throw EvaluationError(error.what(), runtime.begin, runtime.end, kind);
  } catch (const std::bad_alloc&) {
    throw EvaluationError("the evaluation needs more memory than there is", runtime.begin, runtime.end,
                          core::ErrorKind::limit);
  }
}

}  // namespace gregale::expression
