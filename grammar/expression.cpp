#include "grammar/expression.hpp"

#include "grammar/jinja.hpp"
#include "grammar/yaql.hpp"

namespace gregale::grammar {

namespace {

struct Stretch {
  size_t begin;
  size_t end;
};

// The first `opening.*?closing` at or after [from]; a line break ends the search for the closing
// one, as Mistral's patterns do not let "." stand for it.
std::optional<Stretch> find_delimited(std::string_view text, size_t from, std::string_view opening,
                                      std::string_view closing) {
  while (true) {
    const size_t begin = text.find(opening, from);
    if (begin == std::string_view::npos) return std::nullopt;
    const size_t line_end = std::min(text.find('\n', begin), text.size());
    const std::string_view line = text.substr(0, line_end);
    const size_t end = line.find(closing, begin + opening.size());
    if (end != std::string_view::npos) return Stretch{begin, end + closing.size()};
    // Nothing closes it on this line, so nothing closes a later one on it either.
    from = line_end;
  }
}

// The stretch without any of the characters '<', '%', '>' at both its ends.
Stretch strip_delimiters(std::string_view text, Stretch stretch) {
  constexpr std::string_view kStripped = "<%>";
  const auto stripped = [&](size_t at) { return kStripped.find(text[at]) != std::string_view::npos; };
  while (stretch.begin < stretch.end && stripped(stretch.begin)) ++stretch.begin;
  while (stretch.end > stretch.begin && stripped(stretch.end - 1)) --stretch.end;
  return stretch;
}

SyntaxError moved(SyntaxError error, size_t by) {
  error.begin += by;
  error.end += by;
  return error;
}

Expression::Piece piece(Stretch stretch, size_t inner, Tree tree) {
  return {static_cast<uint32_t>(stretch.begin), static_cast<uint32_t>(stretch.end),
          static_cast<uint32_t>(inner), std::move(tree)};
}

ParsedText parse_yaql_text(std::string_view text, Stretch first, const YaqlSyntax& syntax) {
  ParsedText result;
  Expression expression;
  expression.language = Language::yaql;
  expression.text = text;
  expression.whole = first.begin == 0 && first.end == text.size();
  for (std::optional<Stretch> found = first; found; found = find_delimited(text, found->end, "<%", "%>")) {
    const Stretch inside = strip_delimiters(text, *found);
    auto parsed = parse_yaql(text.substr(inside.begin, inside.end - inside.begin), syntax);
    const bool empty = text.substr(inside.begin, inside.end - inside.begin).find_first_not_of(" \t\r\n") ==
                       std::string_view::npos;
    if (empty) {
      result.errors.push_back({"the expression is empty", found->begin, found->end});
    } else if (SyntaxError* error = std::get_if<SyntaxError>(&parsed)) {
      result.errors.push_back(moved(std::move(*error), inside.begin));
    } else {
      expression.pieces.push_back(piece(*found, inside.begin, std::get<Tree>(std::move(parsed))));
    }
  }
  if (result.errors.empty()) result.expression = std::move(expression);
  return result;
}

ParsedText parse_jinja_text(std::string_view text, std::optional<Stretch> output) {
  ParsedText result;
  // Whatever it turns out to be, Mistral checks it as a template.
  auto parsed = parse_jinja_template(text);
  if (SyntaxError* error = std::get_if<SyntaxError>(&parsed)) {
    result.errors.push_back(std::move(*error));
    return result;
  }
  Expression expression;
  expression.language = Language::jinja;
  expression.text = text;
  expression.whole = output && output->begin == 0 && output->end == text.size();
  const Stretch all{0, text.size()};
  if (expression.whole) {
    auto inside = parse_jinja_expression(text.substr(2, text.size() - 4));
    if (SyntaxError* error = std::get_if<SyntaxError>(&inside)) {
      expression.pieces.push_back(piece(all, 2, Tree{}));
      expression.pieces.back().failure = std::move(*error);
    } else {
      expression.pieces.push_back(piece(all, 2, std::get<Tree>(std::move(inside))));
    }
  } else {
    expression.pieces.push_back(piece(all, 0, std::get<Tree>(std::move(parsed))));
  }
  if (!output) {  // Mistral looks for the first {{ }} and fails when there is none
    expression.pieces.back().failure = SyntaxError{
        "a text with {% %} needs a {{ }} on one line to be evaluated; write text that the blocks "
        "choose as {{ 'text' }}",
        0, text.size()};
  }
  result.expression = std::move(expression);
  return result;
}

}  // namespace

ParsedText parse_text(std::string_view text, const YaqlSyntax& syntax) {
  const std::optional<Stretch> output = find_delimited(text, 0, "{{", "}}");
  const bool jinja = output || find_delimited(text, 0, "{%", "%}");
  const std::optional<Stretch> yaql = find_delimited(text, 0, "<%", "%>");
  if (jinja && yaql) {
    ParsedText result;
    result.errors.push_back({"a text cannot hold both YAQL (<% %>) and Jinja ({{ }}, {% %}) expressions",
                             yaql->begin, yaql->end});
    return result;
  }
  if (jinja) return parse_jinja_text(text, output);
  if (yaql) return parse_yaql_text(text, *yaql, syntax);
  return {};
}

}  // namespace gregale::grammar
