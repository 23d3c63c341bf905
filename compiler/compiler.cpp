#include "compiler/compiler.hpp"

#include <unordered_set>

#include "compiler/analysis/analysis.hpp"
#include "compiler/checks.hpp"
#include "compiler/definition_reader.hpp"
#include "compiler/inheritance/inheritance.hpp"
#include "compiler/lowering.hpp"

namespace gregale::compiler {

namespace {

// Gathers the definitions of a program: those of the given files, and those of the library that they call.
class Linker {
 public:
  Linker(Documents& documents, const ir::ActionCatalogue* catalogue, Report& report)
      : documents_(documents), catalogue_(catalogue), inheritance_(documents, report), report_(report) {}

  // [wanted]: full names of workflows beside those of the given files.
  Definitions& link(const std::vector<std::string>& wanted) {
    for (const Declaration* declaration : documents_.given()) add(*declaration);
    for (const std::string& name : wanted) {
      const Declaration* found = documents_.find(Declaration::Kind::workflow, name);
      if (found != nullptr) add(*found);
    }
    for (const WorkflowDefinition& one : definitions_.workflows) own_workflows_.push_back(one.full_name);
    // What is called may call more.
    for (size_t i = 0; i < definitions_.workflows.size(); ++i) {
      for (size_t task = 0; task < definitions_.workflows[i].tasks.size(); ++task) {
        const WorkflowDefinition& workflow = definitions_.workflows[i];
        link_call(*workflow.flat->declaration, workflow.tasks[task]->call);
      }
    }
    for (size_t i = 0; i < definitions_.actions.size(); ++i) {
      link_call(*definitions_.actions[i].declaration, definitions_.actions[i].base);
    }
    return definitions_;
  }

  // Of those that link() began with: the rest are called by them.
  const std::vector<std::string>& own_workflows() const noexcept { return own_workflows_; }

 private:
  void add(const Declaration& declaration) {
    if (!known_.insert(&declaration).second) return;
    if (declaration.kind == Declaration::Kind::action) {
      const FlatAction& flat = inheritance_.action(declaration);
      if (flat.sound) {
        definitions_.actions.push_back(read_action(flat, report_));
      } else {
        definitions_.broken.push_back(&declaration);
      }
      return;
    }
    const FlatWorkflow& flat = inheritance_.workflow(declaration);
    if (!flat.sound) {
      definitions_.broken.push_back(&declaration);
    } else if (flat.abstract != nullptr) {
      definitions_.abstract_workflows.push_back(read_workflow(flat, tasks_, report_));
    } else {
      definitions_.workflows.push_back(read_workflow(flat, tasks_, report_));
    }
  }

  void link_call(const Declaration& from, const CallDefinition& call) {
    const std::string& name = call.call.name;
    if (call.text == nullptr || name.empty() || name.find("<%") == 0 || name.find("{{") == 0) return;
    const bool workflow = call.kind == ir::CallKind::workflow;
    if (!workflow && catalogue_ != nullptr && catalogue_->find_signature(name) != nullptr) return;
    const Declaration* called =
        documents_.find(workflow ? Declaration::Kind::workflow : Declaration::Kind::action, from, name);
    if (called != nullptr) {
      add(*called);
    } else if (workflow && definitions_.shipped.empty()) {
      definitions_.shipped = documents_.shipped_names();
    }
  }

  Documents& documents_;
  const ir::ActionCatalogue* catalogue_;
  Inheritance inheritance_;
  Report& report_;
  TaskDefinitions tasks_;
  Definitions definitions_;
  std::unordered_set<const Declaration*> known_;
  std::vector<std::string> own_workflows_;
};

// What can be told of workflows that are only there to be extended: syntax, and names of tasks.
void check_abstract(const std::vector<WorkflowDefinition>& workflows, Report& report) {
  Definitions definitions;
  definitions.workflows = workflows;
  lower(definitions, report);
  check_task_names(definitions, report);
}

}  // namespace

Compilation compile(const std::vector<core::SourcePtr>& sources, const Options& options) {
  Compilation result;
  Report report(result.diagnostics);
  Documents documents(options.library, result.diagnostics);
  for (size_t i = 0; i < sources.size(); ++i) {
    documents.add(sources[i], i < options.namespaces.size() ? options.namespaces[i] : std::string());
  }
  Linker linker(documents, options.catalogue, report);
  const Definitions& definitions = linker.link(options.workflows);
  result.own_workflows = linker.own_workflows();
  Lowered lowered = lower(definitions, report);
  check_task_names(definitions, report);
  const FlowGraphs flows = flow_graphs(lowered.program);
  check_graphs(definitions, lowered.program, flows, report);
  const Directory directory(definitions);
  check_calls(definitions, directory, options.catalogue, report);
  check_regions(definitions, directory, options.catalogue, options.cloud, report);
  const References references = check_expressions(definitions, lowered, flows, options.environment, report);
  check_secrets(definitions, report);
  check_abstract(definitions.abstract_workflows, report);
  for (const WorkflowDefinition& workflow : definitions.abstract_workflows) {
    result.abstract_workflows.push_back(workflow.full_name);
  }
  const Analysis analysis{definitions, directory, lowered, flows, options.catalogue, references, report};
  analyse_graph(analysis);
  analyse_constants(analysis);
  analyse_results(analysis);
  analyse_publishing(analysis);
  analyse_origins(analysis);
  options.severities.apply(sources, result.diagnostics);
  if (!result.diagnostics.has_errors()) result.program = std::move(lowered.program);
  return result;
}

}  // namespace gregale::compiler
