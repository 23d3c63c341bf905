#include "compiler/inheritance/family.hpp"

#include <charconv>

#include "compiler/inheritance/merging.hpp"
#include "compiler/nodes.hpp"

namespace gregale::compiler {

namespace {

const YamlNode* step(const YamlNode& node, const std::string& name) {
  if (const YamlNode::Member* member = node.find(name)) return &member->value;
  if (node.kind != YamlNode::Kind::sequence) return nullptr;
  size_t at = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), at);
  if (error == std::errc() && end == name.data() + name.size()) {
    return at < node.items.size() ? &node.items[at] : nullptr;
  }
  // Items of `input` are found by their names.
  for (const YamlNode& item : node.items) {
    if (item.kind == YamlNode::Kind::scalar && item.text == name) return &item;
    if (item.members.size() == 1 && item.members.front().key.text == name) return &item.members.front().value;
  }
  return nullptr;
}

const YamlNode* walk(const YamlNode& start, const std::vector<std::string>& path, size_t from,
                     size_t& longest) {
  const YamlNode* node = &start;
  for (size_t i = from; i < path.size(); ++i) {
    node = step(*node, path[i]);
    if (node == nullptr) return nullptr;
    longest = i + 1;
  }
  return node;
}

// A mapping whose members are told one by one.
bool is_open(const std::string& path, const YamlNode& node) {
  if (node.kind != YamlNode::Kind::mapping) return false;
  const auto ends = [&](std::string_view end) { return path.size() >= end.size() && path.ends_with(end); };
  return path == "vars" || path == "output" || path == "output-on-error" || path == "task-defaults" ||
         ends(".input") || ends(".publish") || ends(".publish-on-error") || ends(".publish-on-skip");
}

void compare(const std::string& path, const YamlNode* first, const YamlNode* second,
             std::vector<Difference>& all);

void compare_members(const std::string& path, const YamlNode& first, const YamlNode& second,
                     std::vector<Difference>& all) {
  for (const YamlNode::Member& member : first.members) {
    const YamlNode::Member* other = second.find(member.key.text);
    compare(path + member.key.text, &member.value, other == nullptr ? nullptr : &other->value, all);
  }
  for (const YamlNode::Member& member : second.members) {
    if (first.find(member.key.text) == nullptr) compare(path + member.key.text, nullptr, &member.value, all);
  }
}

void compare(const std::string& path, const YamlNode* first, const YamlNode* second,
             std::vector<Difference>& all) {
  if (first != nullptr && second != nullptr) {
    if (first == second || same_meaning(*first, *second)) return;
    if (is_open(path, *first) && is_open(path, *second)) {
      compare_members(path + ".", *first, *second, all);
      return;
    }
  }
  all.push_back({path, first, second});
}

}  // namespace

Family::Family(const std::vector<core::SourcePtr>& sources, Library* library, core::Diagnostics& diagnostics)
    : report_(diagnostics), documents_(library, diagnostics), inheritance_(documents_, report_) {
  for (const core::SourcePtr& source : sources) documents_.add(source);
  for (const Declaration* declaration : documents_.given()) {
    if (declaration->kind == Declaration::Kind::workflow) {
      workflows_.push_back(&inheritance_.workflow(*declaration));
    } else {
      actions_.push_back(&inheritance_.action(*declaration));
    }
  }
}

const FlatWorkflow* Family::find(std::string_view full_name) {
  const Declaration* found = documents_.find(Declaration::Kind::workflow, full_name);
  if (found == nullptr) return nullptr;
  const FlatWorkflow& flat = inheritance_.workflow(*found);
  return flat.sound ? &flat : nullptr;
}

std::vector<std::string> Family::names() const {
  std::vector<std::string> names;
  for (const FlatWorkflow* workflow : workflows_) names.push_back(workflow->declaration->full_name);
  return names;
}

const YamlNode* find_value(const FlatWorkflow& workflow, const std::vector<std::string>& path,
                           size_t& longest) {
  longest = 0;
  if (path.empty()) return workflow.node;
  if (path[0] != "tasks") return walk(*workflow.node, path, 0, longest);
  longest = 1;
  if (path.size() < 2) return nullptr;
  const FlatTask* task = workflow.find(path[1]);
  if (task == nullptr) return nullptr;
  longest = 2;
  return walk(task->member->value, path, 2, longest);
}

std::vector<Origin> origins(const FlatWorkflow& workflow, const std::vector<std::string>& path) {
  std::vector<const FlatWorkflow*> chain;
  for (const FlatWorkflow* one = &workflow; one != nullptr; one = one->parent)
    chain.insert(chain.begin(), one);
  std::vector<Origin> result;
  for (const FlatWorkflow* one : chain) {
    const YamlNode& own = *one->declaration->node;
    size_t longest = 0;
    const YamlNode* task =
        path.size() > 2 && path[0] == "tasks" ? walk(own, {path[0], path[1]}, 0, longest) : nullptr;
    const YamlNode::Member* override = task == nullptr ? nullptr : task->find("override");
    if (const YamlNode* node = walk(own, path, 0, longest)) {
      result.push_back({one, node, is_null(*node) ? "removed" : ""});
    } else if (override != nullptr && override->value.text != "merge") {
      result.push_back({one, &override->value,
                        override->value.text == "remove" ? "the task is removed" : "the task is replaced"});
    }
  }
  return result;
}

std::vector<Difference> differences(const FlatWorkflow& first, const FlatWorkflow& second) {
  std::vector<Difference> all;
  for (const YamlNode::Member& member : first.node->members) {
    if (member.key.text == "tasks") continue;
    const YamlNode::Member* other = second.node->find(member.key.text);
    compare(member.key.text, &member.value, other == nullptr ? nullptr : &other->value, all);
  }
  for (const YamlNode::Member& member : second.node->members) {
    if (member.key.text == "tasks" || first.node->find(member.key.text) != nullptr) continue;
    compare(member.key.text, nullptr, &member.value, all);
  }
  for (const FlatTask& task : first.tasks) {
    const std::string path = "tasks." + task.member->key.text;
    const FlatTask* other = second.find(task.member->key.text);
    if (other == nullptr) {
      all.push_back({path, &task.member->value, nullptr});
    } else if (other->member != task.member) {
      compare_members(path + ".", task.member->value, other->member->value, all);
    }
  }
  for (const FlatTask& task : second.tasks) {
    if (first.find(task.member->key.text) == nullptr) {
      all.push_back({"tasks." + task.member->key.text, nullptr, &task.member->value});
    }
  }
  return all;
}

}  // namespace gregale::compiler
