#include "interpreter/program.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

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

namespace {

std::string_view name_or_empty(const ir::Program& program, Index name) {
  return name == kNone ? std::string_view() : program.name(name);
}

}  // namespace

LoadedProgram::LoadedProgram(ir::Program program, std::string digest)
    : program_(std::move(program)), digest_(std::move(digest)), bound_(program_.expressions.size()) {
  for (Index i = 0; i < program_.workflows.size(); ++i) {
    const ir::Workflow& workflow = program_.workflows[i];
    workflows_.emplace(Name(namespace_of(workflow), program_.name(workflow.name)), i);
    graphs_.push_back(build_graph(program_, program_.workflows[i]));
  }
  for (Index i = 0; i < program_.actions.size(); ++i) {
    const ir::AdhocAction& action = program_.actions[i];
    actions_.emplace(Name(name_or_empty(program_, action.name_space), program_.name(action.name)), i);
  }
}

namespace {

// In the order in which names are looked up: the workbook's own first, each time in the namespace and then in
// the default one.
template <typename Find>
auto look_up(std::string_view name_space, std::string_view workbook, std::string_view name, Find find) {
  const auto in_namespaces = [&](std::string_view full_name) {
    auto found = find(name_space, full_name);
    return found || name_space.empty() ? found : find(std::string_view(), full_name);
  };
  if (!workbook.empty()) {
    if (auto own = in_namespaces(fmt::format("{}.{}", workbook, name))) return own;
  }
  return in_namespaces(name);
}

}  // namespace

const ir::Workflow* LoadedProgram::find_workflow(std::string_view name_space, std::string_view name) const {
  const auto found = workflows_.find({name_space, name});
  return found == workflows_.end() ? nullptr : &program_.workflows[found->second];
}

const ir::Workflow* LoadedProgram::resolve_workflow(std::string_view name_space, std::string_view workbook,
                                                    std::string_view name) const {
  return look_up(name_space, workbook, name, [&](std::string_view space, std::string_view full_name) {
    return find_workflow(space, full_name);
  });
}

Index LoadedProgram::resolve_action(std::string_view name_space, std::string_view workbook,
                                    std::string_view name) const {
  if (actions_.empty()) return kNone;
  const auto found =
      look_up(name_space, workbook, name, [&](std::string_view space, std::string_view full_name) {
        const auto place = actions_.find({space, full_name});
        return place == actions_.end() ? std::nullopt : std::optional(place->second);
      });
  return found.value_or(kNone);
}

std::string_view LoadedProgram::workbook_of(const ir::Workflow& workflow) const {
  return name_or_empty(program_, workflow.workbook);
}

std::string_view LoadedProgram::namespace_of(const ir::Workflow& workflow) const {
  return name_or_empty(program_, workflow.name_space);
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
