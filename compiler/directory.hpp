// What the names in calls mean, by the rule of the machine that runs them: a definition of the caller's
// workbook comes first, each time one of the namespace before one of the default namespace.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/definition.hpp"

namespace gregale::compiler {

// One definition that can be called, or could if it were sound.
struct Callable {
  const Declaration* declaration = nullptr;
  ir::Index workflow = ir::kNone;                // of Definitions::workflows; none: it cannot be called
  const WorkflowDefinition* abstract = nullptr;  // it is only there to be extended
  const ActionDefinition* action = nullptr;
  // False: findings about it have been made that leave the rest without meaning.
  bool sound() const noexcept { return workflow != ir::kNone || abstract != nullptr || action != nullptr; }
};

class Directory {
 public:
  // The definitions must outlive the directory.
  explicit Directory(const Definitions& definitions);

  struct Meaning {
    const Callable* callable = nullptr;  // none: there is no such definition
    // Definitions of several namespaces have the name, and which one is called is known when it runs: a
    // workflow of the default namespace calls those of the namespace in which it is started.
    bool varies = false;
    // What can be told of the call for certain; nullptr when nothing can.
    const Callable* certain() const noexcept { return varies ? nullptr : callable; }
  };
  Meaning workflow(const Declaration& from, std::string_view name) const;
  Meaning action(const Declaration& from, std::string_view name) const;
  // The names by which a definition could call others, for suggestions.
  std::vector<std::string> names(Declaration::Kind kind, const Declaration& from) const;

 private:
  using Names = std::unordered_map<std::string_view, std::vector<Callable>>;  // by full name

  Names& of(Declaration::Kind kind) { return names_[static_cast<size_t>(kind)]; }
  const Names& of(Declaration::Kind kind) const { return names_[static_cast<size_t>(kind)]; }
  void add(Callable callable);
  Meaning look_up(Declaration::Kind kind, const Declaration& from, std::string_view name) const;

  Names names_[2];
  const std::vector<std::string>& shipped_;
};

}  // namespace gregale::compiler
