// The members of everything in a Program, in the order in which they are stored: the one place that both
// forms of the IR, and reading and writing of each, follow.
//
// An Io has, for a member [key] of the object at hand:
//   index(key, Index)            a reference, kNone for none
//   name(key, Index)             of Program::names
//   number(key, uint32_t)
//   flag(key, bool)
//   text(key, std::string)
//   value(key, Value)
//   choice(key, enum, names)     an enumeration, by its values' names
//   indices(key, vector<Index>), texts(key, vector<string>)
//   object(key, T)               a part with members of its own
//   objects(key, vector<T>)
//   expression(Expression)       language, text and tree
#pragma once

#include <array>
#include <concepts>
#include <string_view>

#include "compiler/ir/ir.hpp"

namespace gregale::ir::detail {

// T, const or not: writing takes a const program, reading one to fill.
template <typename T, typename U>
concept Is = std::same_as<std::remove_const_t<T>, U>;

inline constexpr std::array<std::string_view, 4> kTemplateKinds = {"constant", "expression", "list", "map"};
inline constexpr std::array<std::string_view, 3> kCallKinds = {"none", "action", "workflow"};
inline constexpr std::array<std::string_view, 5> kTargetKinds = {"task", "fail", "succeed", "pause", "noop"};
inline constexpr std::array<std::string_view, 3> kJoinKinds = {"none", "all", "count"};
inline constexpr std::array<std::string_view, 2> kWorkflowTypes = {"direct", "reverse"};
inline constexpr std::array<std::string_view, 2> kLanguages = {"yaql", "jinja"};

template <typename Io, Is<Location> T>
void fields(Io& io, T& x) {
  io.index("source", x.source);
  io.number("line", x.line);
  io.number("column", x.column);
}

template <typename Io, Is<Template> T>
void fields(Io& io, T& x) {
  io.choice("kind", x.kind, kTemplateKinds);
  io.value("constant", x.constant);
  io.index("expression", x.expression);
  io.indices("children", x.children);
}

template <typename Io, Is<SourcedExpression> T>
void fields(Io& io, T& x) {
  io.object("at", x.location);
  io.expression(x.expression);
}

template <typename Io, Is<Parameter> T>
void fields(Io& io, T& x) {
  io.name("name", x.name);
  io.flag("required", x.required);
  io.value("default", x.default_value);
}

template <typename Io, Is<Call> T>
void fields(Io& io, T& x) {
  io.choice("kind", x.kind, kCallKinds);
  io.index("name", x.name);
  io.index("input", x.input);
  io.index("inline_input", x.inline_input);
}

template <typename Io, Is<WithItems> T>
void fields(Io& io, T& x) {
  io.name("variable", x.variable);
  io.index("items", x.items);
}

template <typename Io, Is<WithRegions> T>
void fields(Io& io, T& x) {
  io.index("regions", x.regions);
  io.flag("goes-on", x.goes_on);
  io.index("min-success", x.min_success);
}

template <typename Io, Is<ContextKey> T>
void fields(Io& io, T& x) {
  io.name("name", x.name);
  io.choice("type", x.type, kContextTypes);
  io.flag("required", x.required);
  io.flag("secret", x.secret);
  io.flag("has-default", x.has_default);
  io.value("default", x.default_value);
}

template <typename Io, Is<Target> T>
void fields(Io& io, T& x) {
  io.choice("kind", x.kind, kTargetKinds);
  io.index("task", x.task);
  io.index("guard", x.guard);
  io.index("message", x.message);
}

template <typename Io, Is<Publish> T>
void fields(Io& io, T& x) {
  io.index("branch", x.branch);
  io.index("global", x.global);
  io.index("atomic", x.atomic);
}

template <typename Io, Is<Clause> T>
void fields(Io& io, T& x) {
  io.flag("present", x.present);
  io.object("publish", x.publish);
  io.objects("targets", x.targets);
}

template <typename Io, Is<Join> T>
void fields(Io& io, T& x) {
  io.choice("kind", x.kind, kJoinKinds);
  io.number("count", x.count);
}

template <typename Io, Is<RetryPolicy> T>
void fields(Io& io, T& x) {
  io.index("count", x.count);
  io.index("delay", x.delay);
  io.index("break-on", x.break_on);
  io.index("continue-on", x.continue_on);
}

template <typename Io, Is<Policies> T>
void fields(Io& io, T& x) {
  io.object("retry", x.retry);
  io.index("wait-before", x.wait_before);
  io.index("wait-after", x.wait_after);
  io.index("timeout", x.timeout);
  io.index("pause-before", x.pause_before);
  io.index("concurrency", x.concurrency);
  io.index("fail-on", x.fail_on);
}

template <typename Io, Is<Task> T>
void fields(Io& io, T& x) {
  io.name("name", x.name);
  io.object("at", x.location);
  io.object("call", x.call);
  io.objects("with-items", x.with_items);
  io.object("with-regions", x.with_regions);
  io.object("join", x.join);
  io.object("publish", x.publish);
  io.object("publish-on-error", x.publish_on_error);
  io.object("publish-on-skip", x.publish_on_skip);
  for (size_t kind = 0; kind < kClauseCount; ++kind) {
    io.object(to_string(static_cast<ClauseKind>(kind)), x.clauses[kind]);
  }
  io.object("policies", x.policies);
  io.index("keep-result", x.keep_result);
  io.index("safe-rerun", x.safe_rerun);
  io.index("target", x.target);
  io.index("region", x.region);
  io.index("custom-context", x.custom_context);
  io.indices("requires", x.requires_tasks);
  io.indices("inbound", x.inbound);
  io.value("spec", x.spec);
}

template <typename Io, Is<Ancestor> T>
void fields(Io& io, T& x) {
  io.name("name", x.name);
  io.index("source", x.source);
  io.text("digest", x.digest);
}

template <typename Io, Is<Workflow> T>
void fields(Io& io, T& x) {
  io.name("name", x.name);
  io.name("workbook", x.workbook);
  io.name("namespace", x.name_space);
  io.object("at", x.location);
  io.choice("type", x.type, kWorkflowTypes);
  io.objects("input", x.input);
  io.index("vars", x.vars);
  io.index("output", x.output);
  io.index("output-on-error", x.output_on_error);
  io.index("region", x.region);
  io.objects("custom-context", x.custom_context);
  io.objects("tasks", x.tasks);
  io.indices("start", x.start_tasks);
  io.texts("tags", x.tags);
  io.text("description", x.description);
  io.objects("ancestors", x.ancestors);
  io.value("spec", x.spec);
}

template <typename Io, Is<AdhocAction> T>
void fields(Io& io, T& x) {
  io.name("name", x.name);
  io.name("workbook", x.workbook);
  io.name("namespace", x.name_space);
  io.object("at", x.location);
  io.objects("input", x.input);
  io.text("base", x.base);
  io.index("base-input", x.base_input);
  io.index("output", x.output);
  io.text("description", x.description);
}

template <typename Io, Is<Program> T>
void fields(Io& io, T& x) {
  io.texts("sources", x.sources);
  io.texts("names", x.names);
  io.objects("expressions", x.expressions);
  io.objects("templates", x.templates);
  io.objects("workflows", x.workflows);
  io.objects("actions", x.actions);
}

}  // namespace gregale::ir::detail
