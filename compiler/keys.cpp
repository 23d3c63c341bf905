#include "compiler/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "compiler/first_seen.hpp"
#include "compiler/nodes.hpp"

#include "compiler/ir/ir.hpp"

namespace gregale::compiler {

using grammar::YamlNode;

namespace {

using enum Shape;

constexpr Key kKeys[] = {
    {"version", Place::workbook, version, For::both, false, "version of the language: '2.0'"},
    {"name", Place::workbook, text, For::both, false, "name, the first part of its workflows' names"},
    {"description", Place::workbook, prose, For::both, false, "text for people"},
    {"tags", Place::workbook, names, For::both, false, "labels"},
    {"workflows", Place::workbook, mapping, For::both, false, "workflows by their short names"},
    {"actions", Place::workbook, mapping, For::both, false, "ad-hoc actions by their short names"},
    {"extends", Place::workbook, inheritance, For::both, true, "the workbook that this one inherits from"},
    {"dialect", Place::workbook, text, For::both, true, "gregale/1 where Gregale's own keys are used"},

    {"version", Place::workflow, version, For::both, false, "version of the language: '2.0'"},
    {"name", Place::workflow, text, For::both, false, "the name again; the key is what counts"},
    {"description", Place::workflow, prose, For::both, false, "text for people"},
    {"tags", Place::workflow, names, For::both, false, "labels"},
    {"type", Place::workflow, workflow_type, For::both, false, "direct (usual) or reverse"},
    {"input", Place::workflow, parameters, For::both, false, "declared inputs, with defaults or without"},
    {"vars", Place::workflow, mapping, For::both, false, "variables, evaluated at the start"},
    {"output", Place::workflow, mapping, For::both, false, "the result after success"},
    {"output-on-error", Place::workflow, mapping, For::both, false, "the result after a failure"},
    {"task-defaults", Place::workflow, mapping, For::both, false, "keys for all tasks that lack them"},
    {"tasks", Place::workflow, mapping, For::both, false, "the tasks by name"},
    {"region", Place::workflow, text, For::both, true, "OpenStack region of its actions"},
    {"extends", Place::workflow, inheritance, For::both, true, "the workflow that this one inherits from"},
    {"override", Place::workflow, inheritance, For::both, true, "what becomes of the parent workbook's"},
    {"abstract", Place::workflow, inheritance, For::both, true, "only for others to extend"},
    {"final", Place::workflow, inheritance, For::both, true, "cannot be extended, or these keys not changed"},
    {"custom_context", Place::workflow, mapping, For::both, true, "the keys of the custom context it needs"},

    {"version", Place::action, version, For::both, false, "version of the language: '2.0'"},
    {"name", Place::action, text, For::both, false, "the name again; the key is what counts"},
    {"description", Place::action, prose, For::both, false, "text for people"},
    {"tags", Place::action, names, For::both, false, "labels"},
    {"base", Place::action, text, For::both, false, "the action that is called"},
    {"base-input", Place::action, mapping, For::both, false, "the input of that action"},
    {"input", Place::action, parameters, For::both, false, "declared inputs, with defaults or without"},
    {"output", Place::action, any, For::both, false, "what becomes of the result"},
    {"extends", Place::action, inheritance, For::both, true, "the ad-hoc action that this one refines"},
    {"override", Place::action, inheritance, For::both, true, "what becomes of the parent workbook's"},

    {"name", Place::task, text, For::both, false, "the name again; the key is what counts"},
    {"version", Place::task, version, For::both, false, "version of the language: '2.0'"},
    {"type", Place::task, workflow_type, For::both, false, "the workflow's type again"},
    {"description", Place::task, prose, For::both, false, "text for people"},
    {"tags", Place::task, names, For::both, false, "labels"},
    {"action", Place::task, text, For::both, false, "the action to call, with parameters in line"},
    {"workflow", Place::task, text, For::both, false, "the workflow to call, with inputs in line"},
    {"input", Place::task, mapping_or_text, For::both, false, "the input of the action or workflow"},
    {"with-items", Place::task, name_or_names, For::both, false, "runs once for each item of a list"},
    {"publish", Place::task, mapping, For::both, false, "variables to set after success"},
    {"publish-on-error", Place::task, mapping, For::both, false, "variables to set after an error"},
    {"publish-on-skip", Place::task, mapping, For::both, false, "variables to set when it is skipped"},
    {"retry", Place::task, text_or_mapping, For::both, false, "tries again after an error"},
    {"wait-before", Place::task, whole_number, For::both, false, "seconds to wait before it starts"},
    {"wait-after", Place::task, whole_number, For::both, false, "seconds to wait after it"},
    {"timeout", Place::task, whole_number, For::both, false, "seconds after which it has failed"},
    {"pause-before", Place::task, boolean, For::both, false, "pauses the execution before it"},
    {"concurrency", Place::task, whole_number, For::both, false, "items under way at once"},
    {"fail-on", Place::task, boolean, For::both, false, "makes an error of a success"},
    {"target", Place::task, text, For::both, false, "executor that shall run the action"},
    {"keep-result", Place::task, boolean, For::both, false, "whether the result is stored"},
    {"safe-rerun", Place::task, boolean, For::both, false, "whether running it twice does no harm"},
    {"region", Place::task, text, For::both, true, "OpenStack region of its action"},
    {"join", Place::task, join, For::direct, false, "waits for several tasks"},
    {"on-success", Place::task, clause, For::direct, false, "what follows a success"},
    {"on-error", Place::task, clause, For::direct, false, "what follows an error"},
    {"on-complete", Place::task, clause, For::direct, false, "what follows in any case"},
    {"on-skip", Place::task, clause, For::direct, false, "what follows when it was skipped"},
    {"requires", Place::task, name_or_names, For::reverse, false, "tasks that must be done before"},
    {"with-regions", Place::task, name_or_names, For::both, true, "runs once for each region, or for all"},
    {"on-region-error", Place::task, region_error, For::both, true, "a region's failure: fail or continue"},
    {"min-success", Place::task, whole_number, For::both, true, "how many regions must succeed"},
    {"custom_context", Place::task, mapping_or_text, For::both, true, "custom context for what it calls"},
    {"override", Place::task, inheritance, For::both, true, "what becomes of the inherited task"},
    {"redirect", Place::task, inheritance, For::both, true, "the task that takes a removed one's place"},
    {"before", Place::task, inheritance, For::both, true, "tasks to run before the inherited one"},
    {"after", Place::task, inheritance, For::both, true, "tasks to run after the inherited one"},
    {"abstract", Place::task, inheritance, For::both, true, "must be overridden"},
    {"final", Place::task, inheritance, For::both, true, "cannot be overridden, or these keys not changed"},

    {"retry", Place::task_defaults, text_or_mapping, For::both, false, "tries again after an error"},
    {"wait-before", Place::task_defaults, whole_number, For::both, false, "seconds to wait before"},
    {"wait-after", Place::task_defaults, whole_number, For::both, false, "seconds to wait after"},
    {"timeout", Place::task_defaults, whole_number, For::both, false, "seconds after which it has failed"},
    {"pause-before", Place::task_defaults, boolean, For::both, false, "pauses the execution before it"},
    {"concurrency", Place::task_defaults, whole_number, For::both, false, "items under way at once"},
    {"fail-on", Place::task_defaults, boolean, For::both, false, "makes an error of a success"},
    {"safe-rerun", Place::task_defaults, boolean, For::both, false, "whether running it twice does no harm"},
    {"region", Place::task_defaults, text, For::both, true, "OpenStack region of the actions"},
    {"on-success", Place::task_defaults, clause, For::direct, false, "what follows a success"},
    {"on-error", Place::task_defaults, clause, For::direct, false, "what follows an error"},
    {"on-complete", Place::task_defaults, clause, For::direct, false, "what follows in any case"},
    {"on-skip", Place::task_defaults, clause, For::direct, false, "what follows when it was skipped"},
    {"requires", Place::task_defaults, name_or_names, For::reverse, false, "tasks that must be done before"},

    {"count", Place::retry, whole_number, For::both, false, "how many times again"},
    {"delay", Place::retry, whole_number, For::both, false, "seconds between the attempts"},
    {"break-on", Place::retry, expression, For::both, false, "ends the attempts when true"},
    {"continue-on", Place::retry, expression, For::both, false, "goes on only while true"},

    {"publish", Place::clause, any, For::both, false, "variables to set, by scope"},
    {"next", Place::clause, clause, For::both, false, "the targets"},
    {"inherit", Place::clause, inheritance, For::both, true, "append or prepend to the inherited targets"},

    {"branch", Place::publish, mapping, For::both, false, "visible on this branch"},
    {"global", Place::publish, mapping, For::both, false, "visible everywhere"},
    {"atomic", Place::publish, mapping, For::both, false, "visible everywhere, updated atomically"},

    {"type", Place::context_key, context_type, For::both, true, "what its value must be"},
    {"required", Place::context_key, flag, For::both, true, "whether the start is refused without it"},
    {"default", Place::context_key, any, For::both, true, "its value where the caller gives none"},
    {"secret", Place::context_key, flag, For::both, true, "whether its value must never be seen"},
    {"description", Place::context_key, text, For::both, true, "text for people"},
};

}  // namespace

std::span<const Key> all_keys() {
  return kKeys;
}

const Key* find_key(Place place, std::string_view name) {
  // The keys of a place stand side by side.
  const auto first =
      std::find_if(std::begin(kKeys), std::end(kKeys), [&](const Key& key) { return key.place == place; });
  for (auto key = first; key != std::end(kKeys) && key->place == place; ++key) {
    if (key->name == name) return key;
  }
  return nullptr;
}

std::vector<std::string> key_names(Place place) {
  std::vector<std::string> result;
  for (const Key& key : kKeys) {
    if (key.place == place) result.emplace_back(key.name);
  }
  return result;
}

std::string_view to_string(Place place) {
  switch (place) {
    case Place::workbook:
      return "workbook";
    case Place::workflow:
      return "workflow";
    case Place::action:
      return "ad-hoc action";
    case Place::task:
      return "task";
    case Place::task_defaults:
      return "task-defaults";
    case Place::retry:
      return "retry";
    case Place::clause:
      return "transition";
    case Place::publish:
      return "publish";
    case Place::context_key:
      return "custom context key";
  }
  return "";
}

void check_names(std::string_view what, const YamlNode& mapping, Report& report) {
  FirstSeen<const YamlNode*> seen;
  for (const YamlNode::Member& member : mapping.members) {
    if (!member.key.scalar.is_string()) {
      report.add("GR0111", member.key.span,
                 fmt::format("`{}` means {} in YAML, so it cannot be the name of a {}; put it in quotes",
                             member.key.text, describe(member.key), what));
      continue;
    }
    if (member.key.text.empty()) {
      report.add("GR0215", member.key.span, fmt::format("the name of a {} must not be empty", what));
      continue;
    }
    const auto [other, is_new] = seen.insert(member.key.text, &member.key);
    if (!is_new) {
      core::Diagnostic& finding =
          report.add("GR0109", member.key.span,
                     fmt::format("`{}` stands here twice; only the last one counts", member.key.text));
      finding.related.push_back({other->span, "first here"});
      other = &member.key;
    }
  }
}

void check_keys(Place place, const YamlNode& mapping, Report& report) {
  check_names("key", mapping, report);
  for (const YamlNode::Member& member : mapping.members) {
    if (!member.key.scalar.is_string()) continue;
    const Key* key = find_key(place, member.key.text);
    if (key == nullptr) {
      const bool ignored = place == Place::workflow;  // by stock Mistral
      report.add_misspelt(
          ignored ? "GR0202" : "GR0201", member.key.span,
          fmt::format("unknown key `{}` in {} {}{}", member.key.text, place == Place::action ? "an" : "a",
                      to_string(place), ignored ? "; it has no effect" : ""),
          member.key.text, key_names(place));
      continue;
    }
    check_shape(key->name, key->shape, member.value, report, &member.key);
  }
}

std::string_view describe(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::mapping:
      return "a mapping";
    case YamlNode::Kind::scalar:
      break;
  }
  const core::Value& value = node.scalar;
  if (value.is_null()) return "nothing (null)";
  if (value.is_boolean()) return "a boolean";
  if (value.is_number()) return "a number";
  if (value.is_date_time()) return "a date";
  return "a text";
}

bool looks_like_expression(std::string_view text) {
  while (!text.empty() && (text.back() == ' ' || text.back() == '\n' || text.back() == '\t')) {
    text.remove_suffix(1);
  }
  const std::string_view open = text.substr(0, 2);
  const std::string_view close = text.size() >= 4 ? text.substr(text.size() - 2) : std::string_view();
  return (open == "<%" && close == "%>") || (open == "{{" && close == "}}");
}

namespace {

// [key]: where the finding stands when the value begins on a line below it.
void wrong_shape(std::string_view name, const YamlNode& value, std::string_view expected, Report& report,
                 const YamlNode* key = nullptr) {
  const bool below = key != nullptr && key->span.first().line != value.span.first().line;
  report.add("GR0203", below ? key->span : value.span,
             fmt::format("`{}` must be {}, but this is {}", name, expected, describe(value)));
}

// A text that is not empty.
bool check_text(std::string_view name, const YamlNode& value, Report& report) {
  if (!is_text(value)) {
    wrong_shape(name, value, "a text", report);
    return false;
  }
  if (value.text.empty()) {
    report.add("GR0205", value.span, fmt::format("`{}` must not be empty", name));
    return false;
  }
  return true;
}

// A list of things that are texts or accepted by [other], each once, at least one.
template <typename Other>
bool check_list(std::string_view name, const YamlNode& value, Report& report, Other other) {
  if (value.items.empty()) {
    report.add("GR0205", value.span, fmt::format("the list `{}` must not be empty", name));
    return false;
  }
  bool fits = true;
  FirstSeen<const YamlNode*> seen;
  for (const YamlNode& item : value.items) {
    if (!is_text(item)) {
      fits = other(item) && fits;
      continue;
    }
    if (item.text.empty()) {
      report.add("GR0205", item.span, fmt::format("an item of `{}` must not be empty", name));
      fits = false;
      continue;
    }
    const auto [first, is_new] = seen.insert(item.text, &item);
    if (!is_new) {
      core::Diagnostic& finding =
          report.add("GR0206", item.span, fmt::format("`{}` stands twice in `{}`", item.text, name));
      finding.related.push_back({first->span, "first here"});
      fits = false;
    }
  }
  return fits;
}

bool check_mapping(std::string_view name, const YamlNode& value, Report& report) {
  if (value.kind != YamlNode::Kind::mapping) {
    wrong_shape(name, value, "a mapping", report);
    return false;
  }
  if (value.members.empty()) {
    report.add("GR0205", value.span, fmt::format("the mapping `{}` must not be empty", name));
    return false;
  }
  return true;
}

bool check_whole_number(std::string_view name, const YamlNode& value, Report& report) {
  if (value.kind == YamlNode::Kind::scalar) {
    if (value.scalar.is_small_integer() && value.scalar.as_integer() >= 0) return true;
    if (value.scalar.is_string() && looks_like_expression(value.text)) return true;
    if (value.scalar.is_number()) {
      report.add(
          "GR0219", value.span,
          fmt::format("`{}` must be a whole number that is not negative, but this is {}", name, value.text));
      return false;
    }
  }
  const bool scalar = value.kind == YamlNode::Kind::scalar && !value.text.empty();
  report.add("GR0203", value.span,
             fmt::format("`{}` must be a whole number or an expression, but this is {}", name,
                         scalar ? "`" + value.text + "`" : std::string(describe(value))));
  return false;
}

bool check_boolean(std::string_view name, const YamlNode& value, Report& report) {
  if (value.kind == YamlNode::Kind::scalar &&
      (value.scalar.is_boolean() || (value.scalar.is_string() && looks_like_expression(value.text)))) {
    return true;
  }
  wrong_shape(name, value, "true, false or an expression", report);
  return false;
}

bool check_flag(std::string_view name, const YamlNode& value, Report& report) {
  if (value.kind == YamlNode::Kind::scalar && value.scalar.is_boolean()) return true;
  wrong_shape(name, value, "true or false", report);
  return false;
}

// One of a few words.
bool check_choice(std::string_view name, const YamlNode& value, const std::vector<std::string>& choices,
                  Report& report) {
  if (is_text(value) && std::find(choices.begin(), choices.end(), value.text) != choices.end()) return true;
  std::string list;
  for (size_t i = 0; i < choices.size(); ++i) {
    list += fmt::format("{}`{}`", i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ", choices[i]);
  }
  const bool scalar = value.kind == YamlNode::Kind::scalar && !value.text.empty();
  report.add_misspelt("GR0203", value.span,
                      fmt::format("`{}` must be {}, but this is {}", name, list,
                                  scalar ? "`" + value.text + "`" : std::string(describe(value))),
                      value.text, choices);
  return false;
}

bool check_parameters(std::string_view name, const YamlNode& value, Report& report) {
  if (value.kind != YamlNode::Kind::sequence) {
    wrong_shape(name, value, "a list of names", report);
    if (value.kind == YamlNode::Kind::mapping) return false;
    return false;
  }
  return check_list(name, value, report, [&](const YamlNode& item) {
    if (item.kind != YamlNode::Kind::mapping) {
      wrong_shape(name, item, "a list of names, and of names with their defaults", report);
      return false;
    }
    if (item.members.size() != 1) {
      report.add("GR0203", item.span,
                 fmt::format("an item of `{}` must be a name or one name with its default; write each "
                             "as an item of its own",
                             name));
      return false;
    }
    return true;
  });
}

bool check_join(const YamlNode& value, Report& report) {
  if (value.kind == YamlNode::Kind::scalar) {
    if (value.text == "all" || value.text == "one") return true;
    if (value.scalar.is_small_integer() && value.scalar.as_integer() >= 0 &&
        value.scalar.as_integer() <= 0xFFFFFFFF) {
      return true;
    }
  }
  report.add_misspelt("GR0203", value.span,
                      fmt::format("`join` must be `all`, `one` or a number, but this is {}",
                                  value.kind == YamlNode::Kind::scalar && !value.text.empty()
                                      ? fmt::format("`{}`", value.text)
                                      : std::string(describe(value))),
                      value.text, {"all", "one"});
  return false;
}

}  // namespace

bool check_shape(std::string_view name, Shape shape, const YamlNode& value, Report& report,
                 const YamlNode* key) {
  switch (shape) {
    case any:
      return true;
    case text:
      return check_text(name, value, report);
    case prose:
      if (value.kind == YamlNode::Kind::scalar && value.scalar.is_number()) {
        report.add("GR0220", value.span, fmt::format("`{}` is a number here; put it in quotes", name));
        return true;
      }
      return check_text(name, value, report);
    case boolean:
      return check_boolean(name, value, report);
    case whole_number:
      return check_whole_number(name, value, report);
    case expression:
      if (is_text(value) && looks_like_expression(value.text)) return true;
      wrong_shape(name, value, "an expression", report);
      return false;
    case mapping:
      return check_mapping(name, value, report);
    case mapping_or_text:
      if (value.kind == YamlNode::Kind::scalar && value.scalar.is_string()) {
        return check_text(name, value, report);
      }
      return check_mapping(name, value, report);
    case names:
    case name_or_names:
      if (shape == name_or_names && value.kind == YamlNode::Kind::scalar) {
        return check_text(name, value, report);
      }
      if (value.kind != YamlNode::Kind::sequence) {
        wrong_shape(name, value, shape == names ? "a list of texts" : "a text or a list of texts", report,
                    key);
        return false;
      }
      return check_list(name, value, report, [&](const YamlNode& item) {
        wrong_shape(name, item, "a list of texts", report);
        return false;
      });
    case parameters:
      return check_parameters(name, value, report);
    case text_or_mapping:
      if (value.kind == YamlNode::Kind::mapping) return true;
      return check_text(name, value, report);
    case clause:
      return true;  // its forms are read where they are taken apart
    case join:
      return check_join(value, report);
    case workflow_type:
      return check_choice(name, value, {"direct", "reverse"}, report);
    case region_error:
      return check_choice(name, value, {"fail", "continue"}, report);
    case context_type:
      return check_choice(name, value, {ir::kContextTypes.begin(), ir::kContextTypes.end()}, report);
    case flag:
      return check_flag(name, value, report);
    case version:      // checked once for the document
    case inheritance:  // where `extends` is resolved
      return true;
  }
  return true;
}

}  // namespace gregale::compiler
