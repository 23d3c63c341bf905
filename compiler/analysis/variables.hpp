// Which variables an expression can see, by where it stands: inputs, `vars`, and what the tasks on the ways
// to its task publish.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/analysis/published_flow.hpp"
#include "compiler/lowering.hpp"

namespace gregale::compiler {

class Variables {
 public:
  // All arguments must outlive this.
  Variables(const Definitions& definitions, const Lowered& lowered, const FlowGraphs& flows);

  // Whether the variable may be there. True as well where that cannot be told.
  bool visible(const ExpressionSite& site, std::string_view name);
  // Whether a visible variable is there on every way to the site. True as well where that cannot be told.
  bool certain(const ExpressionSite& site, std::string_view name);
  // What may be there, for suggestions; of very many published variables none.
  std::vector<std::string> names(const ExpressionSite& site);
  // Whether it is known that a variable of that name may have been published when the task starts.
  bool published_before(ir::Index workflow, ir::Index task, std::string_view name);
  // Whether any task of the site's workflow publishes it.
  bool published_somewhere(const ExpressionSite& site, std::string_view name) const;

 private:
  struct Scope {
    std::unordered_set<std::string> inputs;
    std::unordered_set<std::string> everywhere;         // inputs, vars, globals
    std::unordered_map<std::string, size_t> published;  // into branches; numbered
    std::unique_ptr<PublishedFlow> flow;                // none: `unknown`
    bool reverse = false;
    bool unknown = false;  // something is published under names that are not known
  };

  void read_publish(const ir::Publish& publish, ir::ClauseKind end, Scope& scope,
                    std::vector<Publication>& publications) const;
  void read_map(ir::Index index, Scope& scope, std::vector<std::string>& names) const;
  Scope read_workflow(const ir::Workflow& workflow, const FlowGraph& graph, bool unknown) const;
  // Whether the variable may have been published when the task starts, and on which ways. Nothing where that
  // cannot be told.
  static std::optional<PublishedFlow::Ways> before(Scope& scope, ir::Index task, size_t variable);

  const ir::Program& program_;
  std::vector<Scope> scopes_;                             // of each workflow
  std::vector<std::unordered_set<std::string>> actions_;  // of each ad-hoc action
};

}  // namespace gregale::compiler
