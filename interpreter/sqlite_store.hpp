// The store over SQLite: one file (and its write-ahead log), described in docs/store.md.
#pragma once

#include <memory>
#include <string>

#include "interpreter/store.hpp"

namespace gregale::interpreter {

enum class StoreAccess : uint8_t {
  read,   // others may be writing
  write,  // one process at a time; made if it is not there
};

// What survives when the machine loses power. When only the process dies, nothing is lost either way.
enum class Durability : uint8_t {
  full,     // everything that was committed
  relaxed,  // all but the last moments; what is left is whole
  none,     // for stores that are thrown away
};

class SqliteStore : public Store {
 public:
  // [path] may be ":memory:". Throws core::Error: what is not a Gregale store, was written by a newer
  // version, is damaged, cannot be opened, or is in use by another process that writes. Secrets are sealed
  // with the key in [key_file]; empty: in PATH.key, or, for stores that are thrown away, with a key that
  // nobody else ever knows.
  SqliteStore(const std::string& path, StoreAccess access, Durability durability = Durability::full,
              std::string key_file = {});
  ~SqliteStore() override;

  void save_program(const std::string& digest, std::string_view binary) override;
  std::string load_program(const std::string& digest) override;
  void commit(const std::vector<TreeChange>& changes) override;
  ExecutionTree load(const Uuid& root) override;
  std::vector<ExecutionSummary> list() override;
  std::vector<Uuid> unfinished() override;
  std::optional<ExecutionAddress> find_execution(const Uuid& id) override;
  std::optional<ActionAddress> find_action(const Uuid& id) override;
  std::vector<HistoryRecord> history(const Uuid& root) override;
  std::vector<LedgerResource> resources(const std::optional<Uuid>& root) override;
  void resource_found(const ExecutionTree& tree, Index action, const ResourceChange& change,
                      Microseconds time) override;
  void resource_deleted(const ResourceIdentity& resource, Microseconds time) override;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gregale::interpreter
