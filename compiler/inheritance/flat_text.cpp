#include "compiler/inheritance/flat_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/inheritance/merging.hpp"
#include "compiler/inheritance/yaml_writer.hpp"
#include "compiler/keys.hpp"
#include "compiler/nodes.hpp"
#include "core/error.hpp"
#include "grammar/inline_call.hpp"

namespace gregale::compiler {

namespace {

// Puts Gregale's own keys into the words of stock Mistral.
class MistralWords {
 public:
  MistralWords(const Family& family, const ir::ActionCatalogue* catalogue, Report& report)
      : catalogue_(catalogue), report_(report) {
    for (const FlatAction* action : family.actions()) adhoc_.insert(action->declaration->full_name);
  }

  YamlNode workflow(const YamlNode& shell) {
    YamlNode result = shell;
    remove_member(result, "region");
    if (YamlNode::Member* defaults = find_member(result, "task-defaults")) {
      remove_member(defaults->value, "region");
      if (defaults->value.members.empty()) remove_member(result, "task-defaults");
    }
    refuse_own_keys(Place::workflow, result);
    return result;
  }

  YamlNode task(const FlatWorkflow& workflow, const YamlNode::Member& member) {
    YamlNode result = member.value;
    const YamlNode* region = value_of(result, "region");
    const YamlNode* defaults = value_of(*workflow.node, "task-defaults");
    if (region == nullptr && defaults != nullptr) region = value_of(*defaults, "region");
    if (region == nullptr) region = value_of(*workflow.node, "region");
    const YamlNode where = region == nullptr ? YamlNode() : *region;
    remove_member(result, "region");
    refuse_own_keys(Place::task, result);
    rename_region(result);
    if (region != nullptr) set_region(workflow, member, where, result);
    return result;
  }

 private:
  void refuse(const core::Span& place, const std::string& message) { report_.add("GR0905", place, message); }

  void refuse_own_keys(Place place, const YamlNode& node) {
    for (const YamlNode::Member& member : node.members) {
      const Key* key = find_key(place, member.key.text);
      if (key != nullptr && key->own)
        refuse(member.key.span, fmt::format("stock Mistral knows nothing like `{}`", key->name));
    }
  }

  // `region` as a parameter of an OpenStack action is `action_region` for Mistral.
  void rename_region(YamlNode& task) {
    YamlNode::Member* action = find_member(task, "action");
    if (action == nullptr || !is_text(action->value)) return;
    const grammar::InlineCall call = grammar::parse_inline_call(action->value.text);
    if (!takes_region(call.name)) return;
    if (const grammar::InlineArgument* argument = call.find("region")) {
      std::string text = action->value.text;
      text.replace(argument->name_begin, argument->name_end - argument->name_begin, "action_region");
      action->value = text_node(text, action->value.span);
    }
    YamlNode::Member* input = find_member(task, "input");
    YamlNode::Member* region = input == nullptr ? nullptr : find_member(input->value, "region");
    if (region != nullptr) region->key = text_node("action_region", region->key.span);
  }

  bool takes_region(const std::string& action) const {
    const ir::ActionSignature* signature =
        catalogue_ == nullptr ? nullptr : catalogue_->find_signature(action);
    return signature != nullptr && signature->takes_region;
  }

  void set_region(const FlatWorkflow& workflow, const YamlNode::Member& member, const YamlNode& region,
                  YamlNode& task) {
    const core::Span& place = member.key.span;
    if (task.find("workflow") != nullptr) {
      refuse(place, fmt::format("the task `{}` gives its region to a workflow, which stock Mistral cannot",
                                member.key.text));
      return;
    }
    YamlNode::Member* action = find_member(task, "action");
    if (action == nullptr || !is_text(action->value)) return;
    const grammar::InlineCall call = grammar::parse_inline_call(action->value.text);
    const std::string& workbook = workflow.declaration->workbook;
    if (adhoc_.count(call.name) != 0 || adhoc_.count(workbook + "." + call.name) != 0) {
      refuse(place,
             fmt::format("the ad-hoc action `{}` takes no region for stock Mistral; give it an input for one",
                         call.name));
      return;
    }
    if (call.name.find("<%") != std::string::npos || call.name.find("{{") != std::string::npos) {
      refuse(place,
             fmt::format(
                 "the action of the task `{}` is known only when it runs, and so is whether it has a region",
                 member.key.text));
      return;
    }
    if (!takes_region(call.name) || call.find("action_region") != nullptr || call.find("region") != nullptr)
      return;
    YamlNode::Member* input = find_member(task, "input");
    if (input == nullptr) {
      YamlNode mapping;
      mapping.kind = YamlNode::Kind::mapping;
      mapping.span = region.span;
      task.members.push_back({text_node("input", region.span), std::move(mapping)});
      input = &task.members.back();
    }
    if (input->value.kind == YamlNode::Kind::mapping) {
      if (input->value.find("action_region") != nullptr) return;
      input->value.members.push_back({text_node("action_region", region.span), region});
    } else {
      action->value = text_node(fmt::format("{} action_region=\"{}\"", action->value.text, region.text),
                                action->value.span);
    }
  }

  const ir::ActionCatalogue* catalogue_;
  Report& report_;
  std::set<std::string> adhoc_;
};

class FlatText {
 public:
  FlatText(const Family& family, const FlatTextOptions& options, Report& report)
      : family_(family), options_(options), words_(family, options.catalogue, report) {}

  std::string write() {
    const std::string workbook = the_workbook();
    writer_.line("version: '2.0'");
    if (!options_.mistral && uses_own_keys()) writer_.line("dialect: gregale/1");
    if (workbook.empty()) {
      for (const FlatAction* action : family_.actions()) write_action(*action, 0);
      for (const FlatWorkflow* workflow : family_.workflows()) write_workflow(*workflow, 0);
      return writer_.text(options_.origins);
    }
    writer_.line("name: " + workbook);
    if (!family_.actions().empty()) {
      writer_.blank();
      writer_.line("actions:");
      for (const FlatAction* action : family_.actions()) write_action(*action, 2);
    }
    writer_.blank();
    writer_.line("workflows:");
    for (const FlatWorkflow* workflow : family_.workflows()) write_workflow(*workflow, 2);
    return writer_.text(options_.origins);
  }

 private:
  // The name of the only workbook; empty when there is none.
  std::string the_workbook() const {
    std::set<std::string> names;
    for (const FlatWorkflow* workflow : family_.workflows()) names.insert(workflow->declaration->workbook);
    for (const FlatAction* action : family_.actions()) names.insert(action->declaration->workbook);
    if (names.size() > 1) {
      throw core::Error(
          core::ErrorKind::invalid,
          "one file can hold one workbook, or workflows without one; compile the files one by one");
    }
    return names.empty() ? std::string() : *names.begin();
  }

  bool uses_own_keys() const {
    const auto own = [](Place place, const YamlNode& node) {
      return std::any_of(node.members.begin(), node.members.end(), [&](const YamlNode::Member& member) {
        const Key* key = find_key(place, member.key.text);
        return key != nullptr && key->own;
      });
    };
    return std::any_of(family_.workflows().begin(), family_.workflows().end(),
                       [&](const FlatWorkflow* workflow) {
                         return workflow->abstract == nullptr && own(Place::workflow, *workflow->node);
                       });
  }

  void write_action(const FlatAction& action, size_t indent) {
    writer_.blank();
    writer_.member(*action.declaration->name, *action.node, indent);
  }

  void write_workflow(const FlatWorkflow& workflow, size_t indent) {
    if (workflow.abstract != nullptr) return;
    writer_.blank();
    const YamlNode shell = options_.mistral ? words_.workflow(*workflow.node) : *workflow.node;
    writer_.line(std::string(indent, ' ') + workflow.declaration->name->text + ":",
                 workflow.declaration->name->span);
    for (const YamlNode::Member& member : shell.members) {
      if (member.key.text != "tasks") writer_.member(member.key, member.value, indent + 2);
    }
    writer_.line(std::string(indent + 2, ' ') + "tasks:");
    for (const FlatTask& task : workflow.tasks) {
      writer_.member(task.member->key,
                     options_.mistral ? words_.task(workflow, *task.member) : task.member->value, indent + 4);
    }
  }

  const Family& family_;
  const FlatTextOptions& options_;
  MistralWords words_;
  YamlWriter writer_;
};

}  // namespace

std::string to_flat_text(const Family& family, const FlatTextOptions& options, Report& report) {
  return FlatText(family, options, report).write();
}

std::string to_yaml(const YamlNode& node, size_t indent) {
  YamlWriter writer;
  writer.node(node, indent);
  return writer.text(false);
}

}  // namespace gregale::compiler
