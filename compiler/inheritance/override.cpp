#include "compiler/inheritance/override.hpp"

#include <fmt/format.h>

#include "compiler/inheritance/merging.hpp"
#include "compiler/nodes.hpp"

namespace gregale::compiler {

namespace {

// From the member's key to the next one's, or for the last from the end of the one before: what to take out
// for the rest to stay whole.
core::Span member_stretch(const YamlNode& mapping, const YamlNode::Member& member) {
  const size_t at = static_cast<size_t>(&member - mapping.members.data());
  core::Span span{member.key.span.source, member.key.span.begin, member.value.span.end};
  if (at + 1 < mapping.members.size()) {
    span.end = mapping.members[at + 1].key.span.begin;
  } else if (at > 0) {
    span.begin = mapping.members[at - 1].value.span.end;
  }
  return span;
}

// The line that would make it an override, before the first key.
void suggest_merge(const YamlNode& node, core::Diagnostic& finding) {
  if (node.kind != YamlNode::Kind::mapping || node.members.empty()) return;
  const core::Span& first = node.members.front().key.span;
  if (!first.known()) return;
  const bool flow = node.span.begin < first.begin;
  const uint32_t column = first.first().column;
  finding.suggestion = core::Suggestion{
      flow ? std::string("override: merge, ") : "override: merge\n" + std::string(column - 1, ' '),
      core::Span{first.source, first.begin, first.begin}};
}

}  // namespace

Override read_override(const YamlNode& name, const YamlNode& definition, std::string_view what,
                       const YamlNode& inherited, Report& report) {
  const YamlNode::Member* key = definition.find("override");
  if (key == nullptr) {
    core::Diagnostic& finding = report.add(
        "GR1005", name.span,
        fmt::format("the {} `{}` is inherited; say what becomes of it with `override`", what, name.text));
    finding.related.push_back({inherited.span, "inherited from here"});
    finding.note = "`override: merge` changes it, `replace` takes its place, `remove` takes it out";
    suggest_merge(definition, finding);
    return Override::none;
  }
  const std::string& text = key->value.text;
  if (is_text(key->value)) {
    if (text == "merge") return Override::merge;
    if (text == "replace") return Override::replace;
    if (text == "remove") return Override::remove;
  }
  report.add_misspelt("GR0203", place_of(key->value), "`override` must be `merge`, `replace` or `remove`",
                      text, {"merge", "replace", "remove"});
  return Override::none;
}

bool report_overrides_nothing(const YamlNode& name, const YamlNode& definition, std::string_view what,
                              const std::vector<std::string>& names, Report& report) {
  const YamlNode::Member* key = definition.find("override");
  if (key == nullptr) return false;
  core::Diagnostic& finding = report.add_misspelt(
      "GR1006", key->key.span,
      fmt::format("the {} `{}` overrides nothing: no {} of that name is inherited", what, name.text, what),
      name.text, names);
  finding.suggestion = finding.suggestion ? core::Suggestion{finding.suggestion->text, name.span}
                                          : core::Suggestion{"", member_stretch(definition, *key)};
  return true;
}

}  // namespace gregale::compiler
