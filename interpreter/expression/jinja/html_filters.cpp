// Filters about HTML and JSON in it.
#include <algorithm>
#include <optional>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/jinja/sorting.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/data_formats.hpp"
#include "interpreter/expression/python/html.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

Value escape_filter(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("escape", arguments, {"s"}, 1, 1);
  require_defined(bound.at(0));
  return escape(runtime, bound.at(0));
}

Value force_escape(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("forceescape", arguments, {"value"}, 1);
  return markup(escape_html(runtime.text(bound.at(0))));
}

Value safe(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("safe", arguments, {"value"}, 1);
  return runtime.text_value(bound.at(0)).tagged(kMarkup);
}

// Without what stands between [open] and [close].
std::string without(std::string_view text, std::string_view open, std::string_view close) {
  std::string out;
  size_t begin = 0;
  while (true) {
    const size_t at = text.find(open, begin);
    const size_t end = at == std::string_view::npos ? at : text.find(close, at + open.size());
    if (end == std::string_view::npos) return out += text.substr(begin);
    out += text.substr(begin, at - begin);
    begin = end + close.size();
  }
}

Value strip_tags(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("striptags", arguments, {"value"}, 1);
  const std::string text = without(without(runtime.text(bound.at(0)), "<!--", "-->"), "<", ">");
  std::string out;
  bool blank = false;
  for (size_t position = 0; position < text.size();) {
    const char32_t c = python::decode(text, position);
    if (python::is_space(c)) {
      blank = !out.empty();
      continue;
    }
    if (blank) out += ' ';
    blank = false;
    python::append(out, c);
  }
  return Value(python::unescape_html(out));
}

Value xml_attributes(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("xmlattr", arguments, {"d", "autospace"}, 1);
  const Value& map = runtime.current(bound.at(0));
  require_defined(map);
  if (!map.is_map()) throw AttributeError("xmlattr needs a dict");
  std::string out;
  for (const Map::Entry& entry : map.as_map()) {
    if (entry.value.is_null() || is_undefined(entry.value)) continue;
    const std::string key = runtime.text(entry.key);
    if (key.find_first_of(" \t\n\r\f\v/>=") != std::string::npos) {
      throw ValueError("Invalid character in attribute name: " + shown(key));
    }
    if (!out.empty()) out += ' ';
    out += escape(runtime, entry.key).as_string() + "=\"" + escape(runtime, entry.value).as_string() + "\"";
  }
  const bool space = bound[1] == nullptr || truth(runtime, *bound[1]);
  if (space && !out.empty()) out.insert(0, " ");
  return runtime.autoescape ? markup(std::move(out)) : Value(std::move(out));
}

Value with_sorted_keys(Runtime& runtime, const Value& value, size_t depth) {
  if (depth > python::kNestingLimit) {
    throw core::Error(core::ErrorKind::limit, "the value is nested too deep");
  }
  require_defined(value);
  if (value.is_list()) {
    List items;
    for (const Value& item : value.as_list()) {
      items.push_back(with_sorted_keys(runtime, item, depth + 1));
    }
    return Value(std::move(items));
  }
  if (value.is_map()) {
    List keys;
    for (const Map::Entry& entry : value.as_map()) keys.push_back(entry.key);
    List order = keys;
    keys = sorted(runtime, std::move(keys), Keys(order), false);
    Map sorted;
    for (const Value& key : keys) {
      sorted.set(key, with_sorted_keys(runtime, *value.as_map().find(key), depth + 1));
    }
    return Value(std::move(sorted));
  }
  if (value.is_object() || value.is_set() || value.is_date_time() || value.is_time_span()) {
    throw TypeError("Object of type " + std::string(python::type_name(value)) + " is not JSON serializable");
  }
  return value;
}

Value to_json(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("tojson", arguments, {"value", "indent"}, 1);
  std::optional<std::string> indent;
  if (bound[1] != nullptr && bound[1]->is_string()) {
    indent = bound[1]->as_string();
  } else if (bound[1] != nullptr && !bound[1]->is_null()) {
    const int64_t blanks = std::max<int64_t>(to_count(*bound[1], "indent"), 0);
    python::check_text_size(static_cast<size_t>(blanks));
    indent = std::string(static_cast<size_t>(blanks), ' ');
  }
  const Value sorted = with_sorted_keys(runtime, runtime.settled(bound.at(0)), 0);
  const std::string text = python::dump_json(sorted, indent);
  std::string out;
  for (char c : text) {
    switch (c) {
      case '<':
        out += "\\u003c";
        break;
      case '>':
        out += "\\u003e";
        break;
      case '&':
        out += "\\u0026";
        break;
      case '\'':
        out += "\\u0027";
        break;
      default:
        out += c;
    }
  }
  runtime.use_memory(out.size());
  return markup(std::move(out));
}

constexpr NamedFilter kHtmlFilters[] = {
    {"e", escape_filter},      {"escape", escape_filter}, {"forceescape", force_escape}, {"safe", safe},
    {"striptags", strip_tags}, {"tojson", to_json},       {"xmlattr", xml_attributes},
};

}  // namespace

std::span<const NamedFilter> html_filters() {
  return kHtmlFilters;
}

}  // namespace gregale::expression::jinja
