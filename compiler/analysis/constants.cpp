// Expressions that need no data to be told wrong: operators that always fail, guards that are never true.
#include <fmt/format.h>

#include <optional>

#include "compiler/analysis/analysis.hpp"
#include "compiler/analysis/constant.hpp"

namespace gregale::compiler {

using ir::Index;

namespace {

class ConstantAnalysis {
 public:
  explicit ConstantAnalysis(const Analysis& analysis)
      : analysis_(analysis),
        program_(analysis.lowered.program),
        sites_(program_.expressions.size()),
        never_true_(program_.expressions.size()) {
    for (const ExpressionSite& site : analysis.lowered.sites) {
      if (sites_[site.expression] == nullptr) sites_[site.expression] = &site;
    }
  }

  void run() {
    const std::vector<WorkflowDefinition>& definitions = analysis_.definitions.workflows;
    for (Index i = 0; i < program_.expressions.size(); ++i) {
      const Index workflow = sites_[i]->workflow;
      const Report::About about(analysis_.report,
                                workflow == ir::kNone ? nullptr : definitions[workflow].flat);
      check_operators(i);
    }
    for (Index i = 0; i < program_.workflows.size(); ++i) {
      const ir::Workflow& workflow = program_.workflows[i];
      const Report::About about(analysis_.report, definitions[i].flat);
      for (const ir::Task& task : workflow.tasks) {
        for (const ir::Clause& clause : task.clauses) {
          for (const ir::Target& target : clause.targets) check_guard(target.guard);
        }
      }
    }
  }

 private:
  core::Span place(Index expression, const grammar::Expression::Piece& piece, size_t begin,
                   size_t end) const {
    const ExpressionSite& site = *sites_[expression];
    return site.node->span_of(site.offset + piece.inner + begin, site.offset + piece.inner + end);
  }

  void check_operators(Index index) {
    const grammar::Expression& expression = program_.expressions[index].expression;
    for (const grammar::Expression::Piece& piece : expression.pieces) {
      foresee(piece.tree, expression.language, [&](const grammar::Node& node, const std::string& why) {
        analysis_.report.add("GR0512", place(index, piece, node.begin, node.end),
                             fmt::format("this always fails: {}", why));
      });
    }
  }

  void check_guard(Index guard) {
    if (guard == ir::kNone || program_.templates[guard].kind != ir::Template::Kind::expression) return;
    const Index index = program_.templates[guard].expression;
    if (!never_true_[index]) never_true_[index] = never_true(program_.expressions[index].expression);
    if (!*never_true_[index]) return;
    analysis_.report.add("GR0410", sites_[index]->node->span,
                         "this guard is never true, so the transition is never taken");
  }

  static bool never_true(const grammar::Expression& expression) {
    if (!expression.whole || expression.pieces.size() != 1) return false;
    const grammar::Expression::Piece& piece = expression.pieces.front();
    const Foreseen result = foresee(piece.tree, expression.language, [](const auto&, const auto&) {});
    return result.value && !result.value->truthy();
  }

  const Analysis& analysis_;
  const ir::Program& program_;
  std::vector<const ExpressionSite*> sites_;     // of each expression the first: all stand at one place
  std::vector<std::optional<bool>> never_true_;  // of each expression; none: not asked for yet
};

}  // namespace

void analyse_constants(const Analysis& analysis) {
  ConstantAnalysis(analysis).run();
}

}  // namespace gregale::compiler
