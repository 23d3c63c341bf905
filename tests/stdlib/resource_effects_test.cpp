#include "stdlib/openstack/resource_effects.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
#include "stdlib/openstack/catalogue.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"

namespace gregale::stdlib {
namespace {

using core::Map;
using core::Value;
using interpreter::Paging;

class ResourceEffects : public ::testing::Test {
 protected:
  ResourceEffects() : session_(client_, clock_, [] { return Credentials(); }) {
    register_openstack_actions(registry_, session_);
  }
  const interpreter::Action& action(const std::string& name) const { return *registry_.find(name); }

  // The entry of the catalogue, as the program has it.
  static ActionDescription description(const std::string& name) {
    for (const EmbeddedService& service : embedded_catalogue()) {
      for (const EmbeddedAction& entry : service.actions) {
        if (entry.name != name) continue;
        return ActionDescription::parse(name,
                                        ServiceDescription::parse(core::parse_json(service.description)),
                                        core::parse_json(entry.description));
      }
    }
    ADD_FAILURE() << "there is no " << name;
    return {};
  }
  static interpreter::ResourceChanges created(const std::string& name, const Map& input,
                                              const Value& result) {
    const ActionDescription action = description(name);
    Scope scope = complete_input(action, input);
    scope.set("input", complete_input(action, input));
    scope.set("result", result);
    return created_resources(action, std::move(scope));
  }

  HttpClient client_;
  core::RealClock clock_;
  OpenstackSession session_;
  interpreter::ActionRegistry registry_;
};

TEST_F(ResourceEffects, ACreatedThingHasItsIdAndTheActionThatDeletesIt) {
  const auto server = created("nova.servers_create", Map{{"name", "a"}}, Map{{"id", "s-1"}});
  ASSERT_EQ(server.size(), 1u);
  EXPECT_EQ(server[0].resource.service, "nova");
  EXPECT_EQ(server[0].resource.kind, "server");
  EXPECT_EQ(server[0].resource.id, "s-1");
  EXPECT_EQ(server[0].name, "a");
  EXPECT_EQ(server[0].deleted_by, "nova.servers_delete");
  EXPECT_EQ(server[0].deleted_with, Value(Map{{"server", "s-1"}}));
}

TEST_F(ResourceEffects, OneRequestMayCreateSeveralThings) {
  const auto one = created("neutron.create_network", Map{},
                           core::parse_json(R"({"network": {"id": "n", "name": "net"}})"));
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].name, "net");
  EXPECT_EQ(one[0].deleted_with, Value(Map{{"network", "n"}}));
  const auto several = created("neutron.create_network", Map{},
                               core::parse_json(R"({"networks": [{"id": "n"}, {"id": "m"}]})"));
  ASSERT_EQ(several.size(), 2u);
  EXPECT_EQ(several[1].resource.id, "m");
}

TEST_F(ResourceEffects, WhatLiesWithinSomethingElseIsNamedAndDeletedThere) {
  const auto object =
      created("swift.put_object", Map{{"container", "c"}, {"obj", "o"}, {"contents", ""}}, Value("etag"));
  ASSERT_EQ(object.size(), 1u);
  EXPECT_EQ(object[0].resource.id, "c/o");
  EXPECT_EQ(object[0].deleted_by, "swift.delete_object");
  EXPECT_EQ(object[0].deleted_with, core::parse_json(R"({"container": "c", "obj": "o"})"));
  const auto deleted = deleted_resource(description("swift.delete_object"), object[0].deleted_with, {});
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->resource, object[0].resource);
}

TEST_F(ResourceEffects, WhatAnotherServiceDeletesBelongsToThatOne) {
  const auto image =
      created("nova.servers_create_image", Map{{"server", "s"}, {"image_name", "snap"}}, Value("i-1"));
  ASSERT_EQ(image.size(), 1u);
  EXPECT_EQ(image[0].resource.service, "glance");
  EXPECT_EQ(image[0].deleted_by, "glance.images_delete");
}

TEST_F(ResourceEffects, WhatWasThereBeforeWasNotCreated) {
  const Map named{{"backup_id", "b"}, {"volume_id", "v"}};
  const Value result = Map{{"volume_id", "v"}};
  EXPECT_TRUE(created("cinder.restores_restore", named, result).empty());
  EXPECT_EQ(created("cinder.restores_restore", Map{{"backup_id", "b"}}, result).size(), 1u);
}

TEST_F(ResourceEffects, WithoutAnIdNothingIsKnown) {
  EXPECT_TRUE(created("nova.servers_create", Map{}, Map{}).empty());
  EXPECT_TRUE(created("nova.servers_create", Map{}, Value("text")).empty());
  EXPECT_TRUE(created("nova.servers_create", Map{}, Value()).empty());
  EXPECT_TRUE(created("nova.servers_list", Map{}, Map{{"id", "s"}}).empty());
  EXPECT_FALSE(deleted_resource(description("nova.servers_delete"), Map{}, {}));
  EXPECT_FALSE(deleted_resource(description("nova.servers_list"), Map{{"server", "s"}}, {}));
}

TEST_F(ResourceEffects, ADeletedThingIsNamedByTheInputOrTheResult) {
  const auto deleted = deleted_resource(description("nova.servers_force_delete"), Map{{"server", "s-1"}}, {});
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->resource.service, "nova");
  EXPECT_EQ(deleted->resource.kind, "server");
  EXPECT_EQ(deleted->resource.id, "s-1");
  const Map by_subnet{{"router", "r"}, {"body", Map{{"subnet_id", "n"}}}};
  const auto removed =
      deleted_resource(description("neutron.remove_interface_router"), by_subnet, Map{{"port_id", "p"}});
  ASSERT_TRUE(removed);
  EXPECT_EQ(removed->resource.id, "r/p");
}

TEST_F(ResourceEffects, WhatHasAPlaceForTheMarkIsFindable) {
  EXPECT_TRUE(action("nova.servers_create").findable(Map{}));
  EXPECT_FALSE(action("nova.keypairs_create").findable(Map{}));
  const auto network = [&](const char* body) {
    return action("neutron.create_network").findable(Map{{"body", core::parse_json(body)}});
  };
  EXPECT_TRUE(network(R"({"network": {"name": "n"}})"));
  EXPECT_FALSE(network(R"({"network": {"name": "n", "description": "mine"}})"));
  EXPECT_FALSE(network(R"({"networks": [{"name": "n"}]})"));
}

TEST_F(ResourceEffects, ListsSayHowTheirPagesAreGot) {
  EXPECT_EQ(action("neutron.list_networks").effects().paging, Paging::all);
  EXPECT_EQ(action("trove.instances_list").effects().paging, Paging::by_marker);
  EXPECT_EQ(action("nova.servers_get").effects().paging, Paging::none);
  EXPECT_TRUE(action("nova.servers_get").effects().idempotent);
  EXPECT_FALSE(action("nova.servers_create").effects().idempotent);
}

TEST_F(ResourceEffects, EveryDeletingActionOfTheCatalogueDeletesThatKind) {
  size_t creating = 0;
  for (const std::string& name : registry_.action_names()) {
    const interpreter::ActionEffects effects = action(name).effects();
    if (effects.creates.empty()) continue;
    ++creating;
    if (effects.deleted_by.empty()) continue;
    ASSERT_NE(registry_.find(effects.deleted_by), nullptr) << name;
    EXPECT_EQ(action(effects.deleted_by).effects().deletes, effects.creates) << name;
  }
  EXPECT_GT(creating, 100u);
}

}  // namespace
}  // namespace gregale::stdlib
