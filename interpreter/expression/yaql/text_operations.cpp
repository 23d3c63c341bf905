#include "interpreter/expression/yaql/text_operations.hpp"

#include <algorithm>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/steps.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::yaql {

namespace {

size_t next_character(std::string_view text, size_t position) {
  python::decode(text, position);
  return position;
}

bool blank_at(std::string_view text, size_t position) {
  return python::is_space(python::decode(text, position));
}

// Start of the character that ends at [end].
size_t previous_character(std::string_view text, size_t end) {
  size_t begin = end - 1;
  while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80) --begin;
  // A stray continuation byte is a character of its own.
  return next_character(text, begin) == end ? begin : end - 1;
}

std::vector<std::string> split_at_blanks(std::string_view text, int64_t most) {
  std::vector<std::string> parts;
  size_t at = 0;
  while (true) {
    while (at < text.size() && blank_at(text, at)) at = next_character(text, at);
    if (at == text.size()) return parts;
    if (most >= 0 && static_cast<int64_t>(parts.size()) == most) {
      parts.emplace_back(text.substr(at));
      return parts;
    }
    const size_t begin = at;
    while (at < text.size() && !blank_at(text, at)) at = next_character(text, at);
    parts.emplace_back(text.substr(begin, at - begin));
  }
}

std::vector<std::string> split_at_blanks_from_right(std::string_view text, int64_t most) {
  std::vector<std::string> parts;
  size_t end = text.size();
  while (true) {
    while (end > 0 && blank_at(text, previous_character(text, end))) end = previous_character(text, end);
    if (end == 0) break;
    if (most >= 0 && static_cast<int64_t>(parts.size()) == most) {
      parts.emplace_back(text.substr(0, end));
      break;
    }
    const size_t word_end = end;
    while (end > 0 && !blank_at(text, previous_character(text, end))) end = previous_character(text, end);
    parts.emplace_back(text.substr(end, word_end - end));
  }
  std::reverse(parts.begin(), parts.end());
  return parts;
}

}  // namespace

std::vector<std::string> split(std::string_view text, const std::optional<std::string>& separator,
                               int64_t most) {
  if (!separator) return split_at_blanks(text, most);
  if (separator->empty()) throw python::ValueError("empty separator");
  std::vector<std::string> parts;
  size_t begin = 0;
  while (most < 0 || static_cast<int64_t>(parts.size()) < most) {
    const size_t end = text.find(*separator, begin);
    if (end == std::string_view::npos) break;
    parts.emplace_back(text.substr(begin, end - begin));
    begin = end + separator->size();
  }
  parts.emplace_back(text.substr(begin));
  return parts;
}

std::vector<std::string> split_from_right(std::string_view text, const std::optional<std::string>& separator,
                                          int64_t most) {
  if (!separator) return split_at_blanks_from_right(text, most);
  if (separator->empty()) throw python::ValueError("empty separator");
  std::vector<std::string> parts;
  size_t end = text.size();
  while ((most < 0 || static_cast<int64_t>(parts.size()) < most) && end >= separator->size()) {
    const size_t begin = text.rfind(*separator, end - separator->size());
    if (begin == std::string_view::npos) break;
    parts.emplace_back(text.substr(begin + separator->size(), end - begin - separator->size()));
    end = begin;
  }
  parts.emplace_back(text.substr(0, end));
  std::reverse(parts.begin(), parts.end());
  return parts;
}

std::string_view strip(std::string_view text, const std::optional<std::string>& characters, Side side) {
  const std::u32string set = characters ? python::to_code_points(*characters) : std::u32string();
  const auto stripped = [&](size_t position) {
    const char32_t c = python::decode(text, position);
    return characters ? set.find(c) != std::u32string::npos : python::is_space(c);
  };
  size_t begin = 0;
  size_t end = text.size();
  if (side != Side::right) {
    while (begin < end && stripped(begin)) begin = next_character(text, begin);
  }
  if (side != Side::left) {
    while (end > begin && stripped(previous_character(text, end))) end = previous_character(text, end);
  }
  return text.substr(begin, end - begin);
}

Range slice_range(int64_t length, int64_t begin, int64_t end) {
  if (begin < 0) begin = std::max<int64_t>(0, begin + length);
  if (end < 0) end = std::max<int64_t>(0, end + length);
  return {std::min(begin, length), std::min(end, length)};
}

std::string_view slice(std::string_view text, int64_t begin, int64_t end) {
  const Range range = slice_range(static_cast<int64_t>(python::length(text)), begin, end);
  if (range.begin >= range.end) return {};
  return python::substring(text, static_cast<size_t>(range.begin), static_cast<size_t>(range.end));
}

namespace {

int64_t find_in(std::string_view text, std::string_view part, int64_t begin, int64_t end, bool last) {
  const int64_t length = static_cast<int64_t>(python::length(text));
  if (begin > length) return -1;
  const Range range = slice_range(length, begin, end);
  if (range.begin > range.end) return -1;
  const size_t first = python::byte_offset(text, static_cast<size_t>(range.begin));
  const size_t stop = python::byte_offset(text, static_cast<size_t>(range.end));
  const std::string_view region = text.substr(first, stop - first);
  const size_t found = last ? region.rfind(part) : region.find(part);
  if (found == std::string_view::npos) return -1;
  return range.begin + static_cast<int64_t>(python::length(region.substr(0, found)));
}

}  // namespace

int64_t find(std::string_view text, std::string_view part, int64_t begin, int64_t end) {
  return find_in(text, part, begin, end, false);
}

int64_t find_last(std::string_view text, std::string_view part, int64_t begin, int64_t end) {
  return find_in(text, part, begin, end, true);
}

std::string replace(std::string_view text, std::string_view old, std::string_view replacement,
                    int64_t count) {
  std::string result;
  const auto add = [&](std::string_view part) {
    python::check_text_size(result.size() + part.size());
    python::work(1);
    result += part;
  };
  size_t at = 0;
  for (int64_t done = 0; count < 0 || done < count; ++done) {
    if (old.empty()) {
      // Before every character and at the end.
      if (at > text.size()) break;
      add(replacement);
      if (at == text.size()) {
        ++at;
        break;
      }
      const size_t next = next_character(text, at);
      add(text.substr(at, next - at));
      at = next;
      continue;
    }
    const size_t found = text.find(old, at);
    if (found == std::string_view::npos) break;
    add(text.substr(at, found - at));
    add(replacement);
    at = found + old.size();
  }
  if (at < text.size()) add(text.substr(at));
  return result;
}

}  // namespace gregale::expression::yaql
