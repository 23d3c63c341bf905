// What tasks publish: for nobody, twice, or over something that is lost by it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <unordered_set>

#include "compiler/analysis/analysis.hpp"

namespace gregale::compiler {

using ir::Index;

namespace {

// The plain publish that goes with a clause.
struct Outcome {
  ir::ClauseKind clause;
  std::string_view publish;
};
constexpr std::array kOutcomes = {
    Outcome{ir::on_success, "publish"},      Outcome{ir::on_error, "publish-on-error"},
    Outcome{ir::on_complete, "publish"},     Outcome{ir::on_complete, "publish-on-error"},
    Outcome{ir::on_skip, "publish-on-skip"},
};

const YamlNode* mapping_of(const YamlNode& node, std::string_view key) {
  const YamlNode::Member* member = node.find(key);
  return member != nullptr && member->value.kind == YamlNode::Kind::mapping ? &member->value : nullptr;
}

class PublishingAnalysis {
 public:
  PublishingAnalysis(const Analysis& analysis, Index index)
      : definition_(analysis.definitions.workflows[index]),
        workflow_(analysis.lowered.program.workflows[index]),
        report_(analysis.report) {
    for (const ParameterDefinition& input : definition_.input) inputs_.insert(input.name->text);
    for (const Reference& reference : analysis.references[index]) {
      if (reference.kind == Reference::Kind::variable) read_.insert(reference.name.text);
      if (reference.kind == Reference::Kind::context) all_read_ = true;
    }
    if (workflow_.output == ir::kNone) all_read_ = true;  // then the context is the output
  }

  void run() {
    for (const TaskDefinition* one : definition_.tasks) {
      const TaskDefinition& task = *one;
      for (std::string_view key : {"publish", "publish-on-error", "publish-on-skip"}) {
        if (const YamlNode* publish = mapping_of(*task.node, key)) check_published(*publish);
      }
      for (const ClauseDefinition& clause : task.clauses) {
        if (clause.publish == nullptr) continue;
        for (const YamlNode::Member& scope : clause.publish->members) check_published(scope.value);
      }
      for (const Outcome& outcome : kOutcomes) {
        const YamlNode* plain = mapping_of(*task.node, outcome.publish);
        const YamlNode* scopes = task.clauses[outcome.clause].publish;
        if (plain != nullptr && scopes != nullptr) check_both(task, outcome, *plain, *scopes);
      }
    }
  }

 private:
  void check_published(const YamlNode& publish) {
    for (const YamlNode::Member& member : publish.members) {
      const std::string& name = member.key.text;
      if (inputs_.count(name) != 0) {
        report_.add("GR0707", member.key.span,
                    fmt::format("the variable `{}` hides the input of the same name from here on", name));
      } else if (!all_read_ && read_.count(name) == 0) {
        report_.add("GR0603", member.key.span, fmt::format("nothing reads the variable `{}`", name));
      }
    }
  }

  // A plain publish beside the one of a clause.
  void check_both(const TaskDefinition& task, const Outcome& outcome, const YamlNode& plain,
                  const YamlNode& scopes) {
    if (const YamlNode::Member* global = scopes.find("global")) {
      report_.add(
          "GR0704", global->key.span,
          fmt::format("stock Mistral loses the global variables of a task that has a plain `{}`, too; write "
                      "all of it as `publish` of `{}`",
                      outcome.publish, ir::to_string(outcome.clause)));
    }
    const YamlNode* branch = mapping_of(scopes, "branch");
    if (branch == nullptr) return;
    const bool clause_wins = outcome.clause == ir::on_complete;
    for (const YamlNode::Member& member : branch->members) {
      const YamlNode::Member* other = plain.find(member.key.text);
      if (other == nullptr) continue;
      core::Diagnostic& finding = report_.add(
          "GR0706", member.key.span,
          fmt::format("the task `{}` publishes `{}` twice; the value {} counts", task.name->text,
                      member.key.text, clause_wins ? "here" : fmt::format("of `{}`", outcome.publish)));
      finding.related.push_back({other->key.span, "the other is here"});
    }
  }

  const WorkflowDefinition& definition_;
  const ir::Workflow& workflow_;
  Report& report_;
  std::unordered_set<std::string_view> inputs_;
  std::unordered_set<std::string_view> read_;
  bool all_read_ = false;
};

}  // namespace

void analyse_publishing(const Analysis& analysis) {
  const size_t count = analysis.definitions.workflows.size();
  for (Index index = 0; index < count; ++index) {
    const Report::About about(analysis.report, analysis.definitions.workflows[index].flat);
    PublishingAnalysis(analysis, index).run();
  }
}

}  // namespace gregale::compiler
