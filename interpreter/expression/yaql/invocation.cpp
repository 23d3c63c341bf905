#include "interpreter/expression/yaql/invocation.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/similar.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/yaql/nodes.hpp"

namespace gregale::expression::yaql {

namespace {

// The value of an argument that is a literal; nullptr when it must be evaluated.
const Value* literal(const Node* node) {
  if (node->kind != Node::Kind::constant && node->kind != Node::Kind::keyword) return nullptr;
  return &static_cast<const ConstantNode*>(node)->value;
}

// What a literal argument can tell about the overload before anything is evaluated.
bool literal_fits(const Parameter& parameter, const Node* node) {
  static const YaqlOptions kDefaults;
  if (parameter.type == Type::lazy_mapping_rule) return node->kind == Node::Kind::mapping;
  if (parameter.lazy()) return true;
  const Value* value = literal(node);
  return value == nullptr || accepts(parameter, *value, kDefaults);
}

}  // namespace

Invocation::Invocation(std::string name, const std::vector<Function>* overloads, bool is_method,
                       const ArgumentNodes& arguments)
    : name_(std::move(name)), is_method_(is_method) {
  if (overloads == nullptr || overloads->empty()) {
    positional_ = arguments.positional;
    named_ = arguments.named;
    bad_name_ = arguments.bad_name;
    return;
  }
  known_ = true;
  const bool no_keywords = overloads->front().no_keywords;
  for (const Function& function : *overloads) {
    ambiguous_ = ambiguous_ || function.no_keywords != no_keywords;
  }
  if (no_keywords) {
    positional_ = arguments.all;
  } else {
    positional_ = arguments.positional;
    named_ = arguments.named;
    bad_name_ = arguments.bad_name;
  }
  for (const Function& function : *overloads) {
    Candidate candidate{&function, {}, {}, 0};
    if (map_arguments(function, candidate)) candidates_.push_back(std::move(candidate));
  }
}

bool Invocation::map_arguments(const Function& function, Candidate& candidate) const {
  const size_t first = is_method_ ? 1 : 0;  // the receiver is the first parameter
  std::vector<bool> served(function.parameters.size(), false);
  if (is_method_) {
    if (function.parameters.empty()) {
      if (!function.has_rest) return false;
    } else {
      served[0] = true;
    }
  }
  for (size_t i = 0; i < positional_.size(); ++i) {
    const Node* node = positional_[i];
    const size_t parameter = first + i;
    const bool omitted = node->kind == Node::Kind::omitted;
    if (parameter >= function.parameters.size()) {
      if (!function.has_rest || omitted || !literal_fits(function.rest, node)) return false;
      candidate.positional.push_back(kRest);
      if (function.rest.lazy()) candidate.lazy |= uint64_t{1} << std::min<size_t>(i, 63);
      continue;
    }
    candidate.positional.push_back(static_cast<int8_t>(parameter));
    if (omitted) continue;
    const Parameter& wanted = function.parameters[parameter];
    if (!literal_fits(wanted, node)) return false;
    served[parameter] = true;
    if (wanted.lazy()) candidate.lazy |= uint64_t{1} << std::min<size_t>(i, 63);
  }
  for (size_t i = 0; i < named_.size(); ++i) {
    const auto& [name, node] = named_[i];
    size_t parameter = 0;
    while (parameter < function.parameters.size() && function.parameters[parameter].name != name) {
      ++parameter;
    }
    if (parameter == function.parameters.size()) {
      if (!function.has_keywords) return false;
      candidate.named.push_back(kKeywords);
      continue;
    }
    if (served[parameter] || !literal_fits(function.parameters[parameter], node)) return false;
    served[parameter] = true;
    candidate.named.push_back(static_cast<int8_t>(parameter));
    if (function.parameters[parameter].lazy()) {
      candidate.lazy |= uint64_t{1} << std::min<size_t>(positional_.size() + i, 63);
    }
  }
  for (size_t i = 0; i < served.size(); ++i) {
    if (!served[i] && !function.parameters[i].optional) return false;
  }
  return true;
}

const Parameter& Invocation::parameter_of(const Candidate& candidate, size_t argument) const {
  static const Parameter kAny{"", Type::any, true, false, {}};
  const int8_t index = argument < positional_.size() ? candidate.positional[argument]
                                                     : candidate.named[argument - positional_.size()];
  if (index == kRest) return candidate.function->rest;
  if (index == kKeywords) return kAny;
  return candidate.function->parameters[static_cast<size_t>(index)];
}

bool Invocation::fits(const Candidate& candidate, const std::vector<Value>& values,
                      const YaqlOptions& options) const {
  for (size_t i = 0; i < values.size(); ++i) {
    const Parameter& parameter = parameter_of(candidate, i);
    if (parameter.lazy()) continue;
    if (i < positional_.size() && positional_[i]->kind == Node::Kind::omitted) continue;
    if (!accepts(parameter, values[i], options)) return false;
  }
  return true;
}

bool Invocation::more_special(const Candidate& a, const Candidate& b) const {
  bool result = false;
  const auto compare = [&](Type left, Type right) {
    if (is_specialization(right, left)) return false;
    result = result || is_specialization(left, right);
    return true;
  };
  if (is_method_ && !a.function->parameters.empty() && !b.function->parameters.empty() &&
      !compare(a.function->parameters[0].type, b.function->parameters[0].type)) {
    return false;
  }
  for (size_t i = 0; i < positional_.size() + named_.size(); ++i) {
    if (!compare(parameter_of(a, i).type, parameter_of(b, i).type)) return false;
  }
  return result;
}

void Invocation::refuse(std::string_view why) const {
  throw NoMatch(fmt::format("{} '{}': {}", is_method_ ? "method" : "function", name_, why));
}

std::string Invocation::other_use() const {
  if (find_overloads(name_) != nullptr) {
    return is_method_ ? fmt::format("; it is a function: {}(...)", name_)
                      : fmt::format("; it is a method: value.{}(...)", name_);
  }
  const std::string nearest = core::nearest_name(name_, function_names());
  return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
}

Value Invocation::invoke(Evaluation& evaluation, const FramePtr& frame, const Value* receiver) const {
  if (!known_) {
    throw core::Error(
        core::ErrorKind::not_found,
        fmt::format("unknown {} '{}'{}", is_method_ ? "method" : "function", name_, other_use()));
  }
  if (bad_name_) {
    throw core::Error(core::ErrorKind::invalid, "the name of an argument must be a bare word");
  }
  const YaqlOptions& options = evaluation.options();
  constexpr size_t kMostCandidates = 8;
  std::array<const Candidate*, kMostCandidates> live{};
  size_t count = 0;
  for (const Candidate& candidate : candidates_) {
    if (receiver != nullptr) {
      const Function& function = *candidate.function;
      const Parameter& first = function.parameters.empty() ? function.rest : function.parameters[0];
      if (!accepts(first, *receiver, options)) continue;
    }
    if (count < kMostCandidates) live[count++] = &candidate;
  }
  if (count == 0) {
    if (receiver != nullptr) {
      refuse(fmt::format("{} with these arguments does not have it", a_kind(*receiver)));
    }
    refuse("it does not take these arguments");
  }
  bool ambiguous = ambiguous_;
  for (size_t i = 1; i < count; ++i) ambiguous = ambiguous || live[i]->lazy != live[0]->lazy;
  if (ambiguous) {
    throw core::Error(core::ErrorKind::invalid, fmt::format("the call of '{}' is ambiguous", name_));
  }

  std::vector<Value> values(positional_.size() + named_.size());
  for (size_t i = 0; i < values.size(); ++i) {
    if (parameter_of(*live[0], i).lazy()) continue;
    const Node* node = i < positional_.size() ? positional_[i] : named_[i - positional_.size()].second;
    if (node->kind != Node::Kind::omitted) values[i] = node->evaluate(evaluation, frame);
  }

  const Candidate* winner = nullptr;
  for (size_t i = 0; i < count; ++i) {
    const Candidate* candidate = live[i];
    if (!fits(*candidate, values, options)) continue;
    if (winner == nullptr || more_special(*candidate, *winner)) {
      winner = candidate;
    } else if (!more_special(*winner, *candidate)) {
      throw core::Error(core::ErrorKind::invalid, fmt::format("the call of '{}' is ambiguous", name_));
    }
  }
  if (winner == nullptr) {
    std::string kinds;
    for (const Value& value : values) {
      kinds += kinds.empty() ? "" : ", ";
      kinds += value.kind_name();
    }
    refuse(fmt::format("it does not take arguments of these types ({})", kinds));
  }
  return call(evaluation, frame, *winner, receiver, values);
}

Value Invocation::call(Evaluation& evaluation, const FramePtr& frame, const Candidate& candidate,
                       const Value* receiver, std::vector<Value>& values) const {
  const Function& function = *candidate.function;
  const YaqlOptions& options = evaluation.options();
  const bool limits = options.limit_iterators >= 0 || options.memory_quota > 0;
  Call call(evaluation, function, frame);
  for (size_t i = 0; i < function.parameters.size(); ++i) {
    if (function.parameters[i].optional) call.arguments[i].value = function.parameters[i].default_value;
  }
  const auto prepared = [&](Value value, const Parameter& parameter) {
    python::work_on_text(value);
    if (!limits) return value;
    evaluation.check_quota(value);
    const bool iterable = parameter.type == Type::iterable || parameter.type == Type::iterable_not_set;
    return iterable ? evaluation.limited(value) : value;
  };
  if (receiver != nullptr) {
    const bool rest = function.parameters.empty();
    Argument argument{prepared(*receiver, rest ? function.rest : function.parameters[0]), nullptr, true};
    if (rest) {
      call.rest.push_back(std::move(argument));
    } else {
      call.arguments[0] = std::move(argument);
    }
  }
  for (size_t i = 0; i < values.size(); ++i) {
    const bool named = i >= positional_.size();
    const Node* node = named ? named_[i - positional_.size()].second : positional_[i];
    if (node->kind == Node::Kind::omitted) continue;
    const Parameter& parameter = parameter_of(candidate, i);
    Argument argument;
    argument.given = true;
    if (parameter.lazy()) {
      argument.lazy = node;
    } else {
      argument.value = prepared(std::move(values[i]), parameter);
    }
    const int8_t index = named ? candidate.named[i - positional_.size()] : candidate.positional[i];
    if (index == kRest) {
      call.rest.push_back(std::move(argument));
    } else if (index == kKeywords) {
      call.keywords.set(Value(named_[i - positional_.size()].first), std::move(argument.value));
    } else {
      call.arguments[static_cast<unsigned char>(index)] = std::move(argument);
    }
  }
  Value result = function.payload(call);
  evaluation.charge_integer(result);
  if (options.memory_quota > 0) evaluation.check_quota(result);
  return result;
}

Value Invocation::invoke_defined(Evaluation& evaluation, const FramePtr& frame,
                                 const Frame::Definition& definition) const {
  for (const Candidate& candidate : candidates_) {
    if (candidate.function->no_keywords || candidate.lazy != 0) {
      throw core::Error(core::ErrorKind::invalid, fmt::format("the call of '{}' is ambiguous", name_));
    }
  }
  if (bad_name_) {
    throw core::Error(core::ErrorKind::invalid, "the name of an argument must be a bare word");
  }
  const Evaluation::Recursion recursion(evaluation);
  FramePtr inner(new Frame(FramePtr(const_cast<Frame*>(definition.frame))));
  for (size_t i = 0; i < positional_.size(); ++i) {
    if (positional_[i]->kind == Node::Kind::omitted) refuse("an argument is left out");
    inner->add(i + 1, positional_[i]->evaluate(evaluation, frame));
  }
  for (const auto& [name, node] : named_) inner->set(name, node->evaluate(evaluation, frame));
  return definition.body->evaluate(evaluation, inner);
}

}  // namespace gregale::expression::yaql
