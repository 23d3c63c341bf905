#include "compiler/analysis/variables.hpp"

#include <algorithm>

#include "compiler/keys.hpp"
#include "core/similar.hpp"

namespace gregale::compiler {

using ir::Index;
using ir::kNone;

namespace {

// What is in every context without being declared.
constexpr std::string_view kBuiltIn[] = {"__env", "__execution", "__task_execution", "__actions",
                                         "openstack"};

// Published variables of one workflow that suggestions are looked for among.
constexpr size_t kMostSuggested = 2000;

// Whether a key that is not known may have been meant to declare variables.
bool misspells_variables(const WorkflowDefinition& workflow) {
  for (const YamlNode::Member& member : workflow.node->members) {
    if (find_key(Place::workflow, member.key.text) == nullptr &&
        !core::nearest_name(member.key.text, {"input", "vars", "tasks"}).empty()) {
      return true;
    }
  }
  for (const TaskDefinition* one : workflow.tasks) {
    const TaskDefinition& task = *one;
    for (const YamlNode::Member& member : task.node->members) {
      if (find_key(Place::task, member.key.text) == nullptr &&
          !core::nearest_name(member.key.text, {"publish", "publish-on-error", "with-items"}).empty()) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

Variables::Variables(const Definitions& definitions, const Lowered& lowered, const FlowGraphs& flows)
    : program_(lowered.program) {
  std::unordered_set<std::string> all_vars;
  for (size_t i = 0; i < program_.workflows.size(); ++i) {
    const ir::Workflow& workflow = program_.workflows[i];
    scopes_.push_back(read_workflow(workflow, flows[i], misspells_variables(definitions.workflows[i])));
    std::vector<std::string> vars;
    read_map(workflow.vars, scopes_.back(), vars);
    all_vars.insert(vars.begin(), vars.end());
  }
  for (const ir::AdhocAction& action : program_.actions) {
    std::unordered_set<std::string> names = all_vars;
    for (const ir::Parameter& parameter : action.input) names.insert(program_.name(parameter.name));
    actions_.push_back(std::move(names));
  }
}

void Variables::read_map(Index index, Scope& scope, std::vector<std::string>& names) const {
  if (index == kNone) return;
  const ir::Template& entry = program_.templates[index];
  if (entry.kind == ir::Template::Kind::map) {
    for (const core::Value& key : entry.constant.as_list()) names.push_back(key.as_string());
  } else if (entry.kind == ir::Template::Kind::constant && entry.constant.is_map()) {
    for (const core::Map::Entry& member : entry.constant.as_map()) names.push_back(member.key.as_string());
  } else {
    scope.unknown = true;
  }
}

void Variables::read_publish(const ir::Publish& publish, ir::ClauseKind end, Scope& scope,
                             std::vector<Publication>& publications) const {
  std::vector<std::string> branch;
  read_map(publish.branch, scope, branch);
  for (std::string& name : branch) {
    const size_t variable = scope.published.emplace(std::move(name), scope.published.size()).first->second;
    publications.push_back({variable, static_cast<uint8_t>(1 << end)});
  }
  std::vector<std::string> global;
  read_map(publish.global, scope, global);
  read_map(publish.atomic, scope, global);
  scope.everywhere.insert(global.begin(), global.end());
}

Variables::Scope Variables::read_workflow(const ir::Workflow& workflow, const FlowGraph& graph,
                                          bool unknown) const {
  Scope scope;
  scope.unknown = unknown;
  scope.reverse = workflow.type == ir::Workflow::Type::reverse;
  for (std::string_view name : kBuiltIn) scope.inputs.emplace(name);
  for (const ir::Parameter& parameter : workflow.input) scope.inputs.insert(program_.name(parameter.name));
  scope.everywhere = scope.inputs;
  std::vector<std::string> vars;
  read_map(workflow.vars, scope, vars);
  scope.everywhere.insert(vars.begin(), vars.end());
  std::vector<std::vector<Publication>> publications(workflow.tasks.size());
  for (size_t index = 0; index < workflow.tasks.size(); ++index) {
    const ir::Task& task = workflow.tasks[index];
    std::vector<Publication>& own = publications[index];
    read_publish(task.publish, ir::on_success, scope, own);
    read_publish(task.publish_on_error, ir::on_error, scope, own);
    read_publish(task.publish_on_skip, ir::on_skip, scope, own);
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      read_publish(task.clauses[kind].publish, static_cast<ir::ClauseKind>(kind), scope, own);
    }
  }
  if (!scope.unknown) scope.flow = std::make_unique<PublishedFlow>(graph, std::move(publications));
  return scope;
}

// In reverse workflows, anything may have run before.
std::optional<PublishedFlow::Ways> Variables::before(Scope& scope, Index task, size_t variable) {
  if (scope.flow == nullptr) return std::nullopt;
  if (scope.reverse) return PublishedFlow::Ways{true, true};
  return scope.flow->before(task, variable);
}

bool Variables::certain(const ExpressionSite& site, std::string_view name) {
  if (site.workflow == kNone || site.task == kNone || site.action != kNone) return true;
  Scope& scope = scopes_[site.workflow];
  const std::string key(name);
  const auto published = scope.published.find(key);
  if (scope.unknown || scope.everywhere.count(key) != 0 || published == scope.published.end()) return true;
  if (site.usage != Usage::task && scope.flow->publishes(site.task, published->second)) return true;
  const auto ways = before(scope, site.task, published->second);
  return !ways || !ways->some || ways->every;
}

bool Variables::visible(const ExpressionSite& site, std::string_view name) {
  const std::string key(name);
  if (site.usage == Usage::action_output) return true;
  if (site.action != kNone) return actions_[site.action].count(key) != 0 || key == "__env";
  if (site.workflow == kNone) return true;
  Scope& scope = scopes_[site.workflow];
  if (scope.unknown) return true;
  if (site.usage == Usage::workflow_start) return scope.inputs.count(key) != 0;
  if (scope.everywhere.count(key) != 0) return true;
  const auto published = scope.published.find(key);
  if (site.usage == Usage::workflow_output || site.task == kNone) return published != scope.published.end();
  const ir::Task& task = program_.workflows[site.workflow].tasks[site.task];
  if (site.usage == Usage::task) {
    for (const ir::WithItems& items : task.with_items) {
      if (program_.name(items.variable) == name) return true;
    }
  }
  if (published == scope.published.end()) return false;
  if (site.usage == Usage::guard && scope.flow->publishes(site.task, published->second)) return true;
  const auto ways = before(scope, site.task, published->second);
  return !ways || ways->some;
}

std::vector<std::string> Variables::names(const ExpressionSite& site) {
  std::vector<std::string> result;
  const auto add = [&](const auto& names) {
    for (const auto& name : names) result.push_back(name);
  };
  if (site.action != kNone) {
    add(actions_[site.action]);
  } else if (site.workflow != kNone) {
    const Scope& scope = scopes_[site.workflow];
    add(site.usage == Usage::workflow_start ? scope.inputs : scope.everywhere);
    if (scope.published.size() <= kMostSuggested) {
      for (const auto& [name, index] : scope.published) result.push_back(name);
    }
    if (site.task != kNone) {
      for (const ir::WithItems& items : program_.workflows[site.workflow].tasks[site.task].with_items) {
        result.push_back(program_.name(items.variable));
      }
    }
  }
  result.erase(std::remove_if(result.begin(), result.end(),
                              [&](const std::string& name) {
                                return name.compare(0, 2, "__") == 0 || !visible(site, name);
                              }),
               result.end());
  std::sort(result.begin(), result.end());
  return result;
}

bool Variables::published_before(Index workflow, Index task, std::string_view name) {
  Scope& scope = scopes_[workflow];
  const auto published = scope.published.find(std::string(name));
  if (scope.unknown || published == scope.published.end()) return false;
  const auto ways = before(scope, task, published->second);
  return ways && ways->some;
}

bool Variables::published_somewhere(const ExpressionSite& site, std::string_view name) const {
  return site.workflow != kNone && scopes_[site.workflow].published.count(std::string(name)) != 0;
}

}  // namespace gregale::compiler
