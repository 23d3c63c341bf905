#include "mutations.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>
#include <vector>

#include "compiler/codes.hpp"
#include "compiler/inheritance/flat_text.hpp"

namespace gregale::compiler {

namespace {

using grammar::YamlNode;

constexpr size_t kMostBytes = 200'000;  // of a mutated text; what is doubled again and again stays small

constexpr std::array<std::string_view, 22> kTexts = {"",
                                                     "<% $.x %>",
                                                     "<% ",
                                                     "{{ _.x }}",
                                                     "{{ _.x",
                                                     "<% $.a %> {{ _.b }}",
                                                     "<% task(nobody).result %>",
                                                     "std.echo output='<% 1 + 'a' %>'",
                                                     "std.nothing a=1 b=[1, {",
                                                     "fail(msg='x')",
                                                     "succeed",
                                                     "all",
                                                     "merge",
                                                     "remove",
                                                     "append",
                                                     "extends",
                                                     "i in <% $.list %>",
                                                     "count=3 delay=",
                                                     "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
                                                     "two\nlines: here\n",
                                                     "RegionOne",
                                                     "x=y"};
constexpr std::array<std::string_view, 16> kKeys = {
    "on-success", "on-sucess", "join",    "requires", "extends", "override",   "redirect",     "before",
    "abstract",   "final",     "inherit", "next",     "publish", "with-items", "with-regions", "region"};

class Choices {
 public:
  explicit Choices(std::span<const uint8_t> bytes) : rest_(bytes) {}
  bool empty() const noexcept { return rest_.empty(); }
  // Below [limit], which is not zero.
  size_t below(size_t limit) {
    size_t value = 0;
    for (size_t reach = 1; reach < limit && !rest_.empty(); reach <<= 8) {
      value = value << 8 | rest_.front();
      rest_ = rest_.subspan(1);
    }
    return value % limit;
  }

 private:
  std::span<const uint8_t> rest_;
};

void collect(YamlNode& node, std::vector<YamlNode*>& all) {
  all.push_back(&node);
  for (YamlNode& item : node.items) collect(item, all);
  for (YamlNode::Member& member : node.members) collect(member.value, all);
}

YamlNode text_of(std::string_view text) {
  YamlNode node;
  node.text = std::string(text);
  node.scalar = core::Value(text);
  return node;
}

YamlNode strange(Choices& choices) {
  YamlNode node;
  switch (choices.below(8)) {
    case 0:
      break;  // null
    case 1:
      node.scalar = core::Value(true);
      node.text = "true";
      break;
    case 2:
      node.scalar = core::Value(int64_t{-3});
      node.text = "-3";
      break;
    case 3:
      node.scalar = core::Value(1.5);
      node.text = "1.5";
      break;
    case 4:
      node.kind = YamlNode::Kind::mapping;
      break;
    case 5:
      node.kind = YamlNode::Kind::sequence;
      break;
    default:
      node = text_of(kTexts[choices.below(kTexts.size())]);
  }
  return node;
}

// One mistake at one node.
void mutate(YamlNode& root, Choices& choices) {
  std::vector<YamlNode*> all;
  collect(root, all);
  YamlNode& node = *all[choices.below(all.size())];
  const bool members = node.kind == YamlNode::Kind::mapping && !node.members.empty();
  const bool items = node.kind == YamlNode::Kind::sequence && !node.items.empty();
  const auto at = [&](auto& list) {
    return list.begin() + static_cast<std::ptrdiff_t>(choices.below(list.size()));
  };
  switch (choices.below(10)) {
    case 0:
      node = strange(choices);
      break;
    case 1:
      if (members) node.members.erase(at(node.members));
      if (items) node.items.erase(at(node.items));
      break;
    case 2:
      if (members) node.members.push_back(*at(node.members));
      if (items) node.items.push_back(*at(node.items));
      break;
    case 3:  // a slip in a name
      if (members) {
        YamlNode& key = at(node.members)->key;
        if (!key.text.empty()) key = text_of(key.text.substr(0, key.text.size() - 1));
      }
      break;
    case 4:
      if (members) at(node.members)->key = text_of(kKeys[choices.below(kKeys.size())]);
      break;
    case 5: {
      YamlNode other = *all[choices.below(all.size())];
      node = std::move(other);
      break;
    }
    case 6: {  // a level more
      YamlNode outer;
      outer.kind = YamlNode::Kind::sequence;
      outer.items.push_back(std::move(node));
      node = std::move(outer);
      break;
    }
    case 7:
      if (node.kind == YamlNode::Kind::mapping) {
        node.members.push_back({text_of(kKeys[choices.below(kKeys.size())]), strange(choices)});
      }
      break;
    case 8:
      if (node.kind == YamlNode::Kind::scalar && !node.text.empty()) {
        node = text_of(node.text.substr(0, choices.below(node.text.size())));
      }
      break;
    default:
      if (node.kind == YamlNode::Kind::scalar) {
        node = text_of(node.text + std::string(kTexts[choices.below(kTexts.size())]));
      }
  }
}

}  // namespace

std::string mutated(const std::string& text, std::span<const uint8_t> bytes) {
  core::Diagnostics ignored;
  std::optional<YamlNode> root =
      grammar::parse_yaml(std::make_shared<const core::Source>("valid.yaml", text), ignored);
  if (!root) return {};
  Choices choices(bytes);
  std::string result = text;
  while (!choices.empty()) {
    mutate(*root, choices);
    result = to_yaml(*root);
    if (result.size() > kMostBytes) break;
  }
  return result;
}

std::string fault_of(const core::Diagnostics& diagnostics, const core::SourcePtr& source) {
  for (const core::Diagnostic& finding : diagnostics.sorted()) {
    const auto fault = [&](std::string_view what) {
      return fmt::format("{} at {}-{}: {} ({})", finding.code, finding.span.begin, finding.span.end,
                         finding.message, what);
    };
    if (find_code(finding.code) == nullptr) return fault("an unknown code");
    if (finding.message.empty()) return fault("no message");
    if (!finding.span.known()) return fault("no place");
    if (finding.span.source != source) return fault("a place in no file that was given");
    if (finding.span.begin > finding.span.end) return fault("a place that ends before it begins");
    if (finding.span.end > source->text().size()) return fault("a place behind the end");
    for (const core::RelatedSpan& related : finding.related) {
      if (related.span.known() && related.span.end > related.span.source->text().size()) {
        return fault("a related place behind the end");
      }
    }
  }
  return {};
}

}  // namespace gregale::compiler
