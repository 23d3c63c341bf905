#include "compiler/directory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace gregale::compiler {

Directory::Directory(const Definitions& definitions) : shipped_(definitions.shipped) {
  for (ir::Index i = 0; i < definitions.workflows.size(); ++i) {
    add({definitions.workflows[i].flat->declaration, i, nullptr, nullptr});
  }
  for (const WorkflowDefinition& one : definitions.abstract_workflows) {
    add({one.flat->declaration, ir::kNone, &one, nullptr});
  }
  for (const ActionDefinition& one : definitions.actions) add({one.declaration, ir::kNone, nullptr, &one});
  for (const Declaration* one : definitions.broken) add({one, ir::kNone, nullptr, nullptr});
}

void Directory::add(Callable callable) {
  of(callable.declaration->kind)[callable.declaration->full_name].push_back(callable);
}

Directory::Meaning Directory::look_up(Declaration::Kind kind, const Declaration& from,
                                      std::string_view name) const {
  const auto in_namespaces = [&](std::string_view full_name) -> Meaning {
    const auto found = of(kind).find(full_name);
    if (found == of(kind).end()) return {};
    const std::vector<Callable>& all = found->second;
    const auto in = [&](std::string_view name_space) -> const Callable* {
      const auto one = std::find_if(all.begin(), all.end(), [&](const Callable& callable) {
        return callable.declaration->name_space == name_space;
      });
      return one == all.end() ? nullptr : &*one;
    };
    const Callable* own = in(from.name_space);
    if (own == nullptr) own = in({});
    // The actions of a workflow are those of its own namespace, wherever it is started.
    const bool decided = kind == Declaration::Kind::action && from.kind == Declaration::Kind::workflow;
    if (!from.name_space.empty() || decided) return {own, false};
    const bool varies = std::any_of(all.begin(), all.end(), [](const Callable& callable) {
      return !callable.declaration->name_space.empty();
    });
    return {varies ? &all.front() : own, varies};
  };
  if (!from.workbook.empty()) {
    const Meaning own = in_namespaces(fmt::format("{}.{}", from.workbook, name));
    if (own.callable != nullptr) return own;
  }
  return in_namespaces(name);
}

Directory::Meaning Directory::workflow(const Declaration& from, std::string_view name) const {
  return look_up(Declaration::Kind::workflow, from, name);
}

Directory::Meaning Directory::action(const Declaration& from, std::string_view name) const {
  return look_up(Declaration::Kind::action, from, name);
}

std::vector<std::string> Directory::names(Declaration::Kind kind, const Declaration& from) const {
  std::vector<std::string> result;
  for (const auto& [full_name, all] : of(kind)) {
    for (const Callable& callable : all) {
      const Declaration& one = *callable.declaration;
      if (callable.workflow == ir::kNone && callable.action == nullptr) continue;
      if (!one.name_space.empty() && one.name_space != from.name_space) continue;
      result.push_back(one.full_name);
      if (!from.workbook.empty() && one.workbook == from.workbook) result.push_back(one.name->text);
    }
  }
  if (kind == Declaration::Kind::workflow) result.insert(result.end(), shipped_.begin(), shipped_.end());
  std::sort(result.begin(), result.end());
  return result;
}

}  // namespace gregale::compiler
