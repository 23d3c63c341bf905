// Resources: things that actions make in the world and take away again. What an action tells of them becomes
// the store's ledger (docs/ledger.md).
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/value.hpp"

namespace gregale::interpreter {

// Which thing it is.
struct ResourceIdentity {
  std::string service;  // the prefix of the actions that know the kind: "nova"
  std::string kind;     // "server"
  std::string id;       // as text; of what lies within something else with the outer id before it: "c/o"
  std::string region;   // empty: unknown
  std::string project;  // id of the project that the credentials were for; empty: they were for none

  friend bool operator==(const ResourceIdentity&, const ResourceIdentity&) = default;
};

// What one call did to one thing.
struct ResourceChange {
  enum class Kind : uint8_t { created, deleted };
  Kind kind = Kind::created;
  ResourceIdentity resource;
  // Of what was created:
  std::string name = {};          // for people; may be empty
  std::string deleted_by = {};    // the action that deletes it; empty: none does
  core::Value deleted_with = {};  // that action's input, without the region
};

using ResourceChanges = std::vector<ResourceChange>;

// [hide] gives a text or value without what must not be seen.
template <typename Hide>
void conceal(ResourceChange& change, Hide hide) {
  change.resource.id = hide(std::move(change.resource.id));
  change.name = hide(std::move(change.name));
  change.deleted_with = hide(std::move(change.deleted_with));
}

}  // namespace gregale::interpreter
