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
  EXPECT_EQ(file.actions.at("things_delete").get("deletes").get("id"), core::Value("{input.thing}"));
}

// Anybody may write such a file: each mistake is told with the action's name.
TEST(CatalogueFile, MistakesNameTheAction) {
  for (const char* effect :
       {"creates: {}", "creates: {id: x}", "creates: {kind: 7}", "creates: {kind: [a]}", "creates: 7",
        "creates: {kind: other}", "creates: {kind: thing, delete: nothing}", "deletes: {}",
        "parameters: {\"a!\": }, deletes: {id: x}", "parameters: {7: }, deletes: thing", "deletes: thing"}) {
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
