// Checksums of rows of the store, against accidents, not against people.
#pragma once

#include <cstdint>
#include <string_view>

namespace gregale::interpreter {

// Part of the checksum; never renumbered.
enum class Table : uint32_t {
  programs,
  trees,
  workflow_executions,
  task_executions,
  action_executions,
  history,
  resources
};

// Of a row's content, at its place: a row that was moved or altered does not have it any more.
int64_t checksum_of(Table table, int64_t tree, int64_t number, std::string_view content);

}  // namespace gregale::interpreter
