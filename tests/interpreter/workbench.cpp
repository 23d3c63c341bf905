#include "tests/interpreter/workbench.hpp"

#include <gtest/gtest.h>

#include "compiler/compiler.hpp"
#include "interpreter/document.hpp"
#include "stdlib/registry.hpp"

namespace gregale::interpreter {

using core::List;
using core::Map;

std::shared_ptr<const LoadedProgram> compile_text(const std::string& text) {
  const auto source = std::make_shared<const core::Source>("test.yaml", text);
  compiler::Compilation compilation = compiler::compile({source}, {});
  EXPECT_TRUE(compilation.program.has_value()) << core::to_text(compilation.diagnostics.sorted(), false);
  if (!compilation.program) return nullptr;
  return std::make_shared<const LoadedProgram>(std::move(*compilation.program), "test-program");
}

TestActions::TestActions() {
  stdlib::register_standard_actions(registry_, http_, workers_);
}

namespace {

RuntimeOptions virtual_time(core::VirtualClock& clock, const Limits& limits) {
  RuntimeOptions options;
  options.limits = limits;
  options.wait = [&clock](std::optional<Microseconds> until) {
    if (!until) return false;
    clock.advance_to(*until);
    return true;
  };
  return options;
}

}  // namespace

Workbench::Workbench(Store& store, core::VirtualClock& clock, const ActionRegistry& registry,
                     const Limits& limits)
    : runtime_(store, registry, clock, virtual_time(clock, limits)) {}

namespace {

Value without_identity(const Value& value) {
  if (value.is_list()) {
    List items;
    for (const Value& item : value.as_list()) items.push_back(without_identity(item));
    return Value(std::move(items));
  }
  if (!value.is_map()) return value;
  Map members;
  for (const Map::Entry& entry : value.as_map()) {
    const std::string& key = entry.key.as_string();
    if (key == "id" || key.ends_with("_execution_id") || key == "created_at" || key == "updated_at") continue;
    members.set(entry.key, without_identity(entry.value));
  }
  return Value(std::move(members));
}

}  // namespace

Value comparable_document(const LoadedProgram& program, const ExecutionTree& tree) {
  return without_identity(execution_document(program, tree, 0));
}

Value run_to_end(const std::string& text, const Value& input, const Limits& limits) {
  const auto program = compile_text(text);
  if (program == nullptr) return Value();
  const TestActions actions;
  SqliteStore store(":memory:", StoreAccess::write);
  core::VirtualClock clock(core::kSecond);
  Workbench bench(store, clock, actions.registry(), limits);
  bench.runtime().add_program(program, "");
  StartRequest request;
  request.workflow = program->name(program->program().workflows.front().name);
  request.input = input;
  const Uuid id = bench.runtime().start(program->digest(), request);
  EXPECT_TRUE(bench.runtime().run());
  return execution_document(*program, bench.runtime().tree(id), 0);
}

}  // namespace gregale::interpreter
