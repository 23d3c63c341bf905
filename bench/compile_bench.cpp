// Compiling, against libyaml's scanning of the same text.
#include <benchmark/benchmark.h>
#include <yaml.h>

#include "bench/generated_workflows.hpp"
#include "compiler/compiler.hpp"
#include "compiler/ir/serialization.hpp"

namespace gregale::bench {
namespace {

void libyaml_events(benchmark::State& state) {
  const std::string text = ordinary(static_cast<int>(state.range(0)));
  for (auto _ : state) {
    yaml_parser_t parser;
    yaml_parser_initialize(&parser);
    yaml_parser_set_input_string(&parser, reinterpret_cast<const unsigned char*>(text.data()), text.size());
    for (bool end = false; !end;) {
      yaml_event_t event;
      if (yaml_parser_parse(&parser, &event) == 0) break;
      end = event.type == YAML_STREAM_END_EVENT;
      yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(libyaml_events)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void compile(benchmark::State& state) {
  const auto source =
      std::make_shared<const core::Source>("bench.yaml", ordinary(static_cast<int>(state.range(0))));
  for (auto _ : state) {
    const compiler::Compilation compilation = compiler::compile({source}, {});
    if (!compilation.program) state.SkipWithError("the definition has errors");
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(compile)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

void read_binary(benchmark::State& state) {
  const auto source =
      std::make_shared<const core::Source>("bench.yaml", ordinary(static_cast<int>(state.range(0))));
  const compiler::Compilation compilation = compiler::compile({source}, {});
  if (!compilation.program) {
    state.SkipWithError("the definition has errors");
    return;
  }
  const std::string binary = ir::to_binary(*compilation.program);
  for (auto _ : state) benchmark::DoNotOptimize(ir::from_binary(binary));
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(read_binary)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace gregale::bench

BENCHMARK_MAIN();
