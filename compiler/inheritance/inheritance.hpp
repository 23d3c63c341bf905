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
  const FlatWorkflow& workflow(const Declaration& declaration);
  const FlatAction& action(const Declaration& declaration);

 private:
  // A definition that is not made yet, with what it extends.
  struct Link {
    const Declaration* declaration;
    const YamlNode* name = nullptr;       // where the parent is named; none: it has no parent
    const YamlNode* digest = nullptr;     // what the parent is pinned to, if it is
    const Declaration* parent = nullptr;  // none: there is none, or a finding tells why not
  };

  // The definition and its ancestors up to the first that is in [made], which are marked there as under way.
  template <typename Flat>
  std::vector<Link> chain_of(const Declaration& declaration,
                             std::unordered_map<const Declaration*, std::unique_ptr<Flat>>& made);
  // Makes all that is missing of the chain, ancestors first.
  template <typename Flat>
  Flat& make(const Declaration& declaration,
             std::unordered_map<const Declaration*, std::unique_ptr<Flat>>& made);
  void fill(FlatWorkflow& flat, const Link& link, FlatWorkflow* parent);
  void fill(FlatAction& flat, const Link& link, const FlatAction* parent);
  // The definition and what it extends, by its own `extends` or its workbook's. Without a parent and with a
  // finding when there is none of that name.
  Link link_of(const Declaration& declaration);
  // [chain]: definitions each of which extends the next, and the last of which extends [first].
  void report_cycle(const std::vector<Link>& chain, const Declaration& first);
  // Also gives the parent its digest.
  void check_digest(const YamlNode* digest, FlatWorkflow& parent);

  Documents& documents_;
  Report& report_;
  std::unordered_map<const Declaration*, std::unique_ptr<FlatWorkflow>> workflows_;
  std::unordered_map<const Declaration*, std::unique_ptr<FlatAction>> actions_;
  std::deque<YamlNode> nodes_;            // made by merging
  std::deque<YamlNode::Member> members_;  // made by merging
};

// SHA-256 of what the workflow says, as 64 hexadecimal digits: its flat form with all that binds a child,
// without places, comments and the style of writing.
std::string digest_of(const FlatWorkflow& workflow);

}  // namespace gregale::compiler
