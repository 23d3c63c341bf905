#include "interpreter/sqlite_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <unordered_map>

#include "core/error.hpp"
#include "core/json.hpp"
#include "interpreter/records.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

namespace {

constexpr int kApplicationId = 0x47524547;  // "GREG"
constexpr int kSchemaVersion = 2;
constexpr int kBusyMilliseconds = 5000;

constexpr const char* kSchema = R"(
CREATE TABLE programs (digest TEXT PRIMARY KEY, ir BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE trees (
  number INTEGER PRIMARY KEY,
  root BLOB NOT NULL UNIQUE,
  program TEXT NOT NULL,
  workflow_name TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL);
CREATE TABLE workflow_executions (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
CREATE INDEX workflow_executions_id ON workflow_executions (id);
CREATE TABLE task_executions (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
CREATE TABLE action_executions (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, id BLOB NOT NULL, state TEXT NOT NULL,
  record TEXT NOT NULL,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
-- Only actions under way are looked up by their id, so only they pay for it.
CREATE INDEX action_executions_running ON action_executions (id) WHERE state = 'RUNNING';
CREATE TABLE history (
  tree INTEGER NOT NULL, number INTEGER NOT NULL, time INTEGER NOT NULL, subject INTEGER NOT NULL,
  subject_number INTEGER NOT NULL, state TEXT NOT NULL, published TEXT,
  PRIMARY KEY (tree, number)) WITHOUT ROWID;
)";

ErrorKind kind_of(int code) {
  switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return ErrorKind::overloaded;
    case SQLITE_FULL:
      return ErrorKind::limit;
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

// Runs [body]; what SQLite says becomes an Error that names the file.
template <typename Body>
auto guarded(const std::string& path, std::string_view what, Body body) {
  try {
    return body();
  } catch (const SQLite::Exception& error) {
    throw Error(kind_of(error.getErrorCode()),
                fmt::format("store {}: cannot {}: {}", path, what, error.what()));
  }
}

void bind(SQLite::Statement& statement, int position, const Uuid& id) {
  statement.bindNoCopy(position, id.bytes.data(), static_cast<int>(id.bytes.size()));
}

Uuid uuid_of(const SQLite::Column& column) {
  Uuid id;
  if (column.getBytes() == static_cast<int>(id.bytes.size())) {
    std::memcpy(id.bytes.data(), column.getBlob(), id.bytes.size());
  }
  return id;
}

std::string_view text_of(const SQLite::Column& column) {
  const char* text = column.getText("");
  return {text, static_cast<size_t>(column.getBytes())};
}

State state_of(const SQLite::Column& column) {
  return parse_state(text_of(column)).value_or(State::idle);
}

// A prepared statement on loan; it is reset when given back, so that no read stays open.
struct GiveBack {
  void operator()(SQLite::Statement* statement) const {
    statement->tryReset();
    statement->clearBindings();
  }
};
using Lease = std::unique_ptr<SQLite::Statement, GiveBack>;

// One writing process at a time: an advisory lock on a file beside the store. It goes with the process.
class WriterLock {
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

}  // namespace

struct SqliteStore::Implementation {
  Implementation(const std::string& path, StoreAccess access, std::string key_file)
      : path(path),
        access(access),
        vault(std::move(key_file)),
        lock(access == StoreAccess::write && path != ":memory:" ? std::make_unique<WriterLock>(path)
                                                                : nullptr),
        database(path,
                 access == StoreAccess::write ? SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE
                                              : SQLite::OPEN_READWRITE,
                 kBusyMilliseconds) {}

  // For reading, what is sealed stays so: no key is needed to look at executions.
  Vault* vault_to_open() { return access == StoreAccess::write ? &vault : nullptr; }

  void prepare(Durability durability) {
    const int id = database.execAndGet("PRAGMA application_id").getInt();
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    const int tables = database.execAndGet("SELECT count(*) FROM sqlite_master").getInt();
    if (tables == 0 && access == StoreAccess::write) {
      database.exec("PRAGMA journal_mode = WAL");
      SQLite::Transaction transaction(database);
      database.exec(kSchema);
      database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
      database.exec(fmt::format("PRAGMA user_version = {}", kSchemaVersion));
      transaction.commit();
    } else if (id != kApplicationId) {
      throw Error(ErrorKind::unusable, fmt::format("{} is not a Gregale store", path));
    } else if (version != kSchemaVersion) {
      throw Error(ErrorKind::unusable, fmt::format("store {} has version {}, this program knows version {}",
                                                   path, version, kSchemaVersion));
    } else {
      const std::string verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
      if (verdict != "ok") {
        throw Error(ErrorKind::unusable, fmt::format("store {} is damaged: {}", path, verdict));
      }
    }
    database.exec(synchronous(durability));
    if (access == StoreAccess::read) database.exec("PRAGMA query_only = ON");
  }

  Lease statement(const char* sql) {
    auto& slot = statements[sql];
    if (slot == nullptr) slot = std::make_unique<SQLite::Statement>(database, sql);
    return Lease(slot.get());
  }

  // The tree's number; made for a tree that is new.
  int64_t number_of(const ExecutionTree& tree) {
    const Uuid& root = tree.root().id;
    const auto known = numbers.find(root);
    if (known != numbers.end()) return known->second;
    const Lease find = statement("SELECT number FROM trees WHERE root = ?");
    bind(*find, 1, root);
    int64_t number = 0;
    if (find->executeStep()) {
      number = find->getColumn(0).getInt64();
    } else {
      const Lease insert = statement(
          "INSERT INTO trees (root, program, workflow_name, state, created_at, updated_at) "
          "VALUES (?, ?, ?, 'IDLE', ?, ?)");
      bind(*insert, 1, root);
      insert->bind(2, tree.program_digest);
      insert->bind(3, tree.root().workflow_name);
      insert->bind(4, static_cast<int64_t>(tree.root().created_at));
      insert->bind(5, static_cast<int64_t>(tree.root().updated_at));
      insert->exec();
      number = database.getLastInsertRowid();
    }
    return numbers[root] = number;
  }

  void write(const TreeChange& change) {
    const ExecutionTree& tree = *change.tree;
    const int64_t number = number_of(tree);
    for (const Index index : change.output->executions) {
      const WorkflowExecution& execution = tree.executions[index];
      const Lease put = statement("INSERT OR REPLACE INTO workflow_executions VALUES (?, ?, ?, ?)");
      put->bind(1, number);
      put->bind(2, static_cast<int64_t>(index));
      bind(*put, 3, execution.id);
      put->bind(4, to_record(execution, vault));
      put->exec();
      if (index != 0) continue;
      const Lease update = statement("UPDATE trees SET state = ?, updated_at = ? WHERE number = ?");
      update->bind(1, std::string(to_string(execution.state)));
      update->bind(2, static_cast<int64_t>(execution.updated_at));
      update->bind(3, number);
      update->exec();
    }
    for (const Index index : change.output->tasks) {
      const Lease put = statement("INSERT OR REPLACE INTO task_executions VALUES (?, ?, ?)");
      put->bind(1, number);
      put->bind(2, static_cast<int64_t>(index));
      put->bind(3, to_record(tree.tasks[index], vault));
      put->exec();
    }
    for (const Index index : change.output->actions) {
      const ActionExecution& action = tree.actions[index];
      const Lease put = statement("INSERT OR REPLACE INTO action_executions VALUES (?, ?, ?, ?, ?)");
      put->bind(1, number);
      put->bind(2, static_cast<int64_t>(index));
      bind(*put, 3, action.id);
      put->bind(4, std::string(to_string(action.state)));
      put->bind(5, to_record(action, vault));
      put->exec();
    }
    write_history(number, change.output->history);
  }

  void write_history(int64_t tree, const std::vector<HistoryRecord>& records) {
    if (records.empty()) return;
    auto next = history_numbers.find(tree);
    if (next == history_numbers.end()) {
      const Lease last = statement("SELECT coalesce(max(number) + 1, 0) FROM history WHERE tree = ?");
      last->bind(1, tree);
      last->executeStep();
      next = history_numbers.emplace(tree, last->getColumn(0).getInt64()).first;
    }
    for (const HistoryRecord& record : records) {
      const Lease put = statement("INSERT INTO history VALUES (?, ?, ?, ?, ?, ?, ?)");
      put->bind(1, tree);
      put->bind(2, next->second++);
      put->bind(3, static_cast<int64_t>(record.time));
      put->bind(4, static_cast<int>(record.subject));
      put->bind(5, static_cast<int64_t>(record.index));
      put->bind(6, std::string(to_string(record.state)));
      if (!record.published.is_null()) put->bind(7, core::to_json(record.published));
      put->exec();
    }
  }

  std::string path;
  StoreAccess access;
  Vault vault;
  std::unique_ptr<WriterLock> lock;
  SQLite::Database database;
  std::unordered_map<std::string_view, std::unique_ptr<SQLite::Statement>> statements;
  std::unordered_map<Uuid, int64_t> numbers;
  std::unordered_map<int64_t, int64_t> history_numbers;
};

SqliteStore::SqliteStore(const std::string& path, StoreAccess access, Durability durability,
                         std::string key_file) {
  guarded(path, "open", [&] {
    const bool thrown_away = path == ":memory:" || durability == Durability::none;
    if (key_file.empty() && !thrown_away) key_file = path + ".key";
    implementation_ = std::make_unique<Implementation>(path, access, std::move(key_file));
    implementation_->prepare(durability);
  });
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::save_program(const std::string& digest, std::string_view binary) {
  guarded(implementation_->path, "save a program", [&] {
    const Lease put = implementation_->statement("INSERT OR IGNORE INTO programs (digest, ir) VALUES (?, ?)");
    put->bind(1, digest);
    put->bindNoCopy(2, binary.data(), static_cast<int>(binary.size()));
    put->exec();
  });
}

std::string SqliteStore::load_program(const std::string& digest) {
  return guarded(implementation_->path, "load a program", [&] {
    const Lease find = implementation_->statement("SELECT ir FROM programs WHERE digest = ?");
    find->bind(1, digest);
    if (!find->executeStep()) {
      throw Error(ErrorKind::not_found,
                  fmt::format("store {} has no program {}", implementation_->path, digest));
    }
    return find->getColumn(0).getString();
  });
}

void SqliteStore::commit(const std::vector<TreeChange>& changes) {
  guarded(implementation_->path, "write", [&] {
    try {
      SQLite::Transaction transaction(implementation_->database, SQLite::TransactionBehavior::IMMEDIATE);
      for (const TreeChange& change : changes) implementation_->write(change);
      transaction.commit();
    } catch (...) {  // numbers that were given out in it are void
      implementation_->numbers.clear();
      implementation_->history_numbers.clear();
      throw;
    }
  });
}

ExecutionTree SqliteStore::load(const Uuid& root) {
  return guarded(implementation_->path, "load an execution", [&] {
    ExecutionTree tree;
    const Lease head = implementation_->statement("SELECT number, program FROM trees WHERE root = ?");
    bind(*head, 1, root);
    if (!head->executeStep()) {
      throw Error(ErrorKind::not_found, fmt::format("no execution {}", root.text()));
    }
    const int64_t number = head->getColumn(0).getInt64();
    tree.program_digest = head->getColumn(1).getString();
    const auto read_all = [&](const char* sql, auto& list) {
      const Lease rows = implementation_->statement(sql);
      rows->bind(1, number);
      while (rows->executeStep()) {
        if (rows->getColumn(0).getInt64() != static_cast<int64_t>(list.size())) {
          throw Error(ErrorKind::unusable, fmt::format("store {}: execution {} has a gap in its records",
                                                       implementation_->path, root.text()));
        }
        from_record(text_of(rows->getColumn(1)), list.emplace_back(), implementation_->vault_to_open());
      }
    };
    read_all("SELECT number, record FROM workflow_executions WHERE tree = ? ORDER BY number",
             tree.executions);
    read_all("SELECT number, record FROM task_executions WHERE tree = ? ORDER BY number", tree.tasks);
    read_all("SELECT number, record FROM action_executions WHERE tree = ? ORDER BY number", tree.actions);
    link(tree);
    return tree;
  });
}

std::vector<ExecutionSummary> SqliteStore::list() {
  return guarded(implementation_->path, "list executions", [&] {
    std::vector<ExecutionSummary> found;
    const Lease rows = implementation_->statement(
        "SELECT root, workflow_name, state, created_at, updated_at, program FROM trees "
        "ORDER BY number DESC");
    while (rows->executeStep()) {
      found.push_back({uuid_of(rows->getColumn(0)), rows->getColumn(1).getString(),
                       state_of(rows->getColumn(2)), rows->getColumn(3).getInt64(),
                       rows->getColumn(4).getInt64(), rows->getColumn(5).getString()});
    }
    return found;
  });
}

std::vector<Uuid> SqliteStore::unfinished() {
  return guarded(implementation_->path, "list executions", [&] {
    std::vector<Uuid> found;
    const Lease rows = implementation_->statement(
        "SELECT root FROM trees WHERE state IN ('IDLE', 'RUNNING') ORDER BY number");
    while (rows->executeStep()) found.push_back(uuid_of(rows->getColumn(0)));
    return found;
  });
}

std::optional<ExecutionAddress> SqliteStore::find_execution(const Uuid& id) {
  return guarded(implementation_->path, "find an execution", [&]() -> std::optional<ExecutionAddress> {
    const Lease rows = implementation_->statement(
        "SELECT trees.root, e.number FROM workflow_executions AS e "
        "JOIN trees ON trees.number = e.tree WHERE e.id = ?");
    bind(*rows, 1, id);
    if (!rows->executeStep()) return std::nullopt;
    return ExecutionAddress{uuid_of(rows->getColumn(0)), static_cast<Index>(rows->getColumn(1).getInt64())};
  });
}

std::optional<ActionAddress> SqliteStore::find_action(const Uuid& id) {
  return guarded(implementation_->path, "find an action", [&]() -> std::optional<ActionAddress> {
    // The second query scans; it is only there to say of a completed action that it is completed.
    for (const char* condition : {"a.id = ? AND a.state = 'RUNNING'", "a.id = ?"}) {
      SQLite::Statement rows(implementation_->database,
                             fmt::format("SELECT trees.root, a.number FROM action_executions AS a "
                                         "JOIN trees ON trees.number = a.tree WHERE {}",
                                         condition));
      bind(rows, 1, id);
      if (rows.executeStep()) {
        return ActionAddress{uuid_of(rows.getColumn(0)), static_cast<Index>(rows.getColumn(1).getInt64())};
      }
    }
    return std::nullopt;
  });
}

std::vector<HistoryRecord> SqliteStore::history(const Uuid& root) {
  return guarded(implementation_->path, "read the history", [&] {
    std::vector<HistoryRecord> found;
    const Lease rows = implementation_->statement(
        "SELECT h.time, h.subject, h.subject_number, h.state, h.published FROM history AS h "
        "JOIN trees ON trees.number = h.tree WHERE trees.root = ? ORDER BY h.number");
    bind(*rows, 1, root);
    while (rows->executeStep()) {
      HistoryRecord record;
      record.time = rows->getColumn(0).getInt64();
      record.subject = static_cast<HistoryRecord::Subject>(rows->getColumn(1).getInt());
      record.index = static_cast<Index>(rows->getColumn(2).getInt64());
      record.state = state_of(rows->getColumn(3));
      if (!rows->getColumn(4).isNull()) record.published = core::parse_json(text_of(rows->getColumn(4)));
      found.push_back(std::move(record));
    }
    return found;
  });
}

}  // namespace gregale::interpreter
