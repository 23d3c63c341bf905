#include "stdlib/openstack/template.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.hpp"
#include "core/json.hpp"
#include "core/uuid.hpp"
#include "stdlib/http/url.hpp"
#include "stdlib/openstack/template_filters.hpp"
#include "stdlib/openstack/template_grammar.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Map;
using core::Value;

namespace {

Value look_up_path(const std::vector<std::string>& path, const Scope& scope) {
  const Value* value = scope.find(std::string_view(path[0]));
  if (value == nullptr) return {};
  Value current = *value;
  for (size_t i = 1; i < path.size(); ++i) {
    if (current.is_list()) {
      size_t index = 0;
      const std::string& text = path[i];
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
      if (error != std::errc() || end != text.data() + text.size()) return {};
      if (index >= current.size()) return {};
      const Value item = current.as_list()[index];
      current = item;
    } else {
      const Value member = current.get(path[i]);
      current = member;
    }
  }
  return current;
}

std::vector<std::string> parse_variable(const std::string& text) {
  const auto pieces = parse_template_text("{" + text + "}");
  const Reference* reference = pieces.size() == 1 ? std::get_if<Reference>(&pieces[0]) : nullptr;
  if (reference == nullptr || !reference->filters.empty()) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` is not the name of a variable", text));
  }
  return reference->path;
}

std::string text_member(const Map& map, std::string_view key) {
  const Value* value = map.find(key);
  if (value == nullptr || !value->is_string()) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` must be text", key));
  }
  return value->as_string();
}

Condition parse_condition(const std::string& name, const Value& demand) {
  static constexpr std::string_view kNot = "not ";
  if (demand.is_string() && demand.as_string().starts_with(kNot)) {
    Condition condition = parse_condition(name, demand.as_string().substr(kNot.size()));
    condition.negated = true;
    return condition;
  }
  Condition condition;
  condition.path = parse_variable(name);
  if (demand.is_null()) {
    condition.test = Condition::Test::missing;
  } else if (demand.is_boolean()) {
    condition.test = demand.as_boolean() ? Condition::Test::truthy : Condition::Test::falsy;
  } else if (demand.is_list()) {
    condition.test = Condition::Test::one_of;
    condition.values = demand;
  } else if (demand.is_map() && demand.size() == 1) {
    const Map::Entry& entry = demand.as_map().at(0);
    if (entry.key == Value("among")) {
      condition.test = Condition::Test::among;
    } else if (entry.key == Value("equals") || entry.key == Value("differs")) {
      condition.test = Condition::Test::equals;
      condition.negated = entry.key == Value("differs");
    } else {
      throw Error(ErrorKind::invalid, fmt::format("The condition on `{}` is not known", name));
    }
    condition.other = parse_variable(python_text(entry.value));
  } else if (demand.is_string() && demand.as_string().size() > 1 && demand.as_string()[0] == '*') {
    condition.test = Condition::Test::ends_with;
    condition.values = demand.as_string().substr(1);
  } else if (demand == Value("given")) {
    condition.test = Condition::Test::given;
  } else if (demand == Value("list")) {
    condition.test = Condition::Test::is_list;
  } else if (demand == Value("map")) {
    condition.test = Condition::Test::is_map;
  } else if (demand == Value("text")) {
    condition.test = Condition::Test::is_text;
  } else if (demand == Value("uuid")) {
    condition.test = Condition::Test::is_uuid;
  } else if (demand == Value("name")) {
    condition.test = Condition::Test::is_name;
  } else if (demand.is_string() && demand.as_string().find_first_of("<>") == 0) {
    condition.test = Condition::Test::version;
    const size_t number = demand.as_string().find_first_not_of("<>=");
    condition.relation = demand.as_string().substr(0, number);
    condition.version = number == std::string::npos ? std::string() : demand.as_string().substr(number);
  } else {
    throw Error(ErrorKind::invalid,
                fmt::format("The condition on `{}` is not known: {}", name, core::to_json(demand)));
  }
  return condition;
}

bool contains(const Value& list, const Value& item) {
  if (!list.is_list()) return false;
  const List& items = list.as_list();
  return std::find(items.begin(), items.end(), item) != items.end();
}

bool holds(const Condition& condition, const Scope& scope) {
  const Value value = look_up_path(condition.path, scope);
  switch (condition.test) {
    case Condition::Test::truthy:
      return value.truthy();
    case Condition::Test::falsy:
      return !value.truthy();
    case Condition::Test::missing:
      return value.is_null();
    case Condition::Test::given:
      return !value.is_null();
    case Condition::Test::one_of:
      return contains(condition.values, value);
    case Condition::Test::equals:
      return value == look_up_path(condition.other, scope);
    case Condition::Test::among:
      return contains(look_up_path(condition.other, scope), value);
    case Condition::Test::ends_with:
      return value.is_string() && value.as_string().ends_with(condition.values.as_string());
    case Condition::Test::is_list:
      return value.is_list();
    case Condition::Test::is_map:
      return value.is_map();
    case Condition::Test::is_text:
      return value.is_string();
    case Condition::Test::is_uuid:
      return value.is_string() && core::Uuid::looks_like(value.as_string());
    case Condition::Test::is_name:
      return value.is_string() && value.as_string().find('/') == std::string::npos;
    case Condition::Test::version: {
      const int order = compare_versions(value.is_string() ? value.as_string() : "0", condition.version);
      if (condition.relation == "<") return order < 0;
      if (condition.relation == "<=") return order <= 0;
      return condition.relation == ">" ? order > 0 : order >= 0;
    }
  }
  return false;
}

}  // namespace

std::string python_text(const Value& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.as_boolean() ? "True" : "False";
  return core::to_json(value);
}

int compare_versions(std::string_view a, std::string_view b) {
  const auto take_number = [](std::string_view& text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc()) number = 0;
    text.remove_prefix(static_cast<size_t>(end - text.data()));
    if (!text.empty()) text.remove_prefix(1);  // the point
    return number;
  };
  while (!a.empty() || !b.empty()) {
    const int left = take_number(a);
    const int right = take_number(b);
    if (left != right) return left < right ? -1 : 1;
  }
  return 0;
}

Value Reference::look_up(const Scope& scope) const {
  return look_up_path(path, scope);
}

std::string Reference::name() const {
  return fmt::format("{}", fmt::join(path, "."));
}

std::optional<Value> Reference::evaluate(const Scope& scope) const {
  Value value = look_up(scope);
  if (empty == Empty::drop_falsy && !value.truthy()) return std::nullopt;
  const bool takes_null = std::any_of(filters.begin(), filters.end(), [](const Filter& filter) {
    return template_filter_takes_null(filter.name);
  });
  if (value.is_null() && !takes_null) {
    if (empty == Empty::keep_null) return value;
    return std::nullopt;
  }
  for (const Filter& filter : filters) {
    std::vector<Value> arguments;
    for (const Argument& argument : filter.arguments) {
      arguments.push_back(argument.text ? Value(*argument.text) : look_up_path(argument.path, scope));
    }
    try {
      value = apply_template_filter(filter.name, value, arguments);
    } catch (const Error& mistake) {
      throw Error(mistake.kind(), fmt::format("`{}`: {}", name(), mistake.what()));
    }
  }
  if (value.is_null() && empty != Empty::keep_null) return std::nullopt;
  return value;
}

Conditions Conditions::parse(const Value& description) {
  Conditions out;
  if (description.is_null()) return out;
  const List alternatives = description.is_list() ? description.as_list() : List{description};
  for (const Value& alternative : alternatives) {
    if (!alternative.is_map()) {
      throw Error(ErrorKind::invalid, "Conditions must be a mapping of variables to demands");
    }
    std::vector<Condition> all;
    for (const auto& [name, demand] : alternative.as_map()) {
      all.push_back(parse_condition(python_text(name), demand));
    }
    out.alternatives_.push_back(std::move(all));
  }
  return out;
}

bool Conditions::hold(const Scope& scope) const {
  return alternatives_.empty() ||
         std::any_of(alternatives_.begin(), alternatives_.end(), [&](const auto& all) {
           return std::all_of(all.begin(), all.end(), [&](const Condition& condition) {
             return holds(condition, scope) != condition.negated;
           });
         });
}

// A choice without alternatives.
Template Template::absent() {
  Template out;
  out.kind_ = Kind::choice;
  return out;
}

Template Template::constant(Value value) {
  Template out;
  out.constant_ = std::move(value);
  return out;
}

Template Template::parse(const Value& description) {
  if (description.is_string()) return parse_text(description.as_string());
  if (description.is_map()) return parse_map(description.as_map());
  if (!description.is_list()) return constant(description);
  Template out;
  out.kind_ = Kind::list;
  for (const Value& item : description.as_list()) out.items_.push_back(parse(item));
  return out;
}

Template Template::parse_text(const std::string& text) {
  Template out;
  for (auto& piece : parse_template_text(text)) {
    if (auto* literal = std::get_if<std::string>(&piece)) {
      out.parts_.push_back({std::move(*literal), std::nullopt});
      continue;
    }
    auto& reference = std::get<Reference>(piece);
    for (const auto& filter : reference.filters) {
      if (!is_template_filter(filter.name)) {
        throw Error(ErrorKind::invalid, fmt::format("There is no filter `{}` (in `{}`)", filter.name, text));
      }
    }
    out.parts_.push_back({{}, std::move(reference)});
  }
  if (out.parts_.empty() || (out.parts_.size() == 1 && !out.parts_[0].reference)) {
    out.constant_ = out.parts_.empty() ? std::string() : out.parts_[0].literal;
    return out;
  }
  out.kind_ = out.parts_.size() == 1 ? Kind::reference : Kind::text;
  return out;
}

Template Template::parse_map(const Map& map) {
  Template out;
  if (map.size() == 1 && map.contains("case")) {
    out.kind_ = Kind::choice;
    const Value alternatives = *map.find(std::string_view("case"));
    if (!alternatives.is_list()) throw Error(ErrorKind::invalid, "`case` must be a list");
    for (const Value& alternative : alternatives.as_list()) {
      if (!alternative.is_map()) throw Error(ErrorKind::invalid, "An alternative is a mapping");
      // Without `then` the whole is left out.
      const Value* then = alternative.find("then");
      out.conditions_.push_back(Conditions::parse(alternative.get("when")));
      out.items_.push_back(then ? parse(*then) : absent());
    }
    return out;
  }
  if (map.size() == 3 && map.contains("each") && map.contains("as") && map.contains("do")) {
    out.kind_ = Kind::each;
    out.variable_ = text_member(map, "as");
    out.items_.push_back(parse(*map.find(std::string_view("each"))));
    out.items_.push_back(parse(*map.find(std::string_view("do"))));
    return out;
  }
  out.kind_ = Kind::map;
  for (const auto& [key, value] : map) out.members_.emplace_back(parse(key), parse(value));
  return out;
}

std::optional<Value> Template::evaluate(const Scope& scope) const {
  switch (kind_) {
    case Kind::constant:
      return constant_;
    case Kind::reference:
      return parts_[0].reference->evaluate(scope);
    case Kind::text: {
      std::string text;
      for (const Part& part : parts_) {
        text +=
            part.reference ? python_text(part.reference->evaluate(scope).value_or(Value())) : part.literal;
      }
      return Value(std::move(text));
    }
    case Kind::list: {
      List items;
      for (const Template& item : items_) {
        if (auto value = item.evaluate(scope)) items.push_back(std::move(*value));
      }
      return Value(std::move(items));
    }
    case Kind::map:
      return evaluate_map(scope);
    case Kind::choice:
      for (size_t i = 0; i < items_.size(); ++i) {
        if (conditions_[i].hold(scope)) return items_[i].evaluate(scope);
      }
      return std::nullopt;
    case Kind::each:
      return evaluate_each(scope);
  }
  return std::nullopt;
}

std::optional<Value> Template::evaluate_map(const Scope& scope) const {
  Map out;
  for (const auto& [key, member] : members_) {
    auto value = member.evaluate(scope);
    if (!value) continue;
    const auto name = key.evaluate(scope);
    if (!name) continue;
    if (*name != Value("*")) {
      out.set(*name, std::move(*value));
    } else if (value->is_map()) {
      out.update(value->as_map());
    } else {
      throw Error(ErrorKind::invalid, fmt::format("A mapping is needed, not a {}", value->kind_name()));
    }
  }
  return Value(std::move(out));
}

std::optional<Value> Template::evaluate_each(const Scope& scope) const {
  const auto source = items_[0].evaluate(scope);
  if (!source) return std::nullopt;
  if (!source->is_list()) {
    throw Error(ErrorKind::invalid, fmt::format("A list is needed, not a {}", source->kind_name()));
  }
  List out;
  Scope inner = scope;
  for (const Value& item : source->as_list()) {
    inner.set(variable_, item);
    if (auto value = items_[1].evaluate(inner)) out.push_back(std::move(*value));
  }
  return Value(std::move(out));
}

std::string Template::evaluate_path(const Scope& scope) const {
  if (kind_ == Kind::constant && constant_.is_string()) return constant_.as_string();
  if (kind_ == Kind::choice) {
    for (size_t i = 0; i < items_.size(); ++i) {
      if (conditions_[i].hold(scope)) return items_[i].evaluate_path(scope);
    }
  }
  if (kind_ != Kind::text && kind_ != Kind::reference) {
    throw Error(ErrorKind::invalid, "None of the forms of this action fits the input");
  }
  std::string path;
  for (const Part& part : parts_) {
    if (!part.reference) {
      path += part.literal;
      continue;
    }
    const Value value = part.reference->evaluate(scope).value_or(Value());
    const bool keeps_slashes =
        std::any_of(part.reference->filters.begin(), part.reference->filters.end(),
                    [](const Reference::Filter& filter) { return filter.name == "path"; });
    const std::string text = value.is_string() || value.is_number() ? python_text(value) : std::string();
    if (text.empty() || text == "." || text == "..") {
      throw Error(ErrorKind::invalid, fmt::format("`{}` must be a name or an id, not {}",
                                                  part.reference->name(), core::to_json(value)));
    }
    path += percent_encode(text, keeps_slashes ? "/" : "");
  }
  return path;
}

}  // namespace gregale::stdlib
