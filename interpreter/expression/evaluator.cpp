#include "interpreter/expression/evaluator.hpp"

#include <fmt/format.h>

#include <variant>
#include <vector>

#include "core/code_points.hpp"
#include "core/json.hpp"
#include "interpreter/expression/jinja/jinja.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/unknown.hpp"
#include "interpreter/expression/yaql/text_operations.hpp"
#include "interpreter/expression/yaql/yaql.hpp"

namespace gregale::expression {

namespace {

using grammar::Language;

// An expression that passed as a template but is none: fails whenever it is evaluated.
struct BrokenProgram {
  grammar::SyntaxError error;
  Value evaluate(const Scope&) const { throw EvaluationError(error.message, error.begin, error.end); }
};

struct Piece {
  size_t begin;
  size_t end;
  size_t inner;  // where the program's offsets count from
  std::variant<YaqlProgram, JinjaProgram, BrokenProgram> program;

  // [written]: the piece as it stands in its text.
  Value evaluate(const Scope& scope, std::string_view written) const {
    const UnknownWatch watch;
    try {
      Value value = std::visit([&](const auto& bound) { return bound.evaluate(scope); }, program);
      return watch.looked_into() ? unknown(std::string(written)) : value;
    } catch (const core::Error& error) {
      if (watch.looked_into()) return unknown(std::string(written));
      const auto* placed = dynamic_cast<const EvaluationError*>(&error);
      if (placed == nullptr) throw EvaluationError(error.what(), begin, end, error.kind());
      throw EvaluationError(error.what(), inner + placed->begin, inner + placed->end, error.kind());
    }
  }
};

constexpr size_t kLongestShown = 80;  // bytes of an expression in a message

Piece bind(const grammar::Expression& expression, const grammar::Expression::Piece& piece) {
  const std::string_view text = std::string_view(expression.text).substr(piece.inner);
  Piece bound{piece.begin, piece.end, piece.inner, BrokenProgram{}};
  if (piece.failure) {
    bound.program = BrokenProgram{*piece.failure};
  } else if (expression.language == Language::yaql) {
    bound.program = YaqlProgram(piece.tree, text);
  } else {
    bound.program = JinjaProgram(piece.tree, text);
  }
  return bound;
}

}  // namespace

struct BoundExpression::Implementation {
  Language language;
  bool whole;
  std::string text;
  std::vector<Piece> pieces;
};

BoundExpression::BoundExpression(const grammar::Expression& expression)
    : implementation_(std::make_unique<Implementation>()) {
  implementation_->language = expression.language;
  implementation_->whole = expression.whole;
  implementation_->text = expression.text;
  implementation_->pieces.reserve(expression.pieces.size());
  for (const grammar::Expression::Piece& piece : expression.pieces) {
    implementation_->pieces.push_back(bind(expression, piece));
  }
}

BoundExpression::~BoundExpression() = default;
BoundExpression::BoundExpression(BoundExpression&&) noexcept = default;
BoundExpression& BoundExpression::operator=(BoundExpression&&) noexcept = default;

const std::string& BoundExpression::text() const noexcept {
  return implementation_->text;
}

Value BoundExpression::evaluate(const Scope& scope) const {
  const python::TextLimit limit(scope.budget.output);
  const ExpressionText at_work(text());
  try {
    return evaluate_pieces(scope);
  } catch (const EvaluationError& error) {
    if (error.kind() != core::ErrorKind::limit) throw;
    throw EvaluationError(fmt::format("{}, in `{}`", error.what(), core::shortened(text(), kLongestShown)),
                          error.begin, error.end, error.kind());
  }
}

Value BoundExpression::evaluate_pieces(const Scope& scope) const {
  const Implementation& bound = *implementation_;
  // A Jinja template is one piece, and its value is the text.
  if (bound.whole || bound.language == Language::jinja)
    return bound.pieces.front().evaluate(scope, bound.text);
  // Mistral replaces text: equal pieces are replaced together by the value of the first, and a value that
  // contains the text of a later piece is changed, too.
  std::string result = bound.text;
  bool known = true;
  for (const Piece& piece : bound.pieces) {
    const std::string_view written =
        std::string_view(bound.text).substr(piece.begin, piece.end - piece.begin);
    const Value value = piece.evaluate(scope, written);
    try {
      const UnknownWatch watch;
      std::string text = python::str(value);
      if (watch.looked_into()) {
        const std::string* whole = unknown_text(value);
        text = whole != nullptr ? *whole : std::string(written);
        known = false;
      }
      result = yaql::replace(result, written, text, -1);
    } catch (const core::Error& error) {
      throw EvaluationError(error.what(), piece.begin, piece.end, error.kind());
    }
  }
  return known ? Value(std::move(result)) : unknown(std::move(result));
}

namespace {

constexpr size_t kDataDepth = 500;

bool is_data(const Value& value, size_t depth) {
  if (depth > kDataDepth) return false;
  switch (value.kind()) {
    case Value::Kind::list:
      if (value.is_marked()) return false;
      for (const Value& item : value.as_list()) {
        if (!is_data(item, depth + 1)) return false;
      }
      return true;
    case Value::Kind::map:
      if (value.is_marked()) return false;
      for (const core::Map::Entry& entry : value.as_map()) {
        if (!entry.key.is_string() || !is_data(entry.value, depth + 1)) return false;
      }
      return true;
    case Value::Kind::set:
    case Value::Kind::date_time:
    case Value::Kind::time_span:
      return false;
    case Value::Kind::object:
      return unknown_text(value) != nullptr;
    default:
      return true;
  }
}

[[noreturn]] void refuse(const std::string& why) {
  throw EvaluationError(why, 0, 0);
}

Value data_key(const Value& key) {
  if (key.is_string()) return key;
  if (const std::string* text = unknown_text(key)) return Value(*text);
  if (key.is_list() || key.is_map() || key.is_set() || key.is_object()) {
    refuse(fmt::format("{} cannot be a key of a result", a_kind(key)));
  }
  if (key.is_date_time()) return Value(core::iso_local_text(key.local_microseconds(), true));
  return Value(core::to_json(key));
}

Value convert(const Value& value, size_t depth) {
  if (depth > kDataDepth) refuse("the result is nested too deeply");
  switch (value.kind()) {
    case Value::Kind::list: {
      core::List items;
      items.reserve(value.size());
      for (const Value& item : value.as_list()) items.push_back(convert(item, depth + 1));
      return Value(std::move(items));
    }
    case Value::Kind::set: {
      core::List items;
      items.reserve(value.size());
      for (const core::Map::Entry& entry : value.as_set()) items.push_back(convert(entry.key, depth + 1));
      return Value(std::move(items));
    }
    case Value::Kind::map: {
      core::Map map;
      map.reserve(value.size());
      for (const core::Map::Entry& entry : value.as_map()) {
        map.set(data_key(entry.key), convert(entry.value, depth + 1));
      }
      return Value(std::move(map));
    }
    case Value::Kind::date_time:
      return Value(core::iso_local_text(value.local_microseconds(), true));
    case Value::Kind::time_span:
      return static_cast<double>(value.as_time_span()) / static_cast<double>(core::kSecond);
    case Value::Kind::object:
      if (unknown_text(value) != nullptr) return value;
      if (const auto* failed = value.object_as<jinja::FailedSequence>()) refuse(failed->error);
      refuse(fmt::format("the result is {}, which has no form as data", a_kind(value)));
    default:
      return value;
  }
}

}  // namespace

Value to_data(const Value& value) {
  return is_data(value, 0) ? value : convert(value, 0);
}

}  // namespace gregale::expression
