#include "compiler/lowering.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"
#include "compiler/program_builder.hpp"

namespace gregale::compiler {

using core::Value;
using ir::Index;
using ir::kNone;

namespace {

ir::TargetKind command_kind(std::string_view name) {
  if (name == "fail") return ir::TargetKind::fail;
  if (name == "succeed") return ir::TargetKind::succeed;
  if (name == "pause") return ir::TargetKind::pause;
  if (name == "noop") return ir::TargetKind::noop;
  return ir::TargetKind::task;
}

// The value of [node] with the members that Mistral puts into every stored definition.
Value spec_of(Value written, const YamlNode& name,
              std::initializer_list<std::pair<const char*, Value>> more) {
  core::Map map = written.is_map() ? written.as_map() : core::Map();
  map.set(Value("name"), Value(name.text));
  map.set(Value("version"), Value("2.0"));
  for (const auto& [key, value] : more) map.set(Value(key), value);
  return Value(std::move(map));
}

class Lowering {
 public:
  Lowering(const Definitions& definitions, Report& report)
      : definitions_(definitions), report_(report), builder_(report) {}

  Lowered run() {
    for (const ActionDefinition& action : definitions_.actions) lower_action(action);
    for (const WorkflowDefinition& workflow : definitions_.workflows) lower_workflow(workflow);
    return std::move(builder_.result());
  }

 private:
  // A task as it is in every workflow that has it, and the sites of its expressions in the first of them.
  struct SharedTask {
    ir::Task task;
    size_t first_site = 0;
    size_t end_site = 0;
  };

  ir::Program& program() { return builder_.result().program; }

  std::vector<ir::Parameter> parameters(const std::vector<ParameterDefinition>& input) {
    std::vector<ir::Parameter> result;
    for (const ParameterDefinition& parameter : input) {
      ir::Parameter lowered;
      lowered.name = builder_.name(parameter.name->text);
      lowered.required = parameter.default_value == nullptr;
      if (parameter.default_value != nullptr) {
        lowered.default_value = builder_.plain(*parameter.default_value);
        check_default(*parameter.default_value, *parameter.name);
      }
      result.push_back(std::move(lowered));
    }
    return result;
  }

  // Defaults are never evaluated, so an expression in one is text.
  void check_default(const YamlNode& node, const YamlNode& name) {
    if (is_text(&node)) {
      const grammar::ParsedText parsed = grammar::parse_text(node.text);
      if (!parsed.expression && parsed.errors.empty()) return;
      report_
          .add("GR0701", node.span,
               fmt::format("the default of `{}` is not evaluated: the expression stays text", name.text))
          .note = "use `vars`, or an expression where the input is used";
      return;
    }
    for (const YamlNode& item : node.items) check_default(item, name);
    for (const YamlNode::Member& member : node.members) check_default(member.value, name);
  }

  std::vector<ir::ContextKey> context_keys(const std::vector<ContextKeyDefinition>& definitions) {
    std::vector<ir::ContextKey> result;
    for (const ContextKeyDefinition& definition : definitions) {
      ir::ContextKey key;
      key.name = builder_.name(definition.name->text);
      key.required = definition.flag("required");
      key.secret = definition.flag("secret");
      if (const YamlNode* type = definition.value("type")) {
        const auto& types = ir::kContextTypes;
        const auto found = std::find(types.begin(), types.end(), type->text);
        if (found != types.end()) key.type = static_cast<ir::ContextKey::Type>(found - types.begin());
      }
      if (const YamlNode* value = definition.value("default")) {
        key.has_default = true;
        key.default_value = builder_.plain(*value);
        check_default(*value, *definition.name);
        if (!ir::fits(key.type, key.default_value)) {
          report_.add(
              "GR0203", value->span,
              fmt::format("the default of `{}` must be of the type {}, but this is {}", definition.name->text,
                          ir::kContextTypes[static_cast<size_t>(key.type)], describe(*value)));
        }
      }
      result.push_back(std::move(key));
    }
    return result;
  }

  std::string description(const YamlNode* node) { return is_text(node) ? node->text : std::string(); }

  void lower_action(const ActionDefinition& definition) {
    ExpressionSite site;
    site.usage = Usage::action;
    site.action = static_cast<Index>(program().actions.size());
    ir::AdhocAction action;
    action.name = builder_.name(definition.full_name);
    if (!definition.workbook.empty()) action.workbook = builder_.name(definition.workbook);
    if (!definition.name_space.empty()) action.name_space = builder_.name(definition.name_space);
    action.location = builder_.location(definition.name->span);
    action.input = parameters(definition.input);
    action.base = definition.base.call.name;
    if (definition.base.text != nullptr) {
      const YamlNode* input = is_mapping(definition.base.input) ? definition.base.input : nullptr;
      action.base_input = builder_.merged(input, *definition.base.text, definition.base.call, site);
    }
    const auto value = [&](std::string_view key) { return value_of(*definition.node, key); };
    site.usage = Usage::action_output;
    const YamlNode* output = value("output");
    if (output != nullptr && !is_null(*output)) action.output = builder_.value(output, site);
    action.description = description(value("description"));
    program().actions.push_back(std::move(action));
  }

  void lower_workflow(const WorkflowDefinition& definition) {
    const Report::About about(report_, definition.flat);
    ExpressionSite site;
    site.workflow = static_cast<Index>(program().workflows.size());
    ir::Workflow workflow;
    workflow.name = builder_.name(definition.full_name);
    if (!definition.workbook.empty()) workflow.workbook = builder_.name(definition.workbook);
    if (!definition.name_space.empty()) workflow.name_space = builder_.name(definition.name_space);
    workflow.location = builder_.location(definition.name->span);
    workflow.type = definition.type;
    workflow.input = parameters(definition.input);
    site.usage = Usage::workflow_start;
    check_variable_names(definition);
    if (is_mapping(definition.value("vars"))) workflow.vars = builder_.value(definition.value("vars"), site);
    if (is_text(definition.value("region"))) {
      site.own_key = true;
      workflow.region = builder_.value(definition.value("region"), site);
      site.own_key = false;
    }
    workflow.custom_context = context_keys(definition.custom_context);
    site.usage = Usage::workflow_output;
    workflow.output = builder_.value(definition.value("output"), site);
    workflow.output_on_error = builder_.value(definition.value("output-on-error"), site);
    if (const YamlNode* tags = definition.value("tags")) {
      for (const YamlNode& tag : tags->items) workflow.tags.push_back(tag.text);
    }
    workflow.description = description(definition.value("description"));
    for (const FlatWorkflow* parent = definition.flat->parent; parent != nullptr; parent = parent->parent) {
      workflow.ancestors.push_back({builder_.name(parent->declaration->full_name),
                                    builder_.source(*parent->declaration->source), parent->digest});
    }
    workflow.tasks.reserve(definition.tasks.size());
    for (const TaskDefinition* task : definition.tasks) {
      site.task = static_cast<Index>(workflow.tasks.size());
      workflow.tasks.push_back(task_of(definition, *task, site));
    }
    link(workflow);
    workflow.spec = workflow_spec(definition, workflow);
    program().workflows.push_back(std::move(workflow));
  }

  // Names of variables are text; a variable of `vars` hides an input.
  void check_variable_names(const WorkflowDefinition& definition) {
    for (const char* key : {"vars", "output", "output-on-error"}) {
      if (is_mapping(definition.value(key))) check_text_keys(*definition.value(key));
    }
    const YamlNode* vars = definition.value("vars");
    if (!is_mapping(vars)) return;
    for (const ParameterDefinition& parameter : definition.input) {
      const YamlNode::Member* variable = vars->find(parameter.name->text);
      if (variable == nullptr) continue;
      core::Diagnostic& finding = report_.add(
          "GR0702", variable->key.span,
          fmt::format("the variable `{}` hides the input of the same name", parameter.name->text));
      finding.related.push_back({parameter.name->span, "the input"});
    }
  }

  void check_text_keys(const YamlNode& mapping) {
    for (const YamlNode::Member& member : mapping.members) {
      if (member.key.scalar.is_string()) continue;
      report_.add(
          "GR0111", member.key.span,
          fmt::format("`{}` means {} in YAML, so it cannot be the name of a variable; put it in quotes",
                      member.key.text, describe(member.key)));
    }
  }

  Value workflow_spec(const WorkflowDefinition& definition, const ir::Workflow& workflow) {
    core::Map tasks;
    tasks.reserve(workflow.tasks.size());
    for (const ir::Task& task : workflow.tasks) tasks.set(Value(program().name(task.name)), task.spec);
    core::Map map;
    for (const YamlNode::Member& member : definition.node->members) {
      if (member.key.text == "tasks") {
        map.set(Value("tasks"), Value(tasks));
      } else {
        map.set(Value(member.key.text), builder_.plain(member.value));
      }
    }
    // All of them may be inherited.
    if (map.find("tasks") == nullptr) map.set(Value("tasks"), Value(std::move(tasks)));
    return spec_of(Value(std::move(map)), *definition.name, {});
  }

  // The task's own value of a key, or the one of task-defaults.
  const YamlNode* effective(const WorkflowDefinition& workflow, const TaskDefinition& task,
                            std::string_view key) const {
    const YamlNode* own = task.value(key);
    return own != nullptr || !workflow.defaults ? own : workflow.defaults->value(key);
  }

  // The task for one workflow. What does not depend on the workflow is lowered once for all that have the
  // same task and task-defaults.
  ir::Task task_of(const WorkflowDefinition& workflow, const TaskDefinition& definition,
                   const ExpressionSite& site) {
    const auto [known, is_new] =
        tasks_.try_emplace({&definition, workflow.defaults ? workflow.defaults->node : nullptr});
    SharedTask& shared = known->second;
    std::vector<ExpressionSite>& sites = builder_.result().sites;
    if (is_new) {
      shared.first_site = sites.size();
      shared.task = lower_task(workflow, definition, site);
      shared.end_site = sites.size();
    } else {
      for (size_t i = shared.first_site; i < shared.end_site; ++i) {
        ExpressionSite here = sites[i];
        here.workflow = site.workflow;
        here.task = site.task;
        sites.push_back(here);
      }
    }
    ir::Task task = shared.task;
    if (workflow.type == ir::Workflow::Type::reverse) {
      lower_requires(workflow, definition, task);
    } else {
      find_targets(workflow, definition, task);
    }
    return task;
  }

  // All of the task but the other tasks that it names; its targets are in the order of their definitions.
  ir::Task lower_task(const WorkflowDefinition& workflow, const TaskDefinition& definition,
                      ExpressionSite site) {
    ir::Task task;
    task.name = builder_.name(definition.name->text);
    task.location = builder_.location(definition.name->span);
    const bool reverse = workflow.type == ir::Workflow::Type::reverse;
    task.spec = spec_of(builder_.plain(*definition.node), *definition.name,
                        {{"type", Value(reverse ? "reverse" : "direct")}});
    site.usage = Usage::task;
    lower_call(definition, task, site);
    for (const WithItemsDefinition& items : definition.with_items) {
      task.with_items.push_back(
          {builder_.name(items.items.variable),
           items.items.list ? builder_.data(*items.text, items.items.begin, *items.items.list, site)
                            : builder_.text(*items.text, items.items.begin, items.items.expression, site)});
    }
    lower_regions(definition, task, site);
    const auto policy = [&](std::string_view key) {
      return builder_.condition(effective(workflow, definition, key), site);
    };
    task.policies.wait_before = policy("wait-before");
    task.policies.wait_after = policy("wait-after");
    task.policies.timeout = policy("timeout");
    task.policies.pause_before = policy("pause-before");
    task.policies.concurrency = policy("concurrency");
    task.safe_rerun = policy("safe-rerun");
    site.own_key = true;
    if (!task.with_regions.present()) task.region = policy("region");
    site.own_key = false;
    task.custom_context = builder_.value(definition.value("custom_context"), site);
    task.keep_result = builder_.condition(definition.value("keep-result"), site);
    task.target = builder_.value(definition.value("target"), site);
    const RetryDefinition& retry = definition.value("retry") == nullptr && workflow.defaults
                                       ? workflow.defaults->retry
                                       : definition.retry;
    if (retry.node != nullptr) task.policies.retry = lower_retry(retry, site);
    site.usage = Usage::task_result;
    task.policies.fail_on = policy("fail-on");
    for (const char* key : {"publish", "publish-on-error", "publish-on-skip"}) {
      if (is_mapping(definition.value(key))) check_text_keys(*definition.value(key));
    }
    if (is_mapping(definition.value("publish"))) {
      task.publish.branch = builder_.value(definition.value("publish"), site);
    }
    if (is_mapping(definition.value("publish-on-error"))) {
      task.publish_on_error.branch = builder_.value(definition.value("publish-on-error"), site);
    }
    if (is_mapping(definition.value("publish-on-skip"))) {
      task.publish_on_skip.branch = builder_.value(definition.value("publish-on-skip"), site);
    }
    if (!reverse) {
      lower_join(definition, task);
      for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
        task.clauses[kind] = lower_clause(workflow, definition, kind, site);
      }
    }
    return task;
  }

  void lower_call(const TaskDefinition& definition, ir::Task& task, const ExpressionSite& site) {
    const CallDefinition& call = definition.call;
    task.call.kind = call.kind;
    task.call.input = builder_.value(call.input, site);
    if (call.text == nullptr) {
      task.call.name = builder_.constant(Value("std.noop"));
      return;
    }
    task.call.name = builder_.text(*call.text, call.call.name_begin, call.call.name, site);
    task.call.inline_input = builder_.arguments(*call.text, call.call, site);
  }

  // Which regions a task runs in; its own, or that of task-defaults, has no say then.
  void lower_regions(const TaskDefinition& definition, ir::Task& task, const ExpressionSite& site) {
    task.with_regions.regions = builder_.condition(definition.value("with-regions"), site);
    if (!task.with_regions.present()) return;
    task.with_regions.min_success = builder_.condition(definition.value("min-success"), site);
    const YamlNode* on_error = definition.value("on-region-error");
    task.with_regions.goes_on =
        on_error == nullptr ? task.with_regions.min_success != kNone : on_error->text == "continue";
  }

  ir::RetryPolicy lower_retry(const RetryDefinition& retry, ExpressionSite site) {
    const auto part = [&](std::string_view key) {
      if (retry.line) {
        const grammar::InlineArgument* argument = retry.line->find(key);
        return argument == nullptr ? kNone : builder_.argument(*retry.node, *argument, site);
      }
      const YamlNode::Member* member = retry.node->find(key);
      return member == nullptr ? kNone : builder_.condition(&member->value, site);
    };
    ir::RetryPolicy policy;
    policy.count = part("count");
    policy.delay = part("delay");
    site.usage = Usage::guard;
    policy.break_on = part("break-on");
    policy.continue_on = part("continue-on");
    return policy;
  }

  static void lower_join(const TaskDefinition& definition, ir::Task& task) {
    const YamlNode* join = definition.value("join");
    if (join == nullptr || join->kind != YamlNode::Kind::scalar) return;
    if (join->text == "all") {
      task.join.kind = ir::Join::Kind::all;
    } else if (join->text == "one") {
      task.join = {ir::Join::Kind::count, 1};
    } else if (join->scalar.is_small_integer() && join->scalar.as_integer() > 0) {
      task.join = {ir::Join::Kind::count, static_cast<uint32_t>(join->scalar.as_integer())};
    }
  }

  static void lower_requires(const WorkflowDefinition& workflow, const TaskDefinition& definition,
                             ir::Task& task) {
    const auto add = [&](const std::vector<const YamlNode*>& names) {
      for (const YamlNode* name : names) {
        const auto found = workflow.task_index.find(name->text);
        if (found == workflow.task_index.end() || name->text == definition.name->text) continue;
        const Index index = static_cast<Index>(found->second);
        std::vector<Index>& all = task.requires_tasks;
        if (std::find(all.begin(), all.end(), index) == all.end()) all.push_back(index);
      }
    };
    add(definition.requires_tasks);
    if (workflow.defaults) add(workflow.defaults->requires_tasks);
  }

  // The task's own clause; its targets come from task-defaults where it has none of its own.
  ir::Clause lower_clause(const WorkflowDefinition& workflow, const TaskDefinition& definition, size_t kind,
                          const ExpressionSite& site) {
    const ClauseDefinition& own = definition.clauses[kind];
    const ClauseDefinition* defaults = workflow.defaults ? &workflow.defaults->clauses[kind] : nullptr;
    const bool use_defaults = takes_default_targets(workflow, definition, kind);
    ir::Clause clause;
    clause.present = own.key != nullptr || use_defaults;
    const YamlNode* publish = own.publish != nullptr || own.key != nullptr ? own.publish
                              : use_defaults                               ? defaults->publish
                                                                           : nullptr;
    if (publish != nullptr) {
      const auto scope = [&](std::string_view key) {
        const YamlNode::Member* member = publish->find(key);
        return member != nullptr && is_mapping(&member->value) ? builder_.value(&member->value, site) : kNone;
      };
      clause.publish = {scope("branch"), scope("global"), scope("atomic")};
    }
    for (const TargetDefinition* target : targets(workflow, definition, kind)) {
      clause.targets.push_back(lower_target(*target, site));
    }
    return clause;
  }

  static bool takes_default_targets(const WorkflowDefinition& workflow, const TaskDefinition& definition,
                                    size_t kind) {
    return workflow.defaults && workflow.defaults->clauses[kind].key != nullptr &&
           definition.clauses[kind].targets.empty();
  }

  // Where a clause of the task leads: its own targets, or those of task-defaults but for the task itself.
  static std::vector<const TargetDefinition*> targets(const WorkflowDefinition& workflow,
                                                      const TaskDefinition& definition, size_t kind) {
    const bool use_defaults = takes_default_targets(workflow, definition, kind);
    std::vector<const TargetDefinition*> result;
    for (const TargetDefinition& target :
         use_defaults ? workflow.defaults->clauses[kind].targets : definition.clauses[kind].targets) {
      if (use_defaults && target.text->text == definition.name->text) continue;
      result.push_back(&target);
    }
    return result;
  }

  // Without the task that it leads to.
  ir::Target lower_target(const TargetDefinition& target, ExpressionSite site) {
    site.usage = Usage::guard;
    ir::Target lowered;
    lowered.kind = command_kind(target.command.name);
    const grammar::InlineArgument* message = target.command.find("msg");
    if (lowered.kind != ir::TargetKind::task && message != nullptr) {
      lowered.message = builder_.argument(*target.text, *message, site);
    }
    lowered.guard = builder_.condition(target.guard, site);
    return lowered;
  }

  // The tasks of the workflow that the targets name; one that names none is left out, and reported with the
  // names.
  static void find_targets(const WorkflowDefinition& workflow, const TaskDefinition& definition,
                           ir::Task& task) {
    for (size_t kind = 0; kind < ir::kClauseCount; ++kind) {
      std::vector<ir::Target>& lowered = task.clauses[kind].targets;
      if (lowered.empty()) continue;
      const std::vector<const TargetDefinition*> written = targets(workflow, definition, kind);
      size_t kept = 0;
      for (size_t i = 0; i < lowered.size(); ++i) {
        if (lowered[i].kind == ir::TargetKind::task) {
          const auto named = workflow.task_index.find(written[i]->text->text);
          if (named == workflow.task_index.end()) continue;
          lowered[i].task = static_cast<Index>(named->second);
        }
        lowered[kept++] = lowered[i];
      }
      lowered.resize(kept);
    }
  }

  static void link(ir::Workflow& workflow) {
    if (workflow.type == ir::Workflow::Type::reverse) return;
    for (Index from = 0; from < workflow.tasks.size(); ++from) {
      for (const ir::Clause& clause : workflow.tasks[from].clauses) {
        for (const ir::Target& target : clause.targets) {
          if (target.kind != ir::TargetKind::task) continue;
          std::vector<Index>& inbound = workflow.tasks[target.task].inbound;
          if (inbound.empty() || inbound.back() != from) inbound.push_back(from);
        }
      }
    }
    for (Index task = 0; task < workflow.tasks.size(); ++task) {
      if (workflow.tasks[task].inbound.empty()) workflow.start_tasks.push_back(task);
    }
  }

  const Definitions& definitions_;
  Report& report_;
  ProgramBuilder builder_;
  std::map<std::pair<const TaskDefinition*, const YamlNode*>, SharedTask>
      tasks_;  // by task and task-defaults
};

}  // namespace

Lowered lower(const Definitions& definitions, Report& report) {
  return Lowering(definitions, report).run();
}

}  // namespace gregale::compiler
