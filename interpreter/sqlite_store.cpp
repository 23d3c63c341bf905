#include "interpreter/sqlite_store.hpp"

#include <unordered_map>

#include "interpreter/checksum.hpp"
#include "interpreter/records.hpp"
#include "interpreter/sqlite_file.hpp"

namespace gregale::interpreter {

using core::Error;
using core::ErrorKind;

namespace {

// What `trees` has of an execution; [rows]: how many rows the other tables have of it.
int64_t checksum_of(int64_t number, const ExecutionSummary& tree, std::string_view rows) {
  return checksum_of(
      Table::trees, number, 0,
      fmt::format("{} {} {} {} {} {} {}", tree.id.text(), tree.program_digest, to_string(tree.state),
                  tree.created_at, tree.updated_at, rows, tree.workflow_name));
}

std::string_view bytes_of(const Uuid& id) {
  return {reinterpret_cast<const char*>(id.bytes.data()), id.bytes.size()};
}

constexpr const char* kTreeColumns =
    "SELECT number, root, workflow_name, state, created_at, updated_at, program, checksum, rows";

}  // namespace

struct SqliteStore::Implementation {
  Implementation(const std::string& path, StoreAccess access, Durability durability, std::string key_file)
      : vault(std::move(key_file)),
        file(path, access, durability),
        ledger(file),
        large_values([this](const auto& digest, const auto& text) { keep_large(digest, text); },
                     [this](const auto& digest) { return find_large(digest); }) {}

  // For reading, what is sealed stays so: no key is needed to look at executions.
  RecordKit kit() { return {file.access() == StoreAccess::write ? &vault : nullptr, &large_values}; }

  [[noreturn]] void damaged(const std::string& what) const {
    throw Error(ErrorKind::unusable, fmt::format("store {} is damaged: {}", file.path(), what));
  }

  // ---- writing

  void put_tree(const ExecutionTree& tree, int64_t number) {
    const WorkflowExecution& root = tree.root();
    const ExecutionSummary summary{root.id,         root.workflow_name, root.state,
                                   root.created_at, root.updated_at,    tree.program_digest};
    const std::string rows = rows_of(tree, next_event(number));
    const Lease put = file.statement(
        "INSERT INTO trees (number, root, program, workflow_name, state, created_at, updated_at, rows, "
        "checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (number) DO UPDATE SET "
        "state = excluded.state, updated_at = excluded.updated_at, rows = excluded.rows, "
        "checksum = excluded.checksum");
    put->bind(1, number);
    bind(*put, 2, summary.id);
    put->bindNoCopy(3, summary.program_digest);
    put->bindNoCopy(4, summary.workflow_name);
    put->bind(5, std::string(to_string(summary.state)));
    put->bind(6, static_cast<int64_t>(summary.created_at));
    put->bind(7, static_cast<int64_t>(summary.updated_at));
    put->bindNoCopy(8, rows);
    put->bind(9, checksum_of(number, summary, rows));
    put->exec();
  }

  static std::string rows_of(const ExecutionTree& tree, int64_t events) {
    return fmt::format("{} {} {} {}", tree.executions.size(), tree.tasks.size(), tree.actions.size(), events);
  }

  // The tree's number; a new one for a tree that is new.
  int64_t number_of(const ExecutionTree& tree) {
    const Uuid& root = tree.root().id;
    const auto known = numbers.find(root);
    if (known != numbers.end()) return known->second;
    const Lease find = file.statement("SELECT number FROM trees WHERE root = ?");
    bind(*find, 1, root);
    if (find->executeStep()) return numbers[root] = find->getColumn(0).getInt64();
    const Lease last = file.statement("SELECT coalesce(max(number), 0) + 1 FROM trees");
    last->executeStep();
    return numbers[root] = last->getColumn(0).getInt64();
  }

  void write(const TreeChange& change) {
    const ExecutionTree& tree = *change.tree;
    const int64_t number = number_of(tree);
    write_history(number, change.output->history);
    put_tree(tree, number);
    write_ledger(number, tree, change.output->ledger);
    for (const Index index : change.output->executions) {
      const WorkflowExecution& execution = tree.executions[index];
      const std::string record = to_record(execution, kit());
      const Lease put = file.statement("INSERT OR REPLACE INTO workflow_executions VALUES (?, ?, ?, ?, ?)");
      put->bind(1, number);
      put->bind(2, static_cast<int64_t>(index));
      bind(*put, 3, execution.id);
      put->bindNoCopy(4, record);
      put->bind(5, checksum_of(Table::workflow_executions, number, index,
                               record + std::string(bytes_of(execution.id))));
      put->exec();
    }
    for (const Index index : change.output->tasks) {
      const std::string record = to_record(tree.tasks[index], kit());
      const Lease put = file.statement("INSERT OR REPLACE INTO task_executions VALUES (?, ?, ?, ?)");
      put->bind(1, number);
      put->bind(2, static_cast<int64_t>(index));
      put->bindNoCopy(3, record);
      put->bind(4, checksum_of(Table::task_executions, number, index, record));
      put->exec();
    }
    for (const Index index : change.output->actions) {
      const ActionExecution& action = tree.actions[index];
      const std::string record = to_record(action, kit());
      const Lease put = file.statement("INSERT OR REPLACE INTO action_executions VALUES (?, ?, ?, ?, ?, ?)");
      put->bind(1, number);
      put->bind(2, static_cast<int64_t>(index));
      bind(*put, 3, action.id);
      put->bind(4, std::string(to_string(action.state)));
      put->bindNoCopy(5, record);
      put->bind(6, checksum_of(Table::action_executions, number, index,
                               fmt::format("{}{}{}", record, bytes_of(action.id), to_string(action.state))));
      put->exec();
    }
  }

  void write_ledger(int64_t number, const ExecutionTree& tree, const std::vector<LedgerEntry>& entries) {
    for (const LedgerEntry& entry : entries) {
      if (entry.change.kind == ResourceChange::Kind::deleted) {
        ledger.note_deleted(entry.change.resource, entry.time);
        continue;
      }
      const ActionExecution& action = tree.actions[entry.action];
      const Uuid& execution = tree.executions[tree.tasks[action.task].execution].id;
      ledger.note_created(entry.change, {number, execution, action.id, entry.time});
    }
  }

  // The number of the tree's next event.
  int64_t& next_event(int64_t tree) {
    const auto known = history_numbers.find(tree);
    if (known != history_numbers.end()) return known->second;
    const Lease last =
        file.statement("SELECT number + count FROM history WHERE tree = ? ORDER BY number DESC LIMIT 1");
    last->bind(1, tree);
    return history_numbers[tree] = last->executeStep() ? last->getColumn(0).getInt64() : 0;
  }

  // The events of one step are one row.
  void write_history(int64_t tree, const std::vector<HistoryRecord>& events) {
    if (events.empty()) return;
    int64_t& next = next_event(tree);
    const std::string record = to_record(events, kit());
    const Lease put = file.statement("INSERT INTO history VALUES (?, ?, ?, ?, ?)");
    put->bind(1, tree);
    put->bind(2, next);
    put->bind(3, static_cast<int64_t>(events.size()));
    put->bindNoCopy(4, record);
    put->bind(5, checksum_of(Table::history, tree, next, record));
    put->exec();
    next += static_cast<int64_t>(events.size());
  }

  void keep_large(const std::string& digest, const std::string& text) {
    const Lease put = file.statement("INSERT OR IGNORE INTO large_values VALUES (?, ?)");
    put->bindNoCopy(1, digest);
    put->bindNoCopy(2, text);
    put->exec();
  }

  // What has ended is rarely written to again.
  void forget_ended(const ExecutionTree& tree) {
    if (!is_completed(tree.root().state)) return;
    const auto known = numbers.find(tree.root().id);
    if (known == numbers.end()) return;
    history_numbers.erase(known->second);
    numbers.erase(known);
  }

  // After a transaction that did not come to its end.
  void forget() {
    numbers.clear();
    history_numbers.clear();
    large_values.forget();
  }

  // ---- reading

  std::string find_large(const std::string& digest) {
    const Lease find = file.statement("SELECT text FROM large_values WHERE digest = ?");
    find->bindNoCopy(1, digest);
    if (!find->executeStep()) damaged(fmt::format("the large value {} is missing", digest));
    return std::string(text_of(find->getColumn(0)));
  }

  // At the row of `trees` for [root]; nothing: there is none, which an index alone is not believed.
  Lease find_tree(const Uuid& root) {
    static const std::string kByIndex = fmt::format("{} FROM trees WHERE root = ?", kTreeColumns);
    static const std::string kByScan = fmt::format("{} FROM trees NOT INDEXED WHERE root = ?", kTreeColumns);
    for (const std::string* sql : {&kByIndex, &kByScan}) {
      Lease rows = file.statement(sql->c_str());
      bind(*rows, 1, root);
      if (rows->executeStep()) return rows;
    }
    return nullptr;
  }

  // The row of `trees` that [rows] is at.
  ExecutionSummary summary(SQLite::Statement& rows) {
    ExecutionSummary found{uuid_of(rows.getColumn(1)),
                           std::string(text_of(rows.getColumn(2))),
                           State::idle,
                           rows.getColumn(4).getInt64(),
                           rows.getColumn(5).getInt64(),
                           std::string(text_of(rows.getColumn(6)))};
    const auto state = parse_state(text_of(rows.getColumn(3)));
    if (state) found.state = *state;
    if (!state || checksum_of(rows.getColumn(0).getInt64(), found, text_of(rows.getColumn(8))) !=
                      rows.getColumn(7).getInt64()) {
      damaged(fmt::format("the row of execution {} was altered", found.id.text()));
    }
    return found;
  }

  // Of a row "number, checksum, record, ..." of a table: the record, once it is certain that nothing of the
  // row was altered.
  std::string_view record_of(SQLite::Statement& row, Table table, int64_t tree) {
    std::string content;
    for (int i = 2; i < row.getColumnCount(); ++i) content += text_of(row.getColumn(i));
    if (checksum_of(table, tree, row.getColumn(0).getInt64(), content) != row.getColumn(1).getInt64()) {
      damaged(fmt::format("a record of execution number {} was altered", tree));
    }
    return text_of(row.getColumn(2));
  }

  template <typename List>
  void read_all(const char* sql, Table table, int64_t tree, List& list) {
    const Lease rows = file.statement(sql);
    rows->bind(1, tree);
    while (rows->executeStep()) {
      if (rows->getColumn(0).getInt64() != static_cast<int64_t>(list.size())) {
        damaged("an execution has a gap in its records");
      }
      from_record(record_of(*rows, table, tree), list.emplace_back(), kit());
    }
  }

  // Throws where a row that could be the execution's was altered.
  void check_executions() {
    const Lease rows =
        file.statement("SELECT number, checksum, record, id, tree FROM workflow_executions NOT INDEXED");
    while (rows->executeStep()) {
      const std::string content =
          std::string(text_of(rows->getColumn(2))) + std::string(text_of(rows->getColumn(3)));
      if (checksum_of(Table::workflow_executions, rows->getColumn(4).getInt64(),
                      rows->getColumn(0).getInt64(), content) != rows->getColumn(1).getInt64()) {
        damaged("the record of an execution was altered");
      }
    }
  }

  Vault vault;
  SqliteFile file;
  Ledger ledger;
  LargeValues large_values;
  std::unordered_map<Uuid, int64_t> numbers;
  std::unordered_map<int64_t, int64_t> history_numbers;
};

SqliteStore::SqliteStore(const std::string& path, StoreAccess access, Durability durability,
                         std::string key_file) {
  guarded(path, "open", [&] {
    const bool thrown_away = path == ":memory:" || durability == Durability::none;
    if (key_file.empty() && !thrown_away) key_file = path + ".key";
    implementation_ = std::make_unique<Implementation>(path, access, durability, std::move(key_file));
  });
}

SqliteStore::~SqliteStore() = default;

void SqliteStore::save_program(const std::string& digest, std::string_view binary) {
  guarded(implementation_->file.path(), "save a program", [&] {
    const Lease put = implementation_->file.statement("INSERT OR IGNORE INTO programs VALUES (?, ?, ?)");
    put->bindNoCopy(1, digest);
    put->bindNoCopy(2, binary.data(), static_cast<int>(binary.size()));
    put->bind(3, checksum_of(Table::programs, 0, 0, binary));
    put->exec();
  });
}

std::string SqliteStore::load_program(const std::string& digest) {
  return guarded(implementation_->file.path(), "load a program", [&] {
    const Lease find = implementation_->file.statement("SELECT ir, checksum FROM programs WHERE digest = ?");
    find->bindNoCopy(1, digest);
    // Executions refer to it, and programs are never removed.
    if (!find->executeStep()) implementation_->damaged(fmt::format("the program {} is gone", digest));
    std::string binary = find->getColumn(0).getString();
    if (checksum_of(Table::programs, 0, 0, binary) != find->getColumn(1).getInt64()) {
      implementation_->damaged(fmt::format("the program {} was altered", digest));
    }
    return binary;
  });
}

void SqliteStore::commit(const std::vector<TreeChange>& changes) {
  guarded(implementation_->file.path(), "write", [&] {
    try {
      SQLite::Transaction transaction(implementation_->file.database(),
                                      SQLite::TransactionBehavior::IMMEDIATE);
      for (const TreeChange& change : changes) implementation_->write(change);
      transaction.commit();
      for (const TreeChange& change : changes) implementation_->forget_ended(*change.tree);
    } catch (...) {  // numbers that were given out in it are void
      implementation_->forget();
      throw;
    }
  });
}

ExecutionTree SqliteStore::load(const Uuid& root) {
  return guarded(implementation_->file.path(), "load an execution", [&] {
    ExecutionTree tree;
    int64_t number = 0;
    ExecutionSummary summary;
    std::string rows;
    {
      const Lease head = implementation_->find_tree(root);
      if (!head) throw Error(ErrorKind::not_found, fmt::format("no execution {}", root.text()));
      number = head->getColumn(0).getInt64();
      summary = implementation_->summary(*head);
      rows = text_of(head->getColumn(8));
    }
    implementation_->numbers[root] = number;
    tree.program_digest = summary.program_digest;
    implementation_->read_all(
        "SELECT number, checksum, record, id FROM workflow_executions WHERE tree = ? ORDER BY number",
        Table::workflow_executions, number, tree.executions);
    implementation_->read_all(
        "SELECT number, checksum, record FROM task_executions WHERE tree = ? ORDER BY number",
        Table::task_executions, number, tree.tasks);
    implementation_->read_all(
        "SELECT number, checksum, record, id, state FROM action_executions WHERE tree = ? ORDER BY number",
        Table::action_executions, number, tree.actions);
    if (tree.executions.empty() || tree.root().id != root || tree.root().state != summary.state ||
        Implementation::rows_of(tree, implementation_->next_event(number)) != rows) {
      implementation_->damaged(fmt::format("execution {} is not what it is listed as", root.text()));
    }
    link(tree);
    return tree;
  });
}

std::vector<ExecutionSummary> SqliteStore::list() {
  return guarded(implementation_->file.path(), "list executions", [&] {
    static const std::string sql = fmt::format("{} FROM trees ORDER BY number DESC", kTreeColumns);
    std::vector<ExecutionSummary> found;
    const Lease rows = implementation_->file.statement(sql.c_str());
    while (rows->executeStep()) found.push_back(implementation_->summary(*rows));
    return found;
  });
}

std::vector<Uuid> SqliteStore::unfinished() {
  std::vector<ExecutionSummary> all = list();  // so that none is passed over for a state that was altered
  std::vector<Uuid> found;
  for (auto tree = all.rbegin(); tree != all.rend(); ++tree) {
    if (tree->state == State::idle || tree->state == State::running) found.push_back(tree->id);
  }
  return found;
}

std::optional<ExecutionAddress> SqliteStore::find_execution(const Uuid& id) {
  return guarded(implementation_->file.path(), "find an execution", [&]() -> std::optional<ExecutionAddress> {
    // An index alone is believed neither where the execution is nor that there is none.
    for (const char* sql : {"SELECT trees.root, e.number FROM workflow_executions AS found "
                            "JOIN workflow_executions AS e NOT INDEXED ON e.tree = found.tree AND "
                            "e.number = found.number AND e.id = found.id "
                            "JOIN trees ON trees.number = e.tree WHERE found.id = ?",
                            "SELECT trees.root, e.number FROM workflow_executions AS e NOT INDEXED "
                            "JOIN trees ON trees.number = e.tree WHERE e.id = ?"}) {
      const Lease rows = implementation_->file.statement(sql);
      bind(*rows, 1, id);
      if (!rows->executeStep()) continue;
      return ExecutionAddress{uuid_of(rows->getColumn(0)), static_cast<Index>(rows->getColumn(1).getInt64())};
    }
    implementation_->check_executions();
    return std::nullopt;
  });
}

std::optional<ActionAddress> SqliteStore::find_action(const Uuid& id) {
  return guarded(implementation_->file.path(), "find an action", [&]() -> std::optional<ActionAddress> {
    // The second query scans; it is only there to say of a completed action that it is completed.
    for (const char* condition : {"found.id = ? AND found.state = 'RUNNING'", "found.id = ?"}) {
      SQLite::Statement rows(implementation_->file.database(),
                             fmt::format("SELECT trees.root, a.number FROM action_executions AS found "
                                         "JOIN action_executions AS a NOT INDEXED ON a.tree = found.tree AND "
                                         "a.number = found.number AND a.id = found.id "
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
  return guarded(implementation_->file.path(), "read the history", [&] {
    std::vector<HistoryRecord> found;
    const Lease rows = implementation_->file.statement(
        "SELECT h.tree, h.number, h.record, h.checksum FROM history AS h "
        "JOIN trees ON trees.number = h.tree WHERE trees.root = ? ORDER BY h.number");
    bind(*rows, 1, root);
    while (rows->executeStep()) {
      const int64_t number = rows->getColumn(1).getInt64();
      const SQLite::Column record = rows->getColumn(2);
      const int64_t checksum =
          checksum_of(Table::history, rows->getColumn(0).getInt64(), number, text_of(record));
      if (number != static_cast<int64_t>(found.size()) || checksum != rows->getColumn(3).getInt64()) {
        implementation_->damaged(fmt::format("the history of execution {} was altered", root.text()));
      }
      from_record(text_of(record), found, implementation_->kit());
    }
    return found;
  });
}

std::vector<LedgerResource> SqliteStore::resources(const std::optional<Uuid>& root) {
  return guarded(implementation_->file.path(), "read the ledger", [&] {
    if (!implementation_->file.has_ledger()) return std::vector<LedgerResource>();
    return implementation_->ledger.rows(root);
  });
}

void SqliteStore::resource_found(const ExecutionTree& tree, Index action, const ResourceChange& change,
                                 Microseconds time) {
  guarded(implementation_->file.path(), "write", [&] {
    SQLite::Transaction transaction(implementation_->file.database(), SQLite::TransactionBehavior::IMMEDIATE);
    implementation_->write_ledger(implementation_->number_of(tree), tree, {{action, time, change}});
    transaction.commit();
  });
}

void SqliteStore::resource_deleted(const ResourceIdentity& resource, Microseconds time) {
  guarded(implementation_->file.path(), "write", [&] {
    SQLite::Transaction transaction(implementation_->file.database(), SQLite::TransactionBehavior::IMMEDIATE);
    implementation_->ledger.note_deleted(resource, time);
    transaction.commit();
  });
}

}  // namespace gregale::interpreter
