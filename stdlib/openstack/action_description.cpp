#include "stdlib/openstack/action_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;

namespace {

constexpr std::array<std::string_view, 6> kMethods = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"};
constexpr std::array<std::string_view, 13> kStepKeys = {"when",  "each",    "as",   "into", "collect",
                                                        "query", "headers", "body", "text", "root",
                                                        "aside", "expect",  "pages"};

[[noreturn]] void wrong(const std::string& message) {
  throw Error(ErrorKind::invalid, message);
}

std::string text_of(const Value& map, std::string_view key, std::string if_missing = {}) {
  const Value* value = map.find(key);
  if (value == nullptr) return if_missing;
  if (!value->is_string()) wrong(fmt::format("`{}` must be text", key));
  return value->as_string();
}

std::optional<Template> template_of(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  if (value == nullptr) return std::nullopt;
  return Template::parse(*value);
}

bool is_method(const std::string& key) {
  return std::find(kMethods.begin(), kMethods.end(), key) != kMethods.end();
}

bool is_step_key(const std::string& key) {
  return is_method(key) || std::find(kStepKeys.begin(), kStepKeys.end(), key) != kStepKeys.end();
}

void check_keys(const Value& map, std::initializer_list<std::string_view> allowed, bool step_keys_too) {
  for (const auto& [key, value] : map.as_map()) {
    const bool known =
        key.is_string() && (std::find(allowed.begin(), allowed.end(), key.as_string()) != allowed.end() ||
                            (step_keys_too && is_step_key(key.as_string())));
    if (!known) wrong(fmt::format("`{}` is not a key here", python_text(key)));
  }
}

StepDescription parse_pages(const Value& description) {
  check_keys(description, {"style", "items", "id", "limit", "when"}, false);
  StepDescription step;
  step.kind = StepDescription::Kind::pages;
  const std::string style = text_of(description, "style");
  if (style == "next") {
    step.paging = StepDescription::Paging::next;
  } else if (style == "links") {
    step.paging = StepDescription::Paging::links;
  } else if (style == "marker") {
    step.paging = StepDescription::Paging::marker;
  } else {
    wrong(fmt::format("There is no style `{}` of pages", style));
  }
  step.items = text_of(description, "items");
  step.id = text_of(description, "id", "id");
  step.limit = template_of(description, "limit");
  step.when = Conditions::parse(description.get("when"));
  return step;
}

StepDescription parse_selection(const Value& description, StepDescription::Kind kind) {
  check_keys(description, {"in", "by", "what", "as"}, false);
  StepDescription step;
  step.kind = kind;
  step.in = Template::parse(description.get("in"));
  step.by = Template::parse(description.get("by"));
  step.what = text_of(description, "what", "thing");
  step.as = text_of(description, "as", "found");
  return step;
}

StepDescription parse_request(const Value& description) {
  StepDescription step;
  for (const auto& [key, value] : description.as_map()) {
    if (!key.is_string() || !is_method(key.as_string())) continue;
    if (!step.method.empty()) wrong("A step has one method");
    step.method = key.as_string();
    step.path = Template::parse(value);
  }
  if (step.method.empty()) wrong("A step needs a method: GET, POST, ...");
  step.when = Conditions::parse(description.get("when"));
  step.each = template_of(description, "each");
  step.each_as = text_of(description, "as", "item");
  step.as = text_of(description, "into");
  step.collect = template_of(description, "collect");
  step.at_root = description.get("root").truthy();
  step.aside = description.get("aside").truthy();
  step.query = template_of(description, "query");
  step.headers = template_of(description, "headers");
  step.body = template_of(description, "body");
  step.text = template_of(description, "text");
  const Value expected = description.get("expect");
  if (expected.is_list()) {
    for (const Value& status : expected.as_list()) {
      if (!status.is_small_integer()) wrong("`expect` is a list of statuses");
      step.expected.push_back(static_cast<int>(status.as_integer()));
    }
  }
  return step;
}

void parse_step(const Value& description, std::vector<StepDescription>& steps) {
  if (!description.is_map()) wrong("A step is a mapping");
  if (const Value* filter = description.find("filter")) {
    check_keys(description, {"filter", "when"}, false);
    steps.push_back(parse_selection(*filter, StepDescription::Kind::filter));
    steps.back().when = Conditions::parse(description.get("when"));
  } else if (const Value* only = description.find("only")) {
    check_keys(description, {"only", "when"}, false);
    steps.push_back(parse_selection(*only, StepDescription::Kind::only));
    steps.back().when = Conditions::parse(description.get("when"));
  } else if (description.find("refuse") != nullptr) {
    check_keys(description, {"refuse", "when"}, false);
    StepDescription step;
    step.kind = StepDescription::Kind::refuse;
    step.when = Conditions::parse(description.get("when"));
    step.what = text_of(description, "refuse");
    steps.push_back(std::move(step));
  } else {
    const bool request = std::any_of(kMethods.begin(), kMethods.end(), [&](std::string_view method) {
      return description.find(method) != nullptr;
    });
    if (request) steps.push_back(parse_request(description));
    const Value* pages = description.find("pages");
    if (pages != nullptr) steps.push_back(parse_pages(*pages));
    if (!request && pages == nullptr) wrong("A step needs a method, pages, filter, only or refuse");
  }
}

ir::ActionParameter parse_parameter(std::string name, const Value& description) {
  ir::ActionParameter parameter;
  parameter.required = !name.empty() && name.back() == '!';
  if (parameter.required) name.pop_back();
  parameter.name = std::move(name);
  if (description.is_string()) {
    parameter.description = description.as_string();
  } else if (description.is_map()) {
    check_keys(description, {"default", "doc"}, false);
    parameter.default_value = description.get("default");
    parameter.description = text_of(description, "doc");
  } else if (!description.is_null()) {
    wrong(fmt::format("Parameter `{}` needs a text or a mapping", parameter.name));
  }
  return parameter;
}

void parse_signature(const Value& description, ActionDescription& action) {
  ir::ActionSignature& signature = action.signature;
  signature.description = text_of(description, "doc");
  signature.accepts_any = description.get("rest").truthy();
  signature.takes_region = true;
  const Value parameters = description.get("parameters");
  if (parameters.is_null()) return;
  if (!parameters.is_map()) wrong("`parameters` must be a mapping");
  for (const auto& [name, parameter] : parameters.as_map()) {
    signature.parameters.push_back(parse_parameter(python_text(name), parameter));
    action.has_own_region |= signature.parameters.back().name == "region";
  }
}

bool only_reads(const std::vector<StepDescription>& steps) {
  return std::all_of(steps.begin(), steps.end(), [](const StepDescription& step) {
    return step.kind != StepDescription::Kind::request || step.method == "GET" || step.method == "HEAD";
  });
}

}  // namespace

ServiceDescription ServiceDescription::parse(const Value& description) {
  if (!description.is_map()) wrong("The description of a service is a mapping");
  check_keys(description, {"prefix", "service", "version_path", "microversion", "doc"}, false);
  ServiceDescription service;
  service.prefix = text_of(description, "prefix");
  service.service_type = text_of(description, "service");
  service.version_path = text_of(description, "version_path");
  if (service.prefix.empty() || service.service_type.empty()) {
    wrong("A service needs `prefix` and `service`");
  }
  if (const Value* microversion = description.find("microversion")) {
    check_keys(*microversion, {"discover", "newest", "headers"}, false);
    const std::string discover = text_of(*microversion, "discover");
    if (discover == "endpoint") {
      service.discovery = Discovery::endpoint;
    } else if (discover == "root") {
      service.discovery = Discovery::root;
    } else if (!discover.empty()) {
      wrong("`discover` is `endpoint` or `root`");
    }
    service.newest_known = text_of(*microversion, "newest");
    service.version_headers = Template::parse(microversion->get("headers"));
  }
  return service;
}

ActionDescription ActionDescription::parse(const std::string& name, const ServiceDescription& service,
                                           const Value& description) {
  ActionDescription action;
  action.signature.name = name;
  action.signature.service = service.service_type;
  try {
    if (!description.is_map()) wrong("A mapping is needed");
    check_keys(description,
               {"doc", "parameters", "rest", "steps", "result", "creates", "deletes", "idempotent"}, true);
    parse_signature(description, action);
    const Value steps = description.get("steps");
    if (steps.is_list()) {
      for (const Value& step : steps.as_list()) parse_step(step, action.steps);
    } else if (steps.is_null()) {
      parse_step(description, action.steps);
    } else {
      wrong("`steps` must be a list");
    }
    const Value* result = description.find("result");
    action.result = result ? Template::parse(*result) : Template::parse(Value("{reply}"));
    action.creates = text_of(description, "creates");
    action.deletes = text_of(description, "deletes");
    const Value* idempotent = description.find("idempotent");
    action.idempotent = idempotent ? idempotent->truthy() : only_reads(action.steps);
  } catch (const Error& mistake) {
    throw Error(ErrorKind::invalid, fmt::format("{}: {}", name, mistake.what()));
  }
  return action;
}

}  // namespace gregale::stdlib
