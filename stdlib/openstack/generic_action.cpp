// openstack.request: what the catalogue does not describe.
#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "stdlib/openstack/catalogue.hpp"
#include "stdlib/openstack/dispatcher.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::Map;
using core::Value;
using interpreter::Action;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionResult;

namespace {

std::string text_input(const Value& input, std::string_view name, std::string if_missing) {
  const Value value = input.get(name);
  if (value.is_null()) return if_missing;
  if (!value.is_string()) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` must be text, not a {}", name, value.kind_name()));
  }
  return value.as_string();
}

Value map_input(const Value& input, std::string_view name) {
  const Value value = input.get(name);
  if (!value.is_null() && !value.is_map()) {
    throw Error(ErrorKind::invalid, fmt::format("`{}` must be a mapping, not a {}", name, value.kind_name()));
  }
  return value.is_null() ? Value(Map()) : value;
}

class GenericAction : public Action {
 public:
  explicit GenericAction(OpenstackSession& session) : session_(session) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  bool idempotent(const Value& input) const override {
    const Value method = input.get("method");
    return method.is_null() || method == Value("GET") || method == Value("HEAD");
  }

  void start(ActionCall call, ActionCompletion completion) const override {
    carry_out(dispatch, std::move(call), std::move(completion));
  }
  void test(ActionCall call, ActionCompletion completion) const override {
    carry_out(rehearse, std::move(call), std::move(completion));
  }

 private:
  template <typename Dispatcher>
  void carry_out(Dispatcher dispatcher, ActionCall call, ActionCompletion completion) const {
    std::shared_ptr<const ServiceDescription> service;
    std::shared_ptr<const ActionDescription> action;
    try {
      service = service_of(call.input);
      action = action_of(call.input);
    } catch (const Error& error) {
      return completion(ActionResult::failure(fmt::format("{} failed: {}", call.name, error.what())));
    }
    dispatcher(session_, std::move(service), std::move(action), std::move(call), std::move(completion));
  }

  static std::shared_ptr<const ServiceDescription> service_of(const Value& input) {
    auto service = std::make_shared<ServiceDescription>();
    service->prefix = "openstack";
    service->service_type = text_input(input, "service", "");
    if (service->service_type.empty()) throw Error(ErrorKind::invalid, "`service` is empty");
    return service;
  }

  std::shared_ptr<const ActionDescription> action_of(const Value& input) const {
    StepDescription step;
    step.method = text_input(input, "method", "GET");
    for (char& c : step.method) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    std::string path = text_input(input, "path", "");
    if (!path.empty() && path[0] != '/' && path[0] != '?') path.insert(0, 1, '/');
    step.path = Template::constant(path);
    step.query = Template::constant(map_input(input, "query"));
    step.headers = Template::constant(map_input(input, "headers"));
    if (!input.get("body").is_null()) step.body = Template::constant(input.get("body"));
    auto action = std::make_shared<ActionDescription>();
    action->signature = signature_;
    action->steps.push_back(std::move(step));
    action->result = Template::parse(
        Map{{"status", "{reply_status}"}, {"headers", "{reply_headers}"}, {"body", "{reply!}"}});
    return action;
  }

  OpenstackSession& session_;
  const ir::ActionSignature signature_{
      .name = "openstack.request",
      .description = "Sends any request to a service of the catalog and gives back the response.",
      .parameters = {{"service", true, {}, "its type: compute, image, ..."},
                     {"path", true, {}, "behind the URL of the service catalog"},
                     {"method", false, "GET", "the method"},
                     {"query", false, {}, "a mapping; lists repeat a name"},
                     {"body", false, {}, "is sent as JSON"},
                     {"headers", false, {}, "a mapping"}},
      .accepts_any = false,
      .service = {},
      .takes_region = true};
};

}  // namespace

void add_generic_openstack_action(interpreter::ActionRegistry& registry, OpenstackSession& session) {
  registry.add(std::make_unique<GenericAction>(session));
}

}  // namespace gregale::stdlib
