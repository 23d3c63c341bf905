#include "interpreter/expression/jinja/text_layout.hpp"

#include <algorithm>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/python/number.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

bool is_blank(char32_t c) {
  return (c >= 9 && c <= 13) || c == ' ';
}
bool is_word(char32_t c) {
  return c == '_' || python::is_alphanumeric(c);
}
bool is_letter(char32_t c) {
  return is_word(c) && !python::is_decimal(c);
}

using Text = std::u32string;

// Where a run of non-blanks may be broken: behind a hyphen between two parts that each are a word of two
// characters or more, and around dashes (--).
std::vector<Text> split_word(const Text& word, bool on_hyphens) {
  if (!on_hyphens) return {word};
  std::vector<Text> chunks;
  size_t begin = 0;
  const auto cut = [&](size_t end) {
    if (end > begin) chunks.push_back(word.substr(begin, end - begin));
    begin = end;
  };
  for (size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '-') continue;
    size_t run = i;
    while (run < word.size() && word[run] == '-') ++run;
    const bool word_follows = run < word.size() && is_word(word[run]);
    if (run - i >= 2) {
      const bool word_before =
          i > 0 && (is_word(word[i - 1]) ||
                    std::u32string_view(U"!\"'&.,?").find(word[i - 1]) != std::u32string_view::npos);
      if (word_before && word_follows) {
        cut(i);
        cut(run);
      }
    } else if (i >= begin + 2 && is_letter(word[i - 1]) && is_word(word[i - 2])) {
      size_t end = run;
      while (end < word.size() && is_word(word[end])) ++end;
      bool letter_later = false;
      for (size_t k = run + 1; k < end; ++k) letter_later = letter_later || is_letter(word[k]);
      if (letter_later) cut(run);
    }
    i = run - 1;
  }
  cut(word.size());
  return chunks;
}

// Blanks and words in turn.
std::vector<Text> split_chunks(const Text& text, bool on_hyphens) {
  std::vector<Text> chunks;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    const bool blank = is_blank(text[i]);
    while (end < text.size() && is_blank(text[end]) == blank) ++end;
    const Text part = text.substr(i, end - i);
    if (blank) {
      chunks.push_back(part);
    } else {
      for (Text& chunk : split_word(part, on_hyphens)) chunks.push_back(std::move(chunk));
    }
    i = end;
  }
  return chunks;
}

bool all_blank(std::u32string_view chunk) {
  return std::all_of(chunk.begin(), chunk.end(), is_blank);
}

}  // namespace

std::vector<std::string> wrap_text(std::string_view text, const WrapOptions& options) {
  if (options.width <= 0) {
    throw ValueError("invalid width " + std::to_string(options.width) + " (must be > 0)");
  }
  const auto width = static_cast<size_t>(options.width);
  const std::vector<Text> words = split_chunks(python::to_code_points(text), options.break_on_hyphens);
  std::vector<std::u32string_view> chunks(words.rbegin(), words.rend());
  std::vector<std::string> lines;
  while (!chunks.empty()) {
    std::vector<std::u32string_view> line;
    size_t size = 0;
    if (!lines.empty() && all_blank(chunks.back())) chunks.pop_back();
    while (!chunks.empty() && size + chunks.back().size() <= width) {
      size += chunks.back().size();
      line.push_back(chunks.back());
      chunks.pop_back();
    }
    if (!chunks.empty() && chunks.back().size() > width) {
      std::u32string_view& chunk = chunks.back();
      if (options.break_long_words) {
        size_t end = width - size;
        if (options.break_on_hyphens && chunk.size() > end) {
          const size_t hyphen = end == 0 ? Text::npos : chunk.rfind(U'-', end - 1);
          if (hyphen != Text::npos && hyphen > 0 && chunk.find_first_not_of(U'-') < hyphen) {
            end = hyphen + 1;
          }
        }
        line.push_back(chunk.substr(0, end));
        chunk.remove_prefix(end);
      } else if (line.empty()) {
        line.push_back(chunk);
        chunks.pop_back();
      }
    }
    if (!line.empty() && all_blank(line.back())) line.pop_back();
    if (line.empty()) continue;
    std::string joined;
    for (std::u32string_view chunk : line) joined += python::from_code_points(chunk);
    lines.push_back(std::move(joined));
  }
  return lines;
}

// ---- pprint

namespace {

// pprint's own order of keys: by value where they compare, otherwise by type.
bool key_less(const Value& a, const Value& b) {
  if (a.is_string() && b.is_string()) return a.as_string() < b.as_string();
  if (python::is_number(a) && python::is_number(b)) return python::compare(a, b) < 0;
  return python::type_name(a) < python::type_name(b);
}

Value with_sorted_keys(const Value& value) {
  if (value.is_list()) {
    List items;
    for (const Value& item : value.as_list()) items.push_back(with_sorted_keys(item));
    return value.is_tuple() ? Value::tuple(std::move(items)) : Value(std::move(items));
  }
  if (!value.is_map()) return value;
  std::vector<Map::Entry> entries(value.as_map().begin(), value.as_map().end());
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return key_less(a.key, b.key); });
  Map sorted;
  for (Map::Entry& entry : entries) sorted.set(entry.key, with_sorted_keys(entry.value));
  return Value(std::move(sorted));
}

class PrettyPrinter {
 public:
  std::string run(const Value& value) {
    python::repr(value);  // refuses what is nested too deep
    print(with_sorted_keys(value), 0, 0, 1);
    return std::move(out_);
  }

 private:
  static constexpr size_t kWidth = 80;

  void print(const Value& value, size_t indent, size_t allowance, int level) {
    const std::string whole = python::repr(value);
    const size_t used = indent + allowance;
    const bool fits = used <= kWidth && python::length(whole) <= kWidth - used;
    const bool parts = value.size() > 0 && (value.is_map() || value.is_list() || value.is_string());
    if (fits || !parts) {
      out_ += whole;
    } else if (value.is_map()) {
      print_map(value.as_map(), indent + 1, allowance + 1, level);
    } else if (value.is_list()) {
      print_list(value, indent + 1, allowance + 1, level);
    } else {
      print_text(value.as_string(), indent, allowance, level);
    }
  }

  void new_line(size_t indent) {
    out_ += '\n';
    out_.append(indent, ' ');
  }

  void print_map(const Map& map, size_t indent, size_t allowance, int level) {
    out_ += '{';
    for (size_t i = 0; i < map.size(); ++i) {
      if (i > 0) {
        out_ += ',';
        new_line(indent);
      }
      const std::string key = python::repr(map.at(i).key);
      out_ += key + ": ";
      print(map.at(i).value, indent + python::length(key) + 2, i + 1 == map.size() ? allowance : 1,
            level + 1);
    }
    out_ += '}';
  }

  void print_list(const Value& value, size_t indent, size_t allowance, int level) {
    const List& items = value.as_list();
    const bool single = value.is_tuple() && items.size() == 1;
    out_ += value.is_tuple() ? '(' : '[';
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) {
        out_ += ',';
        new_line(indent);
      }
      print(items[i], indent, i + 1 == items.size() ? allowance + (single ? 1 : 0) : 1, level + 1);
    }
    out_ += single ? ",)" : value.is_tuple() ? ")" : "]";
  }

  // A long text in pieces that Python would join again.
  void print_text(std::string_view text, size_t indent, size_t allowance, int level) {
    if (level == 1) {
      ++indent;
      ++allowance;
    }
    const auto width = static_cast<std::ptrdiff_t>(kWidth) - static_cast<std::ptrdiff_t>(indent);
    const auto last_width = width - static_cast<std::ptrdiff_t>(allowance);
    const auto size_of = [](std::string_view part) {
      return static_cast<std::ptrdiff_t>(python::length(python::quote(part)));
    };
    std::vector<std::string> chunks;
    const std::vector<std::string_view> lines = lines_of(text, true);
    for (size_t i = 0; i < lines.size(); ++i) {
      const bool last_line = i + 1 == lines.size();
      if (size_of(lines[i]) <= (last_line ? last_width : width)) {
        chunks.push_back(python::quote(lines[i]));
        continue;
      }
      const std::vector<std::string_view> parts = words_with_blanks(lines[i]);
      std::string current;
      for (size_t j = 0; j < parts.size(); ++j) {
        const bool last = last_line && j + 1 == parts.size();
        const std::string candidate = current + std::string(parts[j]);
        if (size_of(candidate) > (last ? last_width : width)) {
          if (!current.empty()) chunks.push_back(python::quote(current));
          current = parts[j];
        } else {
          current = candidate;
        }
      }
      if (!current.empty()) chunks.push_back(python::quote(current));
    }
    const bool parentheses = level == 1 && chunks.size() > 1;
    if (parentheses) out_ += '(';
    for (size_t i = 0; i < chunks.size(); ++i) {
      if (i > 0) new_line(indent);
      out_ += chunks[i];
    }
    if (parentheses) out_ += ')';
  }

  // Each word with the blanks behind it.
  static std::vector<std::string_view> words_with_blanks(std::string_view line) {
    std::vector<std::string_view> parts;
    size_t begin = 0;
    bool blank_before = false;
    for (size_t position = 0; position < line.size();) {
      const size_t at = position;
      const bool blank = python::is_space(python::decode(line, position));
      if (!blank && blank_before) {
        parts.push_back(line.substr(begin, at - begin));
        begin = at;
      }
      blank_before = blank;
    }
    if (begin < line.size()) parts.push_back(line.substr(begin));
    return parts;
  }

  std::string out_;
};

}  // namespace

std::string pretty_text(const Value& value) {
  return PrettyPrinter().run(value);
}

}  // namespace gregale::expression::jinja
