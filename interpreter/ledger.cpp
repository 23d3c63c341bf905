#include "interpreter/ledger.hpp"

#include "core/json.hpp"
#include "interpreter/checksum.hpp"
#include "interpreter/sqlite_file.hpp"

namespace gregale::interpreter {

using core::Uuid;

const char* const Ledger::kSchema = R"(
CREATE TABLE resources (
  number INTEGER PRIMARY KEY,
  service TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
  region TEXT NOT NULL, project TEXT NOT NULL,
  name TEXT NOT NULL, deleted_by TEXT NOT NULL, deleted_with TEXT NOT NULL,
  tree INTEGER NOT NULL, execution BLOB NOT NULL, action_execution BLOB NOT NULL,
  state TEXT NOT NULL, created_at INTEGER NOT NULL, deleted_at INTEGER NOT NULL,
  checksum INTEGER NOT NULL);
CREATE INDEX resources_identity ON resources (id, kind);
)";

std::string_view to_string(ResourceState state) noexcept {
  return state == ResourceState::created ? "CREATED" : "DELETED";
}

namespace {

std::string with_text(const core::Value& input) {
  return input.is_null() ? std::string() : core::to_json(input);
}

int64_t checksum(const LedgerResource& row, int64_t tree) {
  const ResourceIdentity& thing = row.identity;
  return checksum_of(
      Table::resources, tree, row.number,
      core::to_json(core::List{thing.service, thing.kind, thing.id, thing.region, thing.project, row.name,
                               row.deleted_by, with_text(row.deleted_with), row.execution.text(),
                               row.action_execution.text(), std::string(to_string(row.state)), row.created_at,
                               row.deleted_at}));
}

constexpr const char* kLedgerColumns =
    "r.number, r.service, r.kind, r.id, r.region, r.project, r.name, r.deleted_by, r.deleted_with, "
    "trees.root, r.execution, r.action_execution, r.state, r.created_at, r.deleted_at, r.checksum, r.tree "
    "FROM resources AS r JOIN trees ON trees.number = r.tree";

LedgerResource row_of(SQLite::Statement& found, const std::string& path) {
  const auto text = [&](int column) { return std::string(text_of(found.getColumn(column))); };
  LedgerResource row;
  row.number = found.getColumn(0).getInt64();
  row.identity = {text(1), text(2), text(3), text(4), text(5)};
  row.name = text(6);
  row.deleted_by = text(7);
  const std::string with = text(8);
  row.root = uuid_of(found.getColumn(9));
  row.execution = uuid_of(found.getColumn(10));
  row.action_execution = uuid_of(found.getColumn(11));
  row.state = text(12) == to_string(ResourceState::deleted) ? ResourceState::deleted : ResourceState::created;
  row.created_at = found.getColumn(13).getInt64();
  row.deleted_at = found.getColumn(14).getInt64();
  bool whole = text(12) == to_string(row.state);
  try {
    if (!with.empty()) row.deleted_with = core::parse_json(with);
  } catch (const core::Error&) {
    whole = false;
  }
  if (!whole || checksum(row, found.getColumn(16).getInt64()) != found.getColumn(15).getInt64()) {
    throw core::Error(core::ErrorKind::unusable,
                      fmt::format("store {} is damaged: row {} of the ledger was altered", path, row.number));
  }
  return row;
}

bool fits(const std::string& a, const std::string& b) {
  return a.empty() || b.empty() || a == b;
}

// Of things that stand as created: those with the id, of any region and project.
std::vector<std::pair<LedgerResource, int64_t>> standing(SqliteFile& file, const ResourceIdentity& thing) {
  static const std::string sql = fmt::format(
      "SELECT {} WHERE r.id = ? AND r.kind = ? AND r.service = ? AND r.state = 'CREATED' "
      "ORDER BY r.number",
      kLedgerColumns);
  const Lease rows = file.statement(sql.c_str());
  rows->bindNoCopy(1, thing.id);
  rows->bindNoCopy(2, thing.kind);
  rows->bindNoCopy(3, thing.service);
  std::vector<std::pair<LedgerResource, int64_t>> found;
  while (rows->executeStep()) found.emplace_back(row_of(*rows, file.path()), rows->getColumn(16).getInt64());
  return found;
}

}  // namespace

void Ledger::note_created(const ResourceChange& change, const ResourceOrigin& origin) {
  for (const auto& [row, tree] : standing(file_, change.resource)) {
    if (row.identity == change.resource) return;
  }
  LedgerResource row;
  row.identity = change.resource;
  row.name = change.name;
  row.deleted_by = change.deleted_by;
  row.deleted_with = change.deleted_with;
  row.execution = origin.execution;
  row.action_execution = origin.action_execution;
  row.created_at = origin.time;
  {
    const Lease last = file_.statement("SELECT coalesce(max(number), 0) + 1 FROM resources");
    last->executeStep();
    row.number = last->getColumn(0).getInt64();
  }
  const std::string with = with_text(row.deleted_with);
  const Lease put = file_.statement("INSERT INTO resources VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  put->bind(1, row.number);
  put->bindNoCopy(2, row.identity.service);
  put->bindNoCopy(3, row.identity.kind);
  put->bindNoCopy(4, row.identity.id);
  put->bindNoCopy(5, row.identity.region);
  put->bindNoCopy(6, row.identity.project);
  put->bindNoCopy(7, row.name);
  put->bindNoCopy(8, row.deleted_by);
  put->bindNoCopy(9, with);
  put->bind(10, origin.tree);
  bind(*put, 11, row.execution);
  bind(*put, 12, row.action_execution);
  put->bind(13, std::string(to_string(row.state)));
  put->bind(14, static_cast<int64_t>(row.created_at));
  put->bind(15, static_cast<int64_t>(row.deleted_at));
  put->bind(16, checksum(row, origin.tree));
  put->exec();
}

void Ledger::note_deleted(const ResourceIdentity& resource, core::Microseconds time) {
  for (auto& [row, tree] : standing(file_, resource)) {
    if (!fits(row.identity.region, resource.region) || !fits(row.identity.project, resource.project))
      continue;
    row.state = ResourceState::deleted;
    row.deleted_at = time;
    const Lease change =
        file_.statement("UPDATE resources SET state = ?, deleted_at = ?, checksum = ? WHERE number = ?");
    change->bind(1, std::string(to_string(row.state)));
    change->bind(2, static_cast<int64_t>(row.deleted_at));
    change->bind(3, checksum(row, tree));
    change->bind(4, row.number);
    change->exec();
  }
}

std::vector<LedgerResource> Ledger::rows(const std::optional<Uuid>& root) {
  static const std::string all = fmt::format("SELECT {} ORDER BY r.number", kLedgerColumns);
  static const std::string of_tree =
      fmt::format("SELECT {} WHERE trees.root = ? ORDER BY r.number", kLedgerColumns);
  const Lease rows = file_.statement(root ? of_tree.c_str() : all.c_str());
  if (root) bind(*rows, 1, *root);
  std::vector<LedgerResource> found;
  while (rows->executeStep()) found.push_back(row_of(*rows, file_.path()));
  // Rows are numbered from 1 on and never removed.
  if (!root && !found.empty() && found.back().number != static_cast<int64_t>(found.size())) {
    throw core::Error(core::ErrorKind::unusable,
                      fmt::format("store {} is damaged: rows of the ledger are gone", file_.path()));
  }
  return found;
}

}  // namespace gregale::interpreter
