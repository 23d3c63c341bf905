#include "interpreter/environment_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/json.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

namespace {

constexpr int kBusyMilliseconds = 5000;
constexpr const char* kTable =
    "CREATE TABLE IF NOT EXISTS environments (name TEXT PRIMARY KEY, description TEXT NOT NULL, "
    "variables TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) WITHOUT ROWID";
constexpr const char* kColumns = "name, description, variables, created_at, updated_at";

StoredEnvironment row_of(SQLite::Statement& row) {
  return {row.getColumn(0).getString(), row.getColumn(1).getString(),
          core::parse_json(row.getColumn(2).getString()), row.getColumn(3).getInt64(),
          row.getColumn(4).getInt64()};
}

}  // namespace

struct EnvironmentStore::Implementation {
  std::string path;
  SQLite::Database database;

  // Runs [body]; what SQLite says becomes an Error that names the file.
  template <typename Body>
  auto guarded(Body body) {
    try {
      return body();
    } catch (const SQLite::Exception& error) {
      throw Error(ErrorKind::unusable, fmt::format("store {}: {}", path, error.what()));
    }
  }
};

EnvironmentStore::EnvironmentStore(const std::string& path) {
  try {
    implementation_ = std::make_unique<Implementation>(
        Implementation{path, SQLite::Database(path, SQLite::OPEN_READWRITE, kBusyMilliseconds)});
    implementation_->database.exec(kTable);
  } catch (const SQLite::Exception& error) {
    throw Error(ErrorKind::unusable, fmt::format("store {}: {}", path, error.what()));
  }
}

EnvironmentStore::~EnvironmentStore() = default;

std::vector<StoredEnvironment> EnvironmentStore::list() {
  return implementation_->guarded([&] {
    SQLite::Statement query(implementation_->database,
                            fmt::format("SELECT {} FROM environments ORDER BY name", kColumns));
    std::vector<StoredEnvironment> found;
    while (query.executeStep()) found.push_back(row_of(query));
    return found;
  });
}

std::optional<StoredEnvironment> EnvironmentStore::find(const std::string& name) {
  return implementation_->guarded([&]() -> std::optional<StoredEnvironment> {
    SQLite::Statement query(implementation_->database,
                            fmt::format("SELECT {} FROM environments WHERE name = ?", kColumns));
    query.bind(1, name);
    if (!query.executeStep()) return std::nullopt;
    return row_of(query);
  });
}

void EnvironmentStore::save(const StoredEnvironment& environment) {
  implementation_->guarded([&] {
    SQLite::Statement insert(
        implementation_->database,
        fmt::format("INSERT INTO environments ({}) VALUES (?, ?, ?, ?, ?) "
                    "ON CONFLICT (name) DO UPDATE SET description = excluded.description, "
                    "variables = excluded.variables, updated_at = excluded.updated_at",
                    kColumns));
    insert.bind(1, environment.name);
    insert.bind(2, environment.description);
    insert.bind(3, core::to_json(environment.variables));
    insert.bind(4, environment.created_at);
    insert.bind(5, environment.updated_at);
    insert.exec();
  });
}

bool EnvironmentStore::remove(const std::string& name) {
  return implementation_->guarded([&] {
    SQLite::Statement erase(implementation_->database, "DELETE FROM environments WHERE name = ?");
    erase.bind(1, name);
    return erase.exec() > 0;
  });
}

}  // namespace gregale::interpreter
