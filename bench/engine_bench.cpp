// Running, durably, against a bare loop that writes as many rows to SQLite in one transaction.
#include <SQLiteCpp/SQLiteCpp.h>
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>

#include "bench/generated_workflows.hpp"
#include "compiler/compiler.hpp"
#include "core/clock.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/sqlite_store.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/registry.hpp"

namespace gregale::bench {
namespace {

class Folder {
 public:
  Folder() {
    path_ = (std::filesystem::temp_directory_path() / "gregale-bench-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(int number) const { return path_ + "/" + std::to_string(number) + ".db"; }

 private:
  std::string path_;
};

// Rows of the size that a task and its action take, two a task, as the engine writes them.
void bare_sqlite(benchmark::State& state) {
  const Folder folder;
  int number = 0;
  const std::string record(200, 'x');
  for (auto _ : state) {
    SQLite::Database database(folder.file(number++), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec(
        "CREATE TABLE rows (tree INTEGER, number INTEGER, record TEXT, PRIMARY KEY (tree, number)) "
        "WITHOUT ROWID");
    SQLite::Statement insert(database, "INSERT INTO rows VALUES (1, ?, ?)");
    SQLite::Transaction transaction(database);
    for (int64_t i = 0; i < 2 * state.range(0); ++i) {
      insert.bind(1, i);
      insert.bindNoCopy(2, record);
      insert.exec();
      insert.reset();
    }
    transaction.commit();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(bare_sqlite)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

void run_workflow(benchmark::State& state, const std::string& text) {
  const auto source = std::make_shared<const core::Source>("bench.yaml", text);
  compiler::Compilation compilation = compiler::compile({source}, {});
  if (!compilation.program) {
    state.SkipWithError("the definition has errors");
    return;
  }
  const auto program =
      std::make_shared<const interpreter::LoadedProgram>(std::move(*compilation.program), "bench");
  stdlib::HttpClient http;
  stdlib::WorkerPool workers;
  interpreter::ActionRegistry registry;
  stdlib::register_standard_actions(registry, http, workers);
  const core::RealClock clock;
  const Folder folder;
  int number = 0;
  for (auto _ : state) {
    interpreter::SqliteStore store(folder.file(number++), interpreter::StoreAccess::write);
    interpreter::Runtime runtime(store, registry, clock);
    runtime.add_program(program, "");
    interpreter::StartRequest request;
    request.workflow = program->name(program->program().workflows.front().name);
    const auto id = runtime.start(program->digest(), request);
    runtime.run();
    if (runtime.tree(id).root().state != interpreter::State::success) {
      state.SkipWithError("the workflow has failed");
    }
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void run_chain(benchmark::State& state) {
  run_workflow(state, chain(static_cast<int>(state.range(0))));
}
BENCHMARK(run_chain)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

void run_fan(benchmark::State& state) {
  run_workflow(state, fan(static_cast<int>(state.range(0))));
}
BENCHMARK(run_fan)->Arg(1000)->Arg(10000)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace gregale::bench

BENCHMARK_MAIN();
