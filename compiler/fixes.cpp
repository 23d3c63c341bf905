#include "compiler/fixes.hpp"

#include <algorithm>

namespace gregale::compiler {

namespace {

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

// The replacement in the quotes of what it replaces, if there are any.
std::string in_quotes(std::string_view old, const std::string& text) {
  const bool quoted = old.size() >= 2 && is_quote(old.front()) && old.back() == old.front();
  if (!quoted || (!text.empty() && is_quote(text.front()))) return text;
  return old.front() + text + old.front();
}

}  // namespace

Fixed fix(const core::SourcePtr& source, const std::vector<core::Diagnostic>& findings) {
  std::vector<const core::Suggestion*> suggestions;
  for (const core::Diagnostic& finding : findings) {
    if (!finding.suggestion || !finding.suggestion->certain) continue;
    const core::Span& place = finding.suggestion->replace;
    if (place.source != source || place.begin >= place.end) continue;
    if (source->text()[place.begin] == '*') continue;  // an alias: the mistake is at its anchor
    suggestions.push_back(&*finding.suggestion);
  }
  std::stable_sort(suggestions.begin(), suggestions.end(),
                   [](const auto* a, const auto* b) { return a->replace.begin < b->replace.begin; });
  const std::string& text = source->text();
  Fixed result;
  size_t done = 0;
  for (const core::Suggestion* suggestion : suggestions) {
    const core::Span& place = suggestion->replace;
    if (place.begin < done) continue;
    const std::string_view old = std::string_view(text).substr(place.begin, place.end - place.begin);
    result.text.append(text, done, place.begin - done);
    result.text += in_quotes(old, suggestion->text);
    done = place.end;
    ++result.count;
  }
  result.text.append(text, done);
  return result;
}

}  // namespace gregale::compiler
