// Filters about text.
#include <algorithm>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/jinja/text_layout.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

bool flag(Runtime& runtime, const Value* value, bool otherwise = false) {
  return value == nullptr ? otherwise : truth(runtime, *value);
}

Value made(Runtime& runtime, const Value& like, std::string text) {
  runtime.use_memory(text.size());
  return Value(std::move(text)).tagged(like.tag());
}

// The operand as text, or a string argument.
Value text_of(Runtime& runtime, const Value& value) {
  require_defined(value);
  return runtime.text_value(value);
}
const std::string& string_of(const Value& value, std::string_view filter) {
  require_defined(value);
  if (!value.is_string()) {
    throw TypeError(std::string(filter) + " needs a string, not " + std::string(python::type_name(value)));
  }
  return value.as_string();
}

template <std::string (*kChange)(std::string_view)>
Value change(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("filter", arguments, {"s"}, 1);
  const Value text = text_of(runtime, bound.at(0));
  return made(runtime, text, kChange(text.as_string()));
}

// The same for one item, written over what was made for the item before.
template <void (*kAppend)(std::string_view, std::string&)>
void change_item(Runtime& runtime, const Value& item, Value& result) {
  const Value made_text = item.is_string() ? Value() : text_of(runtime, item);
  const Value& text = item.is_string() ? item : made_text;
  runtime.use_memory(text.size());
  kAppend(text.as_string(), result.start_text(text.tag()));
}

void string_of_item(Runtime& runtime, const Value& item, Value& result) {
  result = text_of(runtime, item);
}
void trimmed_item(Runtime& runtime, const Value& item, Value& result) {
  const Value text = text_of(runtime, item);
  runtime.use_memory(text.size());
  result.start_text(text.tag()) = stripped(text.as_string(), nullptr);
}

Value string(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("string", arguments, {"s"}, 1, 1);
  return text_of(runtime, bound.at(0));
}

// A capital after blanks, '-', '(', '{', '[' and '<', small letters elsewhere.
std::string title_text(std::string_view text) {
  std::string out;
  std::string word;
  const auto flush = [&] {
    if (word.empty()) return;
    size_t first = 0;
    python::decode(word, first);
    out += python::upper(std::string_view(word).substr(0, first));
    out += python::lower(std::string_view(word).substr(first));
    word.clear();
  };
  for (size_t position = 0; position < text.size();) {
    const size_t begin = position;
    const char32_t c = python::decode(text, position);
    if (c == '-' || c == '(' || c == '{' || c == '[' || c == '<' || python::is_space(c)) {
      flush();
      out += text.substr(begin, position - begin);
    } else {
      word += text.substr(begin, position - begin);
    }
  }
  flush();
  return out;
}

Value center(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("center", arguments, {"value", "width"}, 1);
  const Value text = text_of(runtime, bound.at(0));
  const int64_t width = bound[1] == nullptr ? 80 : to_count(*bound[1], "the width");
  return made(runtime, text, centred(text.as_string(), width, " "));
}

Value trim(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("trim", arguments, {"value", "chars"}, 1);
  const Value text = text_of(runtime, bound.at(0));
  return made(runtime, text, std::string(stripped(text.as_string(), bound[1])));
}

Value replace(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("replace", arguments, {"s", "old", "new", "count"}, 3);
  const int64_t most = bound[3] == nullptr || bound[3]->is_null() ? -1 : to_count(*bound[3], "the count");
  Value text = text_of(runtime, bound.at(0));
  Value old_part = text_of(runtime, bound.at(1));
  Value new_part = text_of(runtime, bound.at(2));
  if (!runtime.autoescape) {
    return made(runtime, Value(),
                replaced(text.as_string(), old_part.as_string(), new_part.as_string(), most));
  }
  if (is_markup(old_part) || (is_markup(new_part) && !is_markup(text))) text = escape(runtime, text);
  if (is_markup(text)) {
    old_part = escape(runtime, old_part);
    new_part = escape(runtime, new_part);
  }
  return made(runtime, text, replaced(text.as_string(), old_part.as_string(), new_part.as_string(), most));
}

Value format(Runtime& runtime, const Arguments& arguments) {
  if (arguments.positional.empty()) throw TypeError("format() misses the argument 'value'");
  const Value text = text_of(runtime, arguments.positional[0]);
  const List rest(arguments.positional.begin() + 1, arguments.positional.end());
  if (!rest.empty() && !arguments.named.empty()) {
    throw TypeError("can't handle positional and keyword arguments at the same time");
  }
  if (arguments.named.empty()) return binary(runtime, "%", text, Value::tuple(rest));
  Map named;
  for (const auto& [name, value] : arguments.named) named.set(Value(name), value);
  return binary(runtime, "%", text, Value(std::move(named)));
}

Value indent(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("indent", arguments, {"s", "width", "first", "blank"}, 1);
  const Value& operand = bound.at(0);
  const std::string& text = string_of(operand, "indent");
  std::string indention = "    ";
  if (bound[1] != nullptr) {
    if (bound[1]->is_string()) {
      indention = bound[1]->as_string();
    } else {
      const int64_t width = std::max<int64_t>(to_count(*bound[1], "the width"), 0);
      runtime.use_memory(static_cast<uint64_t>(width));
      indention = std::string(static_cast<size_t>(width), ' ');
    }
  }
  const bool blank = flag(runtime, bound[3]);
  const std::string whole = text + "\n";
  std::string out = flag(runtime, bound[2]) ? indention : "";
  bool is_first = true;
  for (std::string_view line : lines_of(whole, false)) {
    if (!is_first) {
      out += '\n';
      if (blank || !line.empty()) out += indention;
      runtime.use_memory(indention.size());
    }
    is_first = false;
    out += line;
  }
  return made(runtime, operand, std::move(out));
}

Value truncate(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("truncate", arguments, {"s", "length", "killwords", "end", "leeway"}, 1);
  const Value& operand = bound.at(0);
  const int64_t length = bound[1] == nullptr ? 255 : to_count(*bound[1], "length");
  const std::string end = bound[3] == nullptr ? "..." : string_of(*bound[3], "truncate");
  const int64_t leeway = bound[4] == nullptr || bound[4]->is_null() ? 5 : to_count(*bound[4], "leeway");
  const auto end_length = static_cast<int64_t>(python::length(end));
  if (length < end_length) {
    throw ValueError("expected length >= " + std::to_string(end_length) + ", got " + std::to_string(length));
  }
  if (leeway < 0) throw ValueError("expected leeway >= 0, got " + std::to_string(leeway));
  if (length_of(runtime, operand) <= length + leeway) return operand;
  const std::string& text = string_of(operand, "truncate");
  std::string_view kept = python::substring(text, 0, static_cast<size_t>(length - end_length));
  if (!flag(runtime, bound[2])) kept = kept.substr(0, std::min(kept.rfind(' '), kept.size()));
  return made(runtime, operand, std::string(kept) + end);
}

Value word_count(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("wordcount", arguments, {"s"}, 1);
  const Value text = text_of(runtime, bound.at(0));
  int64_t count = 0;
  bool inside = false;
  for (size_t position = 0; position < text.as_string().size();) {
    const char32_t c = python::decode(text.as_string(), position);
    const bool word = c == '_' || python::is_alphanumeric(c);
    if (word && !inside) ++count;
    inside = word;
  }
  return Value(count);
}

Value word_wrap(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("wordwrap", arguments,
                    {"s", "width", "break_long_words", "wrapstring", "break_on_hyphens"}, 1);
  WrapOptions options;
  if (bound[1] != nullptr) options.width = to_count(*bound[1], "the width");
  options.break_long_words = flag(runtime, bound[2], true);
  options.break_on_hyphens = flag(runtime, bound[4], true);
  const std::string line_end =
      bound[3] == nullptr || bound[3]->is_null() ? "\n" : string_of(*bound[3], "wordwrap");
  std::string out;
  bool is_first = true;
  for (std::string_view paragraph : lines_of(string_of(bound.at(0), "wordwrap"), false)) {
    // A paragraph without words is an empty line.
    if (!is_first) out += line_end;
    is_first = false;
    bool first_line = true;
    for (const std::string& line : wrap_text(paragraph, options)) {
      if (!first_line) out += line_end;
      first_line = false;
      out += line;
      runtime.use_memory(line.size() + line_end.size());
    }
  }
  return Value(std::move(out));
}

Value pretty(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("pprint", arguments, {"value"}, 1);
  std::string text = pretty_text(runtime.settled(bound.at(0)));
  runtime.use_memory(text.size());
  return Value(std::move(text));
}

// ---- URLs

std::string url_quote(Runtime& runtime, const Value& value, bool for_query) {
  static constexpr std::string_view kSafe = "_.-~";
  const Value text = text_of(runtime, value);
  std::string out;
  for (char c : text.as_string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kSafe.find(c) != std::string_view::npos || (c == '/' && !for_query);
    if (plain) {
      out += c;
    } else if (c == ' ' && for_query) {
      out += '+';
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += "0123456789ABCDEF"[byte >> 4];
      out += "0123456789ABCDEF"[byte & 15];
    }
  }
  runtime.use_memory(out.size());
  return out;
}

Value url_encode(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("urlencode", arguments, {"value"}, 1);
  const Value& value = runtime.current(bound.at(0));
  if (value.is_string() || !is_iterable(value)) return Value(url_quote(runtime, value, false));
  std::string out;
  const auto add = [&](const Value& key, const Value& item) {
    if (!out.empty()) out += '&';
    out += url_quote(runtime, key, true) + "=" + url_quote(runtime, item, true);
  };
  if (value.is_map()) {
    for (const Map::Entry& entry : value.as_map()) add(entry.key, entry.value);
    return Value(std::move(out));
  }
  Iteration iteration(runtime, value);
  for (Value item; iteration.next(item);) {
    const List pair = to_list(runtime, item);
    if (pair.size() != 2) throw ValueError("urlencode needs pairs");
    add(pair[0], pair[1]);
  }
  return Value(std::move(out));
}

constexpr NamedFilter kTextFilters[] = {
    {"capitalize", change<python::capitalize>},
    {"center", center},
    {"format", format},
    {"indent", indent},
    {"lower", change<python::lower>, change_item<python::append_lower>},
    {"pprint", pretty},
    {"replace", replace},
    {"string", string, string_of_item},
    {"title", change<title_text>},
    {"trim", trim, trimmed_item},
    {"truncate", truncate},
    {"upper", change<python::upper>, change_item<python::append_upper>},
    {"urlencode", url_encode},
    {"wordcount", word_count},
    {"wordwrap", word_wrap},
};

}  // namespace

std::span<const NamedFilter> text_filters() {
  return kTextFilters;
}

}  // namespace gregale::expression::jinja
