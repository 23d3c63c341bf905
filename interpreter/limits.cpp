#include "interpreter/limits.hpp"

#include <fmt/format.h>

#include <vector>

#include "core/error.hpp"

namespace gregale::interpreter {

using core::Map;
using core::Value;

void set_limit(Limits& limits, std::string_view name, uint64_t number) {
  struct Named {
    std::string_view name;
    uint64_t Limits::*limit;
  };
  constexpr Named kNamed[] = {{"sub-workflow-depth", &Limits::sub_workflow_depth},
                              {"tasks", &Limits::tasks},
                              {"items", &Limits::items},
                              {"result-bytes", &Limits::result_bytes},
                              {"published-bytes", &Limits::published_bytes}};
  for (const Named& named : kNamed) {
    if (named.name != name) continue;
    limits.*named.limit = number;
    return;
  }
  throw core::Error(core::ErrorKind::invalid,
                    fmt::format("there is no limit '{}': it is one of sub-workflow-depth, tasks, items, "
                                "result-bytes, published-bytes",
                                name));
}

bool is_larger(const Value& value, uint64_t bytes) {
  constexpr uint64_t kPerValue = 2;  // its commas, quotes or brackets
  uint64_t size = 0;
  std::vector<const Value*> open{&value};
  while (!open.empty()) {
    const Value& next = *open.back();
    open.pop_back();
    size += kPerValue + (next.is_string() ? next.size() : 0);
    if (size > bytes) return true;
    if (next.is_list()) {
      for (const Value& item : next.as_list()) open.push_back(&item);
    } else if (next.is_map()) {
      for (const Map::Entry& entry : next.as_map()) {
        open.push_back(&entry.value);
        if (entry.key.is_string()) size += kPerValue + entry.key.size();
      }
    }
  }
  return false;
}

}  // namespace gregale::interpreter
