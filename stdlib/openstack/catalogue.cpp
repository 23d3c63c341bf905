#include "stdlib/openstack/catalogue.hpp"

#include <memory>
#include <mutex>
#include <string>

#include "core/json.hpp"
#include "stdlib/openstack/action_description.hpp"
#include "stdlib/openstack/catalogue_file.hpp"
#include "stdlib/openstack/dispatcher.hpp"
#include "stdlib/openstack/resource_effects.hpp"

namespace gregale::stdlib {

using core::Value;
using interpreter::Action;
using interpreter::ActionCall;
using interpreter::ActionCompletion;
using interpreter::ActionEffects;

namespace {

// The description of a service, read once for all its actions.
class LazyService {
 public:
  explicit LazyService(std::string_view description) : text_(description) {}

  const std::shared_ptr<const ServiceDescription>& get() {
    std::call_once(once_, [this] {
      description_ =
          std::make_shared<const ServiceDescription>(ServiceDescription::parse(core::parse_json(text_)));
    });
    return description_;
  }

 private:
  const std::string text_;
  std::once_flag once_;
  std::shared_ptr<const ServiceDescription> description_;
};

class CatalogueAction : public Action {
 public:
  CatalogueAction(OpenstackSession& session, std::shared_ptr<LazyService> service,
                  const EmbeddedAction& entry, std::shared_ptr<const void> owner = nullptr)
      : session_(session), service_(std::move(service)), entry_(entry), owner_(std::move(owner)) {}

  std::string_view name() const override { return entry_.name; }
  const ir::ActionSignature& signature() const override { return description()->signature; }
  bool idempotent(const Value&) const override { return description()->idempotent; }
  ActionEffects effects() const override {
    const ActionDescription& action = *description();
    ActionEffects out;
    out.idempotent = action.idempotent;
    out.paging = action.paging;
    if (action.creates) {
      out.creates = action.creates->kind;
      out.deleted_by = action.creates->deleted_by;
      out.findable = action.creates->find.has_value();
    }
    if (action.deletes) out.deletes = action.deletes->kind;
    return out;
  }
  bool findable(const Value& input) const override { return is_findable(*description(), input); }
  void start(ActionCall call, ActionCompletion completion) const override {
    dispatch(session_, service_->get(), description(), std::move(call), std::move(completion));
  }
  void test(ActionCall call, ActionCompletion completion) const override {
    rehearse(session_, service_->get(), description(), std::move(call), std::move(completion));
  }

 private:
  const std::shared_ptr<const ActionDescription>& description() const {
    std::call_once(once_, [this] {
      const ServiceDescription& service = *service_->get();
      auto description = std::make_shared<ActionDescription>(
          ActionDescription::parse(std::string(entry_.name), service, core::parse_json(entry_.description)));
      description->signature.takes_region &= session_.supports_region(service.prefix);
      description_ = std::move(description);
    });
    return description_;
  }

  OpenstackSession& session_;
  const std::shared_ptr<LazyService> service_;
  const EmbeddedAction& entry_;
  const std::shared_ptr<const void>
      owner_;  // of what entry_ refers to; null: it lives as long as the program
  mutable std::once_flag once_;
  mutable std::shared_ptr<const ActionDescription> description_;
};

}  // namespace

void add_catalogue_actions(interpreter::ActionRegistry& registry, OpenstackSession& session,
                           std::span<const EmbeddedService> catalogue) {
  for (const EmbeddedService& entry : catalogue) {
    const auto service = std::make_shared<LazyService>(entry.description);
    for (const EmbeddedAction& action : entry.actions) {
      registry.add(std::make_unique<CatalogueAction>(session, service, action));
    }
  }
}

void add_catalogue_file(interpreter::ActionRegistry& registry, OpenstackSession& session,
                        const Value& document) {
  struct Owned {
    std::string name, description;
    EmbeddedAction entry;
  };
  const CatalogueFile file = read_catalogue_file(document);
  const auto service = std::make_shared<LazyService>(core::to_json(file.service));
  for (const auto& [key, description] : file.actions) {
    auto owned = std::make_shared<Owned>();
    owned->name = file.prefix + "." + key;
    owned->description = core::to_json(description);
    owned->entry = {owned->name, owned->description};
    registry.add(std::make_unique<CatalogueAction>(session, service, owned->entry, owned));
  }
}

}  // namespace gregale::stdlib
