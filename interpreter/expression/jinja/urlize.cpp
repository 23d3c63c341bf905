// The filter urlize: web and mail addresses in a text become links.
#include <algorithm>
#include <set>

#include "interpreter/expression/jinja/methods.hpp"
#include "interpreter/expression/jinja/registry.hpp"
#include "interpreter/expression/python/regex.hpp"
#include "interpreter/expression/python/unicode.hpp"

namespace gregale::expression::jinja {

namespace {

bool matches_web(std::string_view text) {
  static const python::Regex pattern(
      "^((https?://|www\\.)(([\\w%-]+\\.)+)?([a-z]{2,63}|xn--[\\w%]{2,59})"
      "|([\\w%-]{2,63}\\.)+(com|net|int|edu|gov|org|info|mil)"
      "|(https?://)((\\d{1,3}(\\.\\d{1,3}){3})|(\\[([\\da-f]{0,4}:){2}([\\da-f]{0,4}:?){1,6}])))"
      "(?::\\d{1,5})?(?:[/?#]\\S*)?$",
      python::Regex::kIgnoreCase);
  return pattern.search(text).has_value();
}

bool matches_mail(std::string_view text) {
  static const python::Regex pattern("^\\S+@\\w[\\w.-]*\\.\\w+$", 0);
  return pattern.search(text).has_value();
}

size_t count_of(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

struct Links {
  std::string attributes;  // rel and target
  int64_t shown = -1;      // characters of an address that are shown; negative: all
  std::vector<std::string> schemes;

  std::string show(std::string_view address) const {
    if (shown < 0 || static_cast<int64_t>(python::length(address)) <= shown) {
      return std::string(address);
    }
    return std::string(python::substring(address, 0, static_cast<size_t>(shown))) + "...";
  }

  std::string link(const std::string& address) const {
    if (matches_web(address)) {
      const bool scheme = address.starts_with("https://") || address.starts_with("http://");
      return "<a href=\"" + (scheme ? address : "https://" + address) + "\"" + attributes + ">" +
             show(address) + "</a>";
    }
    if (address.starts_with("mailto:") && matches_mail(address.substr(7))) {
      return "<a href=\"" + address + "\">" + address.substr(7) + "</a>";
    }
    if (address.find('@') != std::string::npos && !address.starts_with("www.") &&
        address.find(':') == std::string::npos && matches_mail(address)) {
      return "<a href=\"mailto:" + address + "\">" + address + "</a>";
    }
    for (const std::string& scheme : schemes) {
      if (address != scheme && address.starts_with(scheme)) {
        return "<a href=\"" + address + "\"" + attributes + ">" + address + "</a>";
      }
    }
    return address;
  }
};

// Brackets before and punctuation behind an address are not part of it, unless they belong together.
std::string link_word(std::string_view word, const Links& links) {
  static constexpr std::string_view kOpening[] = {"(", "<", "&lt;"};
  static constexpr std::string_view kClosing[] = {")", ">", ".", ",", "\n", "&gt;"};
  static constexpr std::string_view kClosers[] = {")", ">", "&gt;"};
  size_t begin = 0;
  size_t end = word.size();
  for (bool more = true; more;) {
    more = false;
    for (std::string_view part : kOpening) {
      if (!word.substr(begin).starts_with(part)) continue;
      begin += part.size();
      more = true;
    }
  }
  for (bool more = true; more;) {
    more = false;
    for (std::string_view part : kClosing) {
      if (!word.substr(begin, end - begin).ends_with(part)) continue;
      end -= part.size();
      more = true;
    }
  }
  for (size_t pair = 0; pair < 3; ++pair) {
    const std::string_view middle = word.substr(begin, end - begin);
    const size_t opened = count_of(middle, kOpening[pair]);
    if (opened <= count_of(middle, kClosers[pair])) continue;
    const size_t closed = count_of(word.substr(end), kClosers[pair]);
    for (size_t i = 0; i < std::min(opened, closed); ++i) {
      end = word.find(kClosers[pair], end) + kClosers[pair].size();
    }
  }
  return std::string(word.substr(0, begin)) + links.link(std::string(word.substr(begin, end - begin))) +
         std::string(word.substr(end));
}

std::string sorted_relations(const std::string& written, bool nofollow) {
  std::set<std::string> relations{"noopener"};
  if (nofollow) relations.insert("nofollow");
  for (size_t i = 0; i < written.size();) {
    const size_t end = std::min(written.find_first_of(" \t\n", i), written.size());
    if (end > i) relations.insert(written.substr(i, end - i));
    i = end + 1;
  }
  std::string text;
  for (const std::string& relation : relations) text += (text.empty() ? "" : " ") + relation;
  return text;
}

Value urlize(Runtime& runtime, const Arguments& arguments) {
  const Bound bound("urlize", arguments,
                    {"value", "trim_url_limit", "nofollow", "target", "rel", "extra_schemes"}, 1);
  const auto given = [&](size_t i) { return bound[i] != nullptr && !bound[i]->is_null(); };
  Links links;
  if (given(1)) links.shown = to_count(bound.at(1), "trim_url_limit");
  const bool nofollow = bound[2] != nullptr && truth(runtime, bound.at(2));
  const std::string relations = sorted_relations(given(4) ? runtime.text(bound.at(4)) : "", nofollow);
  links.attributes = " rel=\"" + escape_html(relations) + "\"";
  if (given(3)) {
    links.attributes += " target=\"" + escape(runtime, bound.at(3)).as_string() + "\"";
  }
  if (given(5)) {
    for (const Value& scheme : to_list(runtime, bound.at(5))) {
      links.schemes.push_back(runtime.text(scheme));
    }
  }
  const Value escaped = escape(runtime, bound.at(0));
  const std::string& text = escaped.as_string();
  std::string out;
  size_t word = 0;
  for (size_t position = 0; position < text.size();) {
    const size_t at = position;
    if (!python::is_space(python::decode(text, position))) continue;
    runtime.step();
    if (at > word) out += link_word(std::string_view(text).substr(word, at - word), links);
    out += text.substr(at, position - at);
    word = position;
  }
  if (word < text.size()) out += link_word(std::string_view(text).substr(word), links);
  runtime.use_memory(out.size());
  return runtime.autoescape ? markup(std::move(out)) : Value(std::move(out));
}

constexpr NamedFilter kUrlizeFilters[] = {{"urlize", urlize}};

}  // namespace

std::span<const NamedFilter> link_filters() {
  return kUrlizeFilters;
}

}  // namespace gregale::expression::jinja
