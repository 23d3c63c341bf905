#include <fmt/format.h>

#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/unicode.hpp"
#include "interpreter/expression/yaql/library.hpp"
#include "interpreter/expression/yaql/regex_object.hpp"

namespace gregale::expression::yaql {

namespace {

using python::Regex;

const Regex& regex_of(const Value& value) {
  return value.object_as<RegexObject>()->regex();
}

Value make_regex(Call& call) {
  unsigned flags = 0;
  if (call.truth(1)) flags |= Regex::kIgnoreCase;
  if (call.truth(2)) flags |= Regex::kMultiLine;
  if (call.truth(3)) flags |= Regex::kDotAll;
  return Value::object(std::make_shared<RegexObject>(Regex::cached(call.text(0), flags)));
}

Value matches_regex(Call& call) {
  return regex_of(call[0]).search(call.text(1)).has_value();
}
Value matches_pattern(Call& call) {
  return Regex::cached(call.text(1))->search(call.text(0)).has_value();
}

// {value, start, end} of a group; positions count code points.
Value group_value(const std::string& text, const Regex::Group& group) {
  Map map;
  if (group.matched()) {
    const std::string_view view(text);
    const auto start = static_cast<int64_t>(python::length(view.substr(0, group.begin)));
    const std::string_view value = view.substr(group.begin, group.end - group.begin);
    map.set("value", Value(value));
    map.set("start", Value(start));
    map.set("end", Value(start + static_cast<int64_t>(python::length(value))));
  } else {
    map.set("value", Value());
    map.set("start", Value(-1));
    map.set("end", Value(-1));
  }
  return make_mutable_dict(std::move(map));
}

// Sets $ to the match, $2 to its first group, and so on.
FramePtr match_frame(const FramePtr& parent, const Regex& regex, const std::string& text,
                     const Regex::Match& match) {
  if (regex.has_named_groups()) {
    throw python::ValueError("YAQL cannot give a selector the groups of a pattern with named groups");
  }
  FramePtr frame(new Frame(parent));
  for (size_t i = 0; i < match.size(); ++i) frame->add(i + 1, group_value(text, match[i]));
  return frame;
}

Value matched_text(const std::string& text, const Regex::Match& match) {
  return Value(std::string_view(text).substr(match[0].begin, match[0].end - match[0].begin));
}

Value search(Call& call) {
  const Regex& regex = regex_of(call[0]);
  const std::string& text = call.text(1);
  const std::optional<Regex::Match> match = regex.search(text);
  if (!match) return Value();
  if (!call.has_lambda(2)) return matched_text(text, *match);
  return call.lambda(2).in(match_frame(call.frame, regex, text, *match));
}

Value search_all(Call& call) {
  const Regex& regex = regex_of(call[0]);
  std::vector<Regex::Match> matches;
  regex.for_each(call.text(1), [&](const Regex::Match& match) {
    call.evaluation.step();
    call.evaluation.charge(sizeof(Regex::Group) * match.size());
    matches.push_back(match);
    return true;
  });
  std::optional<Lambda> selector;
  if (call.has_lambda(2)) selector = call.lambda(2);
  return make_generator([pattern = call[0], subject = call[1], matches = std::move(matches), next = size_t{0},
                         selector = std::move(selector), frame = call.frame](Value& item) mutable {
    if (next == matches.size()) return false;
    const Regex::Match& match = matches[next++];
    const std::string& text = subject.as_string();
    item = selector ? selector->in(match_frame(frame, regex_of(pattern), text, match))
                    : matched_text(text, match);
    return true;
  });
}

Value split_with(Call& call, const Value& pattern, const std::string& text) {
  List items;
  for (std::optional<std::string>& part : regex_of(pattern).split(text, call.integer(2))) {
    call.evaluation.charge_items(3);
    items.push_back(part ? Value(std::move(*part)) : Value());
  }
  return make_mutable_list(std::move(items));
}
Value split_by_regex(Call& call) {
  return split_with(call, call[0], call.text(1));
}
Value split_text(Call& call) {
  return split_with(call, call[1], call.text(0));
}

Value replace_with(Call& call, const Value& pattern, const std::string& text) {
  std::string result = regex_of(pattern).substitute(call.text(2), text, call.integer(3));
  call.evaluation.charge(result.size());
  return Value(std::move(result));
}
Value replace_by_regex(Call& call) {
  return replace_with(call, call[0], call.text(1));
}
Value replace_text(Call& call) {
  return replace_with(call, call[1], call.text(0));
}

Value replace_by(Call& call, const Value& pattern, const std::string& text) {
  const Regex& regex = regex_of(pattern);
  const Lambda replacement = call.lambda(2);
  std::string result = regex.substitute(
      [&](const Regex::Match& match) {
        const Value value = replacement.in(match_frame(call.frame, regex, text, match));
        if (value.is_null()) return std::string();
        if (!value.is_string()) {
          throw python::TypeError(fmt::format("replaceBy() needs a string, not {}", a_kind(value)));
        }
        call.evaluation.charge(value.size());
        return value.as_string();
      },
      text, call.integer(3));
  return Value(std::move(result));
}
Value replace_by_regex_lambda(Call& call) {
  return replace_by(call, call[0], call.text(1));
}
Value replace_text_lambda(Call& call) {
  return replace_by(call, call[1], call.text(0));
}

Value escape(Call& call) {
  return Value(Regex::escape(call.text(0)));
}
Value is_regex(Call& call) {
  return call[0].object_as<RegexObject>() != nullptr;
}

}  // namespace

bool RegexObject::equals(const core::Object& other) const noexcept {
  const auto* object = dynamic_cast<const RegexObject*>(&other);
  return object != nullptr && object->regex_->pattern() == regex_->pattern() &&
         object->regex_->flags() == regex_->flags();
}

size_t RegexObject::hash() const noexcept {
  return std::hash<std::string>()(regex_->pattern()) ^ regex_->flags();
}

std::string RegexObject::repr() const {
  std::string flags;
  const auto add = [&](unsigned flag, std::string_view name) {
    if ((regex_->flags() & flag) == 0) return;
    flags += flags.empty() ? ", " : "|";
    flags += name;
  };
  add(Regex::kIgnoreCase, "re.IGNORECASE");
  add(Regex::kMultiLine, "re.MULTILINE");
  add(Regex::kDotAll, "re.DOTALL");
  return fmt::format("re.compile({}{})", python::quote(regex_->pattern()), flags);
}

std::vector<Declaration> regex_functions() {
  using Use = Declaration::Use;
  return {
      {"regex", Use::function,
       "pattern: string, ignoreCase: bool? = false, multiLine: bool? = false, dotAll: bool? = false",
       make_regex},
      {"matches", Use::method, "regexp: regex, string: string", matches_regex},
      {"matches", Use::method, "string: string, regexp: string", matches_pattern},
      {"search", Use::method, "regexp: regex, string: string, selector: lambda(context) = null", search},
      {"searchAll", Use::method, "regexp: regex, string: string, selector: lambda(context) = null",
       search_all},
      {"split", Use::method, "regexp: regex, string: string, maxSplit: int|bool = 0", split_by_regex},
      {"split", Use::method, "string: string, regexp: regex, maxSplit: int|bool = 0", split_text},
      {"replace", Use::method, "regexp: regex, string: string, repl: string, count: int|bool = 0",
       replace_by_regex},
      {"replace", Use::method, "string: string, regexp: regex, repl: string, count: int|bool = 0",
       replace_text},
      {"replaceBy", Use::method, "regexp: regex, string: string, repl: lambda(context), count: int|bool = 0",
       replace_by_regex_lambda},
      {"replaceBy", Use::method, "string: string, regexp: regex, repl: lambda(context), count: int|bool = 0",
       replace_text_lambda},
      {"escapeRegex", Use::function, "string: string", escape},
      {"isRegex", Use::function, "value: any", is_regex},
  };
}

}  // namespace gregale::expression::yaql
