#include "compiler/ir/validation.hpp"

#include <unordered_set>

#include "compiler/ir/refusal.hpp"
#include "compiler/ir/tree_validation.hpp"

namespace gregale::ir {

namespace {

class Validator {
 public:
  explicit Validator(const Program& program)
      : program_(program), children_(program.templates.size()), used_by_(program.templates.size()) {}

  void run() {
    std::unordered_set<std::string_view> names;
    for (const std::string& name : program_.names) {
      if (!names.insert(name).second) refuse("a name that is stored twice");
    }
    for (const SourcedExpression& expression : program_.expressions) {
      location(expression.location);
      validate_expression(expression.expression);
    }
    std::vector<bool> expressions(program_.expressions.size());
    for (Index index = 0; index < program_.templates.size(); ++index) check_template(index, expressions);
    for (const Workflow& workflow : program_.workflows) {
      ++user_;
      check_workflow(workflow);
    }
    for (const AdhocAction& action : program_.actions) {
      ++user_;
      check_action(action);
    }
  }

 private:
  void name(Index index) const {
    if (index >= program_.names.size()) refuse("a name that does not exist");
  }
  void optional_name(Index index) const {
    if (index != kNone) name(index);
  }
  void location(const Location& place) const {
    if (place.source != kNone && place.source >= program_.sources.size()) {
      refuse("a source that does not exist");
    }
  }

  // A workflow's or action's reference to a template. Each refers to a template once, so that walks over one
  // stay linear; workflows that inherit a task have its templates in common.
  void use(Index index) {
    if (index == kNone) return;
    if (index >= program_.templates.size()) refuse("a template that does not exist");
    if (children_[index] || used_by_[index] == user_) refuse("a template that is used twice");
    used_by_[index] = user_;
  }
  void need(Index index) {
    if (index == kNone) refuse("a template is missing");
    use(index);
  }
  // A map, or an expression that gives one.
  void use_map(Index index) {
    use(index);
    if (index == kNone) return;
    const Template& entry = program_.templates[index];
    if (entry.kind == Template::Kind::list) refuse("a list where a map is needed");
  }

  void check_template(Index index, std::vector<bool>& expressions) {
    const Template& entry = program_.templates[index];
    const bool collection = entry.kind == Template::Kind::list || entry.kind == Template::Kind::map;
    if (!collection && !entry.children.empty()) refuse("a template with children that has none");
    if (entry.kind != Template::Kind::expression && entry.expression != kNone) {
      refuse("a template with an expression that has none");
    }
    if (entry.kind == Template::Kind::expression) {
      if (entry.expression >= expressions.size()) refuse("an expression that does not exist");
      if (expressions[entry.expression]) refuse("an expression that is used twice");
      expressions[entry.expression] = true;
    }
    if (entry.kind == Template::Kind::map) {
      if (!entry.constant.is_list() || entry.constant.size() != entry.children.size()) {
        refuse("a map whose keys and values do not pair");
      }
      for (const core::Value& key : entry.constant.as_list()) {
        if (!key.is_string()) refuse("a map whose key is no text");
      }
    }
    for (Index child : entry.children) {
      if (child >= index) refuse("a template that is no tree");
      if (children_[child]) refuse("a template that is used twice");
      children_[child] = true;
    }
  }

  void check_parameters(const std::vector<Parameter>& parameters) {
    for (const Parameter& parameter : parameters) name(parameter.name);
  }

  void check_publish(const Publish& publish) {
    use_map(publish.branch);
    use_map(publish.global);
    use_map(publish.atomic);
  }

  void check_workflow(const Workflow& workflow) {
    for (const Ancestor& ancestor : workflow.ancestors) {
      name(ancestor.name);
      location({ancestor.source, 0, 0});
    }
    name(workflow.name);
    optional_name(workflow.workbook);
    location(workflow.location);
    check_parameters(workflow.input);
    use_map(workflow.vars);
    use(workflow.output);
    use(workflow.output_on_error);
    use(workflow.region);
    for (const ContextKey& key : workflow.custom_context) name(key.name);
    std::unordered_set<Index> names;
    for (const Task& task : workflow.tasks) {
      check_task(workflow, task);
      if (!names.insert(task.name).second) refuse("two tasks of one name");
    }
    ascending(workflow.start_tasks, workflow.tasks.size());
  }

  void check_task(const Workflow& workflow, const Task& task) {
    name(task.name);
    location(task.location);
    if (task.call.kind == CallKind::none) refuse("a task that calls nothing");
    need(task.call.name);
    use(task.call.input);
    use_map(task.call.inline_input);
    for (const WithItems& items : task.with_items) {
      name(items.variable);
      need(items.items);
    }
    const WithRegions& regions = task.with_regions;
    if (regions.present() && !task.with_items.empty()) refuse("a task with items and regions");
    if (!regions.present() && (regions.goes_on || regions.min_success != kNone)) {
      refuse("a task with settings for regions that has none");
    }
    use(regions.regions);
    use(regions.min_success);
    use_map(task.custom_context);
    check_publish(task.publish);
    check_publish(task.publish_on_error);
    check_publish(task.publish_on_skip);
    for (const Clause& clause : task.clauses) {
      check_publish(clause.publish);
      for (const Target& target : clause.targets) {
        if ((target.kind == TargetKind::task) != (target.task != kNone)) refuse("a target without a task");
        if (target.task != kNone && target.task >= workflow.tasks.size()) {
          refuse("a task that does not exist");
        }
        use(target.guard);
        use(target.message);
      }
    }
    const RetryPolicy& retry = task.policies.retry;
    if (retry.present() != (retry.delay != kNone)) refuse("a retry without count or delay");
    for (Index index : {retry.count, retry.delay, retry.break_on, retry.continue_on,
                        task.policies.wait_before, task.policies.wait_after, task.policies.timeout,
                        task.policies.pause_before, task.policies.concurrency, task.policies.fail_on,
                        task.keep_result, task.safe_rerun, task.target, task.region}) {
      use(index);
    }
    std::unordered_set<Index> required;
    for (Index index : task.requires_tasks) {
      if (index >= workflow.tasks.size()) refuse("a task that does not exist");
      if (!required.insert(index).second) refuse("a task that is required twice");
    }
    ascending(task.inbound, workflow.tasks.size());
  }

  static void ascending(const std::vector<Index>& tasks, size_t count) {
    for (size_t i = 0; i < tasks.size(); ++i) {
      if (tasks[i] >= count) refuse("a task that does not exist");
      if (i > 0 && tasks[i] <= tasks[i - 1]) refuse("a list of tasks that does not ascend");
    }
  }

  void check_action(const AdhocAction& action) {
    name(action.name);
    optional_name(action.workbook);
    location(action.location);
    check_parameters(action.input);
    use_map(action.base_input);
    use(action.output);
  }

  const Program& program_;
  std::vector<bool> children_;  // templates that are part of another
  std::vector<Index> used_by_;  // of each template: the last that referred to it
  Index user_ = 0;              // the workflow or action that is looked at; counted from 1
};

}  // namespace

void validate(const Program& program) {
  Validator(program).run();
}

}  // namespace gregale::ir
