// A workflow with its inheritance resolved: what it would say if it stood alone. What is taken over
// unchanged is shared with the parent, so every node still has the place where it was written.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/documents.hpp"

namespace gregale::compiler {

// Names that an abstract task promises: what overrides it must give these inputs and publish these
// variables. Each with the place of the promise.
struct Contract {
  std::vector<const YamlNode*> input;
  std::vector<const YamlNode*> publish;
};

// What may not be overridden below: all, or these keys, with the place that says so.
struct Final {
  const YamlNode* all = nullptr;
  std::map<std::string, const YamlNode*, std::less<>> keys;

  // The place that forbids to change [key], or nullptr.
  const YamlNode* forbids(std::string_view key) const {
    if (all != nullptr) return all;
    const auto found = keys.find(key);
    return found == keys.end() ? nullptr : found->second;
  }
};

struct FlatTask {
  const YamlNode::Member* member = nullptr;  // name and mapping, without the keys of inheritance
  const YamlNode* abstract = nullptr;        // where it says so; none: it is not
  Contract contract;
  Final final;
};

struct FlatWorkflow {
  const Declaration* declaration = nullptr;
  const FlatWorkflow* parent = nullptr;
  const YamlNode* extends = nullptr;   // the name in `extends`
  const YamlNode* node = nullptr;      // the mapping, without the keys of inheritance; `tasks` as written
  const YamlNode* defaults = nullptr;  // `task-defaults`; the parent's own where nothing is changed
  std::vector<FlatTask> tasks;         // in order: the ancestors' at their places, then the own ones
  std::unordered_map<std::string_view, size_t> index;  // of tasks, by name
  const YamlNode* abstract = nullptr;
  Final final;
  std::string digest;  // of an ancestor: see digest_of()
  size_t depth = 0;    // ancestors
  bool sound = true;   // false: findings have been made that leave the rest without meaning

  const FlatTask* find(std::string_view task) const {
    const auto found = index.find(task);
    return found == index.end() ? nullptr : &tasks[found->second];
  }
};

// An ad-hoc action with its inheritance resolved.
struct FlatAction {
  const Declaration* declaration = nullptr;
  const FlatAction* parent = nullptr;
  const YamlNode* extends = nullptr;
  const YamlNode* node = nullptr;  // the mapping, without the keys of inheritance
  size_t depth = 0;
  bool sound = true;
};

}  // namespace gregale::compiler
