// EnvironmentStore: named environments, kept in the same file as executions. An execution that is started
// with one takes a copy; changing it later does not change what runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/time.hpp"
#include "core/value.hpp"

namespace gregale::interpreter {

struct StoredEnvironment {
  std::string name;
  std::string description;
  core::Value variables = core::Value::map({});
  core::Microseconds created_at = 0;
  core::Microseconds updated_at = 0;
};

// Every method throws core::Error when the store fails.
class EnvironmentStore {
 public:
  // Of a store that exists (see SqliteStore). Executions may run in it meanwhile.
  explicit EnvironmentStore(const std::string& path);
  ~EnvironmentStore();

  // By name, ascending.
  std::vector<StoredEnvironment> list();
  std::optional<StoredEnvironment> find(const std::string& name);
  // Makes it, or replaces its description and variables; created_at stays that of the first time.
  void save(const StoredEnvironment& environment);
  // False: there was none.
  bool remove(const std::string& name);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace gregale::interpreter
