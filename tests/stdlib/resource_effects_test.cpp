#include "stdlib/openstack/resource_effects.hpp"

#include <gtest/gtest.h>

#include "core/json.hpp"
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

  HttpClient client_;
  core::RealClock clock_;
  OpenstackSession session_;
  interpreter::ActionRegistry registry_;
};

TEST_F(ResourceEffects, ACreatedThingHasItsIdAndTheActionThatDeletesIt) {
  const auto server = action("nova.servers_create")
                          .created(Map{{"name", "a"}, {"image", "i"}, {"flavor", "f"}}, Map{{"id", "s-1"}});
  ASSERT_TRUE(server);
  EXPECT_EQ(server->kind, "server");
  EXPECT_EQ(server->id, Value("s-1"));
  EXPECT_EQ(server->action, "nova.servers_delete");
  EXPECT_EQ(server->input, Value(Map{{"server", "s-1"}}));
  const auto network =
      action("neutron.create_network").created(Map{}, core::parse_json(R"({"network": {"id": "n"}})"));
  ASSERT_TRUE(network);
  EXPECT_EQ(network->input, Value(Map{{"network", "n"}}));
}

TEST_F(ResourceEffects, WhatLiesWithinSomethingElseIsDeletedThere) {
  const auto object = action("swift.put_object")
                          .created(Map{{"container", "c"}, {"obj", "o"}, {"contents", ""}}, Value("etag"));
  ASSERT_TRUE(object);
  EXPECT_EQ(object->action, "swift.delete_object");
  EXPECT_EQ(object->input, core::parse_json(R"({"container": "c", "obj": "o"})"));
}

TEST_F(ResourceEffects, WithoutAnIdNothingIsKnown) {
  EXPECT_FALSE(action("nova.servers_create").created(Map{}, Map{}));
  EXPECT_FALSE(action("nova.servers_create").created(Map{}, Value("text")));
  EXPECT_FALSE(action("nova.servers_create").created(Map{}, Value()));
  EXPECT_FALSE(action("nova.servers_list").created(Map{}, Map{{"id", "s"}}));
  EXPECT_FALSE(action("nova.servers_delete").deleted(Map{}));
  EXPECT_FALSE(action("nova.servers_list").deleted(Map{{"server", "s"}}));
}

TEST_F(ResourceEffects, ADeletedThingIsNamedByTheInput) {
  const auto deleted = action("nova.servers_force_delete").deleted(Map{{"server", "s-1"}});
  ASSERT_TRUE(deleted);
  EXPECT_EQ(deleted->kind, "server");
  EXPECT_EQ(deleted->id, Value("s-1"));
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
