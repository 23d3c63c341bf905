// executions() and tasks() see every execution of the store, as Mistral's do.
#include <gtest/gtest.h>

#include "compiler/ir/serialization.hpp"
#include "core/json.hpp"
#include "tests/interpreter/workbench.hpp"

namespace gregale::interpreter {
namespace {

constexpr const char* kPast = R"(
version: '2.0'
past:
  tasks:
    done: {action: std.echo output=7}
    sub: {workflow: below}
below: {tasks: {deep: {action: std.noop}}}
)";

std::string run(Store& store, const std::string& text, Value input, Uuid* id = nullptr) {
  const auto compiled = compile_text(text);
  if (compiled == nullptr) return {};
  // Programs of several executions are told apart by their digests.
  const std::string binary = ir::to_binary(compiled->program());
  const auto program = std::make_shared<const LoadedProgram>(compiled->program(), ir::sha256_hex(binary));
  const TestActions actions;
  core::VirtualClock clock(core::kSecond);
  Workbench bench(store, clock, actions.registry());
  bench.runtime().add_program(program, binary);
  StartRequest request;
  request.workflow = program->name(program->program().workflows.front().name);
  request.input = std::move(input);
  const Uuid made = bench.runtime().start(program->digest(), request);
  EXPECT_TRUE(bench.runtime().run());
  if (id != nullptr) *id = made;
  return core::to_json(bench.runtime().tree(made).root().output);
}

class Directory : public ::testing::Test {
 protected:
  Directory() { run(store_, kPast, Value::map({}), &past_); }
  std::string ask(const std::string& expression) {
    return run(store_,
               "version: '2.0'\nwf: {input: [past], output: {r: \"<% " + expression +
                   " %>\"}, tasks: {t: {action: std.noop}}}\n",
               core::Map{{"past", past_.text()}});
  }

  SqliteStore store_{":memory:", StoreAccess::write};
  Uuid past_;
};

TEST_F(Directory, ExecutionsOfTheStore) {
  EXPECT_EQ(ask("executions().select($.name)"), R"({"r":["past","below","wf"]})");
  EXPECT_EQ(ask("executions(id => $.past).select([$.name, $.state])"), R"({"r":[["past","SUCCESS"]]})");
  EXPECT_EQ(ask("executions(rootExecutionId => $.past).select($.name)"), R"({"r":["below"]})");
  EXPECT_EQ(ask("executions(state => SUCCESS).select($.name).distinct()"), R"({"r":["past","below","wf"]})");
  EXPECT_EQ(ask("executions(id => 'b7b4b1c6-5a0a-4c3e-9d6e-0c8f6a3f7d11')"), R"({"r":[]})");
  EXPECT_EQ(ask("executions(id => 'no id')"), R"({"r":[]})");
}

TEST_F(Directory, TasksOfTheStore) {
  EXPECT_EQ(ask("tasks($.past).select([$.name, $.result]).orderBy($[0])"),
            R"({"r":[["done",7],["sub",{}]]})");
  EXPECT_EQ(ask("tasks($.past, true).name.orderBy($)"), R"({"r":["deep","done","sub"]})");
  EXPECT_EQ(ask("tasks($.past, true, null, true).name.orderBy($)"), R"({"r":["deep","done"]})");
  EXPECT_EQ(ask("tasks().name.orderBy($).distinct()"), R"({"r":["deep","done","sub","t"]})");
}

TEST_F(Directory, TheOwnExecutionIsThereBeforeItIsStored) {
  EXPECT_EQ(ask("executions(id => execution().id).select($.name)"), R"({"r":["wf"]})");
  EXPECT_EQ(ask("tasks(execution().id).name"), R"({"r":["t"]})");
}

}  // namespace
}  // namespace gregale::interpreter
