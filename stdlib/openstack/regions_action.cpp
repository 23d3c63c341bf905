// openstack.regions: which regions there are. It also answers `with-regions: all`.
// openstack.region: in which one calls are made that name none.
#include <fmt/format.h>

#include "core/error.hpp"
#include "stdlib/openstack/catalogue.hpp"

namespace gregale::stdlib {

using core::Error;
using core::ErrorKind;
using core::List;
using core::Value;
using interpreter::Action;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionResult;

namespace {

ActionResult regions_in(const ServiceCatalog& catalog, const std::string& service,
                        const std::string& interface) {
  const std::vector<std::string> regions =
      service.empty() ? catalog.regions() : catalog.regions_of(service, interface);
  if (regions.empty() && !service.empty()) {
    return ActionResult::failure(
        fmt::format("The service catalog has no {} endpoint of a service {}", interface, service));
  }
  List names;
  for (const std::string& region : regions) names.emplace_back(region);
  return ActionResult::success(Value(std::move(names)));
}

class RegionsAction : public Action {
 public:
  explicit RegionsAction(OpenstackSession& session) : session_(session) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  bool idempotent(const Value&) const override { return true; }

  void start(ActionCall call, ActionCompletion completion) const override {
    const Value service = call.input.get("service");
    if (!service.is_null() && !service.is_string()) {
      throw Error(ErrorKind::invalid, fmt::format("`service` must be text, not a {}", service.kind_name()));
    }
    const auto keystone = session_.keystone(call.context);
    keystone->access(
        [keystone, service = service.is_null() ? std::string() : service.as_string(),
         completion = std::move(completion)](const AccessPtr& access, const std::optional<Error>& error) {
          completion(error ? ActionResult::failure(error->what())
                           : regions_in(access->catalog, service, keystone->credentials().interface));
        });
  }

 private:
  OpenstackSession& session_;
  const ir::ActionSignature signature_{
      .name = std::string(interpreter::kRegionsAction),
      .description = "The regions of the service catalog that have a service, ascending.",
      .parameters = {{"service", false, {}, "its type: compute, image, ...; without: the regions of all"}},
      .accepts_any = false,
      .service = {},
      .takes_region = false};
};

ActionResult own_region(const ServiceCatalog& catalog, const std::string& wanted) {
  if (!wanted.empty()) return ActionResult::success(Value(wanted));
  const std::vector<std::string> regions = catalog.regions();
  if (regions.size() == 1) return ActionResult::success(Value(regions.front()));
  return ActionResult::failure(
      fmt::format("Neither the task nor the credentials name a region, and the cloud has several: {}",
                  fmt::join(regions, ", ")));
}

class RegionAction : public Action {
 public:
  explicit RegionAction(OpenstackSession& session) : session_(session) {}
  const ir::ActionSignature& signature() const override { return signature_; }
  bool idempotent(const Value&) const override { return true; }

  void start(ActionCall call, ActionCompletion completion) const override {
    const auto keystone = session_.keystone(call.context);
    keystone->access([keystone, region = call.context.region, completion = std::move(completion)](
                         const AccessPtr& access, const std::optional<Error>& error) {
      if (error) return completion(ActionResult::failure(error->what()));
      completion(own_region(access->catalog, region.empty() ? keystone->credentials().region : region));
    });
  }

 private:
  OpenstackSession& session_;
  const ir::ActionSignature signature_{
      .name = "openstack.region",
      .description =
          "The region of calls that name none: that of the task, the workflow or the caller, else that "
          "of the credentials.",
      .parameters = {},
      .accepts_any = false,
      .service = {},
      .takes_region = true};
};

}  // namespace

void add_regions_action(interpreter::ActionRegistry& registry, OpenstackSession& session) {
  registry.add(std::make_unique<RegionsAction>(session));
  registry.add(std::make_unique<RegionAction>(session));
}

}  // namespace gregale::stdlib
