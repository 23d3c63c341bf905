#include "stdlib/openstack/catalogue_file.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "grammar/yaml.hpp"

namespace gregale::stdlib {
namespace {

CatalogueFile read(const std::string& actions) {
  return read_catalogue_file(grammar::load_yaml(
      "prefix: demo\nservice: demo\nactions:\n  things_delete: {parameters: {\"thing!\": }, "
      "DELETE: \"/things/{thing}\", deletes: thing, result: null}\n" +
      actions));
}

TEST(CatalogueFile, CompletesWhatAnActionCreates) {
  const CatalogueFile file = read("  things_create: {POST: /things, creates: thing, result: \"{reply}\"}\n");
  const core::Value creates = file.actions.at("things_create").get("creates");
  EXPECT_EQ(creates.get("delete"), core::Value("demo.things_delete"));
  EXPECT_EQ(creates.get("with").get("thing"), core::Value("{id}"));
  EXPECT_EQ(creates.get("service"), core::Value("demo"));
  EXPECT_EQ(creates.get("in"), core::Value("{result}"));
  EXPECT_EQ(creates.get("id"), core::Value("{made.id}"));
  const core::Value deletes = file.actions.at("things_delete").get("deletes");
  EXPECT_EQ(deletes.get("id"), core::Value("{input.thing}"));
  EXPECT_EQ(deletes.get("service"), core::Value("demo"));
}

TEST(CatalogueFile, WhatAnotherServiceDeletesIsThatOnes) {
  const CatalogueFile file = read(
      "  things_copy: {POST: /x, creates: {kind: image, id: \"{result}\", delete: glance.images_delete, "
      "with: {image_id: \"{id}\"}}}\n");
  const core::Value creates = file.actions.at("things_copy").get("creates");
  EXPECT_EQ(creates.get("service"), core::Value("glance"));
  EXPECT_EQ(creates.get("delete"), core::Value("glance.images_delete"));
  EXPECT_TRUE(creates.get("in").is_null()) << "the id is not one of something in the result";
}

// Anybody may write such a file: each mistake is told with the action's name.
TEST(CatalogueFile, MistakesNameTheAction) {
  for (const char* effect :
       {"creates: {}", "creates: {id: x}", "creates: {kind: 7}", "creates: {kind: [a]}", "creates: 7",
        "creates: {kind: other}", "creates: {kind: thing, delete: nothing}",
        "creates: {kind: thing, delete: glance.images_delete}", "creates: {kind: thing, find: 7}",
        "creates: {kind: thing, find: {in: x}}",
        "creates: {kind: thing, find: {GET: /x, in: x, reply: y, z: 1}}",
        "creates: {kind: thing, find: {in: x, reply: y}}", "creates: {kind: thing, else: 1}",
        "deletes: {kind: thing, id: x, gone: {}}", "deletes: {kind: thing, id: x, gone: {GET: /x, z: 1}}",
        "deletes: {}", "parameters: {\"a!\": }, deletes: {id: x}", "parameters: {7: }, deletes: thing",
        "deletes: thing"}) {
    try {
      read(std::string("  wrong: {POST: /x, ") + effect + ", result: null}\n");
      ADD_FAILURE() << effect;
    } catch (const core::Error& error) {
      EXPECT_NE(std::string_view(error.what()).find("wrong"), std::string_view::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace gregale::stdlib
