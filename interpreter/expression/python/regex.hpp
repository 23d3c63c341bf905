// Python's regular expressions (`re`, always Unicode) over PCRE2.
//
// A pattern is translated first: what PCRE2 means otherwise is rewritten, what Python does not know is
// refused. Matching is bounded: a search that backtracks too much throws Error(limit).
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gregale::expression::python {

class Regex {
 public:
  // Python's numbers.
  static constexpr unsigned kIgnoreCase = 2;
  static constexpr unsigned kMultiLine = 8;
  static constexpr unsigned kDotAll = 16;
  static constexpr unsigned kUnicode = 32;

  static constexpr size_t kNoPosition = static_cast<size_t>(-1);
  struct Group {
    size_t begin = kNoPosition;  // bytes; kNoPosition when the group took no part
    size_t end = kNoPosition;
    bool matched() const noexcept { return begin != kNoPosition; }
  };
  // Group 0 is the whole match.
  using Match = std::vector<Group>;

  // Throws ValueError when the pattern is no regular expression.
  explicit Regex(std::string_view pattern, unsigned flags = 0);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;
  // A compiled pattern from this thread's cache.
  static std::shared_ptr<const Regex> cached(std::string_view pattern, unsigned flags = 0);

  const std::string& pattern() const noexcept { return pattern_; }
  unsigned flags() const noexcept { return flags_ | kUnicode; }
  bool has_named_groups() const noexcept { return !names_.empty(); }

  // The first match at or behind byte [from].
  std::optional<Match> search(std::string_view text, size_t from = 0) const;
  // Every match in turn, as re.finditer gives them, until [visit] gives false.
  void for_each(std::string_view text, const std::function<bool(const Match&)>& visit) const;
  // re.split: the groups stand between the parts; [most] 0 is no limit.
  std::vector<std::optional<std::string>> split(std::string_view text, int64_t most) const;
  // re.sub with a template (\1, \g<name>); [count] 0 is all.
  std::string substitute(std::string_view replacement, std::string_view text, int64_t count) const;
  // re.sub with a function.
  std::string substitute(const std::function<std::string(const Match&)>& replacement, std::string_view text,
                         int64_t count) const;

  static std::string escape(std::string_view text);

 private:
  struct Compiled;
  std::optional<Match> run(std::string_view text, size_t from, unsigned options) const;
  size_t group_index(const std::string& name_or_number) const;

  std::string pattern_;
  unsigned flags_;
  std::unique_ptr<Compiled> compiled_;
  size_t group_count_ = 0;
  std::vector<std::pair<std::string, size_t>> names_;
};

}  // namespace gregale::expression::python
