// Methods of strings that look for something in them or take them apart.
#include <algorithm>

#include "interpreter/expression/jinja/methods.hpp"
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

// The part of the text that arguments start and end (code points, as in a slice) leave, and where it
// begins; nothing when start is behind the end.
struct Window {
  std::string_view text;
  size_t byte_begin = 0;
  bool empty = false;
};

Window window(const Value& self, const Value* start, const Value* end) {
  const std::string& text = self.as_string();
  const bool ascii = self.is_ascii();
  const auto size = static_cast<int64_t>(ascii ? text.size() : python::length(text));
  const auto bound = [&](const Value* value, int64_t otherwise) {
    if (value == nullptr || value->is_null()) return otherwise;
    int64_t index = to_count(*value, "a position");
    if (index < 0) index = std::max<int64_t>(index + size, 0);
    return index;
  };
  const int64_t first = bound(start, 0);
  const int64_t last = std::min(bound(end, size), size);
  if (first > last) return {{}, 0, true};
  const auto at = [&](int64_t index) {
    return ascii ? static_cast<size_t>(index) : python::byte_offset(text, static_cast<size_t>(index));
  };
  const size_t begin = at(first);
  return {std::string_view(text).substr(begin, at(last) - begin), begin, false};
}

int64_t code_point_index(const Value& self, size_t byte) {
  return static_cast<int64_t>(
      self.is_ascii() ? byte : python::length(std::string_view(self.as_string()).substr(0, byte)));
}

enum class Direction { left, right };

int64_t search(const Value& self, const Arguments& arguments, std::string_view method, Direction direction) {
  const Bound bound(method, arguments, {"sub", "start", "end"}, 1, 3);
  const std::string& wanted = text_argument(bound.at(0), method);
  const Window part = window(self, bound[1], bound[2]);
  if (part.empty) return -1;
  python::work_on_search(part.text.size(), wanted.size());
  const size_t found = direction == Direction::left ? part.text.find(wanted) : part.text.rfind(wanted);
  return found == std::string_view::npos ? -1 : code_point_index(self, part.byte_begin + found);
}

template <Direction kDirection>
Value find_position(Runtime&, const Value& self, const Arguments& arguments) {
  return Value(search(self, arguments, "find", kDirection));
}

template <Direction kDirection>
Value index_of(Runtime&, const Value& self, const Arguments& arguments) {
  const int64_t found = search(self, arguments, "index", kDirection);
  if (found < 0) throw ValueError("substring not found");
  return Value(found);
}

Value count(Runtime&, const Value& self, const Arguments& arguments) {
  const Bound bound("count", arguments, {"sub", "start", "end"}, 1, 3);
  const std::string& wanted = text_argument(bound.at(0), "count");
  const Window part = window(self, bound[1], bound[2]);
  if (part.empty) return Value(0);
  if (wanted.empty()) return Value(static_cast<int64_t>(python::length(part.text)) + 1);
  int64_t number = 0;
  python::work_on_search(part.text.size(), wanted.size());
  for (size_t at = part.text.find(wanted); at != std::string_view::npos;
       at = part.text.find(wanted, at + wanted.size())) {
    python::work(1);
    ++number;
  }
  return Value(number);
}

template <Direction kDirection>
Value begins_or_ends(Runtime&, const Value& self, const Arguments& arguments) {
  constexpr std::string_view kName = kDirection == Direction::left ? "startswith" : "endswith";
  const Bound bound(kName, arguments, {"prefix", "start", "end"}, 1, 3);
  const Window part = window(self, bound[1], bound[2]);
  const auto matches = [&](const Value& wanted) {
    const std::string& text = text_argument(wanted, kName);
    if (part.empty) return false;
    return kDirection == Direction::left ? part.text.starts_with(text) : part.text.ends_with(text);
  };
  if (!bound.at(0).is_tuple()) return Value(matches(bound.at(0)));
  const List& choices = bound.at(0).as_list();
  return Value(std::any_of(choices.begin(), choices.end(), matches));
}

// ---- taking apart

Value part_of(const Value& self, std::string_view text) {
  return Value(text).tagged(self.tag());
}

template <Direction kDirection>
Value partition(Runtime&, const Value& self, const Arguments& arguments) {
  const Bound bound("partition", arguments, {"sep"}, 1, 1);
  const std::string& separator = text_argument(bound.at(0), "partition");
  if (separator.empty()) throw ValueError("empty separator");
  const std::string_view text = self.as_string();
  const size_t at = kDirection == Direction::left ? text.find(separator) : text.rfind(separator);
  if (at == std::string_view::npos) {
    const Value nothing = part_of(self, "");
    return kDirection == Direction::left ? Value::tuple({self, nothing, nothing})
                                         : Value::tuple({nothing, nothing, self});
  }
  return Value::tuple({part_of(self, text.substr(0, at)), part_of(self, separator),
                       part_of(self, text.substr(at + separator.size()))});
}

// Splits at runs of whitespace; at most [most] times (negative: any number), from the given side.
std::vector<std::string_view> split_blanks(std::string_view text, int64_t most, Direction direction) {
  struct Piece {
    size_t begin, end;
  };
  std::vector<Piece> words;
  bool inside = false;
  for (size_t position = 0; position < text.size();) {
    const size_t at = position;
    const bool blank = python::is_space(python::decode(text, position));
    if (!blank && !inside) words.push_back({at, at});
    if (!blank) words.back().end = position;
    inside = !blank;
  }
  std::vector<std::string_view> pieces;
  const auto limit = static_cast<size_t>(most);
  if (most < 0 || words.size() <= limit + 1) {
    for (const Piece& word : words) pieces.push_back(text.substr(word.begin, word.end - word.begin));
    // The last piece keeps the blanks at its far end when the limit was just reached.
    if (most >= 0 && words.size() == limit + 1 && direction == Direction::left) {
      pieces.back() = python_rstrip(text.substr(words.back().begin));
    }
    return pieces;
  }
  if (direction == Direction::left) {
    for (size_t i = 0; i < limit; ++i) {
      pieces.push_back(text.substr(words[i].begin, words[i].end - words[i].begin));
    }
    pieces.push_back(python_rstrip(text.substr(words[limit].begin)));
    return pieces;
  }
  const size_t first = words.size() - limit;
  pieces.push_back(text.substr(words[0].begin, words[first - 1].end - words[0].begin));
  for (size_t i = first; i < words.size(); ++i) {
    pieces.push_back(text.substr(words[i].begin, words[i].end - words[i].begin));
  }
  return pieces;
}

std::vector<std::string_view> split_at(std::string_view text, std::string_view separator, int64_t most,
                                       Direction direction) {
  std::vector<std::string_view> pieces;
  if (direction == Direction::left) {
    size_t begin = 0;
    for (size_t at = text.find(separator); at != std::string_view::npos && most != 0;
         at = text.find(separator, begin), --most) {
      pieces.push_back(text.substr(begin, at - begin));
      begin = at + separator.size();
    }
    pieces.push_back(text.substr(begin));
    return pieces;
  }
  for (size_t at = text.rfind(separator); at != std::string_view::npos && most != 0;
       at = text.rfind(separator), --most) {
    pieces.push_back(text.substr(at + separator.size()));
    text = text.substr(0, at);
  }
  pieces.push_back(text);
  std::reverse(pieces.begin(), pieces.end());
  return pieces;
}

template <Direction kDirection>
Value split(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("split", arguments, {"sep", "maxsplit"}, 0);
  const int64_t most = bound[1] == nullptr ? -1 : to_count(*bound[1], "maxsplit");
  std::vector<std::string_view> pieces;
  if (bound[0] == nullptr || bound[0]->is_null()) {
    pieces = split_blanks(self.as_string(), most, kDirection);
  } else {
    const std::string& separator = text_argument(*bound[0], "split");
    if (separator.empty()) throw ValueError("empty separator");
    pieces = split_at(self.as_string(), separator, most, kDirection);
  }
  runtime.use_memory(self.size() + pieces.size() * sizeof(Value));
  List items;
  items.reserve(pieces.size());
  for (std::string_view piece : pieces) items.push_back(part_of(self, piece));
  return Value(std::move(items));
}

Value split_lines(Runtime& runtime, const Value& self, const Arguments& arguments) {
  const Bound bound("splitlines", arguments, {"keepends"}, 0);
  const bool keep = bound[0] != nullptr && truth(runtime, *bound[0]);
  List items;
  for (std::string_view line : lines_of(self.as_string(), keep)) {
    items.push_back(part_of(self, line));
  }
  runtime.use_memory(self.size() + items.size() * sizeof(Value));
  return Value(std::move(items));
}

constexpr NamedFunction<Method> kMethods[] = {
    {"count", count},
    {"endswith", begins_or_ends<Direction::right>},
    {"find", find_position<Direction::left>},
    {"index", index_of<Direction::left>},
    {"partition", partition<Direction::left>},
    {"rfind", find_position<Direction::right>},
    {"rindex", index_of<Direction::right>},
    {"rpartition", partition<Direction::right>},
    {"rsplit", split<Direction::right>},
    {"split", split<Direction::left>},
    {"splitlines", split_lines},
    {"startswith", begins_or_ends<Direction::left>},
};

}  // namespace

std::string_view python_rstrip(std::string_view text) {
  while (!text.empty()) {
    size_t last = text.size() - 1;
    while (last > 0 && (static_cast<unsigned char>(text[last]) & 0xC0) == 0x80) --last;
    size_t position = last;
    if (!python::is_space(python::decode(text, position)) || position != text.size()) break;
    text = text.substr(0, last);
  }
  return text;
}

std::string_view python_lstrip(std::string_view text) {
  while (!text.empty()) {
    size_t position = 0;
    if (!python::is_space(python::decode(text, position))) break;
    text.remove_prefix(position);
  }
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text, bool keep_ends) {
  std::vector<std::string_view> lines;
  size_t begin = 0;
  for (size_t position = 0; position < text.size();) {
    const size_t at = position;
    const char32_t c = python::decode(text, position);
    const bool is_break =
        (c >= 0x0A && c <= 0x0D) || (c >= 0x1C && c <= 0x1E) || c == 0x85 || c == 0x2028 || c == 0x2029;
    if (!is_break) continue;
    if (c == '\r' && position < text.size() && text[position] == '\n') ++position;
    lines.push_back(text.substr(begin, (keep_ends ? position : at) - begin));
    begin = position;
  }
  if (begin < text.size()) lines.push_back(text.substr(begin));
  return lines;
}

std::span<const NamedFunction<Method>> string_search_methods() {
  return kMethods;
}

}  // namespace gregale::expression::jinja
