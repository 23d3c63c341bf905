// Running, durably, against the limit: a bare loop that writes the same rows to SQLite in as many commits.
//
// usage: engine_bench [FOLDER]     the stores are made in FOLDER, otherwise where temporary files are
//
// For each workload the best of some runs: tasks a second of wall time, CPU time per task, and how many times
// as long it takes as the bare loop, which runs right after it.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <time.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <vector>

#include "bench/generated_workflows.hpp"
#include "compiler/compiler.hpp"
#include "core/clock.hpp"
#include "interpreter/runtime.hpp"
#include "interpreter/sqlite_store.hpp"
#include "stdlib/http/http_client.hpp"
#include "stdlib/registry.hpp"
#include "tests/interpreter/forwarding_store.hpp"

namespace gregale::bench {
namespace {

using core::Uuid;
using interpreter::TreeChange;

struct Cost {
  double wall = 1e9;  // seconds
  double cpu = 1e9;

  void take_better(const Cost& other) {
    wall = std::min(wall, other.wall);
    cpu = std::min(cpu, other.cpu);
  }
};

double cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

template <typename Body>
Cost cost_of(Body body) {
  const auto start = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  body();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  return {wall.count(), cpu_seconds() - cpu};
}

// Counts the commits of the store that it stands before.
class CountingStore : public interpreter::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  int commits() const { return commits_; }

  void commit(const std::vector<TreeChange>& changes) override {
    ++commits_;
    ForwardingStore::commit(changes);
  }

 private:
  int commits_ = 0;
};

class Bench {
 public:
  explicit Bench(const std::string& folder) {
    path_ = folder + "/gregale-bench-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) std::abort();
    stdlib::register_standard_actions(registry_, http_, workers_);
  }
  ~Bench() { std::filesystem::remove_all(path_); }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  // [tasks]: of all [executions] together. The CPU time per task.
  double measure(const std::string& label, const std::string& text, int executions, int tasks, int runs) {
    const auto source = std::make_shared<const core::Source>("bench.yaml", text);
    compiler::Compilation compilation = compiler::compile({source}, {});
    if (!compilation.program) std::abort();
    const auto program =
        std::make_shared<const interpreter::LoadedProgram>(std::move(*compilation.program), "bench");
    Cost engine;
    Cost bare;
    int commits = 0;
    for (int run = 0; run < runs; ++run) {
      const std::string file = fmt::format("{}/{}.db", path_, number_++);
      engine.take_better(cost_of([&] { commits = execute(program, file, executions); }));
      bare.take_better(write_again(file, commits));
    }
    const double per_task = engine.cpu * 1e6 / tasks;
    fmt::print("{:<36} {:>8} {:>8.0f} {:>10.1f} {:>10.2f} {:>8}\n", label, tasks, tasks / engine.wall,
               per_task, engine.wall / bare.wall, commits);
    std::fflush(stdout);
    return per_task;
  }

 private:
  int execute(const std::shared_ptr<const interpreter::LoadedProgram>& program, const std::string& file,
              int executions) {
    interpreter::SqliteStore store(file, interpreter::StoreAccess::write);
    CountingStore counting(store);
    interpreter::Runtime runtime(counting, registry_, clock_);
    runtime.add_program(program, "");
    interpreter::StartRequest request;
    request.workflow = program->name(program->program().workflows.front().name);
    std::vector<Uuid> ids;
    for (int i = 0; i < executions; ++i) ids.push_back(runtime.start(program->digest(), request));
    runtime.run();
    for (const Uuid& id : ids) {
      if (runtime.tree(id).root().state != interpreter::State::success) std::abort();
    }
    return counting.commits();
  }

  // The rows of that store into a new one, by statements as plain as can be.
  Cost write_again(const std::string& file, int commits) {
    struct Table {
      std::string insert;
      int columns = 0;
    };
    SQLite::Database from(file, SQLite::OPEN_READONLY);
    std::vector<std::string> schema;
    std::vector<Table> tables;
    SQLite::Statement objects(from, "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL");
    struct Cell {
      bool text = false;
      int64_t number = 0;
      std::string bytes;
    };
    std::vector<std::pair<size_t, std::vector<Cell>>> content;
    while (objects.executeStep()) {
      schema.push_back(objects.getColumn(2).getString());
      if (objects.getColumn(0).getString() != "table") continue;
      const std::string name = objects.getColumn(1).getString();
      SQLite::Statement select(from, "SELECT * FROM " + name);
      Table table{"INSERT INTO " + name + " VALUES (?", select.getColumnCount()};
      for (int i = 1; i < table.columns; ++i) table.insert += ",?";
      table.insert += ")";
      while (select.executeStep()) {
        std::vector<Cell> cells;
        for (int i = 0; i < table.columns; ++i) {
          const SQLite::Column column = select.getColumn(i);
          Cell cell;
          cell.text = !column.isInteger();
          if (cell.text) {
            cell.bytes = column.getString();
          } else {
            cell.number = column.getInt64();
          }
          cells.push_back(std::move(cell));
        }
        content.emplace_back(tables.size(), std::move(cells));
      }
      tables.push_back(std::move(table));
    }
    return cost_of([&] {
      SQLite::Database to(file + ".bare", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
      to.exec("PRAGMA journal_mode = WAL");
      to.exec("PRAGMA synchronous = FULL");
      for (const std::string& object : schema) to.exec(object);
      std::vector<std::unique_ptr<SQLite::Statement>> inserts;
      for (const Table& table : tables) {
        inserts.push_back(std::make_unique<SQLite::Statement>(to, table.insert));
      }
      const size_t per_commit = content.size() / static_cast<size_t>(std::max(1, commits)) + 1;
      for (size_t start = 0; start < content.size(); start += per_commit) {
        SQLite::Transaction transaction(to);
        for (size_t row = start; row < std::min(content.size(), start + per_commit); ++row) {
          SQLite::Statement& insert = *inserts[content[row].first];
          int position = 1;
          for (const Cell& cell : content[row].second) {
            if (cell.text) {
              insert.bindNoCopy(position++, cell.bytes);
            } else {
              insert.bind(position++, cell.number);
            }
          }
          insert.exec();
          insert.reset();
        }
        transaction.commit();
      }
    });
  }

  stdlib::HttpClient http_;
  stdlib::WorkerPool workers_;
  interpreter::ActionRegistry registry_;
  core::RealClock clock_;
  std::string path_;
  int number_ = 0;
};

void run(const std::string& folder) {
  constexpr int kRuns = 5;
  Bench bench(folder);
  fmt::print("{:<36} {:>8} {:>8} {:>10} {:>10} {:>8}\n", "", "tasks", "tasks/s", "CPU us", "x bare",
             "commits");
  const double chain_cost = bench.measure("chain of 1,000", chain(1000), 1, 1000, kRuns);
  const double fan_cost = bench.measure("1 -> 1,000 -> join", fan(1000), 1, 1002, kRuns);
  bench.measure("1,000 executions of 10", chain(10), 1000, 10'000, kRuns);
  bench.measure("with-items over 10,000", items(10'000), 1, 10'000, kRuns);
  const double long_chain = bench.measure("chain of 100,000", chain(100'000), 1, 100'000, 1);
  const double wide_fan = bench.measure("1 -> 100,000 -> join", fan(100'000), 1, 100'002, 1);
  fmt::print("CPU per task at 100,000 against 1,000: chain {:.2f}, join {:.2f}\n", long_chain / chain_cost,
             wide_fan / fan_cost);
}

}  // namespace
}  // namespace gregale::bench

int main(int argc, char** argv) {
  gregale::bench::run(argc > 1 ? argv[1] : std::filesystem::temp_directory_path().string());
}
