#include "compiler/inheritance/transitions.hpp"

namespace gregale::compiler {

bool is_advanced_clause(const YamlNode& clause) {
  if (clause.kind != YamlNode::Kind::mapping) return false;
  if (clause.members.empty() || clause.find("publish") != nullptr || clause.find("next") != nullptr)
    return true;
  const YamlNode::Member& only = clause.members.front();
  return clause.members.size() > 1 || only.value.kind != YamlNode::Kind::scalar;
}

std::vector<YamlNode> targets_of(const YamlNode& clause) {
  if (clause.kind == YamlNode::Kind::sequence) return clause.items;
  if (!is_advanced_clause(clause)) return {clause};
  const YamlNode::Member* next = clause.find("next");
  return next == nullptr ? std::vector<YamlNode>() : targets_of(next->value);
}

const YamlNode* target_name(const YamlNode& item) {
  const YamlNode* name = &item;
  if (item.kind == YamlNode::Kind::mapping) {
    if (item.members.size() != 1) return nullptr;
    name = &item.members.front().key;
  }
  return name->kind == YamlNode::Kind::scalar && name->scalar.is_string() ? name : nullptr;
}

void set_targets(YamlNode& clause, std::vector<YamlNode> targets) {
  if (is_advanced_clause(clause)) {
    for (YamlNode::Member& member : clause.members) {
      if (member.key.text == "next") {
        set_targets(member.value, std::move(targets));
        return;
      }
    }
    return;
  }
  YamlNode list;
  list.kind = YamlNode::Kind::sequence;
  list.span = clause.span;
  list.items = std::move(targets);
  clause = std::move(list);
}

}  // namespace gregale::compiler
