// What the catalogue of OpenStack actions costs at start, against a map of as many names, and what the first
// use of an action costs.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/openstack/openstack_session.hpp"
#include "stdlib/registry.hpp"

namespace gregale::bench {
namespace {

class World {
 public:
  void add_actions(interpreter::ActionRegistry& registry) {
    stdlib::register_openstack_actions(registry, session_);
  }

 private:
  stdlib::HttpClient client_;
  core::RealClock clock_;
  stdlib::OpenstackSession session_{client_, clock_, [] { return stdlib::Credentials(); }};
};

void bare_map(benchmark::State& state) {
  World world;
  interpreter::ActionRegistry registry;
  world.add_actions(registry);
  const std::vector<std::string> names = registry.action_names();
  for (auto _ : state) {
    std::map<std::string, std::unique_ptr<int>> map;
    for (const std::string& name : names) map.emplace(name, std::make_unique<int>(0));
    benchmark::DoNotOptimize(map);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(names.size()));
}
BENCHMARK(bare_map)->Unit(benchmark::kMicrosecond);

void register_catalogue(benchmark::State& state) {
  World world;
  size_t count = 0;
  for (auto _ : state) {
    interpreter::ActionRegistry registry;
    world.add_actions(registry);
    count = registry.action_names().size();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
}
BENCHMARK(register_catalogue)->Unit(benchmark::kMicrosecond);

void read_every_entry(benchmark::State& state) {
  World world;
  size_t count = 0;
  for (auto _ : state) {
    interpreter::ActionRegistry registry;
    world.add_actions(registry);
    const auto names = registry.action_names();
    for (const std::string& name : names) benchmark::DoNotOptimize(registry.find_signature(name));
    count = names.size();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<int64_t>(count));
}
BENCHMARK(read_every_entry)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace gregale::bench

BENCHMARK_MAIN();
