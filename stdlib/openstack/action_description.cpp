#include "stdlib/openstack/action_description.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/error.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Value;

namespace {

constexpr std::array<std::string_view, 7> kMethods = {"GET",   "HEAD",   "POST", "PUT",
                                                      "PATCH", "DELETE", "COPY"};
constexpr std::array<std::string_view, 15> kStepKeys = {"when",  "each",    "as",    "into",   "collect",
                                                        "query", "headers", "body",  "text",   "root",
                                                        "aside", "expect",  "pages", "oauth1", "repeat"};

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
  const Value id = description.get("id");
  if (id.is_list()) {
    for (const Value& name : id.as_list()) step.id.push_back(python_text(name));
  } else {
    step.id.push_back(text_of(description, "id", "id"));
  }
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
  step.oauth1 = template_of(description, "oauth1");
  if (const Value* repeat = description.find("repeat")) {
    check_keys(*repeat, {"until", "every", "times"}, false);
    step.until = Conditions::parse(repeat->get("until"));
    step.interval = Template::parse(repeat->get("every"));
    step.most_attempts = Template::parse(repeat->get("times"));
  }
  return step;
}

void parse_step(const Value& description, std::vector<StepDescription>& steps);

// `each` with a request, or with a list of steps.
StepDescription parse_each(const Value& description, StepDescription request) {
  StepDescription step;
  step.kind = StepDescription::Kind::each;
  step.list = Template::parse(description.get("each"));
  step.item = text_of(description, "as", "item");
  step.collect = template_of(description, "collect");
  const Value inner = description.get("steps");
  if (inner.is_list()) {
    for (const Value& each : inner.as_list()) parse_step(each, step.steps);
  } else {
    step.steps.push_back(std::move(request));
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
    StepDescription exchange = request ? parse_request(description) : StepDescription();
    if (description.find("each") != nullptr) {
      if (!request) check_keys(description, {"each", "as", "steps", "collect", "into", "when"}, false);
      exchange = parse_each(description, std::move(exchange));
    }
    exchange.as = text_of(description, "into");
    exchange.when = Conditions::parse(description.get("when"));
    const bool something = request || exchange.kind == StepDescription::Kind::each;
    if (something) steps.push_back(std::move(exchange));
    const Value* pages = description.find("pages");
    if (pages != nullptr) steps.push_back(parse_pages(*pages));
    if (!something && pages == nullptr) wrong("A step needs a method, each, pages, filter, only or refuse");
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
    if (step.kind == StepDescription::Kind::each) return only_reads(step.steps);
    return step.kind != StepDescription::Kind::request || step.method == "GET" || step.method == "HEAD";
  });
}

interpreter::Paging paging_of(const ActionDescription& action) {
  const bool follows = std::any_of(action.steps.begin(), action.steps.end(), [](const StepDescription& step) {
    return step.kind == StepDescription::Kind::pages;
  });
  if (follows) return interpreter::Paging::all;
  const auto& parameters = action.signature.parameters;
  const bool marker = std::any_of(parameters.begin(), parameters.end(),
                                  [](const ir::ActionParameter& p) { return p.name == "marker"; });
  return marker ? interpreter::Paging::by_marker : interpreter::Paging::none;
}

FindDescription parse_find(const Value& description) {
  if (!description.is_map() || description.find("in") == nullptr || description.find("reply") == nullptr) {
    wrong("`find` is a step with `in` and `reply`");
  }
  check_keys(description, {"when", "in", "reply"}, true);
  FindDescription find;
  find.when = Conditions::parse(description.get("when"));
  find.in = Template::parse(description.get("in"));
  find.reply = Template::parse(description.get("reply"));
  core::Map step = description.as_map();
  for (const char* key : {"when", "in", "reply"}) step.erase(key);
  parse_step(Value(std::move(step)), find.steps);
  return find;
}

// Asks each second, until the service says 404 or until `until` or `failed` holds.
std::vector<StepDescription> parse_gone(const Value& description) {
  constexpr int64_t kMostSeconds = 86'400;
  if (!description.is_map() || description.find("GET") == nullptr) wrong("`gone` is a mapping with `GET`");
  check_keys(description, {"GET", "until", "failed"}, false);
  core::List until{core::Map{{"reply_status", core::List{404}}}};
  const Value failed = description.get("failed");
  for (const Value& more : {description.get("until"), failed}) {
    if (more.is_map()) until.push_back(more);
  }
  std::vector<StepDescription> steps;
  parse_step(core::Map{{"GET", description.get("GET")},
                       {"expect", core::List{404}},
                       {"repeat", core::Map{{"until", until}, {"every", 1}, {"times", kMostSeconds}}}},
             steps);
  if (failed.is_map()) {
    parse_step(core::Map{{"refuse", "the service could not delete it"}, {"when", failed}}, steps);
  }
  return steps;
}

// The embedding tool has filled in what the catalogue leaves out (catalogue_file.hpp).
void parse_effects(const Value& description, ActionDescription& action) {
  if (const Value* creates = description.find("creates")) {
    check_keys(*creates, {"service", "kind", "when", "in", "id", "name", "delete", "with", "find", "several"},
               false);
    CreatesDescription& made = action.creates.emplace();
    made.service = text_of(*creates, "service");
    made.kind = text_of(*creates, "kind");
    made.when = Conditions::parse(creates->get("when"));
    made.in = Template::parse(creates->get("in"));
    made.id = Template::parse(creates->get("id"));
    made.name = Template::parse(creates->get("name"));
    made.deleted_by = text_of(*creates, "delete");
    made.deleted_with = Template::parse(creates->get("with"));
    if (const Value* find = creates->find("find")) made.find = parse_find(*find);
    if (const Value* several = creates->find("several")) made.several = Conditions::parse(*several);
  }
  if (const Value* deletes = description.find("deletes")) {
    check_keys(*deletes, {"service", "kind", "id", "gone"}, false);
    DeletesDescription& gone = action.deletes.emplace();
    gone.service = text_of(*deletes, "service");
    gone.kind = text_of(*deletes, "kind");
    gone.id = Template::parse(deletes->get("id"));
    if (const Value* steps = deletes->find("gone")) gone.gone = parse_gone(*steps);
  }
}

}  // namespace

ServiceDescription ServiceDescription::parse(const Value& description) {
  if (!description.is_map()) wrong("The description of a service is a mapping");
  check_keys(description,
             {"prefix", "service", "version_path", "version_if_listed", "microversion", "headers", "doc"},
             false);
  ServiceDescription service;
  service.prefix = text_of(description, "prefix");
  service.service_type = text_of(description, "service");
  service.version_path = text_of(description, "version_path");
  service.version_if_listed = text_of(description, "version_if_listed");
  if (service.prefix.empty() || service.service_type.empty()) {
    wrong("A service needs `prefix` and `service`");
  }
  service.headers = template_of(description, "headers");
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
    parse_effects(description, action);
    action.paging = paging_of(action);
    const Value* idempotent = description.find("idempotent");
    action.idempotent = idempotent ? idempotent->truthy() : only_reads(action.steps);
  } catch (const Error& mistake) {
    throw Error(ErrorKind::invalid, fmt::format("{}: {}", name, mistake.what()));
  }
  return action;
}

}  // namespace gregale::stdlib
