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

// Above this many bits for all tasks the check is left out: it would cost more than it is worth.
constexpr size_t kMostBits = size_t{1} << 31;

void set_bit(std::vector<uint64_t>& bits, size_t position) {
  if (bits.size() <= position / 64) bits.resize(position / 64 + 1);
  bits[position / 64] |= uint64_t{1} << (position % 64);
}

bool has_bit(const std::vector<uint64_t>& bits, size_t position) {
  return position / 64 < bits.size() && (bits[position / 64] >> (position % 64) & 1) != 0;
}

// True when [into] has grown.
bool merge(std::vector<uint64_t>& into, const std::vector<uint64_t>& from) {
  if (into.size() < from.size()) into.resize(from.size());
  bool grown = false;
  for (size_t i = 0; i < from.size(); ++i) {
    const uint64_t both = into[i] | from[i];
    grown = grown || both != into[i];
    into[i] = both;
  }
  return grown;
}

// What is in both.
std::vector<uint64_t> both(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  std::vector<uint64_t> result(std::min(a.size(), b.size()));
  for (size_t i = 0; i < result.size(); ++i) result[i] = a[i] & b[i];
  while (!result.empty() && result.back() == 0) result.pop_back();
  return result;
}

}  // namespace

namespace {

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

Variables::Variables(const Definitions& definitions, const Lowered& lowered) : program_(lowered.program) {
  std::unordered_set<std::string> all_vars;
  for (const ir::Workflow& workflow : program_.workflows) {
    scopes_.push_back(read_workflow(workflow));
    if (misspells_variables(definitions.workflows[scopes_.size() - 1])) scopes_.back().unknown = true;
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

void Variables::read_publish(const ir::Publish& publish, Scope& scope, Bits& bits) {
  std::vector<std::string> branch;
  read_map(publish.branch, scope, branch);
  for (std::string& name : branch) {
    set_bit(bits, scope.published.emplace(std::move(name), scope.published.size()).first->second);
  }
  std::vector<std::string> global;
  read_map(publish.global, scope, global);
  read_map(publish.atomic, scope, global);
  scope.everywhere.insert(global.begin(), global.end());
}

Variables::Scope Variables::read_workflow(const ir::Workflow& workflow) {
  Scope scope;
  for (std::string_view name : kBuiltIn) scope.inputs.emplace(name);
  for (const ir::Parameter& parameter : workflow.input) scope.inputs.insert(program_.name(parameter.name));
  scope.everywhere = scope.inputs;
  std::vector<std::string> vars;
  read_map(workflow.vars, scope, vars);
  scope.everywhere.insert(vars.begin(), vars.end());
  // What is published on the way out of each task, by the clause that is taken.
  std::vector<std::array<Bits, ir::kClauseCount>> edges(workflow.tasks.size());
  scope.own.resize(workflow.tasks.size());
  for (size_t index = 0; index < workflow.tasks.size(); ++index) {
    const ir::Task& task = workflow.tasks[index];
    std::array<Bits, ir::kClauseCount>& out = edges[index];
    read_publish(task.publish, scope, out[ir::on_success]);
    read_publish(task.publish_on_error, scope, out[ir::on_error]);
    read_publish(task.publish_on_skip, scope, out[ir::on_skip]);
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      read_publish(task.clauses[kind].publish, scope, out[kind]);
    }
    for (const Bits& bits : out) merge(scope.own[index], bits);
    for (ir::ClauseKind kind : {ir::on_success, ir::on_error}) merge(out[kind], out[ir::on_complete]);
    out[ir::on_complete] = scope.own[index];
  }
  if (workflow.tasks.size() * scope.published.size() > kMostBits) scope.unknown = true;
  if (scope.unknown) return scope;
  spread(workflow, edges, scope);
  // Of what on-complete finds, only what both outcomes publish is certain.
  for (size_t index = 0; index < edges.size(); ++index) {
    edges[index][ir::on_complete] = both(edges[index][ir::on_success], edges[index][ir::on_error]);
  }
  narrow(workflow, edges, scope);
  return scope;
}

// Until nothing changes any more.
void Variables::spread(const ir::Workflow& workflow, const Edges& edges, Scope& scope) {
  scope.before.resize(workflow.tasks.size());
  if (workflow.type == ir::Workflow::Type::reverse) {
    Bits all;
    for (const Bits& own : scope.own) merge(all, own);
    for (Bits& before : scope.before) before = all;
    return;
  }
  std::vector<Index> open(workflow.tasks.size());
  for (Index index = 0; index < open.size(); ++index) open[index] = index;
  std::vector<bool> waiting(open.size(), true);
  for (size_t next = 0; next < open.size(); ++next) {
    const Index from = open[next];
    waiting[from] = false;
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      for (const ir::Target& target : workflow.tasks[from].clauses[kind].targets) {
        if (target.kind != ir::TargetKind::task) continue;
        Bits& before = scope.before[target.task];
        const bool grown = merge(before, scope.before[from]);
        if ((merge(before, edges[from][kind]) || grown) && !waiting[target.task]) {
          waiting[target.task] = true;
          open.push_back(target.task);
        }
      }
    }
  }
}

// Begins with everything that may be there and takes away what some way does not bring. A join that waits for
// all has what any of its branches brings.
void Variables::narrow(const ir::Workflow& workflow, const Edges& edges, Scope& scope) {
  scope.always = scope.before;
  if (workflow.type == ir::Workflow::Type::reverse) return;
  std::vector<Index> open(workflow.tasks.size());
  for (Index index = 0; index < open.size(); ++index) open[index] = index;
  std::vector<bool> waiting(open.size(), true);
  for (size_t next = 0; next < open.size(); ++next) {
    const Index index = open[next];
    waiting[index] = false;
    const ir::Task& task = workflow.tasks[index];
    Bits found;
    bool first = true;
    for (Index from : task.inbound) {
      Bits way;
      bool first_edge = true;
      for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
        for (const ir::Target& target : workflow.tasks[from].clauses[kind].targets) {
          if (target.kind != ir::TargetKind::task || target.task != index) continue;
          Bits edge = scope.always[from];
          merge(edge, edges[from][kind]);
          way = first_edge ? std::move(edge) : both(way, edge);
          first_edge = false;
        }
      }
      if (first) {
        found = std::move(way);
      } else if (task.join.kind == ir::Join::Kind::all) {
        merge(found, way);
      } else {
        found = both(found, way);
      }
      first = false;
    }
    if (first || found == scope.always[index]) continue;
    scope.always[index] = std::move(found);
    for (const ir::Clause& clause : task.clauses) {
      for (const ir::Target& target : clause.targets) {
        if (target.kind != ir::TargetKind::task || waiting[target.task]) continue;
        waiting[target.task] = true;
        open.push_back(target.task);
      }
    }
  }
}

bool Variables::certain(const ExpressionSite& site, std::string_view name) const {
  if (site.workflow == kNone || site.task == kNone || site.action != kNone) return true;
  const Scope& scope = scopes_[site.workflow];
  const auto published = scope.published.find(std::string(name));
  if (scope.unknown || scope.everywhere.count(std::string(name)) != 0 || published == scope.published.end()) {
    return true;
  }
  const bool own = site.usage != Usage::task && has_bit(scope.own[site.task], published->second);
  const bool may = has_bit(scope.before[site.task], published->second);
  return own || !may || has_bit(scope.always[site.task], published->second);
}

bool Variables::visible(const ExpressionSite& site, std::string_view name) const {
  const std::string key(name);
  if (site.usage == Usage::action_output) return true;
  if (site.action != kNone) return actions_[site.action].count(key) != 0 || key == "__env";
  if (site.workflow == kNone) return true;
  const Scope& scope = scopes_[site.workflow];
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
  return has_bit(scope.before[site.task], published->second) ||
         (site.usage == Usage::guard && has_bit(scope.own[site.task], published->second));
}

std::vector<std::string> Variables::names(const ExpressionSite& site) const {
  std::vector<std::string> result;
  const auto add = [&](const auto& names) {
    for (const auto& name : names) result.push_back(name);
  };
  if (site.action != kNone) {
    add(actions_[site.action]);
  } else if (site.workflow != kNone) {
    const Scope& scope = scopes_[site.workflow];
    add(site.usage == Usage::workflow_start ? scope.inputs : scope.everywhere);
    for (const auto& [name, index] : scope.published) result.push_back(name);
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

bool Variables::published_before(Index workflow, Index task, std::string_view name) const {
  const Scope& scope = scopes_[workflow];
  const auto published = scope.published.find(std::string(name));
  return !scope.unknown && published != scope.published.end() &&
         has_bit(scope.before[task], published->second);
}

bool Variables::published_somewhere(const ExpressionSite& site, std::string_view name) const {
  return site.workflow != kNone && scopes_[site.workflow].published.count(std::string(name)) != 0;
}

}  // namespace gregale::compiler
