// What a call of an action of others costs beyond what it does: in a plug-in, and in a program that is kept.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <future>

#include "core/json.hpp"
#include "include/gregale/action.hpp"
#include "stdlib/custom/plugin.hpp"
#include "stdlib/custom/program_host.hpp"

namespace {

using namespace gregale;
using core::Value;
using interpreter::ActionCall;
using interpreter::ActionResult;

class Greet : public Action {
 public:
  Greet() : Action("demo.greet", "Greets somebody.") { parameter("name", "string"); }
  Result run(Context&, const Json& input) const override {
    return "Hello, " + input.at("name").get<std::string>() + "!";
  }
};

ActionCall call_of(const Value& input) {
  ActionCall call{"demo.greet", input, {}};
  call.context.workflow_execution_id = core::Uuid::random();
  call.context.task_execution_id = core::Uuid::random();
  call.context.action_execution_id = core::Uuid::random();
  call.context.workflow_name = "wf";
  call.context.task_name = "greet";
  return call;
}

void plugin_call(benchmark::State& state) {
  const gregale_action_v1* actions = nullptr;
  detail::plugin_actions<Greet>(&actions);
  stdlib::PluginHost host({});
  const stdlib::DeclaredCall call{.call = call_of(core::Map{{"name", "Ann"}})};
  for (auto _ : state) benchmark::DoNotOptimize(host.invoke(*actions, call));
}
BENCHMARK(plugin_call);

// A program as small as can be, in a language that starts quickly.
void program_call(benchmark::State& state) {
  stdlib::Manifest manifest;
  manifest.file = "bench";
  manifest.command = {
      "/usr/bin/perl", "-ne",
      R"perl(BEGIN { $| = 1 } /"id":"([^"]*)"/; print qq({"type":"result","id":"$1","data":1}\n))perl"};
  manifest.memory_bytes = 0;
  const auto shared = std::make_shared<const stdlib::Manifest>(std::move(manifest));
  stdlib::ProgramHost host({});
  for (auto _ : state) {
    std::promise<ActionResult> promise;
    host.carry_out(shared, {.call = call_of(core::Map{{"name", "Ann"}})},
                   [&](ActionResult result) { promise.set_value(std::move(result)); });
    const ActionResult result = promise.get_future().get();
    if (result.data != Value(1)) return state.SkipWithError(result.message.c_str());
  }
}
BENCHMARK(program_call)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
