// Where resources come from: the id of what was made or found in one region means nothing in another.
//
// A variable's origins are the regions of all actions whose results are published under its name, followed
// through variables that are copies of others. Where one of its values is something else, nothing is said.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "compiler/analysis/analysis.hpp"

namespace gregale::compiler {

using ir::Index;
using ir::kNone;

namespace {

// What a value is: the id of a resource, or the resource with its `id`.
struct Origin {
  bool is_id = false;
  std::set<std::string> regions;
};

class OriginAnalysis {
 public:
  OriginAnalysis(const Analysis& analysis, Index index)
      : analysis_(analysis),
        program_(analysis.lowered.program),
        definition_(analysis.definitions.workflows[index]),
        workflow_(program_.workflows[index]) {
    for (Index task = 0; task < workflow_.tasks.size(); ++task) regions_.push_back(region_of(task));
    for (const Reference& reference : analysis.references[index])
      by_expression_[analysis.lowered.sites[reference.site].expression].push_back(&reference);
    for (const ir::Parameter& input : workflow_.input) mixed_.insert(program_.name(input.name));
    read_names(workflow_.vars);
  }

  void run() {
    bool any = false;
    for (const auto& region : regions_) any = any || region;
    if (!any) return;
    follow_publishing();
    for (Index task = 0; task < workflow_.tasks.size(); ++task) {
      if (regions_[task]) check_inputs(task);
    }
  }

 private:
  static constexpr size_t kMostCopies = 20;  // from variable to variable

  const ir::Template* entry(Index index) const {
    return index == kNone ? nullptr : &program_.templates[index];
  }

  std::optional<std::string> constant_text(Index index) const {
    const ir::Template* found = entry(index);
    if (found == nullptr || found->kind != ir::Template::Kind::constant || !found->constant.is_string()) {
      return std::nullopt;
    }
    return found->constant.as_string();
  }

  // A member of a map template that is a constant text.
  std::optional<std::string> constant_member(Index map, std::string_view key) const {
    const ir::Template* found = entry(map);
    if (found == nullptr) return std::nullopt;
    if (found->kind == ir::Template::Kind::constant && found->constant.is_map()) {
      const core::Value* value = found->constant.find(key);
      if (value != nullptr && value->is_string()) return value->as_string();
    }
    if (found->kind != ir::Template::Kind::map) return std::nullopt;
    const core::List& keys = found->constant.as_list();
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i].as_string() == key) return constant_text(found->children[i]);
    }
    return std::nullopt;
  }

  // The region that an OpenStack action of the task runs in, where it is written down. Identities are the
  // same in all regions.
  std::optional<std::string> region_of(Index index) const {
    const ir::Task& task = workflow_.tasks[index];
    const std::optional<std::string> name = constant_text(task.call.name);
    if (!name || analysis_.catalogue == nullptr || task.call.kind != ir::CallKind::action)
      return std::nullopt;
    if (!task.with_items.empty()) return std::nullopt;
    const ir::ActionSignature* signature = analysis_.catalogue->find_signature(*name);
    if (signature == nullptr || !signature->takes_region || signature->service == "identity")
      return std::nullopt;
    for (std::string_view key : {"action_region", "region"}) {
      for (Index input : {task.call.inline_input, task.call.input}) {
        if (std::optional<std::string> region = constant_member(input, key)) return region;
      }
    }
    if (task.region != kNone) return constant_text(task.region);
    return constant_text(workflow_.region);
  }

  void read_names(Index map) {
    const ir::Template* found = entry(map);
    if (found == nullptr) return;
    if (found->kind == ir::Template::Kind::map) {
      for (const core::Value& key : found->constant.as_list()) mixed_.insert(key.as_string());
    }
    if (found->kind == ir::Template::Kind::constant && found->constant.is_map()) {
      for (const core::Map::Entry& one : found->constant.as_map()) mixed_.insert(one.key.as_string());
    }
  }

  // A value that is published: by which task, under which name, as which template.
  struct Published {
    Index task;
    std::string name;
    Index value;
  };

  void collect(Index task, Index map, std::vector<Published>& result) {
    const ir::Template* found = entry(map);
    if (found == nullptr) return;
    if (found->kind != ir::Template::Kind::map) return read_names(map);
    const core::List& keys = found->constant.as_list();
    for (size_t i = 0; i < keys.size(); ++i)
      result.push_back({task, keys[i].as_string(), found->children[i]});
  }

  void follow_publishing() {
    std::vector<Published> all;
    for (Index index = 0; index < workflow_.tasks.size(); ++index) {
      const ir::Task& task = workflow_.tasks[index];
      for (const ir::Publish* publish : {&task.publish, &task.publish_on_error, &task.publish_on_skip}) {
        collect(index, publish->branch, all);
      }
      for (const ir::Clause& clause : task.clauses) {
        for (Index map : {clause.publish.branch, clause.publish.global, clause.publish.atomic})
          collect(index, map, all);
      }
    }
    // First all that comes from actions; then copies of what is known, until nothing is new.
    bool grown = true;
    for (size_t round = 0; grown && round < kMostCopies; ++round) {
      grown = false;
      for (const Published& one : all) {
        const std::optional<Origin> origin = origin_of(one);
        if (!origin) continue;
        const auto [known, is_new] = origins_.emplace(one.name, *origin);
        if (known->second.is_id != origin->is_id) mixed_.insert(one.name);
        const size_t before = known->second.regions.size();
        known->second.regions.insert(origin->regions.begin(), origin->regions.end());
        grown = grown || is_new || known->second.regions.size() != before;
      }
    }
    for (const Published& one : all) {
      if (!origin_of(one)) mixed_.insert(one.name);
    }
  }

  std::optional<Origin> origin_of(const Published& one) const {
    const ir::Template* value = entry(one.value);
    if (value == nullptr || value->kind != ir::Template::Kind::expression) return std::nullopt;
    const auto found = by_expression_.find(value->expression);
    if (found == by_expression_.end() || found->second.size() != 1 || !found->second.front()->whole)
      return std::nullopt;
    return origin_of(*found->second.front(), one.task);
  }

  // Of `task(a).result`, `task(a).result.id`, `$.server`, `$.server.id`, `$.id`.
  std::optional<Origin> origin_of(const Reference& reference, Index site_task) const {
    if (reference.kind == Reference::Kind::task) {
      Index task = site_task;
      if (!reference.name.text.empty()) {
        const auto found = definition_.task_index.find(reference.name.text);
        if (found == definition_.task_index.end()) return std::nullopt;
        task = static_cast<Index>(found->second);
      }
      if (task == kNone || !regions_[task] || reference.first.text != "result") return std::nullopt;
      if (!reference.second.text.empty() && reference.second.text != "id") return std::nullopt;
      return Origin{reference.second.text == "id", {*regions_[task]}};
    }
    if (reference.kind != Reference::Kind::variable) return std::nullopt;
    const std::string name(reference.name.text);
    const auto found = origins_.find(name);
    if (found == origins_.end() || mixed_.count(name) != 0) return std::nullopt;
    Origin origin = found->second;
    if (reference.first.text.empty()) return origin;
    if (origin.is_id || reference.first.text != "id" || !reference.second.text.empty()) return std::nullopt;
    origin.is_id = true;
    return origin;
  }

  void check_inputs(Index task) {
    for (Index map : {workflow_.tasks[task].call.input, workflow_.tasks[task].call.inline_input}) {
      const ir::Template* found = entry(map);
      if (found == nullptr || found->kind != ir::Template::Kind::map) continue;
      for (Index child : found->children) check_input(task, child);
    }
  }

  void check_input(Index task, Index value) {
    const ir::Template* found = entry(value);
    if (found == nullptr) return;
    for (Index child : found->children) check_input(task, child);
    if (found->kind != ir::Template::Kind::expression) return;
    const auto references = by_expression_.find(found->expression);
    if (references == by_expression_.end()) return;
    for (const Reference* reference : references->second) {
      const std::optional<Origin> origin = origin_of(*reference, kNone);
      if (!origin || !origin->is_id || origin->regions.count(*regions_[task]) != 0) continue;
      const std::string& region = *origin->regions.begin();
      analysis_.report
          .add("GR0910", place_of(analysis_.lowered, *reference, reference->name),
               fmt::format("this is the id of a resource in {}, but the action runs in {}", region,
                           *regions_[task]))
          .note = "an id is known only in the region where the resource is";
    }
  }

  const Analysis& analysis_;
  const ir::Program& program_;
  const WorkflowDefinition& definition_;
  const ir::Workflow& workflow_;
  std::vector<std::optional<std::string>> regions_;  // of each task
  std::unordered_map<Index, std::vector<const Reference*>> by_expression_;
  std::map<std::string, Origin> origins_;
  std::set<std::string> mixed_;  // names with a value whose origin is not known
};

}  // namespace

void analyse_origins(const Analysis& analysis) {
  const size_t count = analysis.definitions.workflows.size();
  for (Index index = 0; index < count; ++index) {
    const Report::About about(analysis.report, analysis.definitions.workflows[index].flat);
    OriginAnalysis(analysis, index).run();
  }
}

}  // namespace gregale::compiler
