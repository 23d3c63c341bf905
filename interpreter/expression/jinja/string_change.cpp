// Methods of strings that make another string, or answer what kind of characters there are.
#include <algorithm>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/sequence.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

const std::string& text_argument(const Value& value, std::string_view method) {
  require_defined(value);
  if (!value.is_string()) {
    throw TypeError(std::string(method) + "() needs a string, not " + std::string(python::type_name(value)));
  }
  return value.as_string();
}

Value made(Runtime& runtime, const Value& self, std::string text) {
  runtime.use_memory(text.size());
  return Value(std::move(text)).tagged(self.tag());
}

// Text that is put into Markup is escaped.
Value fitting(Runtime& runtime, const Value& self, const Value& text) {
  return is_markup(self) ? escape(runtime, text) : text;
}

template <std::string (*kChange)(std::string_view)>
Value change(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Bound("method", arguments, {}, 0);
  return made(runtime, self, kChange(self.as_string()));
}

// ---- padding

enum class Side { left, right, both };

std::string padded(std::string_view text, int64_t width, std::string_view fill, Side side) {
  if (python::length(fill) != 1) {
    throw TypeError("The fill character must be exactly one character long");
  }
  const auto size = static_cast<int64_t>(python::length(text));
  if (width > 0) python::check_text_size(static_cast<size_t>(width));
  const int64_t missing = std::max<int64_t>(width - size, 0);
  const int64_t left = side == Side::left    ? 0
                       : side == Side::right ? missing
                                             : missing / 2 + (missing & width & 1);
  std::string out;
  out.reserve(text.size() + static_cast<size_t>(missing) * fill.size());
  for (int64_t i = 0; i < left; ++i) out += fill;
  out += text;
  for (int64_t i = left; i < missing; ++i) out += fill;
  return out;
}

template <Side kSide>
Value justify(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("ljust", arguments, {"width", "fillchar"}, 1, 2);
  const std::string fill = bound[1] == nullptr ? " " : text_argument(*bound[1], "ljust");
  return made(runtime, self, padded(self.as_string(), to_count(bound.at(0), "the width"), fill, kSide));
}

Value zero_fill(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("zfill", arguments, {"width"}, 1, 1);
  std::string text = padded(self.as_string(), to_count(bound.at(0), "the width"), "0", Side::right);
  const size_t zeros = text.size() - self.size();
  if (zeros > 0 && zeros < text.size() && (text[zeros] == '+' || text[zeros] == '-')) {
    std::swap(text[0], text[zeros]);
  }
  return made(runtime, self, std::move(text));
}

// ---- stripping

std::string_view strip_left(std::string_view text, std::u32string_view set) {
  while (!text.empty()) {
    size_t position = 0;
    if (set.find(python::decode(text, position)) == std::u32string_view::npos) break;
    text.remove_prefix(position);
  }
  return text;
}

std::string_view strip_right(std::string_view text, std::u32string_view set) {
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    size_t position = last;
    if (set.find(python::decode(text, position)) == std::u32string_view::npos) break;
    text = text.substr(0, last);
  }
  return text;
}

template <Side kSide>
Value strip(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("strip", arguments, {"chars"}, 0, 1);
  std::string_view text = self.as_string();
  if (bound[0] == nullptr || bound[0]->is_null()) {
    if (kSide != Side::right) text = python_lstrip(text);
    if (kSide != Side::left) text = python_rstrip(text);
  } else {
    const std::u32string set = python::to_code_points(text_argument(*bound[0], "strip"));
    if (kSide != Side::right) text = strip_left(text, set);
    if (kSide != Side::left) text = strip_right(text, set);
  }
  return made(runtime, self, std::string(text));
}

template <Side kSide>
Value remove_affix(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("removeprefix", arguments, {"affix"}, 1, 1);
  const std::string& affix = text_argument(bound.at(0), "removeprefix");
  std::string_view text = self.as_string();
  if (kSide == Side::left && text.starts_with(affix)) text.remove_prefix(affix.size());
  if (kSide == Side::right && text.ends_with(affix)) text.remove_suffix(affix.size());
  return made(runtime, self, std::string(text));
}

// ---- putting together

Value join(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("join", arguments, {"iterable"}, 1, 1);
  std::string out;
  bool first = true;
  size_t index = 0;
  Iteration iteration(runtime, bound.at(0));
  for (Value item; iteration.next(item); ++index) {
    require_defined(item);
    if (!item.is_string() && !is_markup(self)) {
      throw TypeError("sequence item " + std::to_string(index) + ": expected str instance, " +
                      std::string(python::type_name(item)) + " found");
    }
    if (!first) out += self.as_string();
    first = false;
    out += fitting(runtime, self, item).as_string();
    runtime.use_memory(self.size() + item.size());
  }
  return Value(std::move(out)).tagged(self.tag());
}

Value replace(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("replace", arguments, {"old", "new", "count"}, 2, 3);
  const Value old_part = fitting(runtime, self, bound.at(0));
  const Value new_part = fitting(runtime, self, bound.at(1));
  const int64_t most = bound[2] == nullptr ? -1 : to_count(*bound[2], "the count");
  return made(runtime, self,
              replaced(self.as_string(), text_argument(old_part, "replace"),
                       text_argument(new_part, "replace"), most));
}

// {0.name} and {0[name]} go through the sandbox.
Value reach(Runtime& runtime, const Value& object, const Value& name, bool is_attribute) {
  Value value = is_attribute ? get_attribute(runtime, object, name) : get_item(runtime, object, name);
  require_defined(value);
  return value;
}

Value format_with(Runtime& runtime, const Value& self, const List& args, const Map& kwargs) {
  List positional;
  Map named;
  for (const Value& value : args) positional.push_back(runtime.settled(value));
  for (const Map::Entry& entry : kwargs) named.set(entry.key, runtime.settled(entry.value));
  for (const Value& value : positional) {
    if (is_markup(self) && value.is_string() && !is_markup(value)) {
      throw TypeError("only safe text can be formatted into safe text; escape it first");
    }
  }
  const Value text =
      python::format(self, positional, named, [&](const Value& object, const Value& name, bool is_attribute) {
        return reach(runtime, object, name, is_attribute);
      });
  runtime.use_memory(text.size());
  return text.tagged(self.tag());
}

Value format(Runtime& runtime, const Value& self, const Arguments& arguments) {
  Map named;
  for (const auto& [name, value] : arguments.named) named.set(Value(name), value);
  return format_with(runtime, self, arguments.positional, named);
}

Value format_map(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("format_map", arguments, {"mapping"}, 1, 1);
  const Value mapping = runtime.settled(bound.at(0));
  if (!mapping.is_map()) throw TypeError("format_map() needs a mapping");
  return format_with(runtime, self, {}, mapping.as_map());
}

Value expand_tabs(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("expandtabs", arguments, {"tabsize"}, 0);
  const int64_t size = bound[0] == nullptr ? 8 : to_count(*bound[0], "the tab size");
  std::string out;
  int64_t column = 0;
  const std::string& text = self.as_string();
  for (size_t position = 0; position < text.size();) {
    const char32_t c = python::decode(text, position);
    if (c == '\t') {
      const int64_t blanks = size <= 0 ? 0 : size - column % size;
      runtime.use_memory(static_cast<uint64_t>(blanks));
      out.append(static_cast<size_t>(blanks), ' ');
      column += blanks;
    } else {
      column = c == '\n' || c == '\r' ? 0 : column + 1;
      python::append(out, c);
    }
  }
  return made(runtime, self, std::move(out));
}

// A table for translate: from a map of characters, or from texts of equal length.
Value make_table(Runtime&, const Value&, const Arguments& arguments) {
  const Bound bound("maketrans", arguments, {"x", "y", "z"}, 1, 3);
  Map table;
  if (bound[1] == nullptr) {
    if (!bound.at(0).is_map()) throw TypeError("maketrans() needs a dict or two strings");
    for (const Map::Entry& entry : bound.at(0).as_map()) {
      if (!entry.key.is_string()) {
        table.set(entry.key, entry.value);
        continue;
      }
      size_t position = 0;
      if (python::length(entry.key.as_string()) != 1) {
        throw ValueError("string keys in translate table must be of length 1");
      }
      table.set(Value(static_cast<int64_t>(python::decode(entry.key.as_string(), position))), entry.value);
    }
    return Value(std::move(table));
  }
  const std::u32string from = python::to_code_points(text_argument(bound.at(0), "maketrans"));
  const std::u32string to = python::to_code_points(text_argument(bound.at(1), "maketrans"));
  if (from.size() != to.size()) {
    throw ValueError("the first two maketrans arguments must have equal length");
  }
  for (size_t i = 0; i < from.size(); ++i) {
    table.set(Value(static_cast<int64_t>(from[i])), Value(static_cast<int64_t>(to[i])));
  }
  if (bound[2] != nullptr) {
    for (char32_t c : python::to_code_points(text_argument(*bound[2], "maketrans"))) {
      table.set(Value(static_cast<int64_t>(c)), Value());
    }
  }
  return Value(std::move(table));
}

Value translate(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("translate", arguments, {"table"}, 1, 1);
  const Value table = runtime.settled(bound.at(0));
  if (!table.is_map()) throw TypeError("translate() needs a dict");
  std::string out;
  const std::string& text = self.as_string();
  for (size_t position = 0; position < text.size();) {
    const char32_t c = python::decode(text, position);
    const Value* found = table.as_map().find(Value(static_cast<int64_t>(c)));
    if (found == nullptr) {
      python::append(out, c);
    } else if (found->is_string()) {
      out += found->as_string();
    } else if (found->is_small_integer()) {
      if (found->as_integer() < 0 || found->as_integer() > 0x10FFFF) {
        throw ValueError("character mapping must be in range(0x110000)");
      }
      python::append(out, static_cast<char32_t>(found->as_integer()));
    } else if (!found->is_null()) {
      throw TypeError("character mapping must return integer, None or str");
    }
  }
  return made(runtime, self, std::move(out));
}

Value encode(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("encode", arguments, {"encoding", "errors"}, 0);
  std::string encoding = bound[0] == nullptr ? "utf-8" : text_argument(*bound[0], "encode");
  encoding = python::lower(encoding);
  std::replace(encoding.begin(), encoding.end(), '_', '-');
  const bool ascii = encoding == "ascii" || encoding == "us-ascii";
  const bool latin = encoding == "latin-1" || encoding == "latin1" || encoding == "iso-8859-1";
  if (!ascii && !latin && encoding != "utf-8" && encoding != "utf8") {
    throw ValueError("unknown encoding: " + shown(encoding));
  }
  std::string content;
  if (!ascii && !latin) {
    content = self.as_string();
  } else {
    for (char32_t c : python::to_code_points(self.as_string())) {
      if (c > (ascii ? 0x7Fu : 0xFFu)) throw ValueError("'" + encoding + "' cannot encode the text");
      content += static_cast<char>(c);
    }
  }
  runtime.use_memory(content.size());
  return Value::object(std::make_shared<Bytes>(std::move(content)));
}

// ---- kinds of characters

template <bool (*kIs)(char32_t) noexcept>
Value all_are(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("method", arguments, {}, 0);
  const std::string& text = self.as_string();
  for (size_t position = 0; position < text.size();) {
    if (!kIs(python::decode(text, position))) return Value(false);
  }
  return Value(!text.empty());
}

Value is_ascii(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("isascii", arguments, {}, 0);
  return Value(self.is_ascii());
}

Value is_printable(Runtime& runtime, const Value& self, const Arguments& arguments) {
  return Value(self.size() == 0 || all_are<python::is_printable>(runtime, self, arguments).as_boolean());
}

template <bool (*kIs)(char32_t) noexcept, bool (*kIsNot)(char32_t) noexcept>
Value is_cased(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("method", arguments, {}, 0);
  bool any = false;
  const std::string& text = self.as_string();
  for (size_t position = 0; position < text.size();) {
    const char32_t c = python::decode(text, position);
    if (kIsNot(c) || python::is_title(c)) return Value(false);
    any = any || kIs(c);
  }
  return Value(any);
}

Value is_title(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("istitle", arguments, {}, 0);
  bool any = false;
  bool inside = false;
  const std::string& text = self.as_string();
  for (size_t position = 0; position < text.size();) {
    const char32_t c = python::decode(text, position);
    const bool capital = python::is_upper(c) || python::is_title(c);
    const bool small = python::is_lower(c);
    if ((capital && inside) || (small && !inside)) return Value(false);
    any = any || capital || small;
    inside = capital || small;
  }
  return Value(any);
}

Value is_identifier(Runtime&, const Value& self, const Arguments& arguments) {
  Bound("isidentifier", arguments, {}, 0);
  const std::string& text = self.as_string();
  for (size_t position = 0; position < text.size();) {
    const bool first = position == 0;
    const char32_t c = python::decode(text, position);
    if (!(first ? python::is_identifier_start(c) : python::is_identifier_part(c))) {
      return Value(false);
    }
  }
  return Value(!text.empty());
}

constexpr NamedFunction<Method> kMethods[] = {
    {"capitalize", change<python::capitalize>},
    {"casefold", change<python::case_fold>},
    {"center", justify<Side::both>},
    {"encode", encode},
    {"expandtabs", expand_tabs},
    {"format", format},
    {"format_map", format_map},
    {"isalnum", all_are<python::is_alphanumeric>},
    {"isalpha", all_are<python::is_alpha>},
    {"isascii", is_ascii},
    {"isdecimal", all_are<python::is_decimal>},
    {"isdigit", all_are<python::is_digit>},
    {"isidentifier", is_identifier},
    {"islower", is_cased<python::is_lower, python::is_upper>},
    {"isnumeric", all_are<python::is_numeric>},
    {"isprintable", is_printable},
    {"isspace", all_are<python::is_space>},
    {"istitle", is_title},
    {"isupper", is_cased<python::is_upper, python::is_lower>},
    {"join", join},
    {"ljust", justify<Side::left>},
    {"lower", change<python::lower>},
    {"lstrip", strip<Side::left>},
    {"maketrans", make_table},
    {"removeprefix", remove_affix<Side::left>},
    {"removesuffix", remove_affix<Side::right>},
    {"replace", replace},
    {"rjust", justify<Side::right>},
    {"rstrip", strip<Side::right>},
    {"strip", strip<Side::both>},
    {"swapcase", change<python::swap_case>},
    {"title", change<python::title>},
    {"translate", translate},
    {"upper", change<python::upper>},
    {"zfill", zero_fill},
};

}  // namespace

std::string centred(std::string_view text, int64_t width, std::string_view fill) {
  return padded(text, width, fill, Side::both);
}

std::string replaced(std::string_view text, std::string_view old_part, std::string_view new_part,
                     int64_t most) {
  std::string out;
  const auto append = [&](std::string_view part) {
    out += part;
    python::check_text_size(out.size());
  };
  if (old_part.empty()) {  // between all characters
    size_t position = 0;
    while (most != 0) {
      append(new_part);
      --most;
      if (position == text.size()) return out;
      const size_t begin = position;
      python::decode(text, position);
      append(text.substr(begin, position - begin));
    }
    append(text.substr(position));
    return out;
  }
  size_t begin = 0;
  for (size_t at = text.find(old_part); at != std::string_view::npos && most != 0;
       at = text.find(old_part, begin), --most) {
    append(text.substr(begin, at - begin));
    append(new_part);
    begin = at + old_part.size();
  }
  append(text.substr(begin));
  return out;
}

std::string_view stripped(std::string_view text, const Value* characters) {
  if (characters == nullptr || characters->is_null()) return python_rstrip(python_lstrip(text));
  const std::u32string set = python::to_code_points(text_argument(*characters, "strip"));
  return strip_right(strip_left(text, set), set);
}

std::span<const NamedFunction<Method>> string_change_methods() {
  return kMethods;
}

}  // namespace gregale::expression::jinja
