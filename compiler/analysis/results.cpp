// Results of tasks, as far as the definition tells what they can be.
#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "compiler/analysis/analysis.hpp"
#include "compiler/analysis/dominators.hpp"

namespace gregale::compiler {

using ir::Index;
using ir::kNone;

namespace {

// What the result of a task is, where it is known.
struct ResultShape {
  bool known = false;
  bool nothing = false;              // null, whatever happens
  std::vector<std::string> members;  // of a mapping
};

class ResultAnalysis {
 public:
  explicit ResultAnalysis(const Analysis& analysis)
      : analysis_(analysis), program_(analysis.lowered.program), orders_(program_.workflows.size()) {}

  void run() {
    for (size_t i = 0; i < analysis_.references.size(); ++i) {
      const Report::About about(analysis_.report, analysis_.definitions.workflows[i].flat);
      check_references(analysis_.references[i]);
    }
  }

 private:
  void check_references(const std::vector<Reference>& references) {
    for (const Reference& reference : references) {
      const ExpressionSite& site = analysis_.lowered.sites[reference.site];
      if (reference.kind != Reference::Kind::task) continue;
      const Index task = named_task(reference, site);
      if (task == kNone) continue;
      const bool too_early = check_order(reference, site, task);
      if (too_early || reference.first.text != "result") continue;
      check_kept(reference, site, task);
      check_member(reference, site, task);
    }
  }

  Index named_task(const Reference& reference, const ExpressionSite& site) const {
    if (reference.name.text.empty()) return site.task;
    const auto& index = analysis_.definitions.workflows[site.workflow].task_index;
    const auto found = index.find(reference.name.text);
    return found == index.end() ? kNone : static_cast<Index>(found->second);
  }

  const std::string& name(const ExpressionSite& site, Index task) const {
    return analysis_.definitions.workflows[site.workflow].tasks[task]->name->text;
  }

  const Declaration& declaration(const ExpressionSite& site) const {
    return *analysis_.definitions.workflows[site.workflow].flat->declaration;
  }

  // Of the tasks of a workflow, which runs before which.
  struct Order {
    explicit Order(const FlowGraph& graph) : dominators(graph), tangle(graph.size(), kNone) {
      Index number = 0;
      for (const std::vector<Index>& component : find_components(graph)) {
        for (Index task : component) tangle[task] = number;
        ++number;
      }
    }

    Dominators dominators;
    std::vector<Index> tangle;  // tasks that lead to each other have the same number
  };

  const Order& order(Index workflow) {
    if (orders_[workflow] == nullptr) orders_[workflow] = std::make_unique<Order>(analysis_.flows[workflow]);
    return *orders_[workflow];
  }

  // True when the task runs only after the one that asks for it, which has been reported.
  bool check_order(const Reference& reference, const ExpressionSite& site, Index task) {
    const ir::Workflow& workflow = program_.workflows[site.workflow];
    if (site.task == kNone || task == site.task || workflow.type == ir::Workflow::Type::reverse) return false;
    const std::vector<Index>& inbound = workflow.tasks[site.task].inbound;
    if (std::binary_search(inbound.begin(), inbound.end(), task) || workflow.tasks[task].inbound.empty())
      return false;
    if (workflow.tasks[task].join.kind != ir::Join::Kind::none) return false;
    const Order& order = this->order(site.workflow);
    if (!order.dominators.on_every_way(site.task, task)) return false;
    // In a loop the task may have run in the round before.
    if (order.tangle[site.task] == order.tangle[task]) return false;
    analysis_.report.add("GR0604", place_of(analysis_.lowered, reference, reference.name),
                         fmt::format("the task `{}` runs only after `{}`, so it has no result yet",
                                     name(site, task), name(site, site.task)));
    return true;
  }

  void check_kept(const Reference& reference, const ExpressionSite& site, Index task) {
    const Index keep = program_.workflows[site.workflow].tasks[task].keep_result;
    if (keep == kNone || program_.templates[keep].kind != ir::Template::Kind::constant) return;
    if (program_.templates[keep].constant.truthy() || task == site.task) return;
    const core::Span place = reference.name.text.empty()
                                 ? site.node->span
                                 : place_of(analysis_.lowered, reference, reference.name);
    analysis_.report
        .add("GR0606", place,
             fmt::format("the result of `{}` is not kept (`keep-result: false`), so it is null here",
                         name(site, task)))
        .note = "publish what is needed of it";
  }

  void check_member(const Reference& reference, const ExpressionSite& site, Index task) {
    if (reference.second.text.empty()) return;
    const ResultShape shape = shape_of(site, task);
    if (!shape.known) return;
    const std::string_view member = reference.second.text;
    if (std::find(shape.members.begin(), shape.members.end(), member) != shape.members.end()) return;
    const core::Span place = place_of(analysis_.lowered, reference, reference.second);
    if (shape.nothing) {
      analysis_.report.add(
          "GR0605", place,
          fmt::format("the result of `{}` is null, so it has no `{}`", name(site, task), member));
      return;
    }
    analysis_.report.add_misspelt("GR0605", place,
                                  fmt::format("the result of `{}` has no `{}`; it has {}", name(site, task),
                                              member, fmt::join(shape.members, ", ")),
                                  member, shape.members);
  }

  ResultShape shape_of(const ExpressionSite& site, Index task) const {
    const ir::Task& definition = program_.workflows[site.workflow].tasks[task];
    const CallDefinition& call = analysis_.definitions.workflows[site.workflow].tasks[task]->call;
    if (!definition.with_items.empty()) return {};
    if (call.kind == ir::CallKind::workflow) return shape_of_workflow(site, call);
    const std::string called = call.text == nullptr ? "std.noop" : call.call.name;
    if (analysis_.directory.action(declaration(site), called).callable != nullptr) return {};
    if (analysis_.catalogue == nullptr) return {};
    const ir::ActionSignature* signature = analysis_.catalogue->find_signature(called);
    if (signature == nullptr || signature->result == ir::ActionSignature::Result::unknown) return {};
    return {true, signature->result == ir::ActionSignature::Result::nothing, signature->result_members};
  }

  // A sub-workflow's output.
  ResultShape shape_of_workflow(const ExpressionSite& site, const CallDefinition& call) const {
    const Callable* called = analysis_.directory.workflow(declaration(site), call.call.name).certain();
    if (called == nullptr || called->workflow == kNone) return {};
    ResultShape shape{true, false, {"result"}};
    const ir::Workflow& workflow = program_.workflows[called->workflow];
    if (workflow.output == kNone || !add_keys(workflow.output, shape) ||
        !add_keys(workflow.output_on_error, shape)) {
      return {};
    }
    return shape;
  }

  bool add_keys(Index index, ResultShape& shape) const {
    if (index == kNone) return true;
    const ir::Template& entry = program_.templates[index];
    if (entry.kind == ir::Template::Kind::map) {
      for (const core::Value& key : entry.constant.as_list()) shape.members.push_back(key.as_string());
      return true;
    }
    if (entry.kind != ir::Template::Kind::constant || !entry.constant.is_map()) return false;
    for (const core::Map::Entry& member : entry.constant.as_map())
      shape.members.push_back(member.key.as_string());
    return true;
  }

  const Analysis& analysis_;
  const ir::Program& program_;
  std::vector<std::unique_ptr<Order>> orders_;  // of each workflow, made when they are needed
};

}  // namespace

void analyse_results(const Analysis& analysis) {
  ResultAnalysis(analysis).run();
}

}  // namespace gregale::compiler
