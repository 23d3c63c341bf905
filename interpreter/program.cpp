#include "interpreter/program.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "interpreter/custom_context.hpp"

namespace gregale::interpreter {

namespace {

// Tarjan's components of the task graph, iteratively.
class Components {
 public:
  explicit Components(const std::vector<std::vector<Index>>& outbound)
      : outbound_(outbound),
        order_(outbound.size(), kNone),
        low_(outbound.size(), 0),
        component_(outbound.size(), kNone) {
    for (Index task = 0; task < outbound.size(); ++task) {
      if (order_[task] == kNone) visit(task);
    }
  }
  std::vector<Index> component() && { return std::move(component_); }
  Index count() const { return count_; }

 private:
  struct Frame {
    Index task;
    size_t next;
  };

  void visit(Index start) {
    std::vector<Frame> frames{{start, 0}};
    enter(start);
    while (!frames.empty()) {
      const Index task = frames.back().task;
      if (frames.back().next < outbound_[task].size()) {
        const Index other = outbound_[task][frames.back().next++];
        if (order_[other] == kNone) {
          enter(other);
          frames.push_back({other, 0});
        } else if (component_[other] == kNone) {
          low_[task] = std::min(low_[task], order_[other]);
        }
        continue;
      }
      if (low_[task] == order_[task]) close(task);
      frames.pop_back();
      if (!frames.empty()) {
        low_[frames.back().task] = std::min(low_[frames.back().task], low_[task]);
      }
    }
  }
  void enter(Index task) {
    order_[task] = low_[task] = next_++;
    open_.push_back(task);
  }
  void close(Index root) {
    Index task = kNone;
    do {
      task = open_.back();
      open_.pop_back();
      component_[task] = count_;
    } while (task != root);
    ++count_;
  }

  const std::vector<std::vector<Index>>& outbound_;
  std::vector<Index> order_;
  std::vector<Index> low_;
  std::vector<Index> component_;
  std::vector<Index> open_;
  Index next_ = 0;
  Index count_ = 0;
};

// Sources of the join [join] that cannot be reached without passing it: a walk over its component, from
// where the component is entered, that goes around the join.
std::vector<Index> find_back_sources(const ir::Workflow& workflow, const WorkflowGraph& graph, Index join) {
  const Index component = graph.component[join];
  std::vector<bool> reached(workflow.tasks.size(), false);
  std::vector<Index> queue;
  for (const Index task : graph.members[component]) {
    const auto& inbound = workflow.tasks[task].inbound;
    const bool entry = std::any_of(inbound.begin(), inbound.end(),
                                   [&](Index source) { return graph.component[source] != component; });
    if (entry && task != join) {
      reached[task] = true;
      queue.push_back(task);
    }
  }
  while (!queue.empty()) {
    const Index task = queue.back();
    queue.pop_back();
    for (const Index target : graph.outbound[task]) {
      if (target == join || reached[target] || graph.component[target] != component) continue;
      reached[target] = true;
      queue.push_back(target);
    }
  }
  std::vector<Index> back;
  for (const Index source : workflow.tasks[join].inbound) {
    if (graph.component[source] == component && !reached[source]) back.push_back(source);
  }
  return back;
}

WorkflowGraph build_graph(const ir::Program& program, const ir::Workflow& workflow) {
  WorkflowGraph graph;
  const size_t count = workflow.tasks.size();
  graph.outbound.resize(count);
  for (Index task = 0; task < count; ++task) {
    graph.task_by_name.emplace(program.name(workflow.tasks[task].name), task);
    for (const Index source : workflow.tasks[task].inbound) graph.outbound[source].push_back(task);
  }
  Components components(graph.outbound);
  const Index component_count = components.count();
  graph.component = std::move(components).component();
  graph.members.resize(component_count);
  graph.successors.resize(component_count);
  graph.inbound_edges.resize(component_count, 0);
  graph.cyclic.resize(component_count, false);
  for (Index task = 0; task < count; ++task) {
    const Index own = graph.component[task];
    graph.members[own].push_back(task);
    for (const Index target : graph.outbound[task]) {
      const Index other = graph.component[target];
      if (other == own) {
        graph.cyclic[own] = true;
      } else {
        graph.successors[own].push_back(other);
        ++graph.inbound_edges[other];
      }
    }
  }
  graph.back_sources.resize(count);
  graph.dependents.resize(count);
  for (Index task = 0; task < count; ++task) {
    for (const Index required : workflow.tasks[task].requires_tasks) {
      graph.dependents[required].push_back(task);
    }
    if (workflow.tasks[task].join.kind == ir::Join::Kind::none) continue;
    graph.has_joins = true;
    if (graph.cyclic[graph.component[task]]) {
      graph.back_sources[task] = find_back_sources(workflow, graph, task);
    }
  }
  return graph;
}

}  // namespace

LoadedProgram::LoadedProgram(ir::Program program, std::string digest)
    : program_(std::move(program)), digest_(std::move(digest)), bound_(program_.expressions.size()) {
  for (Index i = 0; i < program_.workflows.size(); ++i) {
    workflows_.emplace(program_.name(program_.workflows[i].name), i);
    graphs_.push_back(build_graph(program_, program_.workflows[i]));
  }
  for (Index i = 0; i < program_.actions.size(); ++i) {
    actions_.emplace(program_.name(program_.actions[i].name), i);
  }
}

const ir::Workflow* LoadedProgram::find_workflow(std::string_view name) const {
  const auto found = workflows_.find(name);
  return found == workflows_.end() ? nullptr : &program_.workflows[found->second];
}

const ir::Workflow* LoadedProgram::resolve_workflow(std::string_view workbook, std::string_view name) const {
  if (!workbook.empty()) {
    if (const ir::Workflow* own = find_workflow(fmt::format("{}.{}", workbook, name))) return own;
  }
  return find_workflow(name);
}

Index LoadedProgram::resolve_action(std::string_view workbook, std::string_view name) const {
  if (actions_.empty()) return kNone;
  if (!workbook.empty()) {
    const auto own = actions_.find(fmt::format("{}.{}", workbook, name));
    if (own != actions_.end()) return own->second;
  }
  const auto found = actions_.find(name);
  return found == actions_.end() ? kNone : found->second;
}

std::string_view LoadedProgram::workbook_of(const ir::Workflow& workflow) const {
  return workflow.workbook == kNone ? std::string_view() : program_.name(workflow.workbook);
}

const WorkflowGraph& LoadedProgram::graph(const ir::Workflow& workflow) const {
  return graphs_[static_cast<size_t>(&workflow - program_.workflows.data())];
}

const std::string* LoadedProgram::constant_text(Index template_index) const {
  const ir::Template& form = program_.templates[template_index];
  const bool text = form.kind == ir::Template::Kind::constant && form.constant.is_string();
  return text ? &form.constant.as_string() : nullptr;
}

const expression::BoundExpression& LoadedProgram::bound(Index index) const {
  const std::lock_guard lock(mutex_);
  auto& slot = bound_[index];
  if (slot == nullptr) {
    slot = std::make_unique<expression::BoundExpression>(program_.expressions[index].expression);
  }
  return *slot;
}

Value LoadedProgram::evaluate_expression(Index index, const expression::Scope& scope,
                                         bool* holds_secret) const {
  bool secret_read = false;
  expression::Scope watched = scope;
  watched.secret_read = &secret_read;
  try {
    Value value = expression::to_data(bound(index).evaluate(watched));
    if (!secret_read) return value;
    if (holds_secret == nullptr) {
      throw core::Error(core::ErrorKind::invalid,
                        "it reads a secret of the custom context, which may only go into an action's input");
    }
    *holds_secret = true;
    return secret(std::move(value));
  } catch (const core::Error& error) {
    const ir::SourcedExpression& sourced = program_.expressions[index];
    const ir::Location& place = sourced.location;
    std::string where;
    if (place.source != kNone) {
      where = fmt::format(" ({}:{}:{})", program_.sources[place.source], place.line, place.column);
    }
    const bool tells = secret_read && holds_secret != nullptr;
    throw core::Error(error.kind(),
                      fmt::format("Failed to evaluate expression `{}`{}: {}", sourced.expression.text, where,
                                  tells ? "it reads a secret, so the reason is not shown" : error.what()));
  }
}

Value LoadedProgram::evaluate(Index template_index, const expression::Scope& scope,
                              bool* holds_secret) const {
  const ir::Template& form = program_.templates[template_index];
  switch (form.kind) {
    case ir::Template::Kind::constant:
      return form.constant;
    case ir::Template::Kind::expression:
      return evaluate_expression(form.expression, scope, holds_secret);
    case ir::Template::Kind::list: {
      core::List items;
      items.reserve(form.children.size());
      for (const Index child : form.children) items.push_back(evaluate(child, scope, holds_secret));
      return Value(std::move(items));
    }
    case ir::Template::Kind::map: {
      core::Map members;
      const core::List& keys = form.constant.as_list();
      for (size_t i = 0; i < keys.size(); ++i)
        members.set(keys[i], evaluate(form.children[i], scope, holds_secret));
      return Value(std::move(members));
    }
  }
  return Value();
}

}  // namespace gregale::interpreter
