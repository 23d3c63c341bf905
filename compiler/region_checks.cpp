// Regions that tasks name: whether one counts there, whether two contradict each other, and, against a live
// cloud, whether it has them and the services that are called in them.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "compiler/checks.hpp"
#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"

namespace gregale::compiler {

namespace {

// A region as it is written, where it is no expression.
struct WrittenRegion {
  std::string name;
  core::Span place;
};

std::string list(const std::vector<std::string>& names) {
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

class RegionChecker {
 public:
  RegionChecker(const Definitions& definitions, const ir::ActionCatalogue* catalogue, const CloudView* cloud,
                const Directory& directory, Report& report)
      : definitions_(definitions),
        catalogue_(catalogue),
        cloud_(cloud),
        directory_(directory),
        report_(report) {}

  void check() {
    for (const WorkflowDefinition& workflow : definitions_.workflows) {
      const std::optional<WrittenRegion> own = written(workflow.value("region"));
      if (own) exists(*own);
      for (const TaskDefinition* task : workflow.tasks) check_task(workflow, *task, own);
    }
  }

 private:
  void check_task(const WorkflowDefinition& workflow, const TaskDefinition& task,
                  const std::optional<WrittenRegion>& of_workflow) {
    if (task.node->kind != YamlNode::Kind::mapping) return;
    const YamlNode::Member* region = task.node->find("region");
    const YamlNode::Member* regions = task.node->find("with-regions");
    check_settings(task, regions);
    if (region != nullptr && regions != nullptr) {
      core::Diagnostic& finding =
          report_.add("GR0908", region->key.span,
                      "`region` has no effect beside `with-regions`, which names the regions");
      finding.related.push_back({regions->key.span, "the regions"});
    }
    for (const YamlNode::Member* member : {region, regions}) {
      if (member != nullptr && takes_no_region(workflow, task, member->key)) return;
    }
    const YamlNode::Member* named = regions != nullptr ? regions : region;
    if (named != nullptr && named->value.scalar.is_string() && !has_expression(named->value.text)) {
      for (const char* key : {"region", "action_region"}) check_same_region(task, *named, key);
    }
    if (cloud_ != nullptr) check_in_cloud(workflow, task, of_workflow);
  }

  // Settings for several regions.
  void check_settings(const TaskDefinition& task, const YamlNode::Member* regions) {
    if (regions == nullptr) {
      for (const char* key : {"on-region-error", "min-success"}) {
        const YamlNode::Member* setting = task.node->find(key);
        if (setting == nullptr) continue;
        report_.add("GR0906", setting->key.span,
                    fmt::format("`{}` has no effect without `with-regions`", key));
      }
      return;
    }
    if (const YamlNode::Member* items = task.node->find("with-items")) {
      core::Diagnostic& finding = report_.add("GR0907", regions->key.span,
                                              "a task has either `with-items` or `with-regions`, not both");
      finding.note = "call a workflow with `with-regions`, and use `with-items` in it";
      finding.related.push_back({items->key.span, "the items"});
    }
    const YamlNode::Member* least = task.node->find("min-success");
    const YamlNode::Member* on_error = task.node->find("on-region-error");
    if (least == nullptr) return;
    if (on_error != nullptr && on_error->value.text == "fail") {
      report_.add(
          "GR0906", least->key.span,
          "`min-success` has no effect with `on-region-error: fail`, where every region must succeed");
    }
    const YamlNode& names = regions->value;
    if (names.kind == YamlNode::Kind::sequence && least->value.scalar.is_small_integer() &&
        least->value.scalar.as_integer() > static_cast<int64_t>(names.items.size())) {
      report_.add("GR0219", least->value.span,
                  fmt::format("`min-success` is {}, but there are only {} regions",
                              least->value.scalar.as_integer(), names.items.size()));
    }
  }

  // Reports a region where none counts.
  bool takes_no_region(const WorkflowDefinition& workflow, const TaskDefinition& task, const YamlNode& key) {
    if (task.call.kind != ir::CallKind::action) return false;
    const std::string name = task.call.text == nullptr ? std::string() : task.call.call.name;
    if (directory_.action(*workflow.flat->declaration, name).callable != nullptr) return false;
    const ir::ActionSignature* signature = catalogue_ == nullptr ? nullptr : catalogue_->find_signature(name);
    const bool elsewhere = signature != nullptr ? !signature->takes_region : name.compare(0, 4, "std.") == 0;
    // A standard action may run once for each region, whose name its input takes from region().
    if (!name.empty() && (!elsewhere || key.text == "with-regions")) return false;
    report_.add("GR0901", key.span,
                name.empty()
                    ? fmt::format("`{}` has no effect: the task has no action", key.text)
                    : fmt::format("`{}` has no effect: `{}` is not an OpenStack action", key.text, name));
    return true;
  }

  // The region that is among the call's own parameters.
  static std::optional<WrittenRegion> parameter(const TaskDefinition& task, std::string_view key) {
    if (const grammar::InlineArgument* argument = task.call.call.find(key);
        argument != nullptr && argument->value.is_string()) {
      return WrittenRegion{argument->value.as_string(),
                           task.call.text->span_of(argument->begin, argument->end)};
    }
    if (task.call.input == nullptr || task.call.input->find(key) == nullptr) return std::nullopt;
    const YamlNode& value = task.call.input->find(key)->value;
    return WrittenRegion{value.scalar.is_string() ? value.text : std::string(), value.span};
  }

  void check_same_region(const TaskDefinition& task, const YamlNode::Member& region, std::string_view key) {
    const std::optional<WrittenRegion> other = parameter(task, key);
    if (!other || other->name.empty() || has_expression(other->name)) return;
    if (other->name == region.value.text) return;
    core::Diagnostic& finding = report_.add(
        "GR0902", other->place,
        fmt::format("two regions for one call: the parameter `{}` says {}, the task's `{}` says {}", key,
                    other->name, region.key.text, region.value.text));
    finding.related.push_back({region.value.span, "the task's"});
  }

  // ---- against a live cloud

  static std::optional<WrittenRegion> written(const YamlNode* node) {
    if (node == nullptr || !node->scalar.is_string() || node->text.empty() || has_expression(node->text)) {
      return std::nullopt;
    }
    return WrittenRegion{node->text, node->span};
  }

  // Reports a region that the cloud does not have.
  bool exists(const WrittenRegion& region) {
    if (cloud_ == nullptr) return true;
    const std::vector<std::string>& all = cloud_->regions();
    if (std::find(all.begin(), all.end(), region.name) != all.end()) return true;
    core::Diagnostic& finding = report_.add_misspelt(
        "GR0909", region.place, fmt::format("the cloud has no region {}", region.name), region.name, all);
    finding.note = "its regions: " + list(all);
    return false;
  }

  // The type of the service that the task calls; empty when it is not known.
  std::string service_of(const WorkflowDefinition& workflow, const TaskDefinition& task) const {
    if (task.call.kind != ir::CallKind::action || task.call.text == nullptr) return {};
    const CallDefinition* call = &task.call;
    for (size_t depth = 0; depth < definitions_.actions.size(); ++depth) {
      const Callable* adhoc = directory_.action(*workflow.flat->declaration, call->call.name).callable;
      if (adhoc == nullptr || adhoc->action == nullptr) break;
      call = &adhoc->action->base;
    }
    const ir::ActionSignature* signature =
        catalogue_ == nullptr ? nullptr : catalogue_->find_signature(call->call.name);
    return signature != nullptr && signature->takes_region ? signature->service : std::string();
  }

  void check_in_cloud(const WorkflowDefinition& workflow, const TaskDefinition& task,
                      const std::optional<WrittenRegion>& of_workflow) {
    std::vector<WrittenRegion> regions;
    bool dynamic = false;
    const auto take = [&](const YamlNode* node) {
      if (node == nullptr) return;
      if (const auto region = written(node)) {
        regions.push_back(*region);
      } else {
        dynamic = true;
      }
    };
    bool all = false;
    const auto of_task_defaults = [&] {
      return workflow.defaults ? workflow.defaults->value("region") : nullptr;
    };
    if (const YamlNode* several = task.value("with-regions")) {
      all = several->text == "all";
      if (several->kind == YamlNode::Kind::sequence) {
        for (const YamlNode& item : several->items) take(&item);
      } else if (!all) {
        take(several);
      }
    } else {
      std::optional<WrittenRegion> of_call;
      for (const char* key : {"action_region", "region"}) {
        if (!of_call) of_call = parameter(task, key);
      }
      const YamlNode* of_task = task.value("region") != nullptr ? task.value("region") : of_task_defaults();
      if (of_call) {
        if (of_call->name.empty() || has_expression(of_call->name)) return;
        regions.push_back(*of_call);
      } else if (of_task != nullptr) {
        take(of_task);
      } else if (of_workflow) {
        check_service(workflow, task, {*of_workflow});
        return;
      } else {
        dynamic = workflow.value("region") != nullptr;
      }
    }
    if (dynamic) return;
    std::erase_if(regions, [&](const WrittenRegion& region) { return !exists(region); });
    if (all || task.call.kind == ir::CallKind::workflow) return;
    check_service(workflow, task, regions);
  }

  // [regions]: empty where the task names none.
  void check_service(const WorkflowDefinition& workflow, const TaskDefinition& task,
                     const std::vector<WrittenRegion>& regions) {
    const std::string service = service_of(workflow, task);
    if (service.empty()) return;
    const std::vector<std::string> having = cloud_->regions_of(service);
    const core::Span call = task.call.text->span_of(task.call.call.name_begin, task.call.call.name_end);
    if (having.empty()) {
      report_.add("GR0911", call, fmt::format("the cloud's catalog has no service {}", service));
      return;
    }
    for (const WrittenRegion& region : regions) {
      if (std::find(having.begin(), having.end(), region.name) != having.end()) continue;
      if (std::find(cloud_->regions().begin(), cloud_->regions().end(), region.name) ==
          cloud_->regions().end()) {
        continue;  // reported as unknown
      }
      report_.add("GR0911", region.place, fmt::format("there is no service {} in {}", service, region.name))
          .note = "it is in: " + list(having);
    }
    if (!regions.empty() || having.size() == 1) return;
    const std::string fallback = cloud_->default_region();
    if (std::find(having.begin(), having.end(), fallback) != having.end()) return;
    report_
        .add("GR0911", call,
             fallback.empty() ? fmt::format("the service {} is in several regions, and nothing says which "
                                            "one is meant",
                                            service)
                              : fmt::format("there is no service {} in {}, the region of the credentials",
                                            service, fallback))
        .note = "it is in: " + list(having);
  }

  const Definitions& definitions_;
  const ir::ActionCatalogue* catalogue_;
  const CloudView* cloud_;
  const Directory& directory_;
  Report& report_;
};

}  // namespace

void check_regions(const Definitions& definitions, const Directory& directory,
                   const ir::ActionCatalogue* catalogue, const CloudView* cloud, Report& report) {
  RegionChecker(definitions, catalogue, cloud, directory, report).check();
}

}  // namespace gregale::compiler
