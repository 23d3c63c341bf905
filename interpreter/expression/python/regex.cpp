#include "interpreter/expression/python/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <list>

#include "interpreter/expression/python/errors.hpp"
#include "interpreter/expression/python/regex_syntax.hpp"
#include "interpreter/expression/python/steps.hpp"
#include "interpreter/expression/python/text.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::python {

namespace {

// What one search may backtrack: less than a tenth of a second. PCRE2 does not tell how much it was, so a
// search begins with little, which costs no steps, and is tried again with more, which costs as many as
// before.
constexpr std::array<uint32_t, 3> kMatchLimits = {20'000, 200'000, 2'000'000};
constexpr uint64_t kStepsOfSearch = 4;
constexpr uint32_t kDepthLimit = 100'000;
constexpr uint32_t kHeapLimitKiB = 64 * 1024;
constexpr size_t kCacheSize = 64;

std::string pcre_message(int code) {
  PCRE2_UCHAR buffer[256];
  pcre2_get_error_message(code, buffer, sizeof buffer);
  return reinterpret_cast<const char*>(buffer);
}

}  // namespace

struct Regex::Compiled {
  pcre2_code* code = nullptr;
  std::array<pcre2_match_context*, kMatchLimits.size()> contexts{};  // one for each limit
  ~Compiled() {
    for (pcre2_match_context* context : contexts) pcre2_match_context_free(context);
    pcre2_code_free(code);
  }
};

Regex::Regex(std::string_view pattern, unsigned flags)
    : pattern_(pattern), flags_(flags), compiled_(std::make_unique<Compiled>()) {
  uint32_t options = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF;
  if (flags & kIgnoreCase) options |= PCRE2_CASELESS;
  if (flags & kMultiLine) options |= PCRE2_MULTILINE;
  if (flags & kDotAll) options |= PCRE2_DOTALL;
  const std::string translated = translate_pattern(pattern);
  const std::unique_ptr<pcre2_compile_context, decltype(&pcre2_compile_context_free)> context(
      pcre2_compile_context_create(nullptr), pcre2_compile_context_free);
  pcre2_set_newline(context.get(), PCRE2_NEWLINE_LF);
  int error = 0;
  PCRE2_SIZE offset = 0;
  compiled_->code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(translated.data()), translated.size(), options,
                                  &error, &offset, context.get());
  if (compiled_->code == nullptr) {
    throw ValueError(fmt::format("regular expression: {}", pcre_message(error)));
  }
  for (size_t i = 0; i < kMatchLimits.size(); ++i) {
    pcre2_match_context*& matching = compiled_->contexts[i];
    matching = pcre2_match_context_create(nullptr);
    pcre2_set_match_limit(matching, kMatchLimits[i]);
    pcre2_set_depth_limit(matching, kDepthLimit);
    pcre2_set_heap_limit(matching, kHeapLimitKiB);
  }

  uint32_t count = 0;
  pcre2_pattern_info(compiled_->code, PCRE2_INFO_CAPTURECOUNT, &count);
  group_count_ = count;
  uint32_t name_count = 0;
  uint32_t entry_size = 0;
  PCRE2_SPTR table = nullptr;
  pcre2_pattern_info(compiled_->code, PCRE2_INFO_NAMECOUNT, &name_count);
  pcre2_pattern_info(compiled_->code, PCRE2_INFO_NAMEENTRYSIZE, &entry_size);
  pcre2_pattern_info(compiled_->code, PCRE2_INFO_NAMETABLE, &table);
  for (uint32_t i = 0; i < name_count; ++i, table += entry_size) {
    const size_t number = static_cast<size_t>(table[0] << 8 | table[1]);
    names_.emplace_back(reinterpret_cast<const char*>(table + 2), number);
  }
}

Regex::~Regex() = default;

std::shared_ptr<const Regex> Regex::cached(std::string_view pattern, unsigned flags) {
  // The most recently used stands first.
  thread_local std::list<std::shared_ptr<const Regex>> cache;
  for (auto entry = cache.begin(); entry != cache.end(); ++entry) {
    if ((*entry)->flags_ != flags || (*entry)->pattern_ != pattern) continue;
    cache.splice(cache.begin(), cache, entry);
    return cache.front();
  }
  cache.push_front(std::make_shared<const Regex>(pattern, flags));
  if (cache.size() > kCacheSize) cache.pop_back();
  return cache.front();
}

std::optional<Regex::Match> Regex::run(std::string_view text, size_t from, unsigned options) const {
  const std::unique_ptr<pcre2_match_data, decltype(&pcre2_match_data_free)> data(
      pcre2_match_data_create_from_pattern(compiled_->code, nullptr), pcre2_match_data_free);
  work(kStepsOfSearch);
  int result = PCRE2_ERROR_MATCHLIMIT;
  for (size_t i = 0; i < kMatchLimits.size() && result == PCRE2_ERROR_MATCHLIMIT; ++i) {
    result = pcre2_match(compiled_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                         options, data.get(), compiled_->contexts[i]);
    if (result == PCRE2_ERROR_MATCHLIMIT) work(kMatchLimits[i]);
  }
  if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (result < 0) {
    throw core::Error(core::ErrorKind::limit,
                      fmt::format("the regular expression takes too long: {}", pcre_message(result)));
  }
  const PCRE2_SIZE* places = pcre2_get_ovector_pointer(data.get());
  Match match(group_count_ + 1);
  for (size_t i = 0; i <= group_count_ && i < static_cast<size_t>(result); ++i) {
    if (places[2 * i] != PCRE2_UNSET) match[i] = {places[2 * i], places[2 * i + 1]};
  }
  return match;
}

std::optional<Regex::Match> Regex::search(std::string_view text, size_t from) const {
  return run(text, from, 0);
}

void Regex::for_each(std::string_view text, const std::function<bool(const Match&)>& visit) const {
  size_t from = 0;
  bool after_empty = false;
  // PCRE2 would look again at each search whether the rest of the text is UTF-8.
  const uint32_t known = is_ascii(text) ? PCRE2_NO_UTF_CHECK : 0;
  while (from <= text.size()) {
    if (known == 0) work_on_text(text.size() - from);
    // Where an empty match was, the next one must not be empty.
    const std::optional<Match> match = run(text, from, known | (after_empty ? PCRE2_NOTEMPTY_ATSTART : 0));
    if (!match || !visit(*match)) return;
    from = match->front().end;
    after_empty = match->front().begin == match->front().end;
  }
}

std::vector<std::optional<std::string>> Regex::split(std::string_view text, int64_t most) const {
  std::vector<std::optional<std::string>> parts;
  size_t begin = 0;
  int64_t done = 0;
  const auto add = [&](size_t from, size_t to) {
    parts.emplace_back(std::string(text.substr(from, to - from)));
  };
  if (most >= 0) {
    for_each(text, [&](const Match& match) {
      add(begin, match[0].begin);
      for (size_t i = 1; i < match.size(); ++i) {
        if (match[i].matched()) {
          add(match[i].begin, match[i].end);
        } else {
          parts.emplace_back(std::nullopt);
        }
      }
      begin = match[0].end;
      return most == 0 || ++done < most;
    });
  }
  add(begin, text.size());
  return parts;
}

std::string Regex::substitute(const std::function<std::string(const Match&)>& replacement,
                              std::string_view text, int64_t count) const {
  std::string result;
  size_t begin = 0;
  int64_t done = 0;
  if (count >= 0) {
    for_each(text, [&](const Match& match) {
      result += text.substr(begin, match[0].begin - begin);
      result += replacement(match);
      check_text_size(result.size());
      begin = match[0].end;
      return count == 0 || ++done < count;
    });
  }
  result += text.substr(begin);
  return result;
}

size_t Regex::group_index(const std::string& name) const {
  if (!name.empty() && std::all_of(name.begin(), name.end(), [](char c) { return is_ascii_digit(c); })) {
    const size_t number = name.size() < 6 ? std::stoul(name) : kNoPosition;
    if (number <= group_count_) return number;
    throw ValueError(fmt::format("invalid group reference {}", name));
  }
  for (const auto& [known, number] : names_) {
    if (known == name) return number;
  }
  throw IndexError(fmt::format("unknown group name '{}'", name));
}

std::string Regex::substitute(std::string_view replacement, std::string_view text, int64_t count) const {
  // Literal pieces and groups in turn.
  struct Piece {
    std::string text;
    size_t group = kNoPosition;
  };
  std::vector<Piece> pieces(1);
  const auto add_group = [&](const std::string& name) {
    pieces.back().group = group_index(name);
    pieces.emplace_back();
  };
  for (size_t at = 0; at < replacement.size();) {
    if (replacement[at] != '\\') {
      pieces.back().text += replacement[at++];
      continue;
    }
    const auto peek = [&](size_t ahead) {
      return at + ahead < replacement.size() ? replacement[at + ahead] : '\0';
    };
    const char c = peek(1);
    const auto octal = [&](size_t ahead) { return peek(ahead) >= '0' && peek(ahead) <= '7'; };
    if (at + 1 >= replacement.size()) throw ValueError("bad escape (end of pattern)");
    if (c == 'g') {
      const size_t close = replacement.find('>', at);
      if (peek(2) != '<' || close == std::string_view::npos) throw ValueError("missing <, or > behind \\g");
      add_group(std::string(replacement.substr(at + 3, close - at - 3)));
      at = close + 1;
    } else if (c == '0' || (octal(1) && octal(2) && octal(3))) {
      char32_t value = 0;
      size_t used = 0;
      while (used < 3 && octal(1 + used)) value = value * 8 + static_cast<char32_t>(peek(1 + used++) - '0');
      if (value > 0377) throw ValueError("octal escape value outside of range 0-0o377");
      append(pieces.back().text, value);
      at += 1 + used;
    } else if (is_ascii_digit(c)) {
      std::string digits(1, c);
      if (is_ascii_digit(peek(2))) digits += peek(2);
      at += 1 + digits.size();
      add_group(digits);
    } else {
      constexpr std::string_view kMarks = "abfnrtv\\";
      constexpr std::string_view kMeant = "\a\b\f\n\r\t\v\\";
      const size_t known = kMarks.find(c);
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (known == std::string_view::npos && letter) throw ValueError(fmt::format("bad escape \\{}", c));
      if (known == std::string_view::npos) {
        pieces.back().text += replacement.substr(at, 2);
      } else {
        pieces.back().text += kMeant[known];
      }
      at += 2;
    }
  }
  return substitute(
      [&](const Match& match) {
        std::string result;
        for (const Piece& piece : pieces) {
          result += piece.text;
          if (piece.group == kNoPosition || !match[piece.group].matched()) continue;
          const Group& group = match[piece.group];
          result += text.substr(group.begin, group.end - group.begin);
        }
        return result;
      },
      text, count);
}

std::string Regex::escape(std::string_view text) {
  constexpr std::string_view kSpecial = "()[]{}?*+-|^$\\.&~# \t\n\r\v\f";
  std::string result;
  for (const char c : text) {
    if (kSpecial.find(c) != std::string_view::npos) result += '\\';
    result += c;
  }
  return result;
}

}  // namespace gregale::expression::python
