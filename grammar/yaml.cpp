#include "grammar/yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "core/error.hpp"
#include "grammar/yaml_events.hpp"
#include "grammar/yaml_position.hpp"
#include "grammar/yaml_scalar.hpp"

namespace gregale::grammar {

using core::Diagnostics;
using core::Severity;
using core::SourcePtr;
using core::Span;
using core::Value;
using detail::YamlEvent;

const YamlNode::Member* YamlNode::find(std::string_view key) const noexcept {
  for (auto member = members.rbegin(); member != members.rend(); ++member) {
    if (member->key.scalar.is_string() && member->key.text == key) return &*member;
  }
  return nullptr;
}

Value YamlNode::to_value() const {
  switch (kind) {
    case Kind::scalar:
      return scalar;
    case Kind::sequence: {
      core::List list;
      list.reserve(items.size());
      for (const YamlNode& item : items) list.push_back(item.to_value());
      return Value(std::move(list));
    }
    case Kind::mapping: {
      if (is_set) {
        core::List set_members;
        for (const Member& member : members) set_members.push_back(member.key.scalar);
        return Value::set(std::move(set_members));
      }
      core::Map map;
      map.reserve(members.size());
      for (const Member& member : members) map.set(member.key.scalar, member.value.to_value());
      return Value(std::move(map));
    }
  }
  return Value();
}

Span YamlNode::span_of(size_t begin, size_t end) const {
  if (kind != Kind::scalar || from_alias || !span.known()) return span;
  const size_t quote = style == ScalarStyle::plain ? 0 : 1;
  const bool verbatim = style != ScalarStyle::literal && style != ScalarStyle::folded &&
                        span.end - span.begin == text.size() + 2 * quote &&
                        span.source->text().compare(span.begin + quote, text.size(), text) == 0;
  if (verbatim) {
    end = std::min(end, text.size());
    begin = std::min(begin, end);
    return Span{span.source, span.begin + quote + begin, span.begin + quote + end};
  }
  const detail::ScalarPlaces places = detail::locate_scalar(span.source->text(), span.begin, style, text);
  begin = std::min(begin, text.size());
  end = std::clamp(end, begin, text.size());
  const size_t first = places.offsets[begin];
  // The last byte's own end, so that what follows (a quote, indentation) stays out.
  const size_t last = end > begin ? places.offsets[end - 1] + 1 : first;
  return Span{span.source, first, std::max(first, last)};
}

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";

// What ends the reading of a document; the finding has been recorded.
struct Refused {};

// Turns the events into the tree: resolves anchors, merge keys and the meaning of scalars.
class TreeBuilder {
 public:
  TreeBuilder(const SourcePtr& source, size_t base, std::vector<YamlEvent> events, const YamlLimits& limits,
              Diagnostics& diagnostics)
      : source_(source),
        text_(source->text()),
        base_(base),
        events_(std::move(events)),
        limits_(limits),
        diagnostics_(diagnostics) {
    for (size_t i = 0; i < events_.size(); ++i) {
      if (events_[i].kind != YamlEvent::Kind::alias && events_[i].anchor != 0) {
        anchors_[events_[i].anchor] = i;
      }
    }
  }

  YamlNode build() {
    if (events_.empty()) {
      YamlNode empty;
      empty.span = Span{source_, base_, base_};
      return empty;
    }
    size_t at = 0;
    return node(at, 0);
  }

 private:
  [[noreturn]] void refuse(std::string_view code, std::string message, size_t begin, size_t end,
                           std::string note = {}) {
    diagnostics_.add({std::string(code),
                      Severity::error,
                      std::move(message),
                      Span{source_, begin, std::max(end, begin)},
                      {},
                      std::move(note),
                      {}});
    throw Refused{};
  }

  // Where the node itself begins, behind its tag and anchor.
  size_t content_offset(const YamlEvent& event) const {
    size_t at = base_ + event.offset;
    while (at < text_.size() && (text_[at] == '&' || text_[at] == '!')) {
      at = text_.find_first_of(" \t\r\n,]}", at);
      if (at == std::string_view::npos) return text_.size();
      at = skip_white_space(at);
    }
    return at;
  }

  // Past blanks, line breaks and comments.
  size_t skip_white_space(size_t at) const {
    while (at < text_.size()) {
      const char c = text_[at];
      if (c == '#') {
        at = std::min(text_.find('\n', at), text_.size());
      } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
        ++at;
      } else {
        break;
      }
    }
    return at;
  }

  // Reads the node whose first event is at [at], and leaves [at] behind its last one.
  YamlNode node(size_t& at, size_t depth) {
    if (depth > limits_.depth) {
      refuse("GR0105", fmt::format("values are nested more than {} levels deep", limits_.depth),
             base_ + events_[at].offset, base_ + events_[at].offset + 1);
    }
    if (++nodes_ > limits_.nodes) {
      refuse("GR0105", fmt::format("the text has more than {} values", limits_.nodes),
             base_ + events_[at].offset, base_ + events_[at].offset + 1);
    }
    if (alias_depth_ > 0 && ++alias_nodes_ > limits_.alias_nodes) {
      refuse("GR0105",
             fmt::format("the aliases of this text stand for more than {} values", limits_.alias_nodes),
             base_ + outer_alias_, base_ + outer_alias_ + 1,
             "anchors that refer to anchors multiply what they stand for");
    }
    YamlEvent& event = events_[at];
    switch (event.kind) {
      case YamlEvent::Kind::alias:
        return alias_node(event, at, depth);
      case YamlEvent::Kind::scalar:
        ++at;
        return scalar_node(event);
      case YamlEvent::Kind::sequence_start:
        return sequence_node(event, at, depth);
      case YamlEvent::Kind::map_start:
        return map_node(event, at, depth);
      case YamlEvent::Kind::end:
        break;
    }
    ++at;
    return YamlNode();
  }

  YamlNode alias_node(const YamlEvent& event, size_t& at, size_t depth) {
    const size_t begin = base_ + event.offset;
    const size_t end = base_ + event.end;
    const auto anchor = anchors_.find(event.anchor);
    if (anchor == anchors_.end() || open_anchors_.count(event.anchor) != 0) {
      refuse("GR0103",
             fmt::format("the alias `{}` stands within the value that it refers to",
                         text_.substr(begin, end - begin)),
             begin, end);
    }
    if (alias_depth_ == 0) outer_alias_ = event.offset;
    ++alias_depth_;
    size_t target = anchor->second;
    YamlNode result = node(target, depth + 1);
    --alias_depth_;
    result.span = Span{source_, begin, end};
    result.from_alias = true;
    ++at;
    return result;
  }

  YamlNode scalar_node(YamlEvent& event) {
    YamlNode result;
    set_value(event, result);
    // An anchored scalar may be read again.
    if (anchors_.empty()) {
      result.text = std::move(event.text);
    } else {
      result.text = event.text;
    }
    result.style = event.style;
    const bool bare = event.anchor == 0 && event.tag.empty();
    const size_t begin = bare ? base_ + event.offset : content_offset(event);
    result.span = Span{source_, begin, scalar_end(begin, event)};
    return result;
  }

  // Without the white space behind a block; a scalar that is left out ends where it would begin.
  size_t scalar_end(size_t begin, const YamlEvent& event) const {
    size_t end = std::max(begin, base_ + event.end);
    if (event.style == ScalarStyle::literal || event.style == ScalarStyle::folded) {
      while (end > begin && std::string_view(" \t\r\n").find(text_[end - 1]) != std::string_view::npos) --end;
    }
    return end;
  }

  void set_value(const YamlEvent& event, YamlNode& scalar) {
    if (event.tag.empty()) {
      scalar.scalar =
          event.style == ScalarStyle::plain ? resolve_plain_scalar(event.text) : Value(event.text);
      return;
    }
    if (event.tag == "!") {
      scalar.scalar = Value(event.text);
      return;
    }
    if (event.tag.compare(0, kCoreTag.size(), kCoreTag) == 0) {
      const std::string_view tag = std::string_view(event.tag).substr(kCoreTag.size());
      if (std::optional<Value> value = resolve_tagged_scalar(tag, event.text)) {
        scalar.scalar = *value;
        return;
      }
    }
    refuse_tag(event);
  }

  void check_collection_tag(const YamlEvent& event, std::string_view own) {
    if (event.tag.empty() || event.tag == "!" || event.tag == std::string(kCoreTag) + std::string(own)) {
      return;
    }
    refuse_tag(event);
  }

  [[noreturn]] void refuse_tag(const YamlEvent& event) {
    size_t begin = base_ + event.offset;
    if (begin < text_.size() && text_[begin] == '&') {
      begin = skip_white_space(std::min(text_.find_first_of(" \t\r\n", begin), text_.size()));
    }
    const size_t end = std::min(text_.find_first_of(" \t\r\n,]}", begin), text_.size());
    refuse("GR0106", fmt::format("the tag `{}` is not supported here", text_.substr(begin, end - begin)),
           begin, end, "only plain YAML values can be used; tags that name code never");
  }

  YamlNode sequence_node(const YamlEvent& event, size_t& at, size_t depth) {
    check_collection_tag(event, "seq");
    YamlNode result;
    result.kind = YamlNode::Kind::sequence;
    const size_t begin = content_offset(event);
    size_t last = begin + 1;
    open(event);
    for (++at; events_[at].kind != YamlEvent::Kind::end;) {
      result.items.push_back(node(at, depth + 1));
      last = std::max(last, result.items.back().span.end);
    }
    ++at;
    close(event);
    result.span = Span{source_, begin, event.flow ? closing_bracket(last, ']') : last};
    return result;
  }

  YamlNode map_node(const YamlEvent& event, size_t& at, size_t depth) {
    const bool is_set = limits_.sets && event.tag == std::string(kCoreTag) + "set";
    if (!is_set) check_collection_tag(event, "map");
    YamlNode result;
    result.is_set = is_set;
    result.kind = YamlNode::Kind::mapping;
    size_t begin = content_offset(event);
    size_t last = event.flow ? begin + 1 : begin;
    std::vector<YamlNode> merged;
    const size_t first = open_members_.size();
    open(event);
    for (++at; events_[at].kind != YamlEvent::Kind::end;) {
      const bool merge = events_[at].kind == YamlEvent::Kind::scalar && events_[at].tag.empty() &&
                         events_[at].style == ScalarStyle::plain && events_[at].text == "<<";
      YamlNode key = node(at, depth + 1);
      check_key(key);
      YamlNode value = node(at, depth + 1);
      last = std::max(last, std::max(key.span.end, value.span.end));
      if (merge) {
        merged.push_back(std::move(value));
      } else {
        open_members_.push_back({std::move(key), std::move(value)});
      }
    }
    ++at;
    close(event);
    const auto own = open_members_.begin() + static_cast<std::ptrdiff_t>(first);
    result.members.assign(std::make_move_iterator(own), std::make_move_iterator(open_members_.end()));
    open_members_.erase(own, open_members_.end());
    if (!event.flow && !result.members.empty() && merged.empty()) {
      begin = result.members.front().key.span.begin;
    }
    result.span = Span{source_, begin, event.flow ? closing_bracket(last, '}') : last};
    for (const YamlNode& source : merged) merge_into(result, source);
    return result;
  }

  void open(const YamlEvent& event) {
    if (event.anchor != 0) open_anchors_.insert(event.anchor);
  }
  void close(const YamlEvent& event) { open_anchors_.erase(event.anchor); }

  void check_key(const YamlNode& key) {
    if (key.kind != YamlNode::Kind::scalar) {
      const bool template_braces =
          text_.substr(key.span.begin, 1) == "{" && key.span.begin > 0 && text_[key.span.begin - 1] == '{';
      refuse("GR0107",
             template_braces || text_.substr(key.span.begin, 2) == "{{"
                 ? "a value that begins with `{{` must be put in quotes: `{` begins a mapping"
                 : "a list or a mapping cannot be the key of a mapping",
             key.span.begin, key.span.end);
    }
  }

  size_t closing_bracket(size_t at, char bracket) const {
    while (true) {
      at = skip_white_space(at);
      if (at >= text_.size()) return text_.size();
      if (text_[at] == bracket) return at + 1;
      ++at;
    }
  }

  // "<<": the members of a mapping, or of several, the first of which win; own members win over
  // all.
  void merge_into(YamlNode& map, const YamlNode& source) {
    std::vector<const YamlNode*> sources;
    if (source.kind == YamlNode::Kind::mapping) sources.push_back(&source);
    for (const YamlNode& item : source.items) {
      if (item.kind == YamlNode::Kind::mapping) sources.push_back(&item);
    }
    if (sources.empty() ||
        (source.kind == YamlNode::Kind::sequence && sources.size() != source.items.size())) {
      refuse("GR0107", "`<<` needs a mapping or a list of mappings", source.span.begin, source.span.end);
    }
    std::unordered_set<std::string> known;
    for (const YamlNode::Member& member : map.members) known.insert(member.key.text);
    std::vector<YamlNode::Member> members;
    for (const YamlNode* from : sources) {
      for (const YamlNode::Member& member : from->members) {
        if (known.insert(member.key.text).second) members.push_back(member);
      }
    }
    std::move(map.members.begin(), map.members.end(), std::back_inserter(members));
    map.members = std::move(members);
  }

  const SourcePtr& source_;
  std::string_view text_;
  size_t base_;
  std::vector<YamlEvent> events_;
  const YamlLimits& limits_;
  Diagnostics& diagnostics_;
  std::unordered_map<uint64_t, size_t> anchors_;  // to the first event of what they name
  std::unordered_set<uint64_t> open_anchors_;
  std::vector<YamlNode::Member> open_members_;  // of all mappings under way, the innermost last
  size_t nodes_ = 0;
  size_t alias_nodes_ = 0;
  size_t alias_depth_ = 0;
  size_t outer_alias_ = 0;
};

// The offset of the first byte that is not part of a UTF-8 character that YAML allows, or npos.
size_t find_bad_character(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      if ((lead < 0x20 && lead != '\t' && lead != '\n' && lead != '\r') || lead == 0x7F) return at;
      ++at;
      continue;
    }
    const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return at;
    uint32_t code = lead & (0xFFu >> (length + 1));
    for (size_t i = 1; i < length; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if ((next & 0xC0) != 0x80) return at;
      code = code << 6 | (next & 0x3F);
    }
    if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10FFFF)) ||
        (code >= 0xD800 && code <= 0xDFFF) || (code >= 0x80 && code < 0xA0 && code != 0x85)) {
      return at;
    }
    at += length;
  }
  return std::string_view::npos;
}

std::string describe_bad_character(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (text.find('\0') != std::string_view::npos || (at == 0 && (byte == 0xFF || byte == 0xFE))) {
    return "this file is not UTF-8 text; save it as UTF-8";
  }
  if (byte < 0x80) return fmt::format("the control character U+{:04X} is not allowed in YAML", byte);
  return fmt::format("the byte 0x{:02X} is not UTF-8 here", byte);
}

}  // namespace

std::optional<YamlNode> parse_yaml(const SourcePtr& source, Diagnostics& diagnostics,
                                   const YamlLimits& limits) {
  const std::string_view text = source->text();
  const auto refuse = [&](std::string_view code, std::string message, size_t offset, std::string note = {}) {
    offset = std::min(offset, text.size());
    diagnostics.add({std::string(code),
                     Severity::error,
                     std::move(message),
                     Span{source, offset, std::min(offset + 1, text.size())},
                     {},
                     std::move(note),
                     {}});
    return std::nullopt;
  };
  if (text.size() > limits.bytes) {
    return refuse("GR0105", fmt::format("the text is larger than {} bytes", limits.bytes), 0);
  }
  const size_t base = text.substr(0, kByteOrderMark.size()) == kByteOrderMark ? kByteOrderMark.size() : 0;
  const std::string_view content = text.substr(base);
  if (const size_t bad = find_bad_character(content); bad != std::string_view::npos) {
    return refuse("GR0108", describe_bad_character(content, bad), base + bad);
  }
  detail::YamlEvents read = detail::read_yaml_events(content, {limits.depth, limits.nodes});
  for (const detail::YamlProblem& warning : read.warnings) {
    const size_t at = base + warning.offset;
    diagnostics.add(
        {warning.code, Severity::warning, warning.message, Span{source, at, at + 1}, {}, warning.note, {}});
  }
  if (read.problem) {
    return refuse(read.problem->code, read.problem->message, base + read.problem->offset, read.problem->note);
  }
  try {
    return TreeBuilder(source, base, std::move(read.events), limits, diagnostics).build();
  } catch (const Refused&) {
    return std::nullopt;
  }
}

namespace {

// Data may be secrets, which no message repeats: what a message quotes of the text is left out.
std::string without_quotes(const std::string& message) {
  const size_t first = message.find('`');
  const size_t last = message.rfind('`');
  if (first == last) return message;
  return fmt::format("{}...{}", message.substr(0, first + 1), message.substr(last));
}

}  // namespace

Value load_yaml(std::string_view text, const YamlLimits& limits) {
  const auto source = std::make_shared<core::Source>("<text>", std::string(text));
  Diagnostics diagnostics;
  const std::optional<YamlNode> node = parse_yaml(source, diagnostics, limits);
  if (node) return node->to_value();
  const std::vector<core::Diagnostic> findings = diagnostics.sorted();
  const auto error = std::find_if(findings.begin(), findings.end(), [](const core::Diagnostic& finding) {
    return finding.severity == core::Severity::error;
  });
  if (error == findings.end()) throw core::Error(core::ErrorKind::invalid, "not YAML");
  const core::Position place = error->span.first();
  throw core::Error(core::ErrorKind::invalid, fmt::format("YAML, line {}, column {}: {}", place.line,
                                                          place.column, without_quotes(error->message)));
}

}  // namespace gregale::grammar
