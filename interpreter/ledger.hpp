// Ledger: what the actions of a store's executions have made, and what has become of it; one row a thing.
//
// Rows are written in the transaction that stores the result of the action which made or deleted the thing.
// docs/store.md has the table, docs/ledger.md what people see of it.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "core/uuid.hpp"
#include "interpreter/resource.hpp"

namespace gregale::interpreter {

class SqliteFile;

enum class ResourceState : uint8_t { created, deleted };
std::string_view to_string(ResourceState state) noexcept;  // "CREATED", "DELETED"

// A row.
struct LedgerResource {
  int64_t number = 0;  // in the order of making
  ResourceIdentity identity;
  std::string name;
  std::string deleted_by;  // see ResourceChange
  core::Value deleted_with;
  core::Uuid root;  // of the execution's tree
  core::Uuid execution;
  core::Uuid action_execution;
  ResourceState state = ResourceState::created;
  core::Microseconds created_at = 0;
  core::Microseconds deleted_at = 0;  // 0: it is not
};

// Who made something, and when.
struct ResourceOrigin {
  int64_t tree = 0;  // its number in the store
  core::Uuid execution;
  core::Uuid action_execution;
  core::Microseconds time = 0;
};

// Methods throw core::Error(unusable) and SQLite::Exception.
class Ledger {
 public:
  static const char* const kSchema;

  // [file] must outlive the ledger; what is written belongs to the transaction that is open.
  explicit Ledger(SqliteFile& file) : file_(file) {}

  // A thing that stands as created already keeps its row: it was only made sure of.
  void note_created(const ResourceChange& change, const ResourceOrigin& origin);
  // Does nothing for what nobody here has made. A region or project that is not known fits any.
  void note_deleted(const ResourceIdentity& resource, core::Microseconds time);
  // In the order of making; of one tree, or all.
  std::vector<LedgerResource> rows(const std::optional<core::Uuid>& root);

 private:
  SqliteFile& file_;
};

}  // namespace gregale::interpreter
