#include "compiler/inheritance/parent_name.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/inheritance/merging.hpp"
#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"

namespace gregale::compiler {

namespace {

constexpr size_t kDeep = 3;      // ancestors above which a note says that few will follow
constexpr size_t kTooDeep = 16;  // ancestors above which it is refused

}  // namespace

std::optional<ParentName> read_parent_name(const YamlNode& extends, std::string_view what,
                                           ParentName::Pin pin, Report& report) {
  ParentName parent{&extends};
  if (extends.kind == YamlNode::Kind::mapping) {
    std::vector<std::string> keys{std::string(what), "file"};
    if (pin == ParentName::Pin::digest) keys.push_back("digest");
    for (const YamlNode::Member& member : extends.members) {
      const std::string& key = member.key.text;
      if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
      report.add_misspelt("GR0201", member.key.span, fmt::format("unknown key `{}` in `extends`", key), key,
                          keys);
      return std::nullopt;
    }
    parent = {value_of(extends, what), value_of(extends, "file"), value_of(extends, "digest")};
    if (parent.name == nullptr) {
      report.add("GR0204", extends.span, fmt::format("`extends` has no `{}`", what));
      return std::nullopt;
    }
  }
  for (const YamlNode* text : {parent.name, parent.file}) {
    if (text == nullptr || (is_text(*text) && !text->text.empty())) continue;
    report.add("GR0203", place_of(*text),
               fmt::format("`extends` must be a name, or a mapping with `{}` and `file`, but this is {}",
                           what, describe(*text)));
    return std::nullopt;
  }
  return parent;
}

void report_unknown_parent(const ParentName& parent, std::string_view what,
                           const std::vector<std::string>& names, Report& report) {
  core::Diagnostic& finding = report.add_misspelt(
      "GR1001", parent.name->span, fmt::format("there is no {} `{}` to extend", what, parent.name->text),
      parent.name->text, parent.file == nullptr ? names : std::vector<std::string>());
  if (parent.file == nullptr && !finding.suggestion) {
    finding.note = "give the file that defines it as well, or its folder with --library";
  }
}

bool check_depth(std::string_view name, const YamlNode& extends, size_t ancestors, Report& report) {
  if (ancestors > kTooDeep) {
    report.add("GR1004", extends.span,
               fmt::format("`{}` has {} ancestors; {} are allowed", name, ancestors, kTooDeep));
    return false;
  }
  if (ancestors == kDeep + 1) {
    report.add("GR1003", extends.span,
               fmt::format("`{}` has {} ancestors; few readers follow more than {}", name, ancestors, kDeep));
  }
  return true;
}

}  // namespace gregale::compiler
