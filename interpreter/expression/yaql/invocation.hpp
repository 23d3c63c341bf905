// Choosing the overload of a call.
//
// YAQL first keeps the overloads that fit the call's shape (number of arguments, names, constants of the
// right type), then evaluates the arguments that are not lazy, each once, then keeps those whose types
// fit; among several the more special one is taken. The first step depends on the text only and is done
// when the expression is bound.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "interpreter/expression/yaql/function.hpp"
#include "interpreter/expression/yaql/library.hpp"

namespace gregale::expression::yaql {

// The arguments as written: values by position and by name, or as they stand for functions that take
// k => v as data.
struct ArgumentNodes {
  std::vector<const Node*> all;
  std::vector<const Node*> positional;
  std::vector<std::pair<std::string, const Node*>> named;
  bool bad_name = false;  // a name that is no bare word
};

class Invocation {
 public:
  // [overloads] are the functions or the methods of that name; null or empty: it is unknown.
  Invocation(std::string name, const std::vector<Function>* overloads, bool is_method,
             const ArgumentNodes& arguments);

  // Throws NoMatch and what the function throws. [receiver] is null for functions.
  Value invoke(Evaluation& evaluation, const FramePtr& frame, const Value* receiver) const;
  // The function that def() made under this name is called instead of one of the library.
  Value invoke_defined(Evaluation& evaluation, const FramePtr& frame,
                       const Frame::Definition& definition) const;

 private:
  struct Candidate {
    const Function* function;
    std::vector<int8_t> positional;  // parameter of each argument; kRest, kKeywords
    std::vector<int8_t> named;
    uint64_t lazy;  // a bit for each argument, the named ones behind the positional ones
  };
  static constexpr int8_t kRest = -1;
  static constexpr int8_t kKeywords = -2;

  bool map_arguments(const Function& function, Candidate& candidate) const;
  bool fits(const Candidate& candidate, const std::vector<Value>& values, const YaqlOptions& options) const;
  const Parameter& parameter_of(const Candidate& candidate, size_t argument) const;
  bool more_special(const Candidate& a, const Candidate& b) const;
  Value call(Evaluation& evaluation, const FramePtr& frame, const Candidate& candidate, const Value* receiver,
             std::vector<Value>& values) const;
  [[noreturn]] void refuse(std::string_view why) const;
  // What may have been meant by a name that is unknown here, as the end of a message.
  std::string other_use() const;

  std::string name_;
  bool is_method_;
  bool known_ = false;
  bool ambiguous_ = false;
  bool bad_name_ = false;
  std::vector<const Node*> positional_;
  std::vector<std::pair<std::string, const Node*>> named_;
  std::vector<Candidate> candidates_;
};

}  // namespace gregale::expression::yaql
