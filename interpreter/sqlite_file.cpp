#include "interpreter/sqlite_file.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

namespace {

constexpr int kApplicationId = 0x47524547;  // "GREG"
constexpr int kSchemaVersion = 4;
constexpr int kVersionWithoutLedger = 3;  // is read, and brought up to date when it is written to
constexpr int kBusyMilliseconds = 5000;
constexpr uintmax_t kSmallestDatabase = 512;  // bytes of the smallest page

constexpr const char* kSchema = R"(
CREATE TABLE programs (digest TEXT PRIMARY KEY, ir BLOB NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE trees (
  number INTEGER PRIMARY KEY,
  root BLOB NOT NULL UNIQUE,
  program TEXT NOT NULL,
  workflow_name TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  rows TEXT NOT NULL,
  checksum INTEGER NOT NULL);
CREATE TABLE workflow_executions (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL, record TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
CREATE INDEX workflow_executions_id ON workflow_executions (id);
CREATE TABLE task_executions (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
CREATE TABLE action_executions (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL,
  record TEXT NOT NULL, checksum INTEGER NOT NULL,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
-- Only actions under way are looked up by their id, so only they pay for it.
CREATE INDEX action_executions_running ON action_executions (id) WHERE state = 'RUNNING';
CREATE TABLE history (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, count INTEGER NOT NULL, record TEXT NOT NULL,
  checksum INTEGER NOT NULL,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
CREATE TABLE large_values (digest TEXT NOT NULL UNIQUE, text TEXT NOT NULL);
)";

const char* synchronous(Durability durability) {
  switch (durability) {
    case Durability::full:
      return "PRAGMA synchronous = FULL";
    case Durability::relaxed:
      return "PRAGMA synchronous = NORMAL";
    case Durability::none:
      break;
  }
  return "PRAGMA synchronous = OFF";
}

}  // namespace

ErrorKind error_kind_of_sqlite(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::overloaded;
    case SQLITE_FULL:
    case SQLITE_TOOBIG:
      return ErrorKind::limit;
    case SQLITE_ERROR:  // of statements that are right: the file's tables are not those that were made
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_IOERR:
      return ErrorKind::unusable;
    default:
      return ErrorKind::internal;
  }
}

void bind(SQLite::Statement& statement, int position, const core::Uuid& id) {
  statement.bindNoCopy(position, id.bytes.data(), static_cast<int>(id.bytes.size()));
}

core::Uuid uuid_of(const SQLite::Column& column) {
  core::Uuid id;
  if (column.getBytes() == static_cast<int>(id.bytes.size())) {
    std::memcpy(id.bytes.data(), column.getBlob(), id.bytes.size());
  }
  return id;
}

std::string_view text_of(const SQLite::Column& column) {
  const char* text = column.getText("");
  return {text, static_cast<size_t>(column.getBytes())};
}

// One writing process at a time: an advisory lock on a file beside the store. It goes with the process.
class SqliteFile::WriterLock {
 public:
  explicit WriterLock(const std::string& path) {
    const std::string name = path + "-lock";
    file_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file_ < 0) {
      throw Error(ErrorKind::unusable,
                  fmt::format("store {}: cannot open {}: {}", path, name, std::strerror(errno)));
    }
    if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
      ::close(file_);
      throw Error(ErrorKind::conflict, fmt::format("store {} is in use by another process", path));
    }
  }
  ~WriterLock() { ::close(file_); }
  WriterLock(const WriterLock&) = delete;
  WriterLock& operator=(const WriterLock&) = delete;

 private:
  int file_;
};

SqliteFile::SqliteFile(const std::string& path, StoreAccess access, Durability durability)
    : path_(path),
      access_(access),
      lock_(access == StoreAccess::write && path != ":memory:" ? std::make_unique<WriterLock>(path)
                                                               : nullptr),
      database_(path,
                access == StoreAccess::write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE
                                             : SQLite::OPEN_READWRITE,
                kBusyMilliseconds) {
  const int tables = database_.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
  if (tables == 0 && access == StoreAccess::write) {
    // SQLite takes what is too short for a database for an empty one, and would write over it.
    std::error_code none;
    const auto size = std::filesystem::file_size(path, none);
    if (!none && size > 0 && size < kSmallestDatabase) {
      throw Error(ErrorKind::unusable, fmt::format("{} is not a Gregale store", path));
    }
    make();
  } else {
    check();
  }
  database_.exec(synchronous(durability));
  if (access == StoreAccess::read) database_.exec("PRAGMA query_only = ON");
}

SqliteFile::~SqliteFile() = default;

void SqliteFile::make() {
  database_.exec("PRAGMA journal_mode = WAL");
  SQLite::Transaction transaction(database_);
  database_.exec(kSchema);
  database_.exec(Ledger::kSchema);
  database_.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
  database_.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  transaction.commit();
}

void SqliteFile::check() {
  const int id = database_.execAndGet("PRAGMA application_id").getInt();
  const int version = database_.execAndGet("PRAGMA user_version").getInt();
  if (id != kApplicationId) {
    throw Error(ErrorKind::unusable, fmt::format("{} is not a Gregale store", path_));
  }
  if (version != kSchemaVersion && version != kVersionWithoutLedger) {
    throw Error(ErrorKind::unusable, fmt::format("store {} has version {}, this program knows version {}",
                                                 path_, version, kSchemaVersion));
  }
  // The second one also compares with the index: executions that are gone would be missed by nobody else.
  for (const char* sql : {"PRAGMA quick_check(1)", "PRAGMA integrity_check(trees)"}) {
    const std::string verdict = database_.execAndGet(sql).getString();
    if (verdict != "ok") {
      throw Error(ErrorKind::unusable, fmt::format("store {} is damaged: {}", path_, verdict));
    }
  }
  has_ledger_ = version == kSchemaVersion;
  if (!has_ledger_ && access_ == StoreAccess::write) add_ledger();
}

void SqliteFile::add_ledger() {
  SQLite::Transaction transaction(database_);
  database_.exec(Ledger::kSchema);
  database_.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
  transaction.commit();
  has_ledger_ = true;
}

Lease SqliteFile::statement(const char* sql) {
  auto& slot = statements_[sql];
  if (slot == nullptr) slot = std::make_unique<SQLite::Statement>(database_, sql);
  return Lease(slot.get());
}

}  // namespace gregale::interpreter
