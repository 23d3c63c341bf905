#include "compiler/severity_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/codes.hpp"
#include "compiler/report.hpp"
#include "core/similar.hpp"

namespace gregale::compiler {

using core::Severity;

namespace {

constexpr std::string_view kMark = "# gregale:";
constexpr std::string_view kBlanks = " \t";
constexpr uint32_t kWholeFile = 0;

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::string no_such_code(std::string_view code) {
  std::vector<std::string> codes;
  for (const Code& one : all_codes()) codes.emplace_back(one.code);
  const std::string nearest = core::nearest_name(code, codes);
  return fmt::format("there is no code `{}`{}", code,
                     nearest.empty() ? "" : fmt::format("; is it {}?", nearest));
}

// What the comments of one source allow.
class Comments {
 public:
  Comments(const core::SourcePtr& source, Report& report) : source_(source), report_(report) {
    const std::string_view text = source->text();
    for (size_t at = text.find(kMark); at != std::string_view::npos; at = text.find(kMark, at + 1)) {
      if (at == 0 || std::string_view(" \t\n").find(text[at - 1]) != std::string_view::npos) read(at);
    }
  }

  bool empty() const { return allowed_.empty(); }
  bool allows(const core::Diagnostic& finding) const {
    const auto allowed = [&](uint32_t line) { return allowed_.count({line, finding.code}) != 0; };
    return allowed(finding.span.first().line) || allowed(kWholeFile);
  }

 private:
  void read(size_t at) {
    const uint32_t line = source_->position(at).line;
    const std::string_view written = source_->line(line);
    const size_t begin = at - source_->line_start(line);
    std::string_view rest = trim(written.substr(begin + kMark.size()));
    const std::string_view word = rest.substr(0, rest.find_first_of(kBlanks));
    const core::Span place{source_, at, source_->line_start(line) + written.size()};
    if (word != "allow" && word != "allow-file") {
      report_.add("GR0113", place, "this comment should say `allow` or `allow-file` and codes").note =
          "for example `# gregale: allow GR0602`";
      return;
    }
    rest.remove_prefix(word.size());
    const bool own_line = trim(written.substr(0, begin)).empty();
    const uint32_t for_line = word == "allow-file" ? kWholeFile : own_line ? next_line(line) : line;
    while (!(rest = trim(rest)).empty()) {
      const std::string_view code = rest.substr(0, rest.find_first_of(" \t,"));
      if (!code.empty()) allow(code, for_line, place);
      rest.remove_prefix(std::min(rest.size(), code.size() + 1));
    }
  }

  // The next line that is neither empty nor a comment.
  uint32_t next_line(uint32_t line) const {
    for (++line; line <= source_->line_count(); ++line) {
      const std::string_view text = trim(source_->line(line));
      if (!text.empty() && text.front() != '#') break;
    }
    return line;
  }

  void allow(std::string_view code, uint32_t line, const core::Span& place) {
    const Code* known = find_code(code);
    if (known == nullptr) {
      report_.add("GR0113", place, no_such_code(code));
    } else if (known->severity == Severity::error) {
      report_.add("GR0113", place, fmt::format("{} is an error, which cannot be allowed", known->code));
    } else {
      allowed_.insert({line, std::string(known->code)});
    }
  }

  const core::SourcePtr& source_;
  Report& report_;
  std::set<std::pair<uint32_t, std::string>> allowed_;  // line and code
};

}  // namespace

std::string SeverityPolicy::set(std::string_view code, Level level) {
  const Code* known = find_code(code);
  if (known == nullptr) return no_such_code(code);
  if (known->severity == Severity::error && level != Level::deny) {
    return fmt::format("{} is an error and stays one", known->code);
  }
  const auto [entry, is_new] = levels_.emplace(known->code, level);
  if (!is_new) entry->second = std::max(entry->second, level);
  return {};
}

bool SeverityPolicy::keep(core::Diagnostic& finding) const {
  const auto asked = levels_.find(finding.code);
  if (asked == levels_.end()) {
    if (strict_ && finding.severity == Severity::warning) finding.severity = Severity::error;
    const Code* code = find_code(finding.code);
    return code == nullptr || code->usual;
  }
  if (finding.severity == Severity::error) return true;
  if (asked->second == Level::warn) finding.severity = Severity::warning;
  if (asked->second == Level::deny) finding.severity = Severity::error;
  return asked->second != Level::allow;
}

void SeverityPolicy::apply(const std::vector<core::SourcePtr>& sources,
                           core::Diagnostics& diagnostics) const {
  Report report(diagnostics);
  std::unordered_map<const core::Source*, Comments> comments;
  for (const core::SourcePtr& source : sources) {
    Comments found(source, report);
    if (!found.empty()) comments.emplace(source.get(), std::move(found));
  }
  diagnostics.revise([&](core::Diagnostic& finding) {
    const auto own = comments.find(finding.span.source.get());
    const bool error = finding.severity == Severity::error;
    if (!error && own != comments.end() && own->second.allows(finding)) return false;
    return keep(finding);
  });
}

}  // namespace gregale::compiler
