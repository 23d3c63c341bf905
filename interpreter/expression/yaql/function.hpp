// Functions of YAQL: how they are declared, how a call reaches them.
//
// A function is declared by a line like
//     "string: string, start: int|bool, length: int|bool = -1"
// with the types of YAQL's own catalogue: `?` allows null, `= none` means "may be left out", `*x` takes
// the positional arguments that are left, `**x` the named ones. Lazy parameters (lambda, rule) are not
// evaluated before the call.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "interpreter/expression/yaql/evaluation.hpp"

namespace gregale::expression::yaql {

enum class Type : uint8_t {
  any,
  number,   // integer or float, no boolean
  integer,  // no boolean
  int_or_bool,
  boolean,
  string,
  iterable,
  iterable_not_set,
  iterator,
  sequence,
  dict,
  set,
  date_time,
  time_span,
  regex,
  ordering,
  mapping_rule,         // k => v, both evaluated
  lambda,               // lazy
  lambda_with_context,  // lazy; called with a frame that the function has filled
  lazy_mapping_rule,    // k => v, lazy
};

struct Parameter {
  std::string name;
  Type type = Type::any;
  bool nullable = false;
  bool optional = false;
  Value default_value;  // of an optional one; null also when it is "none"

  bool lazy() const noexcept { return type >= Type::lambda; }
};

class Call;
using Payload = Value (*)(Call&);

struct Function {
  std::string name;
  bool is_function = false;
  bool is_method = false;
  bool no_keywords = false;
  std::vector<Parameter> parameters;  // without * and **
  bool has_rest = false;
  bool has_keywords = false;
  Parameter rest;
  Payload payload = nullptr;
};

// How functions get into the library.
struct Declaration {
  enum class Use : uint8_t { function, method, both };
  const char* name;
  Use use;
  const char* parameters;
  Payload payload;
  bool no_keywords = false;
};
Function declare(const Declaration& declaration);

// Whether the value may be given for the parameter; a null is checked by `nullable`.
bool accepts(const Parameter& parameter, const Value& value, const YaqlOptions& options);
// Whether [narrow] takes only values that [wide] takes too, and not the reverse.
bool is_specialization(Type narrow, Type wide) noexcept;

// A lazy argument: evaluates the expression in a frame of its own.
class Lambda {
 public:
  Lambda(Evaluation& evaluation, const Node& body, FramePtr frame)
      : evaluation_(&evaluation), body_(&body), frame_(std::move(frame)) {}

  Value operator()() { return body_->evaluate(*evaluation_, frame_); }
  Value operator()(Value first);
  Value operator()(Value first, Value second);
  // In the frame that was given.
  Value in(const FramePtr& frame) const { return body_->evaluate(*evaluation_, frame); }
  const Node& body() const noexcept { return *body_; }
  const FramePtr& frame() const noexcept { return frame_; }

 private:
  FramePtr fresh_frame();

  Evaluation* evaluation_;
  const Node* body_;
  FramePtr frame_;
  FramePtr spare_;
};

struct Argument {
  Value value;
  const Node* lazy = nullptr;
  bool given = false;
};

// One call of a function: its arguments by the position of the parameter.
class Call {
 public:
  static constexpr size_t kMostParameters = 12;

  Call(Evaluation& evaluation, const Function& function, FramePtr frame)
      : evaluation(evaluation), function(function), frame(std::move(frame)) {}

  const Value& operator[](size_t parameter) const { return arguments[parameter].value; }
  bool given(size_t parameter) const { return arguments[parameter].given; }
  bool has_lambda(size_t parameter) const { return arguments[parameter].lazy != nullptr; }
  Lambda lambda(size_t parameter) const { return Lambda(evaluation, *arguments[parameter].lazy, frame); }
  Lambda rest_lambda(size_t index) const { return Lambda(evaluation, *rest[index].lazy, frame); }
  int64_t integer(size_t parameter) const;
  // A count or position; one that is larger than anything can be is as good as the largest.
  int64_t position(size_t parameter) const;
  bool truth(size_t parameter) const { return arguments[parameter].value.truthy(); }
  const std::string& text(size_t parameter) const { return arguments[parameter].value.as_string(); }
  // A child of the caller's frame, as functions that set variables make one.
  FramePtr new_frame() const { return FramePtr(new Frame(frame)); }

  Evaluation& evaluation;
  const Function& function;
  FramePtr frame;  // the caller's
  std::array<Argument, kMostParameters> arguments;
  std::vector<Argument> rest;
  Map keywords;
};

// k => v as an argument.
class MappingRule : public core::Object {
 public:
  MappingRule(Value key, Value value) : key(std::move(key)), value(std::move(value)) {}
  std::string_view type_name() const noexcept override { return "mapping rule"; }
  Value key;
  Value value;
};

}  // namespace gregale::expression::yaql
