// Workflow inheritance: resolves `extends` for workflows and ad-hoc actions, with all its findings. It runs
// between the reading of YAML and that of definitions, on the nodes of YAML; everything behind it knows
// flat definitions only.
#pragma once

#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "compiler/inheritance/flat_workflow.hpp"

namespace gregale::compiler {

class Inheritance {
 public:
  // The documents must outlive the flat definitions, and those live as long as this.
  Inheritance(Documents& documents, Report& report) : documents_(documents), report_(report) {}

  // The flat form; made once, ancestors first. Not sound when the chain has no end or no beginning.
  const FlatWorkflow& workflow(const Declaration& declaration) { return make_workflow(declaration); }
  const FlatAction& action(const Declaration& declaration);

 private:
  FlatWorkflow& make_workflow(const Declaration& declaration);
  // The declaration that `extends` names; nullptr with a finding when there is none. [name] becomes the
  // node that holds the name.
  const Declaration* parent_of(const Declaration& declaration, const YamlNode& extends,
                               const YamlNode*& name);
  bool check_cycle(const Declaration& declaration);
  void check_depth(const Declaration& declaration, const YamlNode& extends, size_t depth, bool& sound);
  // Also gives the parent its digest.
  void check_digest(const YamlNode& extends, FlatWorkflow& parent);

  Documents& documents_;
  Report& report_;
  std::unordered_map<const Declaration*, std::unique_ptr<FlatWorkflow>> workflows_;
  std::unordered_map<const Declaration*, std::unique_ptr<FlatAction>> actions_;
  std::vector<const Declaration*> under_way_;
  std::vector<const YamlNode*> under_way_places_;
  std::deque<YamlNode> nodes_;            // made by merging
  std::deque<YamlNode::Member> members_;  // made by merging
};

// SHA-256 of what the workflow says, as 64 hexadecimal digits: its flat form with all that binds a child,
// without places, comments and the style of writing.
std::string digest_of(const FlatWorkflow& workflow);

}  // namespace gregale::compiler
