// Which variables an expression can see, by where it stands: inputs, `vars`, and what the tasks on the ways
// to its task publish.
#pragma once

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "compiler/lowering.hpp"

namespace gregale::compiler {

class Variables {
 public:
  Variables(const Definitions& definitions, const Lowered& lowered);

  // Whether the variable may be there. True as well where that cannot be told.
  bool visible(const ExpressionSite& site, std::string_view name) const;
  // Whether a visible variable is there on every way to the site.
  bool certain(const ExpressionSite& site, std::string_view name) const;
  // All that may be there, for suggestions.
  std::vector<std::string> names(const ExpressionSite& site) const;
  // Whether a variable of that name may have been published when the task starts.
  bool published_before(ir::Index workflow, ir::Index task, std::string_view name) const;
  // Whether any task of the site's workflow publishes it.
  bool published_somewhere(const ExpressionSite& site, std::string_view name) const;

 private:
  using Bits = std::vector<uint64_t>;
  struct Scope {
    std::unordered_set<std::string> inputs;
    std::unordered_set<std::string> everywhere;  // inputs, vars, globals
    std::unordered_map<std::string, size_t> published;
    std::vector<Bits> before;  // of each task: what may be published when it starts
    std::vector<Bits> own;     // of each task: what it publishes itself
    std::vector<Bits> always;  // of each task: what is published when it starts, whatever the way
    bool unknown = false;      // something is published under names that are not known
  };

  void read_publish(const ir::Publish& publish, Scope& scope, Bits& bits);
  void read_map(ir::Index index, Scope& scope, std::vector<std::string>& names) const;
  Scope read_workflow(const ir::Workflow& workflow);
  // What each task may find, and what it finds on every way. [edges]: what is published on the way out of
  // each task, by the clause that is taken.
  using Edges = std::vector<std::array<Bits, ir::kClauseCount>>;
  static void spread(const ir::Workflow& workflow, const Edges& edges, Scope& scope);
  static void narrow(const ir::Workflow& workflow, const Edges& edges, Scope& scope);

  const ir::Program& program_;
  std::vector<Scope> scopes_;                             // of each workflow
  std::vector<std::unordered_set<std::string>> actions_;  // of each ad-hoc action
};

}  // namespace gregale::compiler
