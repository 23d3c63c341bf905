// yaml.safe_dump() in block style: which scalars need quotes and where lines are folded is PyYAML's.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/big_integer.hpp"
#include "core/json.hpp"
#include "core/time.hpp"
#include "grammar/yaml_scalar.hpp"
#include "interpreter/expression/messages.hpp"
#include "interpreter/expression/python/data_formats.hpp"
#include "interpreter/expression/python/date_time.hpp"
#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

using core::List;
using core::Map;

constexpr size_t kWidth = 80;

// What may be done with a text, by its characters.
struct Analysis {
  bool plain = true;   // without quotes
  bool single = true;  // within single quotes
  bool multiline = false;
};

bool is_break(char32_t c) {
  return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029;
}

Analysis analyze(const std::u32string& text) {
  Analysis result;
  if (text.empty()) {
    result.plain = false;
    return result;
  }
  bool indicators = text.rfind(U"---", 0) == 0 || text.rfind(U"...", 0) == 0;
  bool special = false;
  bool blank_break = false;
  bool break_blank = false;
  bool previous_blank = false;
  bool previous_break = false;
  const auto is_white = [](char32_t c) {
    return c == 0 || c == ' ' || c == '\t' || c == '\r' || is_break(c);
  };
  for (size_t i = 0; i < text.size(); ++i) {
    const char32_t c = text[i];
    const bool white_before = i == 0 || is_white(text[i - 1]);
    const bool white_after = i + 1 >= text.size() || is_white(text[i + 1]);
    const auto one_of = [&](std::u32string_view set) { return set.find(c) != std::u32string_view::npos; };
    if (i == 0) {
      if (one_of(U"#,[]{}&*!|>'\"%@`")) indicators = true;
      if (one_of(U"?:") && white_after) indicators = true;
      if (c == '-' && white_after) indicators = true;
    } else {
      if (c == ':' && white_after) indicators = true;
      if (c == '#' && white_before) indicators = true;
    }
    if (is_break(c)) result.multiline = true;
    if (!(c == '\n' || (c >= ' ' && c <= '~'))) special = true;
    if (c == ' ') {
      if (previous_break) break_blank = true;
      previous_blank = true;
      previous_break = false;
    } else if (is_break(c)) {
      if (previous_blank) blank_break = true;
      previous_break = true;
      previous_blank = false;
    } else {
      previous_blank = previous_break = false;
    }
  }
  const bool edge =
      text.front() == ' ' || text.back() == ' ' || is_break(text.front()) || is_break(text.back());
  if (edge || blank_break || break_blank || special || indicators || result.multiline) result.plain = false;
  if (blank_break || break_blank || special) result.single = false;
  return result;
}

class YamlWriter {
 public:
  std::string write(const Value& value) {
    node(value, -1, false, 0);
    if (open_scalar_) out_ += "\n...";
    out_ += '\n';
    return std::move(out_);
  }

 private:
  // [indent] is that of the collection that the value stands in, -1 at the top.
  void node(const Value& value, int indent, bool in_sequence, size_t depth) {
    if (depth > kNestingLimit) throw ValueError("the value is nested too deeply for YAML");
    if (value.is_list()) {
      sequence(value.as_list(), indent, in_sequence, depth);
    } else if (value.is_map()) {
      mapping(value.as_map(), indent, in_sequence, depth);
    } else {
      scalar(value, indent, false);
      open_scalar_ = indent < 0 && plain_;
    }
  }

  void line(int indent) {
    if (!out_.empty()) out_ += '\n';
    out_.append(static_cast<size_t>(std::max(indent, 0)), ' ');
    column_ = static_cast<size_t>(std::max(indent, 0));
  }
  void put(std::string_view text) {
    out_ += text;
    column_ += length(text);
  }

  void sequence(const List& items, int indent, bool in_sequence, size_t depth) {
    if (items.empty()) return flow("[]", indent);
    // Within a mapping the dashes stand below the key.
    const int own = indent < 0 ? 0 : in_sequence ? indent + 2 : indent;
    bool first = true;
    for (const Value& item : items) {
      if (first && in_sequence) {
        put(" ");
      } else {
        line(own);
      }
      first = false;
      put("-");
      node(item, own, true, depth + 1);
    }
  }

  void mapping(const Map& map, int indent, bool in_sequence, size_t depth) {
    if (map.empty()) return flow("{}", indent);
    const int own = indent < 0 ? 0 : indent + 2;
    bool first = true;
    for (const Map::Entry* entry : sorted(map)) {
      if (first && in_sequence) {
        put(" ");
      } else {
        line(own);
      }
      first = false;
      scalar_key(entry->key);
      put(":");
      node(entry->value, own, false, depth + 1);
    }
  }

  void flow(std::string_view brackets, int indent) {
    if (indent >= 0) put(" ");
    put(brackets);
  }

  // By key, as Python's sorted(); in their own order when the keys cannot be compared.
  static std::vector<const Map::Entry*> sorted(const Map& map) {
    std::vector<const Map::Entry*> entries;
    for (const Map::Entry& entry : map) entries.push_back(&entry);
    const auto all = [&](auto fits) {
      return std::all_of(entries.begin(), entries.end(), [&](const Map::Entry* e) { return fits(e->key); });
    };
    if (all([](const Value& key) { return key.is_string(); })) {
      std::stable_sort(entries.begin(), entries.end(), [](const Map::Entry* a, const Map::Entry* b) {
        return a->key.as_string() < b->key.as_string();
      });
    } else if (all([](const Value& key) { return is_number(key); })) {
      std::stable_sort(entries.begin(), entries.end(),
                       [](const Map::Entry* a, const Map::Entry* b) { return compare(a->key, b->key) < 0; });
    }
    return entries;
  }

  void scalar_key(const Value& key) {
    if (key.is_list() || key.is_map()) throw ValueError("a list or dict cannot be a key in YAML here");
    scalar(key, -2, true);
  }

  void scalar(const Value& value, int indent, bool is_key) {
    if (indent >= 0) put(" ");
    plain_ = true;
    switch (value.kind()) {
      case Value::Kind::null:
        return put("null");
      case Value::Kind::boolean:
        return put(value.as_boolean() ? "true" : "false");
      case Value::Kind::integer:
      case Value::Kind::big_integer:
        return put(core::integer_text(value));
      case Value::Kind::floating:
        return put(number(value.as_float()));
      case Value::Kind::string:
        return text(value.as_string(), std::max(indent, -1), is_key);
      case Value::Kind::date_time: {
        std::string moment = iso_format(value);
        moment[10] = ' ';
        return put(moment);
      }
      default:
        throw ValueError(fmt::format("{} cannot be written as YAML", a_kind(value)));
    }
  }

  static std::string number(double value) {
    if (std::isnan(value)) return ".nan";
    if (std::isinf(value)) return value > 0 ? ".inf" : "-.inf";
    std::string text = core::float_text(value);
    const size_t exponent = text.find('e');
    if (text.find('.') == std::string::npos && exponent != std::string::npos) text.insert(exponent, ".0");
    return text;
  }

  void text(const std::string& utf8, int indent, bool is_key) {
    const std::u32string points = to_code_points(utf8);
    const Analysis analysis = analyze(points);
    // "=" and "<<" have tags of their own in YAML 1.1.
    const bool resolves = utf8 == "=" || utf8 == "<<" || !grammar::resolve_plain_scalar(utf8).is_string();
    const int fold_indent = indent < 0 ? 2 : indent + 2;
    plain_ = false;
    if (analysis.plain && !resolves && !(is_key && analysis.multiline)) {
      plain_ = true;
      write_folded(points, fold_indent, !is_key, false);
    } else if (analysis.single && !(is_key && analysis.multiline)) {
      put("'");
      write_folded(points, fold_indent, !is_key, true);
      put("'");
    } else {
      write_double(points, fold_indent, !is_key);
    }
  }

  void fold(int indent) {
    out_ += '\n';
    out_.append(static_cast<size_t>(indent), ' ');
    column_ = static_cast<size_t>(indent);
  }

  // Plain and single-quoted: words with single blanks between them may be broken after column 80.
  void write_folded(const std::u32string& text, int indent, bool split, bool quoted) {
    size_t at = 0;
    while (at < text.size()) {
      size_t end = at;
      if (text[at] == ' ') {
        while (end < text.size() && text[end] == ' ') ++end;
        const bool edge = at == 0 || end == text.size();
        if (end == at + 1 && column_ > kWidth && split && !(quoted && edge)) {
          fold(indent);
        } else {
          put(std::string(end - at, ' '));
        }
      } else if (is_break(text[at])) {
        while (end < text.size() && is_break(text[end])) ++end;
        if (text[at] == '\n') out_ += '\n';
        for (size_t i = at; i < end; ++i) {
          if (text[i] == '\n') {
            out_ += '\n';
          } else {
            append(out_, text[i]);
          }
        }
        // The line that follows is indented.
        out_.append(static_cast<size_t>(indent), ' ');
        column_ = static_cast<size_t>(indent);
      } else {
        while (end < text.size() && text[end] != ' ' && !is_break(text[end])) ++end;
        std::string word;
        for (size_t i = at; i < end; ++i) {
          append(word, text[i]);
          if (quoted && text[i] == '\'') word += '\'';
        }
        put(word);
      }
      at = end;
    }
  }

  static std::string escaped(char32_t c) {
    constexpr std::u32string_view kMarks = U"\0\a\b\t\n\v\f\r\x1B\"\\\x85\xA0\u2028\u2029";
    constexpr std::string_view kNames = "0abtnvfre\"\\N_LP";
    const std::u32string_view marks(kMarks.data(), kNames.size());
    if (const size_t at = marks.find(c); at != std::u32string_view::npos) {
      return std::string("\\") + kNames[at];
    }
    const auto number = static_cast<uint32_t>(c);
    if (c <= 0xFF) return fmt::format("\\x{:02X}", number);
    if (c <= 0xFFFF) return fmt::format("\\u{:04X}", number);
    return fmt::format("\\U{:08X}", number);
  }

  void write_double(const std::u32string& text, int indent, bool split) {
    put("\"");
    size_t start = 0;
    const auto is_safe = [](char32_t c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; };
    for (size_t end = 0; end <= text.size(); ++end) {
      const bool at_end = end == text.size();
      const char32_t c = at_end ? 0 : text[end];
      if (at_end || !is_safe(c)) {
        if (start < end) {
          put(from_code_points(std::u32string_view(text).substr(start, end - start)));
          start = end;
        }
        if (!at_end) {
          put(escaped(c));
          start = end + 1;
        }
      }
      const bool fold_here = end > 0 && end + 1 < text.size() && (c == ' ' || start >= end) &&
                             column_ + (end - std::min(start, end)) > kWidth && split;
      if (!fold_here) continue;
      if (start < end) {
        put(from_code_points(std::u32string_view(text).substr(start, end - start)));
        start = end;
      }
      put("\\");
      fold(indent);
      if (text[start] == ' ') put("\\");
    }
    put("\"");
  }

  std::string out_;
  size_t column_ = 0;
  bool plain_ = false;
  bool open_scalar_ = false;
};

}  // namespace

std::string dump_yaml(const Value& value) {
  return YamlWriter().write(value);
}

}  // namespace gregale::expression::python
