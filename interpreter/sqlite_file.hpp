// SqliteFile: a store's SQLite file: opened, checked, locked against other writers, its statements kept.
// What its tables hold is written down in docs/store.md.
#pragma once

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/error.hpp"
#include "core/uuid.hpp"
#include "interpreter/sqlite_store.hpp"

namespace gregale::interpreter {

core::ErrorKind error_kind_of_sqlite(int code);

// Runs [body]; what SQLite says becomes a core::Error that names the file.
template <typename Body>
auto guarded(const std::string& path, std::string_view what, Body body) {
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    throw core::Error(error_kind_of_sqlite(error.getErrorCode()),
                      fmt::format("store {}: cannot {}: {}", path, what, error.what()));
  }
}

// A prepared statement on loan; it is reset when given back, so that no read stays open.
struct GiveBack {
  void operator()(SQLite::Statement* statement) const {
    statement->tryReset();
    statement->clearBindings();
  }
};
using Lease = std::unique_ptr<SQLite::Statement, GiveBack>;

void bind(SQLite::Statement& statement, int position, const core::Uuid& id);
core::Uuid uuid_of(const SQLite::Column& column);
std::string_view text_of(const SQLite::Column& column);

class SqliteFile {
 public:
  // See SqliteStore. Throws core::Error and SQLite::Exception.
  SqliteFile(const std::string& path, StoreAccess access, Durability durability);
  ~SqliteFile();

  const std::string& path() const noexcept { return path_; }
  StoreAccess access() const noexcept { return access_; }
  // False: of the version before there were ledgers, and open for reading.
  bool has_ledger() const noexcept { return has_ledger_; }
  SQLite::Database& database() noexcept { return database_; }
  // [sql] is a literal, by which the statement is known.
  Lease statement(const char* sql);

 private:
  class WriterLock;

  void make();
  void check();
  void add_ledger();

  std::string path_;
  StoreAccess access_;
  bool has_ledger_ = true;
  std::unique_ptr<WriterLock> lock_;
  SQLite::Database database_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
};

}  // namespace gregale::interpreter
